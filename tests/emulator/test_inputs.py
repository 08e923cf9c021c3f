"""Given a definition in any of its forms, in the right account or not, then it is judged or refused."""

import json
import socket
import time
import unittest

import yaml
from emulator import ACCOUNT, REGION
from program import Story, demo

PLANTED = "correct horse battery staple"


class Forms(Story):
    def test_a_registered_family_a_revision_and_an_arn(self):
        ecs = self.emulator.client("ecs")
        document = {**demo(), "family": "registered"}
        document["containerDefinitions"][0]["environment"] = [{"name": "PORT", "value": PLANTED}]
        for _ in range(2):
            arn = ecs.register_task_definition(**document)["taskDefinition"]["taskDefinitionArn"]
        for name in ("registered", "registered:1", "registered:2", arn):
            with self.subTest(name=name):
                report = self.report("verify", name, code=0)
                self.assertEqual(report["target"]["family"], "registered")
                self.assertEqual({it["location"] for it in report["checks"]}, {None})
                self.assertNotIn(PLANTED, json.dumps(report))

    def test_no_such_family_is_an_error_of_the_input(self):
        done = self.run_program("verify", "no-such-family")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("no-such-family", done.stderr)

    def test_standard_input_and_a_file_url(self):
        path = self.write(demo())
        self.assertEqual(self.report("verify", f"file://{path}", code=0)["verdict"], "pass")
        report = self.report("verify", "-", stdin=json.dumps(demo()), code=0)
        self.assertEqual(report["target"]["source"], "-")

    def test_yaml_and_the_output_of_describe_task_definition(self):
        text = yaml.safe_dump(demo("broken"), sort_keys=False)
        path = self.write(text, "taskdef.yaml")
        report = self.report("verify", path, code=1)
        image = next(it for it in report["checks"] if it["id"] == "image-exists" and it["status"] == "fail")
        lines = text.splitlines()
        self.assertIn("2.8.0", lines[image["location"]["line"] - 1])
        wrapped = self.verify({"taskDefinition": demo()}, code=0)
        self.assertEqual(wrapped["target"]["family"], "storefront")

    def test_two_definitions_have_one_verdict(self):
        first, second = self.write(demo(), "a.json"), self.write(demo("broken"), "b.json")
        report = self.report("verify", first, second, code=1)
        self.assertEqual(report["verdict"], "fail")
        self.assertEqual([it["verdict"] for it in report["targets"]], ["pass", "fail"])
        for key, sum_of_all in report["summary"].items():
            self.assertEqual(sum_of_all, sum(it["summary"][key] for it in report["targets"]))

    def test_what_is_no_definition_is_refused(self):
        for text in ("", "{", "[1]", "a: [", '{"Statement": []}'):
            with self.subTest(text=text):
                done = self.run_program("verify", self.write(text))
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertNotIn("panicked", done.stderr)

    def test_many_parameters_take_few_calls(self):
        document = demo()
        secrets = [{"name": f"V{n}", "valueFrom": f"/storefront/v{n}"} for n in range(25)]
        document["containerDefinitions"][0]["secrets"] = secrets
        document["containerDefinitions"] = document["containerDefinitions"][:1]
        self.emulator.delay = 0.02
        report = self.verify(document, code=1)
        self.assertEqual(report["summary"]["fail"], 25)
        self.assertEqual(self.emulator.calls.count("ssm:DescribeParameters"), 3)


class Places(Story):
    def test_another_account_or_region_than_expected_is_no_verdict(self):
        path = self.write(demo())
        self.report("verify", path, "--expect-account", ACCOUNT, "--expect-region", REGION, code=0)
        for flag, value in (("--expect-account", "444455556666"), ("--expect-region", "us-east-1")):
            with self.subTest(flag=flag):
                self.emulator.calls.clear()
                done = self.run_program("verify", path, flag, value)
                self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
                self.assertIn(value, done.stderr)
                self.assertLessEqual(set(self.emulator.calls), {"sts:GetCallerIdentity"})

    def test_without_credentials_there_is_no_verdict_and_it_does_not_take_long(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
            started = time.monotonic()
            done = self.run_program(
                "verify",
                self.write(demo()),
                AWS_ACCESS_KEY_ID="",
                AWS_SECRET_ACCESS_KEY="",
                AWS_EC2_METADATA_DISABLED="false",
                AWS_EC2_METADATA_SERVICE_ENDPOINT=endpoint,
            )
            took = time.monotonic() - started
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("no AWS credentials", done.stderr)
        self.assertLess(took, 2)

    def test_without_a_region_there_is_no_verdict(self):
        done = self.run_program("verify", self.write(demo()), AWS_REGION="")
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("--region", done.stderr)


if __name__ == "__main__":
    unittest.main()
