"""Who may do what, and what is missing: `can` and `policy` against the emulated account and its recording."""

import json
import unittest

import account
from program import ROOT, Story, demo
from emulator import ACCOUNT, REGION

PULL = "storefront-execution"


class Asked(Story):
    """Each test has its own policies, and leaves those of the account as they were."""

    def setUp(self):
        super().setUp()
        self.iam = self.emulator.client("iam")
        self.start = self.iam.get_role_policy(RoleName=PULL, PolicyName="start")["PolicyDocument"]
        self.addCleanup(self.grant, self.start["Statement"])

    def grant(self, statements):
        document = json.dumps(account.policy(*statements))
        self.iam.put_role_policy(RoleName=PULL, PolicyName="start", PolicyDocument=document)

    def without(self, action):
        """The statements of the role, without this action."""
        left = []
        for statement in self.start["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            kept = [it for it in actions if it != action]
            if kept:
                left.append({**statement, "Action": kept})
        self.assertNotEqual(left, self.start["Statement"])
        return left


class Missing(Asked):
    def missing(self, whom, code, *more, definition=None):
        """What is missing, as (action, resource), and what is said beside it."""
        path = self.write(definition or demo())
        done = self.run_program("policy", path, "--for", whom, "--missing", *more)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        found = set()
        for statement in json.loads(done.stdout)["Statement"]:
            self.assertEqual(statement["Effect"], "Allow")
            found |= {(a, r) for a in statement["Action"] for r in statement["Resource"]}
        return found, done.stderr

    def test_nothing_is_missing_in_a_healthy_account(self):
        for whom in ("execution-role", "task-role", "deployer"):
            with self.subTest(whom=whom):
                if whom == "deployer":
                    # The user of the demo has no need to describe what it registers.
                    more = {"ecs:DescribeTaskDefinition"}
                    found, _ = self.missing(whom, 1)
                    self.assertEqual({action for action, _ in found}, more)
                    continue
                if whom == "task-role":
                    definition = demo()
                    definition.setdefault("taskRoleArn", f"arn:aws:iam::{ACCOUNT}:role/storefront-task")
                    found, said = self.missing(whom, 0, definition=definition)
                else:
                    found, said = self.missing(whom, 0)
                self.assertEqual(found, set())
                self.assertIn("nothing is missing", said)

    def test_each_right_that_is_taken_away_is_the_one_that_is_missing(self):
        rights = {it for s in self.start["Statement"] for it in (s["Action"] if isinstance(s["Action"], list) else [s["Action"]])}
        self.assertIn("kms:Decrypt", rights)
        for action in sorted(rights):
            with self.subTest(action=action):
                self.grant(self.without(action))
                found, _ = self.missing("execution-role", 1)
                self.assertEqual({it for it, _ in found}, {action})

    def test_what_is_printed_mends_it(self):
        self.grant([account.statement("s3:ListAllMyBuckets", "*")])
        path = self.write(demo())
        done = self.run_program("policy", path, "--for", "execution-role", "--missing")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.verify(demo(), code=1)
        self.grant(json.loads(done.stdout)["Statement"])
        self.assertEqual(self.missing("execution-role", 0)[0], set())
        report = self.verify(demo(), code=0)
        self.assertEqual(self.found(report, "fail", "unknown"), [])

    def test_a_right_on_other_things_is_missing_on_these(self):
        self.grant([*self.without("ssm:GetParameters"), account.statement("ssm:GetParameters", "arn:aws:ssm:*:*:parameter/other/*")])
        found, _ = self.missing("execution-role", 1)
        own = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/storefront"
        self.assertEqual(found, {("ssm:GetParameters", f"{own}/{name}") for name in ("log-level", "payment-token")})

    def test_what_cannot_be_read_is_open(self):
        for call in ("iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"):
            with self.subTest(call=call):
                self.emulator.restore()
                self.emulator.refused.add(call)
                _, said = self.missing("execution-role", 3)
                self.assertIn("cannot be determined", said)
                self.assertIn(call, said)

    def test_what_depends_on_the_request_is_open_and_stays_in_the_policy(self):
        fenced = [
            {**statement, "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}
            if statement["Action"] == "ssm:GetParameters"
            else statement
            for statement in self.start["Statement"]
        ]
        self.grant(fenced)
        found, said = self.missing("execution-role", 3)
        self.assertEqual({action for action, _ in found}, {"ssm:GetParameters"})
        self.assertIn("aws:SourceVpce", said)

    def test_a_recording_says_the_same(self):
        found, _ = self.missing("execution-role", 0, "--replay", ROOT / "demo/account.json")
        self.assertEqual(found, set())
        powerless = json.loads((ROOT / "demo/account.json").read_text())
        for fact in powerless["facts"]:
            if fact["call"] == "iam:GetRolePolicy":
                fact["answer"] = {"Ok": {"found": account.policy()}}
        recording = self.write(powerless, "powerless.json")
        found, _ = self.missing("execution-role", 1, "--replay", recording)
        self.assertIn("secretsmanager:GetSecretValue", {action for action, _ in found})


class Preflight(Asked):
    def test_the_program_asks_nothing_that_its_own_policy_does_not_name(self):
        self.emulator.calls.clear()
        self.verify(demo("broken"), code=1)
        made = {call for call in self.emulator.calls if not call.startswith("sts:")}
        done = self.run_program("policy", "--for", "preflight")
        self.assertEqual(done.returncode, 0, done.stderr)
        named = {it for s in json.loads(done.stdout)["Statement"] for it in s["Action"]}
        # S3 is asked over HTTP methods, and HEAD of an object takes the right to read it.
        made = {"s3:GetObject" if call == "s3:HEAD" else call for call in made}
        self.assertEqual({call for call in made if call not in named and call != "s3:GET"}, set())
        self.assertNotIn("secretsmanager:GetSecretValue", named)


class Can(Asked):
    def can(self, *question, code):
        done = self.run_program("can", *question)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def answered(self, *question, code):
        return json.loads(self.can(*question, "-o", "json", code=code))

    def setUp(self):
        super().setUp()
        self.secret = self.named["session"]

    def test_what_is_allowed_names_the_statement(self):
        text = self.can(PULL, "secretsmanager:GetSecretValue", self.secret, code=0)
        self.assertTrue(text.startswith("allow\n"), text)
        self.assertIn("inline policy `start` of role `storefront-execution`", " ".join(text.split()))
        answer = self.answered(PULL, "secretsmanager:GetSecretValue", self.secret, code=0)
        self.assertEqual(answer["answer"], "allow")
        self.assertEqual(answer["principal"], f"arn:aws:iam::{ACCOUNT}:role/{PULL}")
        self.assertEqual([it["index"] for it in answer["statements"]], [1])
        self.assertIsNone(answer["fix"])

    def test_what_is_denied_comes_with_the_nearest_miss_and_a_command_that_mends_it(self):
        other = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/other/level"
        text = self.can(PULL, "ssm:GetParameters", other, code=1)
        self.assertTrue(text.startswith("deny\n"), text)
        command = next(line for line in text.splitlines() if line.startswith("  fix "))
        self.assertIn("$ aws iam put-role-policy --role-name storefront-execution", command)
        self.assertEqual(text.splitlines()[-1], command)
        for line in text.splitlines():
            self.assertTrue(len(line) <= 100 or line == command or "arn:" in line, line)
        answer = self.answered(PULL, "s3:PutObject", "arn:aws:s3:::storefront-config/x", code=1)
        self.assertEqual(answer["answer"], "deny")
        self.assertIn("put-role-policy", answer["fix"])

    def test_a_statement_that_denies_is_named_and_no_command_promises_to_help(self):
        self.grant([*self.start["Statement"], {"Sid": "Never", "Effect": "Deny", "Action": "secretsmanager:*", "Resource": "*"}])
        answer = self.answered(PULL, "secretsmanager:GetSecretValue", self.secret, code=1)
        self.assertEqual([it["sid"] for it in answer["statements"]], ["Never"])
        self.assertIsNone(answer["fix"])

    def test_what_depends_names_the_key_and_is_settled_by_its_value(self):
        self.grant([{**account.statement("ssm:GetParameters", "*"), "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}])
        question = (PULL, "ssm:GetParameters", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/storefront/log-level")
        text = self.can(*question, code=3)
        self.assertTrue(text.startswith("depends\n"), text)
        self.assertIn("aws:SourceVpce", text)
        self.can(*question, "--context", "aws:SourceVpce=vpce-1", code=0)
        self.can(*question, "--context", "aws:SourceVpce=vpce-2", code=1)

    def test_a_service_and_a_user_can_be_asked_for_too(self):
        role = f"arn:aws:iam::{ACCOUNT}:role/{PULL}"
        self.can("ecs-tasks.amazonaws.com", "sts:AssumeRole", role, code=0)
        self.can("ecs.amazonaws.com", "sts:AssumeRole", role, code=1)
        user = f"arn:aws:iam::{ACCOUNT}:user/ci"
        self.can(user, "iam:PassRole", role, "--context", "iam:PassedToService=ecs-tasks.amazonaws.com", code=0)
        self.can(user, "iam:PassRole", role, "--context", "iam:PassedToService=ecs.amazonaws.com", code=1)

    def test_what_cannot_be_read_matters_only_where_it_decides(self):
        self.emulator.refused.add("iam:GetRolePolicy")
        text = self.can(PULL, "secretsmanager:GetSecretValue", self.secret, code=3)
        self.assertIn("could not be read", " ".join(text.split()))

    def test_only_the_answer_is_printed_if_nothing_else_is_wanted(self):
        self.assertEqual(self.can(PULL, "secretsmanager:GetSecretValue", self.secret, "--quiet", code=0), "allow\n")

    def test_a_question_about_nobody_or_nothing_is_no_answer(self):
        for question in (("no-such-role", "s3:GetObject", "*"), (PULL, "GetObject", "*"), (PULL, "s3:GetObject", "bucket")):
            with self.subTest(question=question):
                done = self.run_program("can", *question)
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
