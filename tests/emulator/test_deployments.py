"""Given a service, then `diagnose` finds its newest failed task, or follows its deployment to an end."""

import json
import signal
import subprocess
import time

import stopped
from program import BINARY, Story
from replay import image, within
from network import make_vpc

WEB = ("--service", "storefront", "--cluster", "production")
EVENT = "(service storefront) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster."


class Service(Story):
    def setUp(self):
        super().setUp()
        self.made = within(make_vpc(self.emulator))
        self.given = {"--service-definition": self.made["service"]}
        self.service = stopped.service_of(self.given)
        self.missing = image("storefront-new:2.7.0")
        self.emulator.play("ecs:DescribeTaskDefinition", stopped.definition_of(self.missing))

    def tearDown(self):
        self.emulator.played.clear()

    def failed(self, number=1, **more):
        arn = f"{stopped.TASK[:-1]}{number}"
        return stopped.task_of(self.missing, self.given, stoppedReason=stopped.NO_REPOSITORY, taskArn=arn, **more)

    def diagnose(self, *arguments, code):
        done = self.run_program("diagnose", *WEB, *arguments, "--format", "json")
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)["diagnosis"], done.stderr


class Newest(Service):
    def test_the_newest_task_that_failed_is_diagnosed(self):
        scaled = {"stopCode": "ServiceSchedulerInitiated", "stoppedReason": "Scaling activity initiated by (deployment ecs-svc/1)"}
        scaled = {**self.failed(1, createdAt=stopped.stamp(9, 0)), **scaled}
        older, newer = self.failed(2), self.failed(3, createdAt=stopped.stamp(8, 30))
        stopped.one_after_the_other(self.emulator, [self.service], [older, scaled, newer])
        answer, _ = self.diagnose(code=1)
        self.assertEqual(answer["task"], newer["taskArn"])
        self.assertEqual(answer["conclusion"], "cause-proven")
        self.assertEqual(answer["started_with"]["security_groups"], self.made["service"]["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"])

    def test_a_deployment_that_changed_since_says_what_is_different_now(self):
        now = {**self.service["deployments"][0], "id": "ecs-svc/9", "platformVersion": "1.3.0"}
        then = {**self.service["deployments"][0], "status": "ACTIVE"}
        stopped.one_after_the_other(self.emulator, [{**self.service, "deployments": [now, then]}], [self.failed()])
        answer, _ = self.diagnose(code=1)
        self.assertEqual(answer["changed_since"], ["the platform version: 1.4.0 then, 1.3.0 now"])

    def test_the_revision_of_a_deployment_that_is_not_listed_any_more_is_read(self):
        then = self.service["deployments"][0]
        now = {**then, "id": "ecs-svc/9", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0"]}}}
        stopped.one_after_the_other(self.emulator, [{**self.service, "deployments": [now]}], [self.failed()])
        definition = stopped.definition_of(self.missing)["taskDefinition"]["taskDefinitionArn"]
        arn = f"arn:aws:ecs:{stopped.OWN}:service-revision/production/storefront/1234567890123456789"
        revision = {**then, "serviceRevisionArn": arn, "taskDefinition": definition}
        self.emulator.play("ecs:DescribeServiceRevisions", {"serviceRevisions": [revision], "failures": []})
        answer, _ = self.diagnose(code=1)
        network = self.made["service"]["networkConfiguration"]["awsvpcConfiguration"]
        self.assertEqual(answer["started_with"]["security_groups"], network["securityGroups"])

    def test_without_a_task_the_events_and_the_deployment_are_what_is_left(self):
        event = {"id": "1", "createdAt": stopped.stamp(8, 5), "message": EVENT}
        reason = "ECS deployment circuit breaker: tasks failed to start."
        failed = stopped.progress_of(self.service, "FAILED", 0, 3, rolloutStateReason=reason)
        stopped.one_after_the_other(self.emulator, [{**failed, "events": [event]}])
        answer, _ = self.diagnose(code=1)
        self.assertEqual([it["text"] for it in answer["said"]], [reason, EVENT])
        self.assertIsNone(answer["task"])
        self.assertTrue(any("about an hour" in note for note in answer["notes"]), answer["notes"])

    def test_a_service_that_does_not_exist_is_an_error_of_the_input(self):
        self.emulator.play("ecs:ListTasks", {"taskArns": []})
        self.emulator.play("ecs:DescribeServices", {"services": [], "failures": [{"arn": "storefront", "reason": "MISSING"}]})
        done = self.run_program("diagnose", *WEB)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)


class Followed(Service):
    def test_a_deployment_that_succeeds_ends_in_a_steady_state(self):
        going = stopped.progress_of(self.service, "IN_PROGRESS", 0)
        done = stopped.progress_of(self.service, "COMPLETED", 1)
        stopped.one_after_the_other(self.emulator, [going, done])
        answer, lines = self.diagnose("--watch", code=0)
        self.assertEqual(answer["conclusion"], "steady-state")
        self.assertIn("IN_PROGRESS, 0 of 1 running", lines)
        self.assertIn("COMPLETED, 1 of 1 running", lines)

    def test_the_first_cause_that_is_proven_ends_it(self):
        going = stopped.progress_of(self.service, "IN_PROGRESS", 0)
        stopped.one_after_the_other(self.emulator, [going, going], [self.failed()])
        answer, lines = self.diagnose("--watch", code=1)
        self.assertEqual(answer["conclusion"], "cause-proven")
        self.assertIn("failed: CannotPullContainerError", lines)

    def test_a_deployment_that_was_rolled_back_is_not_steady(self):
        going = stopped.progress_of(self.service, "IN_PROGRESS", 0)
        back = stopped.progress_of(self.service, "COMPLETED", 1, id="ecs-svc/2")
        stopped.one_after_the_other(self.emulator, [going, back])
        answer, _ = self.diagnose("--watch", code=1)
        self.assertTrue(any("replaced" in note for note in answer["notes"]), answer["notes"])

    def test_the_time_ends_it_with_what_is_known(self):
        going = stopped.progress_of(self.service, "IN_PROGRESS", 0)
        stopped.one_after_the_other(self.emulator, [going])
        started = time.monotonic()
        answer, _ = self.diagnose("--watch", "--timeout", "2s", code=3)
        self.assertEqual(answer["conclusion"], "going-on")
        self.assertLess(time.monotonic() - started, 10)

    def test_a_signal_ends_it_with_what_is_known(self):
        going = stopped.progress_of(self.service, "IN_PROGRESS", 0)
        stopped.one_after_the_other(self.emulator, [going])
        pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        command = [BINARY, "diagnose", *WEB, "--watch", "--format", "json"]
        program = subprocess.Popen(command, env=self.emulator.environment(), **pipe)
        program.stderr.readline()
        program.send_signal(signal.SIGINT)
        text, _ = program.communicate(timeout=20)
        self.assertEqual(program.returncode, 130)
        self.assertEqual(json.loads(text)["diagnosis"]["conclusion"], "going-on")

    def test_only_a_service_can_be_followed(self):
        for arguments in (["0123", "--watch"], [*WEB, "--watch", "--replay", "facts.json"]):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.run_program("diagnose", *arguments).returncode, 2)
