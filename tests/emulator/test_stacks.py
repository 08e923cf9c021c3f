"""Given the template of a live stack, then the update is judged with what the stack has."""

import json
import threading
import unittest

import stack
from emulator import ACCOUNT, REGION
from moto.cloudformation.models import cloudformation_backends
from program import Story, demo
from stack import FAMILY, STACK, template


class Stacks(Story):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.role = stack.create(cls.emulator)

    def test_what_the_update_leaves_as_it_is_has_the_answers_of_the_account(self):
        path = self.write(template("*"), "stack.json")
        report = self.report("verify", path, "--stack", STACK, code=0)
        self.assertEqual(report["target"]["family"], FAMILY)
        trust = next(it for it in report["checks"] if it["id"] == "role-trust" and self.role in (it["resource"] or ""))
        self.assertEqual(trust["status"], "pass")
        self.assertIn("iam:GetRole", self.emulator.calls)

    def test_without_the_stack_its_parameters_are_unknown_and_the_exports_are_read(self):
        report = self.verify(template("*"), code=3)
        self.assertIn("pass --parameter Family=VALUE", json.dumps(report))
        self.assertNotIn("ImportValue", json.dumps(report))

    def test_a_role_that_the_update_changes_is_judged_as_it_is_written(self):
        path = self.write(template("s3:GetObject"), "stack.json")
        report = self.report("verify", path, "--stack", STACK, code=1)
        failed = [it for it in report["checks"] if it["status"] == "fail"]
        self.assertTrue(any(self.role in it["message"] for it in failed), failed)
        # No command can fix what the template writes.
        self.assertFalse(any(self.role in command for it in failed for command in it["commands"]), failed)

    def test_a_policy_that_only_the_account_has_leaves_a_role_of_the_update_unknown(self):
        iam = self.emulator.client("iam")
        statement = {"Effect": "Deny", "Action": "ssm:GetParameters", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        by_hand = iam.create_policy(PolicyName="by-hand", PolicyDocument=document)["Policy"]["Arn"]
        iam.attach_role_policy(RoleName=self.role, PolicyArn=by_hand)
        self.addCleanup(iam.detach_role_policy, RoleName=self.role, PolicyArn=by_hand)
        report = self.report("verify", self.write(template("s3:GetObject"), "stack.json"), "--stack", STACK, code=3)
        unknown = [it["message"] for it in report["checks"] if it["status"] == "unknown"]
        self.assertTrue(any(f"the account has {by_hand}, which the template does not write" in it for it in unknown), unknown)

    def test_what_the_update_removes_is_not_judged_as_it_is_now(self):
        update = template("*")
        del update["Resources"]["ExecutionRole"]
        update["Resources"]["Task"]["Properties"]["ExecutionRoleArn"] = f"arn:aws:iam::{ACCOUNT}:role/{self.role}"
        report = self.report("verify", self.write(update, "stack.json"), "--stack", STACK, code=3)
        unknown = [it["message"] for it in report["checks"] if it["status"] == "unknown"]
        self.assertTrue(any("the update removes ExecutionRole (AWS::IAM::Role)" in it for it in unknown), unknown)

    def live(self):
        """The stack, to be set to a state that moto never leaves it in."""
        stacks = cloudformation_backends[ACCOUNT][REGION].stacks.values()
        found = next(it for it in stacks if it.name == STACK)
        self.addCleanup(setattr, found, "status", found.status)
        return found

    def test_a_stack_that_refuses_an_update_fails_before_the_deploy(self):
        live = self.live()
        path = self.write(template("*"), "stack.json")
        for state, code, words in [
            ("UPDATE_COMPLETE", 0, "accepts an update"),
            ("UPDATE_ROLLBACK_COMPLETE", 0, "accepts an update"),
            ("ROLLBACK_COMPLETE", 1, "Delete the stack, and create it again"),
            ("UPDATE_ROLLBACK_FAILED", 1, "Continue the rollback"),
            ("UPDATE_FAILED", 3, "--allow-unknown=service-stack"),
            # Nothing is deployed yet, so that the role is not there either.
            ("REVIEW_IN_PROGRESS", 3, "Deploy with `aws cloudformation deploy`"),
        ]:
            with self.subTest(state):
                live.status = state
                given = ["--parameter", f"Family={FAMILY}"]
                report = self.report("verify", path, "--stack", STACK, *given, code=code)
                [stack] = [it for it in report["checks"] if it["id"] == "service-stack"]
                self.assertIn(words, stack["message"] + (stack["remedy"] or ""))
                self.assertEqual(stack["status"], {0: "pass", 1: "fail", 3: "unknown"}[code])
                if code == 3:
                    allowed = "--allow-unknown=service-stack"
                    self.report("verify", path, "--stack", STACK, *given, allowed, code=0)

    def test_wait_waits_for_the_end_of_another_update(self):
        live = self.live()
        path = self.write(template("*"), "stack.json")
        live.status = "UPDATE_IN_PROGRESS"
        self.report("verify", path, "--stack", STACK, code=1)
        ends = threading.Timer(2, lambda: setattr(live, "status", "UPDATE_COMPLETE"))
        ends.start()
        self.addCleanup(ends.join)
        self.report("verify", path, "--stack", STACK, "--wait", "40s", code=0)

    def test_a_stack_that_cannot_be_read_ends_the_run(self):
        path = self.write(template("*"), "stack.json")
        done = self.run_program("verify", path, "--stack", "other")
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("cannot read the stack", done.stderr)
        done = self.run_program("verify", self.write(demo()), "--stack", STACK)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("--stack is for a CloudFormation template", done.stderr)

    def test_a_refused_export_is_unknown_where_it_is_needed(self):
        self.emulator.refused.add("cloudformation:ListExports")
        report = self.report("verify", self.write(template("*"), "stack.json"), "--stack", STACK, code=3)
        unknown = [it for it in report["checks"] if it["status"] == "unknown"]
        self.assertTrue(all("ImportValue storefront-image" in it["message"] for it in unknown), unknown)


if __name__ == "__main__":
    unittest.main()
