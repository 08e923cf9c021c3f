"""The runs of the matrix: what the program is asked, of which definition, and the answers that moto lacks."""

import base64
import copy
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/emulator"), str(ROOT / "tests/registry")]

import account  # noqa: E402
import stack  # noqa: E402
import stopped  # noqa: E402
from account import policy, statement  # noqa: E402
from emulator import ACCOUNT, REGION  # noqa: E402
from front import NAME  # noqa: E402

from proxy import Answer, error  # noqa: E402

EXECUTION = "storefront-execution"
EVERYTHING = statement("*", "*")
AUTHORITY = f"arn:aws:acm-pca:{REGION}:{ACCOUNT}:certificate-authority/01234567-89ab-cdef-0123-456789abcdef"

# Planted where the program must not look, or must not repeat what it sees.
CANARIES = {
    "secret access key": "CANARYSECRETACCESSKEY000000000000000000",
    "session token": "CANARYSESSIONTOKEN/with+signs=",
    "secret": "CANARYSECRETVALUE",
    "parameter": "CANARYPARAMETERVALUE",
    "environment file": "CANARYENVIRONMENTFILE",
    "registry password": "CANARYREGISTRYPASSWORD",
    "registry token": "CANARYREGISTRYTOKEN",
    "environment": "CANARYENVIRONMENT",
    "command": "CANARYCOMMAND",
    "label": "CANARYLABEL",
    "health check": "CANARYHEALTHCHECK",
    "log option": "CANARYLOGOPTION",
    "user data": "CANARYUSERDATA",
    "user data in Base64": base64.b64encode(b"CANARYUSERDATA").decode().rstrip("="),
}


# --- Definitions --------------------------------------------------------------------------------------


def demo(name):
    return json.loads((ROOT / f"demo/{name}.json").read_text())


def service(cluster, made, launch_type, **more):
    network = {"subnets": [made["subnet"]], "securityGroups": [made["group"]]}
    if launch_type == "FARGATE":
        network["assignPublicIp"] = "DISABLED"
    return {
        "serviceName": "shop",
        "cluster": cluster,
        "launchType": launch_type,
        "taskDefinition": "storefront",
        "desiredCount": 1,
        "networkConfiguration": {"awsvpcConfiguration": network},
        **more,
    }


def with_volumes(definition, named):
    authorization = {"accessPointId": named["point"], "iam": "ENABLED"}
    shared = {"fileSystemId": named["files"], "transitEncryption": "ENABLED", "authorizationConfig": authorization}
    volumes = [{"name": "data", "configuredAtLaunch": True}, {"name": "shared", "efsVolumeConfiguration": shared}]
    web = definition["containerDefinitions"][0]
    web["mountPoints"] = [{"sourceVolume": name, "containerPath": f"/{name}"} for name in ("data", "shared")]
    return {**definition, "volumes": volumes}


def volume(named, **more):
    role = f"arn:aws:iam::{ACCOUNT}:role/storefront-volumes"
    ebs = {"roleArn": role, "filesystemType": "xfs", "snapshotId": named["snapshot"], **more}
    return {"volumeConfigurations": [{"name": "data", "managedEBSVolume": ebs}]}


def fargate(named):
    definition = with_volumes(demo("healthy"), named)
    return definition, service("production", named["vpc"], "FARGATE", **volume(named))


def sealed(named):
    """Behind endpoints only; a volume under the account's default key."""
    definition = demo("healthy")
    definition["volumes"] = [{"name": "data", "configuredAtLaunch": True}]
    definition["containerDefinitions"][0]["mountPoints"] = [{"sourceVolume": "data", "containerPath": "/data"}]
    ebs = {"snapshotId": None, "sizeInGiB": 20}
    more = volume(named, **ebs)
    del more["volumeConfigurations"][0]["managedEBSVolume"]["snapshotId"]
    return definition, service("production", named["sealed_vpc"], "FARGATE", **more)


def broken(named):
    """Much is missing, the route leads to a deleted gateway, and the execution role is denied."""
    definition = demo("broken")
    definition["executionRoleArn"] = f"arn:aws:iam::{ACCOUNT}:role/storefront-limited"
    version = f"{named['session']}:::00000000-0000-4000-8000-000000000000"
    definition["containerDefinitions"][1]["secrets"].append({"name": "VERSION", "valueFrom": version})
    return definition, service("production", named["adrift"], "FARGATE")


