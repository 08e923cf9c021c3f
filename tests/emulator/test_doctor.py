"""Can the program do its work here? `doctor` against the emulated account, and without one."""

import json
import time
import unittest

import account
from emulator import ACCOUNT, REGION
from program import Story

CALLER = f"arn:aws:iam::{ACCOUNT}:user/ci"


class Doctor(Story):
    """The caller of the account, with policies of these tests only."""

    def setUp(self):
        super().setUp()
        self.iam = self.emulator.client("iam")
        self.kept = {
            name: self.iam.get_user_policy(UserName="ci", PolicyName=name)["PolicyDocument"]
            for name in self.iam.list_user_policies(UserName="ci")["PolicyNames"]
        }
        for name in self.kept:
            self.iam.delete_user_policy(UserName="ci", PolicyName=name)
        self.addCleanup(self.give_back)

    def give_back(self):
        self.emulator.restore()
        for name in self.iam.list_user_policies(UserName="ci")["PolicyNames"]:
            self.iam.delete_user_policy(UserName="ci", PolicyName=name)
        for name, document in self.kept.items():
            self.iam.put_user_policy(UserName="ci", PolicyName=name, PolicyDocument=json.dumps(document))

    def allow(self, name, document):
        self.iam.put_user_policy(UserName="ci", PolicyName=name, PolicyDocument=json.dumps(document))

    def whole_policy(self):
        return json.loads(self.run_program("policy", "--for", "preflight").stdout)

    def finding(self, report, id):
        return next(it for it in report["findings"] if it["id"] == id)

    def test_with_its_policy_it_is_ready(self):
        self.allow("preflight", self.whole_policy())
        report = self.report("doctor", code=0)
        self.assertEqual(report["answer"], "ready")
        self.assertEqual((report["caller"], report["account"]), (CALLER, ACCOUNT))
        self.assertEqual(report["region"], {"name": REGION, "from": "AWS_REGION"})
        self.assertEqual(report["credentials"]["source"], "AWS_ACCESS_KEY_ID in the environment")
        self.assertLess(abs(report["clock_ahead_seconds"]), 60)
        self.assertIn({"kind": "endpoint", "by": "AWS_ENDPOINT_URL", "value": self.emulator.url}, report["settings"])
        rights = report["rights"]
        self.assertEqual((rights["denied"], rights["unknown"], rights["policy"]), ([], [], None))
        self.assertEqual(rights["checks_that_lack_rights"], [])
        text = self.run_program("doctor").stdout
        self.assertTrue(text.startswith("ready\n"), text)
        self.assertIn(CALLER, text)

    def test_it_only_reads(self):
        self.allow("preflight", self.whole_policy())
        self.emulator.calls.clear()
        self.report("doctor", code=0)
        self.assertIn("sts:GetCallerIdentity", self.emulator.calls)
        for call in self.emulator.calls:
            self.assertRegex(call, "^(sts:Get|iam:(Get|List|Simulate)|organizations:(Describe|List))")

    def test_what_is_missing_is_named_with_its_checks_and_the_policy_that_allows_it(self):
        whole = self.whole_policy()
        missing = {"ecr:DescribeImages", "logs:DescribeLogGroups"}
        for statement in whole["Statement"]:
            statement["Action"] = [it for it in statement["Action"] if it not in missing]
        self.allow("preflight", whole)
        rights = self.report("doctor", code=1)["rights"]
        self.assertEqual({it["action"] for it in rights["denied"]}, missing)
        lacking = {it["id"]: it["denied"] for it in rights["checks_that_lack_rights"]}
        self.assertEqual(lacking["image-exists"], ["ecr:DescribeImages"])
        self.assertEqual(lacking["log-group-exists"], ["logs:DescribeLogGroups"])
        self.assertNotIn("secret-exists", lacking)
        self.assertEqual({it for s in rights["policy"]["Statement"] for it in s["Action"]}, missing)
        self.allow("rest", rights["policy"])
        self.assertEqual(self.report("doctor", code=0)["answer"], "ready")

    def test_a_right_on_some_resources_is_a_warning(self):
        whole = self.whole_policy()
        for statement in whole["Statement"]:
            statement["Action"] = [it for it in statement["Action"] if it != "secretsmanager:DescribeSecret"]
        self.allow("preflight", whole)
        some = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:web/*"
        self.allow("some", account.policy(account.statement("secretsmanager:DescribeSecret", some)))
        report = self.report("doctor", code=0)
        self.assertEqual(report["rights"]["on_some"], [{"action": "secretsmanager:DescribeSecret", "resources": [some]}])
        self.assertEqual(self.finding(report, "rights")["status"], "warn")

    def test_a_denial_of_some_resources_is_named(self):
        self.allow("preflight", self.whole_policy())
        some = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/*"
        others = "arn:aws:s3:::state/*"
        deny = {"Effect": "Deny", "Action": "*", "Resource": [some, others]}
        self.allow("deny", {"Version": "2012-10-17", "Statement": [deny]})
        report = self.report("doctor", code=0)
        excepted = {it["action"]: it["resources"] for it in report["rights"]["except"]}
        self.assertEqual(excepted["secretsmanager:DescribeSecret"], [some])
        # The other resource is of another service.
        self.assertEqual({it for on in excepted.values() for it in on}, {some, others})
        self.assertNotIn("ecr:DescribeImages", excepted)
        self.assertEqual(self.finding(report, "rights")["status"], "warn")
        text = self.run_program("doctor").stdout
        self.assertIn("Allowed, but not on these resources\n", text)

    def test_a_denial_of_all_but_some_resources_is_no_denial_of_these(self):
        self.allow("preflight", self.whole_policy())
        some = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/web"
        deny = {"Effect": "Deny", "Action": "ecr:DescribeImages", "NotResource": some}
        self.allow("deny", {"Version": "2012-10-17", "Statement": [deny]})
        report = self.report("doctor", code=0)
        self.assertEqual(report["rights"]["on_some"], [{"action": "ecr:DescribeImages", "resources": [some]}])
        self.assertEqual(report["rights"]["denied"], [])

    def test_a_list_of_log_groups_is_about_no_group(self):
        """AWS checks it on `log-group::log-stream:`, which a pattern for all log groups matches."""
        whole = self.whole_policy()
        for statement in whole["Statement"]:
            statement["Action"] = [it for it in statement["Action"] if it != "logs:DescribeLogGroups"]
        self.allow("preflight", whole)
        for resource, code in ((f"arn:aws:logs:{REGION}:{ACCOUNT}:*", 0), ("arn:aws:logs:*:*:log-group:/web:*", 1)):
            self.allow("logs", account.policy(account.statement("logs:DescribeLogGroups", resource)))
            rights = self.report("doctor", code=code)["rights"]
            self.assertEqual("logs:DescribeLogGroups" in rights["allowed"], code == 0, resource)

    def test_what_is_not_asked_is_named(self):
        self.allow("preflight", self.whole_policy())
        text = " ".join(self.run_program("doctor").stdout.split())
        for words in ("Not asked", "registries other than Amazon ECR", "--read-secrets", "VPC endpoints"):
            self.assertIn(words, text)
        self.assertEqual(len(self.report("doctor", code=0)["not_asked"]), 4)
        self.emulator.refused.add("sts:GetCallerIdentity")
        report = self.report("doctor", code=3)
        rights = self.finding(report, "rights")
        self.assertEqual((rights["status"], rights["message"]), ("skip", "not asked, because of the caller"))

    def test_an_explicit_deny_counts(self):
        self.allow("preflight", self.whole_policy())
        deny = {"Effect": "Deny", "Action": "ec2:Describe*", "Resource": "*"}
        self.allow("deny", {"Version": "2012-10-17", "Statement": [deny]})
        rights = self.report("doctor", code=1)["rights"]
        self.assertIn("ec2:DescribeSubnets", {it["action"] for it in rights["denied"]})

    def test_policies_that_cannot_be_read_are_unknown(self):
        self.allow("preflight", self.whole_policy())
        self.emulator.refused |= {"iam:GetUser", "iam:ListUserPolicies", "iam:SimulatePrincipalPolicy"}
        report = self.report("doctor", code=3)
        self.assertEqual(report["answer"], "unknown")
        self.assertIn("iam:", self.finding(report, "rights")["message"])

    def test_a_caller_that_cannot_be_asked_is_unknown(self):
        self.emulator.refused.add("sts:GetCallerIdentity")
        report = self.report("doctor", code=3)
        self.assertEqual((report["caller"], report["rights"]), (None, None))

    def test_without_credentials_it_says_what_it_can_say(self):
        nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
        report = self.report("doctor", code=4, **nobody)
        self.assertEqual(report["answer"], "not_ready")
        credentials = self.finding(report, "credentials")
        self.assertEqual(credentials["status"], "fail")
        self.assertIn("aws sso login", credentials["fix"])
        self.assertIn(self.emulator.url, self.finding(report, "endpoints")["message"])

    def test_without_a_region_the_credentials_are_shown_and_nothing_is_asked(self):
        self.emulator.calls.clear()
        report = self.report("doctor", code=4, AWS_REGION="")
        self.assertEqual(self.finding(report, "region")["status"], "fail")
        self.assertEqual(self.finding(report, "credentials")["status"], "pass")
        self.assertEqual(self.emulator.calls, [])

    def test_a_password_of_a_proxy_is_not_shown(self):
        done = self.run_program("doctor", HTTPS_PROXY="http://me:hunter2@proxy.example:3128")
        self.assertIn("http://***@proxy.example:3128 (HTTPS_PROXY)", " ".join(done.stdout.split()))
        self.assertNotIn("hunter2", done.stdout + done.stderr)

    def test_a_silent_account_ends_with_the_timeout(self):
        self.emulator.delay = 5.0
        began = time.monotonic()
        report = self.report("doctor", "--timeout", "1s", code=3)
        self.assertLess(time.monotonic() - began, 4.0)
        self.assertEqual(report["answer"], "unknown")


if __name__ == "__main__":
    unittest.main()
