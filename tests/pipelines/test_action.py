"""The GitHub Action: its steps are run as the runner runs them, with releases on a server of this machine."""

import hashlib
import json
import shutil
import tempfile
import unittest
from pathlib import Path

from releases import NAME, ROOT, TARGETS, publish, serve, version
from runner import Runner

REPLAY = "--replay=demo/account.json"
LINUX = TARGETS["Linux", "X64"]


class Releases(unittest.TestCase):
    """One release for all tests."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="releases"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.archive = publish(cls.folder, LINUX)
        cls.url = serve(cls.addClassCleanup, cls.folder)
        cls.sum = hashlib.sha256(cls.archive.read_bytes()).hexdigest()

    def setUp(self):
        self.runner = Runner(self)

    def verify(self, *definitions, **inputs):
        inputs.setdefault("releases", self.url)
        return self.runner.run(task_definition="\n".join(definitions), arguments=REPLAY, **inputs)

    def altered(self):
        """The same releases, to break."""
        copy = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, copy)
        shutil.copytree(self.folder, copy, dirs_exist_ok=True)
        archive = copy / self.archive.relative_to(self.folder)
        return copy, archive, archive.with_name(f"{archive.name}.sha256")

    def refused(self, outcome, *words):
        """Nothing is unpacked or run, and one annotation says why."""
        self.assertNotEqual(outcome.code, 0)
        self.assertEqual(list(outcome.steps), ["Install aws-ecs-preflight"], outcome.log)
        (annotation,) = outcome.annotations
        self.assertTrue(annotation.startswith("::error title="), annotation)
        for word in words:
            self.assertIn(word, annotation)
        unpacked = [it for it in self.runner.temporary.rglob("*") if it.name == NAME]
        self.assertEqual(unpacked, [])


class Install(Releases):
    def test_from_a_server_and_from_a_folder(self):
        for releases in (self.url, f"{self.url}/", self.folder.as_uri()):
            with self.subTest(releases):
                outcome = self.verify("demo/healthy.json", releases=releases)
                self.assertEqual(outcome.code, 0, outcome.log)
                self.assertIn(f"{NAME} {version()}", outcome.log)

    def test_each_runner_gets_its_target(self):
        folder, *_ = self.altered()
        for (system, machine), target in TARGETS.items():
            # Each program says for which system it was packed.
            program = self.runner.folder / "program"
            program.write_text(f"#!/bin/sh\necho for {target}\n")
            publish(folder, target, program)
            self.runner = Runner(self, RUNNER_OS=system, RUNNER_ARCH=machine)
            outcome = self.verify("demo/healthy.json", releases=folder.as_uri())
            self.assertIn(f"for {target}\n", outcome.log)

    def test_of_other_runners_it_says_which_work(self):
        for system, machine in (("Windows", "X64"), ("Linux", "ARM"), ("Linux", "X86")):
            with self.subTest(system, machine=machine):
                self.runner = Runner(self, RUNNER_OS=system, RUNNER_ARCH=machine)
                self.refused(self.verify("demo/healthy.json"), f"{system} on {machine}", "Linux and macOS")

    def test_with_the_tools_of_other_systems(self):
        posix = "sed awk mktemp tar gzip cut head tr dirname cat"
        # Alpine has no curl, and macOS no sha256sum; its sh is bash. Debian's shasum is a program in Perl.
        for shell, tools in (("sh", "curl sha256sum"), ("sh", "wget sha256sum"), ("bash", "curl shasum perl")):
            with self.subTest(shell, tools=tools):
                self.runner = Runner(self)
                folder = self.runner.folder / "bin"
                folder.mkdir()
                (folder / "sh").symlink_to(shutil.which(shell))
                for tool in f"{posix} {tools}".split():
                    (folder / tool).symlink_to(shutil.which(tool))
                self.runner.environment["PATH"] = str(folder)
                outcome = self.verify("demo/healthy.json")
                self.assertEqual(outcome.code, 0, outcome.log)

    def test_a_changed_archive_is_not_unpacked(self):
        folder, archive, _ = self.altered()
        archive.write_bytes(archive.read_bytes() + b"\0")
        self.refused(self.verify("demo/healthy.json", releases=folder.as_uri()), self.sum, "is expected")

    def test_a_checksum_of_the_workflow_overrides_the_published_one(self):
        self.assertEqual(self.verify("demo/healthy.json", sha256=self.sum.upper()).code, 0)
        # Who can replace an archive can replace its checksum too.
        folder, archive, checksum = self.altered()
        archive.write_bytes(archive.read_bytes() + b"\0")
        changed = hashlib.sha256(archive.read_bytes()).hexdigest()
        checksum.write_text(f"{changed}  {archive.name}\n")
        self.assertEqual(self.verify("demo/healthy.json", releases=folder.as_uri()).code, 0)
        self.runner = Runner(self)
        outcome = self.verify("demo/healthy.json", releases=folder.as_uri(), sha256=self.sum)
        self.refused(outcome, changed, self.sum)

    def test_a_checksum_that_says_nothing_of_the_archive(self):
        folder, archive, checksum = self.altered()
        for text in ("", "\n", self.sum, f"{self.sum}  other.tar.gz\n", "<html>Not found</html>\n", f"*  {archive.name}\n"):
            with self.subTest(text):
                checksum.write_text(text)
                self.runner = Runner(self)
                outcome = self.verify("demo/healthy.json", releases=folder.as_uri())
                self.refused(outcome, "has no checksum of", archive.name)
        checksum.unlink()
        self.runner = Runner(self)
        self.refused(self.verify("demo/healthy.json", releases=folder.as_uri()), "no checksum at", "sha256")

    def test_a_version_without_a_release(self):
        for given in ("9.9.9", "v9.9.9"):
            self.runner = Runner(self)
            outcome = self.verify("demo/healthy.json", version=given)
            self.refused(outcome, f"no archive at {self.url}/v9.9.9/{NAME}-9.9.9-{LINUX}.tar.gz", "version")

    def test_values_that_are_no_version_and_no_url(self):
        for given in ("../../x", "1.0 0", "$(touch /tmp/x)", "latest/..", "v"):
            with self.subTest(given):
                self.runner = Runner(self)
                self.refused(self.verify("demo/healthy.json", version=given), "is no version")
        self.runner = Runner(self)
        self.refused(self.verify("demo/healthy.json", releases="-o/etc/passwd"), "is no URL")

    def test_the_version_is_that_of_the_action(self):
        self.assertIn(f"/v{version()}/", self.verify("demo/healthy.json").log)

    def test_the_releases_are_those_of_the_repository_of_the_action(self):
        self.runner.environment["GITHUB_SERVER_URL"] = self.url

        def asked(action_repository):
            self.runner.github["action_repository"] = action_repository
            outcome = self.runner.run(task_definition="demo/healthy.json")
            self.assertNotEqual(outcome.code, 0)
            return outcome.log

        self.assertIn(f"Installing {self.url}/someone/aws-ecs-preflight/releases/download/v", asked("someone/aws-ecs-preflight"))
        # The folder of the runner says it too, where its context does not.
        self.runner.action = self.runner.folder / "_actions/another/fork/v1"
        for part in ("action.yml", "Cargo.toml", ".github/action"):
            (self.runner.action / part).parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, self.runner.action / part)
        self.assertIn(f"Installing {self.url}/another/fork/releases/download/v", asked(""))
        # `uses: ./` in a workflow of this repository.
        self.runner.action = ROOT
        self.assertIn(f"Installing {self.url}/shop/storefront/releases/download/v", asked(""))


class Verify(Releases):
    def test_what_starts_passes(self):
        outcome = self.verify("demo/healthy.json")
        self.assertEqual((outcome.code, outcome.outputs["verdict"], outcome.outputs["exit-code"]), (0, "pass", "0"))
        self.assertIn("PASS", outcome.summary)
        self.assertEqual([it for it in outcome.annotations if it.startswith("::error")], [])

    def test_what_fails_is_annotated_summed_up_and_reported(self):
        outcome = self.verify("demo/broken.json")
        self.assertEqual((outcome.code, outcome.outputs["verdict"], outcome.outputs["exit-code"]), (1, "fail", "1"))
        errors = [it for it in outcome.annotations if it.startswith("::error file=demo/broken.json,line=")]
        self.assertEqual(len(errors), 6, outcome.log)
        self.assertIn("FAIL", outcome.summary)
        sarif = json.loads((self.runner.workspace / outcome.outputs["sarif-file"]).read_text())
        self.assertEqual(sarif["version"], "2.1.0")
        self.assertEqual(sum(it["level"] == "error" for it in sarif["runs"][0]["results"]), 6)

    def test_unknown_does_not_pass_unless_allowed(self):
        flags = f"{REPLAY}\n--cluster=none-recorded"
        for allowed, code in (("", 3), ("false", 3), ("image-exists", 3), ("true", 0)):
            with self.subTest(allowed):
                outcome = self.runner.run(
                    task_definition="demo/healthy.json", arguments=flags, allow_unknown=allowed, releases=self.url
                )
                self.assertEqual((outcome.code, outcome.outputs["verdict"]), (code, "unknown"), outcome.log)
        report = Runner(self).run(
            task_definition="demo/healthy.json",
            arguments=f"{flags}\n--format=json=report.json",
            releases=self.url,
        )
        self.assertEqual(report.code, 3)

    def test_without_a_verdict_the_error_is_an_annotation(self):
        for definition, arguments, code, word in (
            ("missing.json", REPLAY, 2, "there is no file missing.json"),
            ("", REPLAY, 2, "TASKDEF"),
            ("demo/healthy.json", f"{REPLAY}\n--no-such-flag", 2, "--no-such-flag"),
            ("demo/healthy.json", "--region=eu-central-1", 4, "no AWS credentials"),
        ):
            with self.subTest(word):
                self.runner = Runner(self)
                outcome = self.runner.run(task_definition=definition, arguments=arguments, releases=self.url)
                outputs = {"verdict": "none", "exit-code": str(code), "sarif-file": ""}
                self.assertEqual((outcome.code, outcome.outputs), (code, outputs), outcome.log)
                (annotation,) = outcome.annotations
                self.assertIn(word, annotation)

    def test_inputs_are_the_flags_of_the_same_name(self):
        account = self.verify("demo/healthy.json", expect_account="999999999999")
        self.assertEqual((account.code, account.outputs["verdict"]), (4, "none"))
        self.assertEqual(self.verify("demo/healthy.json", wait="soon").code, 2)
        self.assertEqual(self.verify("demo/healthy.json", accept="missing.json").code, 2)
        self.assertEqual(self.verify("demo/healthy.json", service_definition="missing.json").code, 2)
        cluster = self.verify("demo/healthy.json", cluster="none-recorded", service="web")
        self.assertNotEqual(cluster.code, 0, cluster.log)
        self.assertIn("none-recorded", cluster.summary + cluster.log)
        strict = self.verify("demo/healthy.json", strict="true")
        self.assertEqual(strict.code, 0, strict.log)
        self.assertEqual(self.verify("demo/healthy.json", strict="yes").code, 2)
        both = self.verify("demo/healthy.json", "  demo/broken.json  ", "")
        self.assertEqual((both.code, both.outputs["verdict"]), (1, "fail"))

    def test_accepted_findings_warn_until_their_date(self):
        report = self.runner.workspace / "report.json"
        self.runner.run(
            task_definition="demo/broken.json", arguments=f"{REPLAY}\n--format=json=report.json", releases=self.url
        )
        failed = [it for it in json.loads(report.read_text())["checks"] if it["status"] == "fail"]
        for expires, code in (("2126-12-31", 0), ("2020-01-01", 1)):
            accepted = [
                {"check": it["id"], "subject": it["subject"], "reason": "the demo", "expires": expires} for it in failed
            ]
            (self.runner.workspace / "accepted.json").write_text(json.dumps(accepted))
            self.assertEqual(self.verify("demo/broken.json", accept="accepted.json").code, code)

    def test_sarif_is_uploaded_on_request_whatever_the_verdict(self):
        for definition, verdict in (("demo/healthy.json", "pass"), ("demo/broken.json", "fail")):
            self.assertEqual(self.verify(definition).uploads, [])
            outcome = self.verify(definition, upload_sarif="true", sarif_file="other.sarif")
            self.assertEqual(outcome.outputs["verdict"], verdict)
            upload = {"sarif_file": "other.sarif", "category": "aws-ecs-preflight/other.sarif"}
            self.assertEqual(outcome.uploads, [upload])
        self.assertEqual(self.verify("missing.json", upload_sarif="true").uploads, [])

    def test_hostile_inputs_are_words(self):
        trace = self.runner.folder / "trace"
        hostile = (f"$(touch '{trace}')", f"`touch '{trace}'`", f"'; touch '{trace}'; '", f'"; touch "{trace}"; "', "* ? [a]")
        flags = ("task_definition", "service_definition", "cluster", "service", "accept", "wait", "expect_account", "arguments")
        for text in hostile:
            for inputs in (flags, ("sarif_file", "allow_unknown"), ("sha256",), ("version",), ("releases",)):
                with self.subTest(text, inputs=inputs):
                    outcome = self.runner.run(**{"releases": self.url} | dict.fromkeys(inputs, text))
                    self.assertNotEqual(outcome.code, 0, outcome.log)
                    self.assertFalse(trace.exists())

    def test_a_line_break_is_no_second_output_and_no_second_argument(self):
        forged = "demo.sarif\nverdict=pass"
        for name in ("sarif_file", "cluster", "wait", "expect_account"):
            outcome = self.verify("demo/broken.json", **{name: forged})
            self.assertEqual((outcome.code, outcome.outputs["verdict"]), (2, "none"))
            self.assertIn("one", outcome.annotations[0])

    def test_a_file_is_never_taken_for_a_flag(self):
        outcome = self.verify("--help")
        self.assertEqual(outcome.outputs["verdict"], "none")
        self.assertIn("(task definition --help in", outcome.annotations[0])


if __name__ == "__main__":
    unittest.main()