def on_instances(named):
    definition = copy.deepcopy(demo("healthy"))
    definition["requiresCompatibilities"] = ["EC2"]
    for part in ("cpu", "memory", "runtimePlatform"):
        del definition[part]
    web = definition["containerDefinitions"][0] | {"memory": 128, "cpu": 128}
    del web["environmentFiles"]
    definition["containerDefinitions"] = [web]
    definition["volumes"] = [{"name": "data", "configuredAtLaunch": True}]
    web["mountPoints"] = [{"sourceVolume": "data", "containerPath": "/data"}]
    return definition, service("machines", named["vpc"], "EC2", **volume(named))


def grouped(named):
    """Not next to the tasks of another service."""
    definition, made = on_instances(named)
    made["cluster"] = "shared"
    made["placementConstraints"] = [{"type": "memberOf", "expression": "not(task:group == service:batch)"}]
    return definition, made


def elsewhere(named):
    """Images of a registry that is not ECR, which needs no credentials, and credentials all the same."""
    definition = demo("healthy")
    web, worker, proxy = definition["containerDefinitions"]
    web["image"], worker["image"] = f"{NAME}/app:1", f"{NAME}/single:1"
    proxy["image"] = f"{account.REGISTRY}/mirror/app:1"
    worker["repositoryCredentials"] = {"credentialsParameter": named["session"]}
    return definition, service("production", named["vpc"], "FARGATE")


def with_credentials(named):
    """A secret's value is read for its keys, and one with credentials of a registry."""
    definition, made = fargate(named)
    worker = definition["containerDefinitions"][1]
    worker |= {"image": f"{NAME}/app:1", "repositoryCredentials": {"credentialsParameter": named["login"]}}
    return definition, made


def in_default_group(named):
    """The network interfaces get the default security group."""
    definition, made = demo("healthy"), service("production", named["vpc"], "FARGATE")
    del made["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"]
    return definition, made


def tagged(named):
    """Rights by tags, a grant and a version; a service with tags, whose capacity provider decides."""
    definition = demo("healthy")
    definition["executionRoleArn"] = f"arn:aws:iam::{ACCOUNT}:role/storefront-tagged"
    web = definition["containerDefinitions"][0]
    web["secrets"] = web["secrets"][1:] + [{"name": "VERSION", "valueFrom": f"{named['database']}:::{named['unlabelled']}"}]
    provider = {"capacityProviderStrategy": [{"capacityProvider": "own", "weight": 1}]}
    made = service("machines", named["vpc"], "EC2", tags=[{"key": "shop", "value": "yes"}], **provider)
    del made["launchType"]
    definition["requiresCompatibilities"] = ["EC2", "FARGATE"]
    return definition, made


def granted(named):
    definition = demo("healthy")
    definition["containerDefinitions"][0]["secrets"].append({"name": "GRANTED", "valueFrom": named["granted"]})
    return definition, service("production", named["crossed"], "FARGATE")


def by_themselves(named):
    """The instances pull and log as themselves."""
    web = demo("healthy")["containerDefinitions"][0]
    web = {name: web[name] for name in ("name", "image", "logConfiguration")} | {"memory": 128}
    definition = {"family": "storefront", "requiresCompatibilities": ["EC2"], "networkMode": "bridge", "containerDefinitions": [web]}
    made = service("machines", named["vpc"], "EC2")
    del made["networkConfiguration"]
    return definition, made


def growing(named):
    """No instance yet: managed scaling launches one."""
    definition, made = by_themselves(named)
    made |= {"cluster": "growing", "capacityProviderStrategy": [{"capacityProvider": "growing", "weight": 1}]}
    del made["launchType"]
    return definition, made


def too_large(named):
    """No instance has the memory, but the capacity provider can launch one that has."""
    definition, made = by_themselves(named)
    definition["containerDefinitions"][0]["memory"] = 65_536
    del made["launchType"]
    made["capacityProviderStrategy"] = [{"capacityProvider": "own", "weight": 1}]
    return definition, made


def classic(named):
    """Behind a Classic Load Balancer."""
    definition, made = by_themselves(named)
    definition["containerDefinitions"][0]["portMappings"] = [{"containerPort": 8080, "hostPort": 8080}]
    made["loadBalancers"] = [{"loadBalancerName": "classic", "containerName": "web", "containerPort": 8080}]
    return definition, made


