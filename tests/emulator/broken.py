"""Broken accounts: each story breaks one thing in the healthy account, and names the checks that fail."""

import json
from collections import namedtuple

from account import policy, statement
from emulator import ACCOUNT, REGION

# What a story leaves to be judged: a definition, and arguments; those that are documents become files.
Judged = namedtuple("Judged", "definition arguments edited")
Story = namedtuple("Story", "checks tell status then rest")

STORIES = {}
OTHER = "444455556666"
ELSEWHERE = statement("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:other")
ROLES = f"arn:aws:iam::{ACCOUNT}:role"
EXECUTION = f"{ROLES}/storefront-execution"


def fails(*checks, status="fail", then="pass", rest=None):
    """Registers a story, in which these checks fail; `then` is what their commands make of them. Where the
    commands cannot be all of it, `rest` are words of the remedy that say what is left to do."""

    def register(tell):
        STORIES[tell.__name__.replace("_", "-")] = Story(checks, tell, status, then, rest)
        return tell

    return register


def warns(*checks):
    """Registers a story, in which these checks warn."""
    return fails(*checks, status="warn")


def judged(definition, *arguments, edited=None):
    """`edited` makes of the result what is to be judged after the edit that its remedy names, if it names one."""
    return Judged(definition, arguments, edited)


def inline(emulator, role="storefront-execution", name="start"):
    """The statements of an inline policy."""
    answer = emulator.client("iam").get_role_policy(RoleName=role, PolicyName=name)
    return answer["PolicyDocument"]["Statement"]


def allow_only(emulator, *statements, role="storefront-execution", name="start"):
    """Replaces an inline policy, and leaves the policy that pulls."""
    document = json.dumps(policy(*(statements or [ELSEWHERE])))
    emulator.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)


def lacking(emulator, *services):
    """Takes these services from the inline policy of the execution role."""

    def left(it):
        actions = it["Action"] if isinstance(it["Action"], list) else [it["Action"]]
        return not any(action.split(":")[0] in services for action in actions)

    allow_only(emulator, *[it for it in inline(emulator) if left(it)])


def bound(emulator, *statements, role="storefront-execution"):
    """Puts a permissions boundary on a role."""
    iam = emulator.client("iam")
    document = json.dumps(policy(*statements))
    arn = iam.create_policy(PolicyName=f"{role}-boundary", PolicyDocument=document)["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=arn)
