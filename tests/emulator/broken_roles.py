"""Broken accounts: roles, and the caller that passes them."""

import json

from account import policy, statement
from broken import OTHER, ROLES, fails, judged
from emulator import REGION
from replay import awslogs, fargate, volume


def trusted(emulator, role, *statements):
    document = json.dumps(policy(*statements))
    emulator.client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=document)


@fails("role-exists")
def task_role_missing(emulator, named):
    return judged(fargate({}, taskRoleArn=f"{ROLES}/storefront-none"))


@fails("role-exists")
def execution_role_missing_under_a_path(emulator, named):
    return judged(fargate({}) | {"executionRoleArn": f"{ROLES}/service/shop/storefront-none"})


@fails("role-exists")
def volume_role_missing(emulator, named):
    definition, flags = volume(sizeInGiB=20)
    return judged(definition, "--service-definition", flags["service"])


@fails("role-trust")
def role_trusts_another_service(emulator, named):
    trusted(emulator, "storefront-execution", {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    return judged(fargate({}))


@fails("role-trust")
def role_trusts_the_tasks_of_another_account(emulator, named):
    elsewhere = {"StringEquals": {"aws:SourceAccount": OTHER}}
    tasks = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole", "Condition": elsewhere}
    trusted(emulator, "storefront-task", tasks)
    return judged(fargate({}, taskRoleArn=f"{ROLES}/storefront-task"))


@fails("role-pass")
def role_may_not_be_passed(emulator, named):
    register(emulator, statement("ecs:RegisterTaskDefinition", "*"))
    return judged(fargate({}))


@fails("role-pass")
def role_may_not_be_passed_by_a_profile(emulator, named):
    register(emulator, statement("ecs:RegisterTaskDefinition", "*"))
    return judged(fargate({}), "--profile", "shop", "--region", REGION)


@fails("log-group-exists")
def log_group_missing_for_a_profile(emulator, named):
    return judged(fargate(awslogs("/ecs/none")), "--profile", "shop", "--region", REGION)


@fails("role-deployer")
def caller_may_not_register(emulator, named):
    passes = statement("iam:PassRole", f"{ROLES}/storefront-*")
    register(emulator, passes)
    return judged(fargate({}))


@fails("role-deployer")
def caller_may_not_run_tasks(emulator, named):
    return judged(fargate({}), "--run-task", {"count": 1, "cluster": "production", "launchType": "FARGATE"})


@fails("role-deployer")
def caller_may_not_create_services(emulator, named):
    service = {"serviceName": "web", "cluster": "production", "launchType": "FARGATE", "desiredCount": 1}
    return judged(fargate({}), "--service-definition", service)


def register(emulator, *statements):
    document = json.dumps(policy(*statements))
    emulator.client("iam").put_user_policy(UserName="ci", PolicyName="deploy", PolicyDocument=document)


@fails("role-service-linked")
def service_linked_role_missing(emulator, named):
    service = {"serviceName": "web", "cluster": "production", "launchType": "FARGATE", "desiredCount": 1}
    return judged(fargate({}), "--service-definition", service)
