"""Given one thing that is wrong, then that is told, where it is written, and nothing else."""

import unittest

from account import REGISTRY
from emulator import ACCOUNT, REGION
from program import Story, demo

SECRETS = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret"
PARAMETERS = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"
IMAGE = "/containerDefinitions/0/image"
SECRET = "/containerDefinitions/0/secrets/1/valueFrom"
FILE = "/containerDefinitions/0/environmentFiles/0/value"
LOG = "/containerDefinitions/0/logConfiguration"


class Faults(Story):
    def broken(self, check, subject, *arguments, **changes):
        """Judges the healthy definition after changes to its first container."""
        document = demo()
        container = document["containerDefinitions"][0]
        if "image" in changes:
            container["image"] = changes["image"]
        if "secret" in changes:
            container["secrets"][1]["valueFrom"] = changes["secret"]
        if "file" in changes:
            container["environmentFiles"][0]["value"] = changes["file"]
        if "log" in changes:
            container["logConfiguration"]["options"].update(changes["log"])
        report = self.verify(document, *arguments, code=1)
        result = self.only(report, "fail", check, subject)
        self.assertEqual(result["container"], "web")
        self.assertTrue(result["prevents"] and result["remedy"] and result["docs"], result)
        self.assertEqual(result["location"]["file"], str(self.folder / "taskdef.json"))
        return result

    def test_the_healthy_definition_passes(self):
        report = self.verify(demo(), code=0)
        self.assertEqual(report["verdict"], "pass")
        self.assertEqual(self.found(report, "fail", "unknown", "warn"), [])
        self.assertEqual(report["target"]["account"], ACCOUNT)
        self.assertEqual(report["target"]["caller"], f"arn:aws:iam::{ACCOUNT}:user/ci")

    def test_nothing_is_written_and_no_value_is_read(self):
        self.verify(demo(), code=0)
        verbs = {call.split(":")[1].split("_")[0] for call in self.emulator.calls}
        self.assertTrue(verbs)
        for verb in verbs:
            self.assertRegex(verb, "^(Get|BatchGet|Describe|List|HEAD)")
        for call in ("GetSecretValue", "BatchGetSecretValue", "GetParameter", "GetParameters", "Decrypt"):
            self.assertNotIn(call, verbs)

    def test_a_reference_that_cannot_be_read(self):
        self.broken("image-reference", IMAGE, image=f"{REGISTRY}/Storefront:2.7.0")

    def test_a_tag_that_is_not_there(self):
        result = self.broken("image-exists", IMAGE, image=f"{REGISTRY}/storefront:2.8.0")
        self.assertIn("2.8.0", result["message"])
        self.assertTrue(any(line.startswith("ecr:DescribeImages") for line in result["evidence"]))

    def test_a_repository_that_is_not_there(self):
        result = self.broken("image-exists", IMAGE, image=f"{REGISTRY}/shopfront:2.7.0")
        self.assertIn("there is no repository shopfront", result["message"])

    def test_an_image_for_another_architecture(self):
        result = self.broken("image-platform", IMAGE, image=f"{REGISTRY}/storefront-worker:2.7.0-graviton")
        self.assertIn("linux/arm64", result["message"])

    def test_a_secret_that_is_not_there(self):
        result = self.broken("secret-exists", SECRET, secret=f"{SECRETS}:storefront/none-AbCdEf")
        self.assertTrue(any("ResourceNotFoundException" in line for line in result["evidence"]))

    def test_a_secret_that_is_to_be_deleted(self):
        result = self.broken("secret-exists", SECRET, secret=self.named["legacy"])
        self.assertIn("deletion", result["message"])
        self.assertIn("restore-secret", result["commands"][0])

    def test_a_version_and_a_stage_that_are_not_there(self):
        version = "00000000-0000-4000-8000-000000000000"
        self.broken("secret-exists", SECRET, secret=f"{self.named['session']}:::{version}")
        result = self.broken("secret-exists", SECRET, secret=f"{self.named['session']}::AWSPENDING:")
        self.assertIn("AWSCURRENT", result["message"])

    def test_a_json_key_that_is_not_there(self):
        secret = f"{self.named['database']}:passwort::"
        self.broken("secret-json-key", SECRET, "--read-secrets", secret=secret)

    def test_a_value_that_is_no_json(self):
        secret = f"{self.named['session']}:password::"
        self.broken("secret-json-key", SECRET, "--read-secrets", secret=secret)

    def test_a_reference_of_another_partition(self):
        secret = f"arn:aws-cn:secretsmanager:cn-north-1:{ACCOUNT}:secret:a-AbCdEf"
        report = self.verify_with_secret(secret)
        self.assertIn(("secret-reference", SECRET), self.found(report, "fail"))

    def verify_with_secret(self, secret):
        document = demo()
        document["containerDefinitions"][0]["secrets"][1]["valueFrom"] = secret
        return self.verify(document, code=1)

    def test_a_parameter_that_is_not_there(self):
        for written in (f"{PARAMETERS}/storefront/none", "/storefront/none"):
            with self.subTest(written=written):
                result = self.broken("parameter-exists", SECRET, secret=written)
                self.assertIn("/storefront/none", result["message"])

    def test_a_parameter_that_another_account_does_not_share(self):
        foreign = f"arn:aws:ssm:{REGION}:444455556666:parameter/shared"
        self.broken("parameter-exists", SECRET, secret=foreign)

    def test_an_environment_file_that_is_not_there(self):
        self.broken("environment-file-exists", FILE, file="arn:aws:s3:::storefront-config/none.env")
        self.broken("environment-file-exists", FILE, file="arn:aws:s3:::no-such-bucket-anywhere/none.env")

    def test_a_log_group_that_is_not_there(self):
        result = self.broken("log-group-exists", LOG, log={"awslogs-group": "/ecs/storefront-old"})
        self.assertIn("create-log-group", result["commands"][0])
        result = self.broken("log-group-exists", LOG, log={"awslogs-region": "us-west-2"})
        self.assertIn("in us-west-2", result["message"])

    def test_a_log_group_that_the_role_may_not_create(self):
        options = {"awslogs-group": "/ecs/none", "awslogs-create-group": "true"}
        document = demo()
        document["containerDefinitions"][0]["logConfiguration"]["options"].update(options)
        report = self.verify(document, code=1)
        failed = [("log-group-create-permission", LOG), ("log-write-permission", LOG)]
        self.assertEqual(self.found(report, "fail", "unknown"), failed)


if __name__ == "__main__":
    unittest.main()
