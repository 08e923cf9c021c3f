"""Tasks that failed, in the form of the API: what moto does not have.

Each row is a story of a broken account, and what ECS says of a task that was started in it.
"""

import json
from datetime import datetime

from account import REGISTRY
from emulator import ACCOUNT, REGION

OWN = f"{REGION}:{ACCOUNT}"
TASK = f"arn:aws:ecs:{OWN}:task/production/0123456789abcdef0123456789abcdef"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/storefront-execution/0123456789abcdef0123456789abcdef"
DEPLOYMENT = "ecs-svc/1234567890123456789"

# --- What ECS says -------------------------------------------------------------------------------

NOT_FOUND = f"CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref {REGISTRY}/storefront:3.0.0: {REGISTRY}/storefront:3.0.0: not found"
NO_REPOSITORY = f"CannotPullContainerError: Error response from daemon: repository {REGISTRY}/storefront-new not found: name unknown: The repository with name 'storefront-new' does not exist in the registry with id '{ACCOUNT}'"
NO_PLATFORM = "CannotPullContainerError: pull image manifest has been retried 1 time(s): image Manifest does not contain descriptor matching platform 'linux/amd64'"
ASM = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): "
SSM = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): "
AUTH = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 time(s): "
NO_WAY = AUTH + 'RequestError: send request failed caused by: Post "https://api.ecr.eu-central-1.amazonaws.com/": dial tcp 52.119.1.1:443: i/o timeout. Please check your task network configuration.'
NO_AUTH = AUTH + f"AccessDeniedException: User: {SESSION} is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action"
ENDPOINT_DENIED = AUTH + f"AccessDeniedException: User: {SESSION} is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no VPC endpoint policy allows the ecr:GetAuthorizationToken action"
MARKED = ASM + "failed to fetch secret from secrets manager: InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion."
NO_SECRET = ASM + "ResourceNotFoundException: Secrets Manager can't find the specified secret."
NO_STAGE = ASM + "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS"
SECRET_DENIED = ASM + f"failed to fetch secret from secrets manager: AccessDeniedException: User: {SESSION} is not authorized to perform: secretsmanager:GetSecretValue on resource: storefront/database because no identity-based policy allows the secretsmanager:GetSecretValue action"
NO_PARAMETER = SSM + "invalid ssm parameters: /storefront/missing"
PARAMETER_DENIED = SSM + f"AccessDeniedException: User: {SESSION} is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:{OWN}:parameter/storefront/log-level because no identity-based policy allows the ssm:GetParameters action"
KEY_DENIED = ASM + "failed to fetch secret from secrets manager: AccessDeniedException: Access to KMS is not allowed"
NO_FILE = "ResourceInitializationError: failed to download env files: file download command: non empty error stream: service call has been retried 1 time(s): NotFound: Not Found"
FILE_DENIED = "ResourceInitializationError: failed to download env files: file download command: non empty error stream: AccessDenied: Access Denied status code: 403"
NO_GROUP = "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1"
ROLE = f"ECS was unable to assume the role 'arn:aws:iam::{ACCOUNT}:role/storefront-execution' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
MOUNT = "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: "
NO_TARGET = MOUNT + "Failed to resolve \"fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com\" - check that your file system ID is correct, and ensure that the VPC has an EFS mount target for this file system ID. : unsuccessful EFS utils command execution; code: 1"
MOUNT_TIMEOUT = MOUNT + "mount.nfs4: Connection timed out : unsuccessful EFS utils command execution; code: 32"
MOUNT_DENIED = MOUNT + "b'mount.nfs4: access denied by server while mounting 127.0.0.1:/' : unsuccessful EFS utils command execution; code: 32"
NO_POINT = MOUNT + "access point fsap-0123456789abcdef0 does not exist"
EBS = "ECS failed to set up the EBS volume correctly due to "
NO_SNAPSHOT = EBS + "InvalidSnapshot.NotFound: The snapshot 'snap-0123456789abcdef0' does not exist."
EBS_DENIED = EBS + f"UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::{ACCOUNT}:assumed-role/storefront-volumes/ECSTaskVolumesForEBS is not authorized to perform: ec2:CreateVolume"
EBS_KEY = EBS + "IdempotentParameterMismatch; \"The client token you have provided is associated with a resource that is already deleted. Please use a different client token.\""

