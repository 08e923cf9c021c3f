"""Given a plan of Terraform that changes a role of the account, then the role is judged as it is after the apply."""

import json
import unittest

from emulator import ACCOUNT
from program import Story, demo

ROLE = "planned"
ARN = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
# Of no use to the task.
FEW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]}


def changed(address, before, after):
    """A resource of a plan: deleted without values after the apply, otherwise created or left."""
    actions = ["delete"] if after is None else ["create"] if before is None else ["no-op"]
    change = {"actions": actions, "before": before, "after": after, "after_unknown": {}}
    return {"address": address, "mode": "managed", "type": address.split(".")[0], "change": change}


def plan(deleted):
    """The healthy definition with a role that has two inline policies, of which the apply deletes one."""
    policies = {"all": ALL, "few": FEW}
    blocks = [{"name": name, "policy": json.dumps(policy)} for name, policy in policies.items()]
    role = {"name": ROLE, "path": "/", "arn": ARN, "assume_role_policy": json.dumps(TRUST), "inline_policy": blocks}
    containers = demo()["containerDefinitions"][:1]
    task = {
        "family": "planned",
        "requires_compatibilities": ["FARGATE"],
        "network_mode": "awsvpc",
        "cpu": "512",
        "memory": "1024",
        "execution_role_arn": ARN,
        "container_definitions": json.dumps([{**it, "dependsOn": [], "mountPoints": []} for it in containers]),
    }
    changes = [changed("aws_iam_role.r", role, role), changed("aws_ecs_task_definition.t", None, task)]
    for block in blocks:
        values = {**block, "role": ROLE}
        changes.append(changed(f"aws_iam_role_policy.{block['name']}", values, None if block["name"] == deleted else values))
    return {"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": changes}


class Plans(Story):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        iam = cls.emulator.client("iam")
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))
        for name, policy in (("all", ALL), ("few", FEW)):
            iam.put_role_policy(RoleName=ROLE, PolicyName=name, PolicyDocument=json.dumps(policy))

    def secrets(self, plan, code):
        path = self.write(plan, "plan.json")
        report = self.report("verify", path, "--only", "secret-permission", code=code)
        return {it["status"] for it in report["checks"] if it["status"] != "skip"}

    def test_an_inline_policy_that_the_plan_deletes_allows_nothing(self):
        self.assertEqual(self.secrets(plan("all"), code=1), {"fail"})

    def test_what_remains_after_the_apply_is_known(self):
        self.assertEqual(self.secrets(plan("few"), code=0), {"pass"})

    def test_a_policy_that_nobody_planned_may_remain(self):
        iam = self.emulator.client("iam")
        iam.put_role_policy(RoleName=ROLE, PolicyName="by-hand", PolicyDocument=json.dumps(FEW))
        self.addCleanup(iam.delete_role_policy, RoleName=ROLE, PolicyName="by-hand")
        self.assertEqual(self.secrets(plan("few"), code=3), {"unknown"})


if __name__ == "__main__":
    unittest.main()