def served(named):
    balanced = {"targetGroupArn": named["targets"], "containerName": "web", "containerPort": 8080}
    named_as = {"portName": "http", "clientAliases": [{"port": 8080, "dnsName": "web"}]}
    connect = {"enabled": True, "namespace": "storefront", "services": [named_as]}
    more = {"loadBalancers": [balanced], "serviceRegistries": [{"registryArn": named["registry"]}]}
    return service("production", named["vpc"], "FARGATE", serviceConnectConfiguration=connect, **more)


def serving(named):
    definition = demo("healthy")
    definition["containerDefinitions"][0]["portMappings"][0] |= {"name": "http", "appProtocol": "http"}
    made = served(named)
    made["serviceConnectConfiguration"]["services"][0]["tls"] = {"issuerCertificateAuthority": {"awsPcaAuthorityArn": AUTHORITY}}
    return definition, made


def blue_green(named):
    """A deployment between two target groups; the namespace by its ARN."""
    definition, made = serving(named)
    made["serviceConnectConfiguration"]["namespace"] = named["namespace"]
    rules = {"alternateTargetGroupArn": named["green"], "productionListenerRule": named["rule"], "testListenerRule": EDGE}
    made["loadBalancers"][0]["advancedConfiguration"] = {**rules, "roleArn": f"arn:aws:iam::{ACCOUNT}:role/storefront-volumes"}
    made["deploymentConfiguration"] = {"strategy": "BLUE_GREEN"}
    return definition, made


def update(named):
    """The service that runs gets another number of tasks."""
    made = {"service": "storefront", "cluster": "production", "taskDefinition": "storefront", "desiredCount": 2}
    return demo("healthy"), made


def stacked(named):
    """An update that changes the role of the stack."""
    return stack.template("ecr:*", "logs:*", "secretsmanager:*", "ssm:*", "kms:*", "s3:*"), None


def live(named):
    """The service that runs, and its registered definition: nothing is in a file."""
    return None, None


# --- Tasks that stopped -------------------------------------------------------------------------------


def of_older_deployment(named):
    """A task that stopped before its secret could be read; what was wrong is right again. Another deployment follows."""
    given = {"--service-definition": service("production", named["vpc"], "FARGATE", serviceName="storefront")}
    task = stopped.task_of(demo("healthy"), given, stoppedReason=stopped.NO_SECRET, startedBy="ecs-svc/1111111111111111111")
    arn = f"arn:aws:ecs:{stopped.OWN}:service-revision/production/storefront/1111111111111111111"
    same = {name: given["--service-definition"][name] for name in ("launchType", "networkConfiguration")}
    revision = {"serviceRevisionArn": arn, "taskDefinition": task["taskDefinitionArn"], **same}
    return {
        **shown(task, demo("healthy"), stopped.service_of(given)),
        "ecs:DescribeServiceRevisions": in_json(serviceRevisions=[revision], failures=[]),
    }


def of_newest_deployment(named):
    """The image of a deployment that fails has never been there."""
    definition = demo("healthy")
    definition["containerDefinitions"][0]["image"] = f"{account.REGISTRY}/storefront:3.0.0"
    given = {"--service-definition": service("production", named["vpc"], "FARGATE", serviceName="storefront")}
    task = stopped.task_of(definition, given, stoppedReason=stopped.NOT_FOUND)
    return shown(task, definition, stopped.service_of(given))


def shown(task, definition, served):
    return {
        "ecs:DescribeTaskDefinition": in_json(**stopped.definition_of(definition)),
        "ecs:DescribeServices": in_json(services=[served], failures=[]),
        "ecs:DescribeTasks": in_json(tasks=[task], failures=[]),
        "ecs:GetTaskProtection": in_json(protectedTasks=[], failures=[]),
        # Of a service, the tasks that run are listed too.
        "ecs:ListTasks": lambda request: in_json(taskArns=[task["taskArn"]] if b"STOPPED" in request.body else [])(request),
    }


def others_run(named):
    """A task on each of the shared instances. Those of moto do not stay in a status."""
    of = {name: f"arn:aws:ecs:{REGION}:{ACCOUNT}:{value}" for name, value in (("clusterArn", "cluster/shared"), ("taskDefinitionArn", "task-definition/other:1"))}
    tasks = [
        {"taskArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/shared/0123456789abcdef0123456789abcde{nth}", "containerInstanceArn": instance, "group": group, "launchType": "EC2", "lastStatus": "RUNNING", **of}
        for nth, (instance, group) in enumerate(zip(named["shared"], ("service:batch", "service:web"), strict=True))
    ]
    return {"ecs:ListTasks": in_json(taskArns=[it["taskArn"] for it in tasks]), "ecs:DescribeTasks": in_json(tasks=tasks, failures=[])}


