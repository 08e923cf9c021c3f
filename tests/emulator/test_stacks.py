"""Given the template of a live stack, then the update is judged with what the stack has."""

import json
import unittest

from emulator import ACCOUNT, REGION
from program import Story, demo

IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/storefront:2.7.0"
STACK = "storefront"


def properties(fields):
    """The properties of CloudFormation for these fields of the API."""
    if isinstance(fields, dict):
        return {
            name[0].upper() + name[1:]: value if name == "options" else properties(value) for name, value in fields.items()
        }
    return [properties(it) for it in fields] if isinstance(fields, list) else fields


def template(*actions):
    """The healthy definition with an execution role of these permissions, a parameter and an export."""
    task = properties(demo())
    task["ExecutionRoleArn"] = {"Fn::GetAtt": ["ExecutionRole", "Arn"]}
    task["ContainerDefinitions"][0]["Image"] = {"Fn::ImportValue": "storefront-image"}
    task["Family"] = {"Ref": "Family"}
    trust = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    statements = [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]
    role = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}],
    }
    return {
        "Parameters": {"Family": {"Type": "String"}},
        "Resources": {
            "ExecutionRole": {"Type": "AWS::IAM::Role", "Properties": role},
            "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": task},
        },
    }


class Stacks(Story):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stacks = cls.emulator.client("cloudformation")
        exported = {
            "Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/exporter"}}},
            "Outputs": {"Image": {"Value": IMAGE, "Export": {"Name": "storefront-image"}}},
        }
        stacks.create_stack(StackName="exporter", TemplateBody=json.dumps(exported))
        parameters = [{"ParameterKey": "Family", "ParameterValue": "storefront"}]
        stacks.create_stack(
            StackName=STACK, TemplateBody=json.dumps(template("*")), Parameters=parameters, Capabilities=["CAPABILITY_IAM"]
        )
        resource = stacks.describe_stack_resource(StackName=STACK, LogicalResourceId="ExecutionRole")
        cls.role = resource["StackResourceDetail"]["PhysicalResourceId"]
        # moto keeps the policies of a template as Python, which is no JSON.
        [policy] = template("*")["Resources"]["ExecutionRole"]["Properties"]["Policies"]
        cls.emulator.client("iam").put_role_policy(
            RoleName=cls.role, PolicyName="own", PolicyDocument=json.dumps(policy["PolicyDocument"])
        )

    def test_what_the_update_leaves_as_it_is_has_the_answers_of_the_account(self):
        path = self.write(template("*"), "stack.json")
        report = self.report("verify", path, "--stack", STACK, code=0)
        self.assertEqual(report["target"]["family"], "storefront")
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
        document = json.dumps({"Version": "2012-10-17", "Statement": []})
        by_hand = iam.create_policy(PolicyName="by-hand", PolicyDocument=document)["Policy"]["Arn"]
        iam.attach_role_policy(RoleName=self.role, PolicyArn=by_hand)
        self.addCleanup(iam.detach_role_policy, RoleName=self.role, PolicyArn=by_hand)
        report = self.report("verify", self.write(template("s3:GetObject"), "stack.json"), "--stack", STACK, code=3)
        unknown = [it["message"] for it in report["checks"] if it["status"] == "unknown"]
        self.assertTrue(any(f"the account has {by_hand}, which the template does not write" in it for it in unknown), unknown)

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