# Story: what ECS says, and the check that proves it.
SAID = {
    "image-tag-missing": (NOT_FOUND, "image-exists"),
    "image-repository-missing": (NO_REPOSITORY, "image-exists"),
    "image-digest-in-no-repository": (NO_REPOSITORY, "image-exists"),
    "image-of-another-architecture": (NO_PLATFORM, "image-platform"),
    "image-role-may-not-pull": (NO_AUTH, "image-pull-permission"),
    "image-role-is-bound": (NO_AUTH, "image-pull-permission"),
    "secret-marked-for-deletion": (MARKED, "secret-exists"),
    "secret-without-the-stage": (NO_STAGE, "secret-exists"),
    "secret-missing": (NO_SECRET, "secret-exists"),
    "secret-without-a-value": (NO_SECRET, "secret-exists"),
    "secret-may-not-be-read": (SECRET_DENIED, "secret-permission"),
    "secret-is-beyond-the-boundary": (SECRET_DENIED, "secret-permission"),
    "parameter-missing": (NO_PARAMETER, "parameter-exists"),
    "parameter-may-not-be-read": (PARAMETER_DENIED, "parameter-permission"),
    "environment-file-missing": (NO_FILE, "environment-file-exists"),
    "environment-file-in-no-bucket": (NO_FILE, "environment-file-exists"),
    "environment-file-may-not-be-read": (FILE_DENIED, "environment-file-permission"),
    "task-role-missing": (ROLE, "role-exists"),
    "role-trusts-another-service": (ROLE, "role-trust"),
    "role-trusts-the-tasks-of-another-account": (ROLE, "role-trust"),
    "log-group-missing-for-a-profile": (NO_GROUP, "log-group-exists"),
    "route-missing": (NO_WAY, "network-route"),
    "route-missing-in-the-main-table": (NO_WAY, "network-route"),
    "route-and-nat-gateway-missing": (NO_WAY, "network-route"),
    "no-public-subnet": (NO_WAY, "network-route"),
    "nat-gateway-deleted": (NO_WAY, "network-route"),
    "internet-gateway-detached": (NO_WAY, "network-route"),
    "internet-gateway-deleted": (NO_WAY, "network-route"),
    "internet-gateway-missing": (NO_WAY, "network-route"),
    "public-task-without-a-route": (NO_WAY, "network-route"),
    "public-task-without-an-internet-gateway": (NO_WAY, "network-route"),
    "nat-gateway-in-a-private-subnet": (NO_WAY, "network-route"),
    "nat-gateway-is-private": (NO_WAY, "network-route"),
    "public-subnet-without-a-public-address": (NO_WAY, "network-route"),
    "nothing-may-leave": (NO_WAY, "network-security-group"),
    "nothing-may-leave-for-the-endpoints": (NO_WAY, "network-security-group"),
    "network-acl-denies-first": (NO_WAY, "network-nacl"),
    "network-acl-denies-at-the-first-number": (NO_WAY, "network-nacl"),
    "endpoint-missing": (NO_WAY, "network-endpoints"),
    "endpoints-admit-nobody": (NO_WAY, "network-endpoint-security-group"),
    "endpoint-policy-allows-something-else": (ENDPOINT_DENIED, "network-endpoint-policy"),
    "names-do-not-resolve": (NO_WAY, "network-dns"),
    "file-system-missing": (NO_TARGET, "efs-file-system"),
    "access-point-missing": (NO_POINT, "efs-access-point"),
    "mount-target-missing": (NO_TARGET, "efs-mount-target"),
    "mount-target-admits-nobody": (MOUNT_TIMEOUT, "efs-mount-target"),
    "task-may-not-leave-for-the-mount-target": (MOUNT_TIMEOUT, "efs-mount-target"),
    "names-of-file-systems-do-not-resolve": (NO_TARGET, "efs-mount-target"),
    "task-may-not-mount": (MOUNT_DENIED, "efs-permission"),
    "files-need-a-role": (MOUNT_DENIED, "efs-permission"),
    "snapshot-missing": (NO_SNAPSHOT, "ebs-snapshot"),
    "volume-role-may-not-create": (EBS_DENIED, "ebs-permission"),
    "volume-role-may-not-use-the-key": (EBS_KEY, "kms-volume-permission"),
}
OF_VOLUMES = (NO_SNAPSHOT, EBS_DENIED, EBS_KEY)

# --- Records -------------------------------------------------------------------------------------


def options(arguments):
    """The arguments of a story by their flags."""
    arguments = [it for it in arguments]
    return dict(zip(arguments[::2], arguments[1::2]))


def network_of(given):
    """The network that a story runs its task in."""
    for flag in ("--service-definition", "--run-task"):
        if flag in given:
            return given[flag].get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    lists = {"--subnets": "subnets", "--security-groups": "securityGroups"}
    network = {name: given[flag].split(",") for flag, name in lists.items() if flag in given}
    if "--assign-public-ip" in given:
        network["assignPublicIp"] = given["--assign-public-ip"]
    return network


def definition_of(definition):
    """The registered definition, as DescribeTaskDefinition answers."""
    arn = f"arn:aws:ecs:{OWN}:task-definition/{definition['family']}:7"
    more = {"taskDefinitionArn": arn, "revision": 7, "status": "ACTIVE", "compatibilities": ["EC2", "FARGATE"]}
    return {"taskDefinition": {**definition, **more}, "tags": []}