def windows_files(request):
    """moto's file systems have no state."""
    asked = json.loads(request.body)["FileSystemIds"]
    found = [{"FileSystemId": it, "FileSystemType": "WINDOWS", "Lifecycle": "AVAILABLE", "OwnerId": ACCOUNT, "VpcId": "vpc-0", "SubnetIds": []} for it in asked]
    return in_json(FileSystems=found)(request)


def windows(named):
    definition, made = by_themselves(named)
    files = {"fileSystemId": "fs-0123456789abcdef0", "rootDirectory": "share"}
    files["authorizationConfig"] = {"credentialsParameter": named["session"], "domain": "example.com"}
    definition["volumes"] = [{"name": "files", "fsxWindowsFileServerVolumeConfiguration": files}]
    definition["runtimePlatform"] = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}
    definition["executionRoleArn"] = f"arn:aws:iam::{ACCOUNT}:role/{EXECUTION}"
    definition["containerDefinitions"][0]["mountPoints"] = [{"sourceVolume": "files", "containerPath": "C:\\files"}]
    return definition, made


# --- Answers that moto does not have ----------------------------------------------------------------------


def in_json(**fields):
    return lambda request: Answer(200, {"content-type": "application/x-amz-json-1.1"}, json.dumps(fields).encode())


def quota(value):
    def answer(request):
        asked = json.loads(request.body)
        return in_json(Quota={"ServiceCode": asked["ServiceCode"], "QuotaCode": asked["QuotaCode"], "Value": value})(request)

    return answer


def simulated(request):
    """Each action is allowed on each resource."""
    of = lambda start: [value for name, value in request.form.items() if name.startswith(start)]
    results = "".join(
        f"<member><EvalActionName>{action}</EvalActionName><EvalResourceName>*</EvalResourceName><EvalDecision>allowed</EvalDecision>"
        "<ResourceSpecificResults>"
        + "".join(f"<member><EvalResourceName>{it}</EvalResourceName><EvalResourceDecision>allowed</EvalResourceDecision></member>" for it in of("ResourceArns"))
        + "</ResourceSpecificResults></member>"
        for action in of("ActionNames")
    )
    result = f"<EvaluationResults>{results}</EvaluationResults><IsTruncated>false</IsTruncated>"
    body = f"<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult>{result}</SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
    return Answer(200, {"content-type": "text/xml"}, body.encode())


def of_ec2(name, inner):
    return lambda request: Answer(200, {"content-type": "text/xml"}, f"<{name}Response>{inner}</{name}Response>".encode())


