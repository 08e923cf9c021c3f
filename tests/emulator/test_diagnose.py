"""Given a task that stopped, then the cause is proven, or what cannot be seen from outside is named.

`python test_diagnose.py [WORD…]` prints the answers to the stories whose names have such a word.
"""

import json
import subprocess
import sys
import unittest
from concurrent.futures import ProcessPoolExecutor

import account
import stopped
from emulator import Emulator
from program import BINARY, Story
from remedies import STORIES
from replay import fargate

WHERE = ("--cluster", "production")


def diagnosed(emulator, *arguments, stdin="", form="json"):
    done = subprocess.run(
        [BINARY, "diagnose", *arguments, "--format", form],
        env=emulator.environment(),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done


def told(name, form="json"):
    """The answer to the story: its exit code, and what was printed."""
    with Emulator() as emulator:
        named = account.build(emulator)
        said, _ = stopped.SAID[name]
        judged = STORIES[name].tell(emulator, named)
        account.age_roles()
        given = stopped.options(judged.arguments)
        definition = stopped.localised(judged.definition, emulator)
        task = stopped.task_of(definition, given, stoppedReason=said)
        if said in stopped.OF_VOLUMES:
            task["stoppedReason"] = "Failed to start: volume attachment failed"
            task["attachments"].append(stopped.volume_that_failed(said))
        service = stopped.service_of(given) if "--service-definition" in given else None
        stopped.play(emulator, definition, task, service)
        # The record of a task without a service does not contain them.
        network = {} if service else stopped.network_of(given)
        flags = ["--security-groups", ",".join(network["securityGroups"])] if "securityGroups" in network else []
        flags += ["--assign-public-ip", network["assignPublicIp"]] if "assignPublicIp" in network else []
        done = diagnosed(emulator, task["taskArn"], *flags, form=form)
        return done.returncode, done.stdout, done.stderr


class Causes(unittest.TestCase):
    def test_the_cause_of_each_stopped_task_is_proven(self):
        names = sorted(stopped.SAID)
        self.assertGreaterEqual(len(names), 40)
        with ProcessPoolExecutor(2) as pool:
            answers = dict(zip(names, pool.map(told, names)))
        for name, (code, text, error) in answers.items():
            with self.subTest(story=name):
                self.assertEqual(code, 1, text + error)
                diagnosis = json.loads(text)["diagnosis"]
                proof = [it["id"] for it in diagnosis["proof"]]
                self.assertEqual(diagnosis["conclusion"], "cause-proven", diagnosis["sentence"])
                self.assertIn(stopped.SAID[name][1], proof, diagnosis["sentence"])


class Answers(Story):
    """A healthy account: what was wrong is not there any more, or cannot be seen from outside."""

    def task(self, **more):
        definition = fargate({})
        task = stopped.task_of(definition, {}, **more)
        task["launchType"] = "FARGATE"
        stopped.play(self.emulator, definition, task)
        return task

    def diagnosis(self, *arguments, code, stdin=""):
        done = diagnosed(self.emulator, *arguments, stdin=stdin)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)["diagnosis"]

    def test_how_an_application_ended_cannot_be_seen_from_outside(self):
        table = {
            1: "application-exit",
            126: "command-not-executable",
            127: "command-not-found",
            137: "killed",
            139: "segmentation-fault",
            143: "terminated",
            0: "application-ended",
        }
        for exit_code, expected in table.items():
            with self.subTest(code=exit_code):
                task = self.task(stopCode="EssentialContainerExited", stoppedReason="Essential container in task exited")
                task["containers"][0]["exitCode"] = exit_code
                answer = self.diagnosis(task["taskArn"], *WHERE, code=3)
                self.assertEqual([it["id"] for it in answer["outside"]], [expected])
                self.assertEqual(answer["conclusion"], "not-determined")

    def test_a_container_that_ran_out_of_memory_is_called_that(self):
        task = self.task(stopCode="EssentialContainerExited", stoppedReason="Essential container in task exited")
        task["containers"][0] |= {"exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage"}
        answer = self.diagnosis(task["taskArn"], *WHERE, code=3)
        self.assertEqual([it["id"] for it in answer["outside"]], ["out-of-memory"])

    def test_a_cause_that_was_fixed_meanwhile_is_called_that(self):
        task = self.task(stoppedReason=stopped.NO_REPOSITORY)
        flags = ("--subnets", "subnet-0", "--security-groups", "sg-0")
        answer = self.diagnosis(task["taskArn"], *WHERE, *flags, code=1)
        self.assertEqual(answer["conclusion"], "would-not-start", "the subnet does not exist")

    def test_a_task_that_is_not_shown_any_more_says_what_is_left(self):
        self.emulator.play("ecs:DescribeTasks", {"tasks": [], "failures": [{"arn": stopped.TASK, "reason": "MISSING"}]})
        done = diagnosed(self.emulator, stopped.TASK)
        self.assertEqual(done.returncode, 4, done.stdout)
        for words in ("about an hour", "--service NAME", "--from FILE"):
            self.assertIn(words, done.stderr)

    def test_a_file_an_event_and_standard_input_are_read_alike(self):
        task = self.task(stopCode="EssentialContainerExited", stoppedReason="Essential container in task exited")
        task["containers"][0]["exitCode"] = 1
        event = {"detail-type": "ECS Task State Change", "source": "aws.ecs", "detail": task}
        forms = [{"tasks": [task], "failures": []}, task, event]
        answers = [self.diagnosis("--from", self.write(form), code=3) for form in forms]
        answers.append(self.diagnosis("--from", "-", code=3, stdin=json.dumps(event)))
        first = {**answers[0], "notes": None}
        self.assertEqual([{**it, "notes": None} for it in answers], [first] * 4)

    def test_a_saved_record_is_explained_without_credentials(self):
        task = self.task(stoppedReason=stopped.NO_REPOSITORY)
        environment = {name: value for name, value in self.emulator.environment().items() if "KEY" not in name}
        command = [BINARY, "diagnose", "--from", self.write(task), "--format", "json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        answer = json.loads(done.stdout)["diagnosis"]
        self.assertEqual(answer["means"][0]["checks"], ["image-exists"])
        self.assertIn("nothing was checked", answer["notes"][0])

    def test_what_is_no_task_is_refused(self):
        for text in ("{}", "[]", '{"tasks": []}', '{"detail-type": "Other", "detail": {}}', "x"):
            with self.subTest(text=text):
                done = diagnosed(self.emulator, "--from", self.write(text))
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertNotIn("panicked", done.stderr)

    def test_a_recording_gives_the_same_answer_without_the_account(self):
        task = self.task(stopCode="EssentialContainerExited", stoppedReason="Essential container in task exited")
        task["containers"][0]["exitCode"] = 1
        facts = self.folder / "facts.json"
        live = self.diagnosis(task["taskArn"], "--record", facts, code=3)
        self.emulator.calls.clear()
        self.assertEqual(self.diagnosis(task["taskArn"], "--replay", facts, code=3), live)
        self.assertEqual(self.emulator.calls, [])


def main(words):
    for name in sorted(stopped.SAID):
        if any(word in name for word in words):
            code, text, error = told(name, form="text")
            print(f"=== {name}: {code}\n{text}{error}")


if __name__ == "__main__":
    main(sys.argv[1:]) if len(sys.argv) > 1 else unittest.main()