def task_of(definition, given, **more):
    """The record of a task that was started so, and has stopped."""
    network = network_of(given)
    service = given.get("--service-definition")
    interface = {
        "id": "00000000-0000-0000-0000-000000000000",
        "type": "ElasticNetworkInterface",
        "status": "DELETED",
        "details": [
            {"name": "subnetId", "value": network["subnets"][0]},
            {"name": "networkInterfaceId", "value": "eni-0123456789abcdef0"},
            {"name": "privateIPv4Address", "value": "10.0.1.23"},
        ],
    } if network.get("subnets") else None
    containers = [
        {"name": it["name"], "image": it["image"], "lastStatus": "STOPPED", "healthStatus": "UNKNOWN", "networkInterfaces": []}
        for it in definition["containerDefinitions"]
    ]
    return {
        "attachments": [interface] if interface else [],
        "clusterArn": f"arn:aws:ecs:{OWN}:cluster/production",
        "containers": containers,
        "createdAt": stamp(8, 0),
        "desiredStatus": "STOPPED",
        "enableExecuteCommand": False,
        "group": f"service:{service['serviceName']}" if service else f"family:{definition['family']}",
        "lastStatus": "STOPPED",
        "launchType": "FARGATE",
        "overrides": {"containerOverrides": [{"name": it["name"]} for it in containers], "inferenceAcceleratorOverrides": []},
        "platformFamily": "Linux",
        "platformVersion": "1.4.0",
        "startedBy": DEPLOYMENT if service else "deploy",
        "stopCode": "TaskFailedToStart",
        "stoppedAt": stamp(8, 3),
        "taskArn": TASK,
        "taskDefinitionArn": definition_of(definition)["taskDefinition"]["taskDefinitionArn"],
        "version": 4,
        **more,
    }


def stamp(hour, minute):
    return datetime(2026, 11, 30, hour, minute).timestamp()


def volume_that_failed(reason):
    details = [
        {"name": "roleArn", "value": f"arn:aws:iam::{ACCOUNT}:role/storefront-volumes"},
        {"name": "volumeName", "value": "data"},
        {"name": "deleteOnTermination", "value": "true"},
        {"name": "statusReason", "value": reason},
    ]
    return {"id": "1", "type": "AmazonElasticBlockStorage", "status": "DELETED", "details": details}


def service_of(given, **more):
    """The live service of a story, with the deployment that started the task."""
    service = given["--service-definition"]
    same = ("launchType", "networkConfiguration", "volumeConfigurations", "serviceConnectConfiguration", "taskDefinition")
    deployment = {
        "id": DEPLOYMENT,
        "status": "PRIMARY",
        "desiredCount": 1,
        "pendingCount": 0,
        "runningCount": 0,
        "failedTasks": 2,
        "rolloutState": "IN_PROGRESS",
        "rolloutStateReason": f"ECS deployment {DEPLOYMENT} in progress.",
        "createdAt": stamp(7, 59),
        "platformVersion": "1.4.0",
        **{name: service[name] for name in same if name in service},
        **more,
    }
    return {
        **{name: value for name, value in service.items() if name not in ("cluster", "volumeConfigurations")},
        "serviceArn": f"arn:aws:ecs:{OWN}:service/production/{service['serviceName']}",
        "clusterArn": f"arn:aws:ecs:{OWN}:cluster/production",
        "status": "ACTIVE",
        "desiredCount": service.get("desiredCount", 1),
        "runningCount": 0,
        "pendingCount": 0,
        "deployments": [deployment],
        "events": [],
    }


def play(emulator, definition, task, service=None):
    """Makes the account answer with these records."""
    emulator.play("ecs:DescribeTaskDefinition", definition_of(definition))
    emulator.play("ecs:DescribeTasks", {"tasks": [task], "failures": []})
    emulator.play("ecs:ListTasks", {"taskArns": [task["taskArn"]]})
    if service:
        emulator.play("ecs:DescribeServices", {"services": [service], "failures": []})
        emulator.play("ecs:GetTaskProtection", {"protectedTasks": [], "failures": []})


def localised(definition, emulator):
    """The definition with the address of the emulator, which is a registry too."""
    return json.loads(json.dumps(definition).replace("LOCAL", emulator.url.removeprefix("http://")))


def progress_of(service, state, running, failed=0, **more):
    """The same service, so far in its deployment."""
    deployment = {**service["deployments"][0], "rolloutState": state, "runningCount": running, "failedTasks": failed, **more}
    return {**service, "deployments": [deployment]}


def one_after_the_other(emulator, services, tasks=()):
    """Each time the service is read, the next of these is answered, and the last one from then on; the tasks
    that have stopped are those of the last one."""
    left = list(services)

    def described(_):
        return {"services": [left.pop(0) if len(left) > 1 else left[0]], "failures": []}

    def listed(_):
        return {"taskArns": [task["taskArn"] for task in tasks] if len(left) == 1 else []}

    emulator.play("ecs:DescribeServices", described)
    emulator.play("ecs:ListTasks", listed)
    emulator.play("ecs:DescribeTasks", {"tasks": list(tasks), "failures": []})
    emulator.play("ecs:GetTaskProtection", {"protectedTasks": [], "failures": []})