MASTER = "999988887777"
MEMBER = {
    "organizations:DescribeOrganization": in_json(
        Organization={"Id": "o-a1b2c3d4e5", "MasterAccountId": MASTER, "FeatureSet": "ALL", "AvailablePolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}
    ),
    "organizations:ListParents": in_json(Parents=[{"Id": "r-ab12", "Type": "ROOT"}]),
    "organizations:ListPoliciesForTarget": in_json(Policies=[{"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": False}]),
    "organizations:DescribePolicy": in_json(Policy={"PolicySummary": {"Id": "p-FullAWSAccess"}, "Content": json.dumps(policy(EVERYTHING))}),
}
def guarded(request):
    """A registry that wants an anonymous token."""
    if request.headers.get("authorization") == f"Bearer {CANARIES['registry token']}":
        return None
    realm = f'Bearer realm="https://{NAME}/token",service="storefront"'
    body = json.dumps({"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}).encode()
    return Answer(401, {"www-authenticate": realm, "docker-distribution-api-version": "registry/2.0"}, body)


GUARDED = {
    "registry:GetToken": in_json(token=CANARIES["registry token"]),
    **dict.fromkeys(("registry:HeadManifest", "registry:GetManifest", "registry:GetBlob"), guarded),
}
PROTECTED = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/production/0123456789abcdef0123456789abcdef"
RUNNING = {
    "ecs:ListTasks": in_json(taskArns=[PROTECTED]),
    "ecs:GetTaskProtection": in_json(protectedTasks=[{"taskArn": PROTECTED, "protectionEnabled": True}], failures=[]),
}
EDGE = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener/net/edge/0123456789abcdef/0123456789abcdef"


def listening(request):
    """moto calls every listener one of an Application Load Balancer."""
    action = "<member><Type>forward</Type><TargetGroupArn>arn</TargetGroupArn></member>"
    listener = f"<member><ListenerArn>{EDGE}</ListenerArn><DefaultActions>{action}</DefaultActions></member>"
    body = f"<DescribeListenersResponse><DescribeListenersResult><Listeners>{listener}</Listeners></DescribeListenersResult></DescribeListenersResponse>"
    return Answer(200, {"content-type": "text/xml"}, body.encode())


ISSUING = {
    "acm-pca:DescribeCertificateAuthority": in_json(CertificateAuthority={"Arn": AUTHORITY, "Status": "ACTIVE"}),
    "acm-pca:ListTags": in_json(Tags=[{"Key": "AmazonECSManaged", "Value": "true"}]),
}
QUOTAS = {"servicequotas:GetServiceQuota": quota(5000.0)}
DEFAULTS = {
    "servicequotas:GetServiceQuota": lambda request: error(request, "NoSuchResourceException", "no value was applied"),
    # So few that what exists counts; but for the vCPUs on Fargate, of which the task needs one.
    "servicequotas:GetAWSDefaultServiceQuota": lambda request: quota(4000.0 if b"L-3032A538" in request.body else 2.0)(request),
}
ENCRYPTED = {
    "ec2:GetEbsEncryptionByDefault": of_ec2("GetEbsEncryptionByDefault", "<ebsEncryptionByDefault>true</ebsEncryptionByDefault>"),
    "ec2:GetEbsDefaultKmsKeyId": of_ec2("GetEbsDefaultKmsKeyId", "<kmsKeyId>alias/storefront</kmsKeyId>"),
}
BLIND = {
    "iam:ListRolePolicies": lambda request: error(request, "AccessDenied", "not authorized", 403),
    "iam:SimulatePrincipalPolicy": simulated,
}

def used(request):
    """Some vCPUs are in use."""
    point = "<member><Timestamp>2026-01-05T09:30:00Z</Timestamp><Maximum>8.0</Maximum></member>"
    result = f"<Label>ResourceCount</Label><Datapoints>{point}</Datapoints>"
    body = f"<GetMetricStatisticsResponse><GetMetricStatisticsResult>{result}</GetMetricStatisticsResult></GetMetricStatisticsResponse>"
    return Answer(200, {"content-type": "text/xml"}, body.encode())


# What moto lacks in every run.
COMMON = {
    "cloudwatch:GetMetricStatistics": used,
    **QUOTAS,
    "iam:SimulatePrincipalPolicy": lambda request: error(request, "AccessDenied", "not authorized", 403),
}

# A name, the definition and the service, the command, and the answers that are not moto's, which may depend on what
# has a name in the account.
RUNS = {
    "fargate": (fargate, ["verify"], {}),
    "sealed": (sealed, ["verify"], {**MEMBER, **ENCRYPTED, **DEFAULTS}),
    "broken": (broken, ["verify"], {}),
    "instances": (on_instances, ["verify"], {}),
    "grouped": (grouped, ["capacity"], others_run),
    "tagged": (tagged, ["verify"], {}),
    "granted": (granted, ["verify"], BLIND),
    "by themselves": (by_themselves, ["verify"], {}),
    "growing": (growing, ["verify"], {}),
    "too large": (too_large, ["verify"], {}),
    "classic": (classic, ["verify"], {}),
    "serving": (serving, ["verify"], ISSUING),
    "blue green": (blue_green, ["verify"], {**ISSUING, "elasticloadbalancing:DescribeListeners": listening}),
    "update": (update, ["verify"], RUNNING),
    "stack": (stacked, ["verify", "--stack", stack.STACK], {}),
    "live": (live, ["verify", "storefront", "--cluster", "production", "--service", "storefront"], {}),
    "services": (live, ["verify", "--cluster", "production", "--all-services"], {}),
    "stopped": (live, ["diagnose", stopped.TASK], of_older_deployment),
    "failed": (live, ["diagnose", "--cluster", "production", "--service", "storefront"], of_newest_deployment),
    "windows": (windows, ["volumes"], {"fsx:DescribeFileSystems": windows_files}),
    "registry": (elsewhere, ["image"], GUARDED),
    "values": (with_credentials, ["verify", "--read-secrets", "--only", "secrets", "--only", "image-registry-credentials"], {}),
    "default group": (in_default_group, ["network"], {}),
}

# Calls and lookups that no run makes, and why.
NEVER = {
    "ec2:DescribeNetworkInterfaceAttribute": "a permission that EFS requires to list the groups of a mount target; not a request",
}
