"""Broken documents, whose remedies name the edit word for word: the test makes it."""

import copy
import json
import re

import account
from account import REGISTRY
from broken import fails, judged, warns
from emulator import ACCOUNT, REGION
from replay import awslogs, fargate, secret, volume


def as_told(definition, result):
    """A copy of the definition, after the edit at the place of the result that its remedy names."""
    changed = copy.deepcopy(definition)
    *parents, last = [int(it) if it.isdigit() else it for it in result["subject"].split("/")[1:]]
    holder = changed
    for key in parents:
        holder = holder[key]
    remedy = result["remedy"]
    value = re.match(r"(?:Name one of:|Set \w+ to(?: one of:)?) (\w+)", remedy)
    if value:
        holder[last] = value.group(1)
    elif re.match(rf"Remove (?:it|{last})\b", remedy):
        del holder[last]
    else:
        raise AssertionError(f"this names no edit: {remedy}")
    return changed


def edited_as_told(definition):
    return judged(definition, edited=lambda result: judged(as_told(definition, result)))


def launched(definition, service, **more):
    return judged(definition, "--service-definition", service, **more)


@fails("definition-schema")
def definition_as_it_was_described(emulator, named):
    arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/storefront:7"
    described = fargate({}) | {"taskDefinitionArn": arn, "revision": 7, "status": "ACTIVE"}

    def as_told(result):
        fields = re.findall(r"\.(\w+)", re.search(r"jq 'del\((.*)\)'", result["remedy"]).group(1))
        return judged({name: it for name, it in described.items() if name not in fields})

    return judged(described, "--for", "aws-cli", edited=as_told)


@fails("secret-reference")
def parameter_name_with_a_version(emulator, named):
    return judged(
        secret("/storefront/log-level:1"),
        edited=lambda result: judged(secret(re.search(r"Write the name alone: (\S+)\. ", result["remedy"]).group(1))),
    )


@warns("secret-exists")
def secret_by_its_incomplete_arn(emulator, named):
    return judged(
        secret(named["session"][:-7]),
        edited=lambda result: judged(secret(re.search(r"Use the full ARN: (\S+)", result["remedy"]).group(1))),
    )


@fails("ebs-volume-config")
def volume_is_not_configured_at_launch(emulator, named):
    account.make_volumes(emulator)
    definition, flags = volume(sizeInGiB=20)
    definition["volumes"] = [{"name": "data"}]

    def as_told(result):
        name = re.search(r"Set configuredAtLaunch of volume (\S+) in the definition to true", result["remedy"]).group(1)
        launch = [{**it, "configuredAtLaunch": True} if it["name"] == name else it for it in definition["volumes"]]
        return launched({**definition, "volumes": launch}, flags["service"])

    return launched(definition, flags["service"], edited=as_told)


@fails("ebs-volume-config")
def volume_is_not_in_the_definition(emulator, named):
    account.make_volumes(emulator)
    definition, flags = volume(sizeInGiB=20)
    definition["volumes"] = []

    def as_told(result):
        added = json.loads(re.search(r"Add (\{.*\}) to the volumes", result["remedy"]).group(1))
        return launched({**definition, "volumes": [added]}, flags["service"])

    return launched(definition, flags["service"], edited=as_told)


@fails("ebs-filesystem")
def filesystem_type_is_unknown(emulator, named):
    account.make_volumes(emulator)
    definition, flags = volume(sizeInGiB=20, filesystemType="btrfs")

    def as_told(result):
        kind = re.search(r"Set filesystemType to (\w+)", result["remedy"]).group(1)
        return launched(definition, volume(sizeInGiB=20, filesystemType=kind)[1]["service"])

    return launched(definition, flags["service"], edited=as_told)


@fails("definition-fargate-size")
def memory_does_not_fit_the_cpu(emulator, named):
    definition = fargate({}) | {"memory": "4096"}

    def nearest(result):
        cpu, memory = re.search(r"the nearest pairs are (\d+)/(\d+)", result["message"]).groups()
        return judged(definition | {"cpu": cpu, "memory": memory})

    return judged(definition, edited=nearest)


@fails("definition-network-mode")
def network_mode_is_not_of_fargate(emulator, named):
    return edited_as_told(fargate({}) | {"networkMode": "bridge"})


@fails("definition-fargate-parameters")
def parameter_is_not_of_fargate(emulator, named):
    return edited_as_told(fargate({"privileged": True}))


@fails("definition-references")
def dependency_is_not_in_the_definition(emulator, named):
    worker = {"name": "worker", "image": f"{REGISTRY}/storefront-worker:2.7.0"}
    definition = fargate({"dependsOn": [{"containerName": "wroker", "condition": "START"}]})
    definition["containerDefinitions"].append(worker)
    return edited_as_told(definition)


@fails("definition-log-options")
def log_option_is_unknown(emulator, named):
    return edited_as_told(fargate(awslogs("/ecs/storefront", **{"awslogs-colour": "red"})))
