"""Given a recording, then the same definition has the same report, without network and credentials."""

import json
import subprocess
import time
import unittest

from demo import DEMO, record
from program import BINARY, Story, demo

PLANTED = ["correct horse battery staple", "keep me to yourself", "also a secret", "not-a-real-key"]


def without_stats(report):
    return {key: value for key, value in report.items() if key != "stats"}


class Recordings(Story):
    def replay(self, definition, recording, *arguments):
        """Runs without anything around: no network, no credentials, no home."""
        command = [BINARY, "verify", definition, "--replay", recording, "-o", "json", *arguments]
        return subprocess.run(command, env={}, capture_output=True, text=True, timeout=60)

    def test_a_replay_says_the_same(self):
        recording = self.folder / "recording.json"
        for name, code in (("healthy", 0), ("broken", 1)):
            with self.subTest(name=name):
                live = self.verify(demo(name), "--record", recording, code=code)
                self.emulator.calls.clear()
                done = self.replay(self.folder / "taskdef.json", recording)
                self.assertEqual(done.returncode, code, done.stderr)
                replayed = json.loads(done.stdout)
                self.assertEqual(json.dumps(without_stats(replayed)), json.dumps(without_stats(live)))
                self.assertEqual(self.emulator.calls, [])

    def test_what_is_not_recorded_is_unknown(self):
        recording = self.folder / "recording.json"
        self.verify(demo(), "--record", recording, code=0)
        other = demo()
        other["containerDefinitions"][1]["image"] = other["containerDefinitions"][2]["image"] + "0"
        done = self.replay(self.write(other), recording)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("is not in the recording", done.stdout)

    def test_no_value_of_a_secret_is_shown_or_recorded(self):
        recording = self.folder / "recording.json"
        path = self.write(demo())
        done = self.run_program(
            "verify", path, "--read-secrets", "--record", recording, "--verbose", "--debug"
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("secretsmanager:GetSecretValue", self.emulator.calls)
        for planted in PLANTED:
            for text in (done.stdout, done.stderr, recording.read_text()):
                self.assertNotIn(planted, text)

    def test_a_redacted_recording_names_nobody(self):
        recording = self.folder / "recording.json"
        self.verify(demo(), "--record", recording, "--redact", code=0)
        text = recording.read_text()
        for name in ("storefront", "111122223333", "production", "user/ci", "qfMoeq"):
            self.assertNotIn(name, text)
        self.assertIn("eu-central-1", text)

    def test_the_demo_is_what_the_account_says(self):
        recording = self.folder / "account.json"
        done = record(BINARY, self.emulator, recording)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        new, committed = (json.loads(path.read_text()) for path in (recording, DEMO / "account.json"))
        for said in (new, committed):
            self.assertGreater(said.pop("now"), 0)
            for fact in said["facts"]:
                found = fact["answer"].get("Ok", {}).get("found")
                if fact["call"] == "secretsmanager:DescribeSecret" and found["deleted"]:
                    found["deleted"] = "some day"
        self.assertEqual(new, committed, "run tests/emulator/demo.py to record it again")
        for name, code in (("healthy", 0), ("broken", 1)):
            done = self.replay(DEMO / f"{name}.json", DEMO / "account.json")
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)


class Speed(Story):
    # The caller's account, the role, the list of its policies, a policy, and the text of its version.
    CHAIN = 5
    DELAY = 0.05

    def test_what_a_delay_adds_is_that_of_the_longest_chain(self):
        path = self.write(demo())
        self.emulator.remember()
        self.report("verify", path, code=0)
        # The emulator itself takes a while for all the calls, so what counts is the difference.
        without = min(self.took(path) for _ in range(3))
        self.emulator.delay = self.DELAY
        took = [self.took(path) for _ in range(3)]
        # The best of three: the machine may be busy with something else.
        self.assertLess(min(took) - without, 1.5 * self.CHAIN * self.DELAY + 0.1, (without, took))

    def test_images_and_secrets_take_no_longer_than_the_chain_of_an_image(self):
        # Whether it is stored, its manifest, where its configuration is, and the configuration.
        chain = 4
        only = ["image-exists", "image-platform", "secret-exists", "parameter-exists", "environment-file-exists"]
        path = self.write(demo())
        self.emulator.remember()
        self.report("verify", path, "--only", ",".join(only), code=0)
        self.emulator.delay = self.DELAY
        took = [self.took(path, "--only", ",".join(only)) for _ in range(3)]
        self.assertLess(min(took), 1.5 * chain * self.DELAY + 0.1, took)

    def took(self, path, *arguments):
        started = time.monotonic()
        self.report("verify", path, *arguments, code=0)
        return time.monotonic() - started


if __name__ == "__main__":
    unittest.main()
