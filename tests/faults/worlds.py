"""The account of the matrix, and the runs in it: what the program is asked, and of which definition.

It is the account of tests/emulator, with everything that the program has a call for and moto knows.
"""

import copy
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/emulator"), str(ROOT / "tests/registry")]

import account  # noqa: E402
from account import policy, statement  # noqa: E402
from emulator import ACCOUNT, REGION  # noqa: E402
from front import NAME  # noqa: E402
from network import leave_to_endpoints, make_vpc  # noqa: E402
from replay import furnish  # noqa: E402

from proxy import Answer, error  # noqa: E402

EXECUTION = "storefront-execution"
EVERYTHING = statement("*", "*")

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
}


def build(emulator):
    """Fills the emulator, and returns what is named at random."""
    named = account.build(emulator)
    furnish(emulator, named)
    named["vpc"], named["sealed_vpc"] = make_vpc(emulator), make_vpc(emulator)
    leave_to_endpoints(emulator, named["sealed_vpc"])
    cross(emulator, named)
    plant(emulator, named)
    make_file_system(emulator, named)
    make_policies(emulator, named)
    make_second_caller(emulator)
    machines(emulator, named)
    serve(emulator, named)
    account.age_roles()
    emulator.credentials = {**emulator.credentials, "AWS_SECRET_ACCESS_KEY": CANARIES["secret access key"], "AWS_SESSION_TOKEN": CANARIES["session token"]}
    emulator.restore()
    return named


def cross(emulator, named):
    """A VPC whose way out is an instance, and whose rules name a prefix list."""
    made = named["crossed"] = make_vpc(emulator)
    ec2 = emulator.client("ec2")
    ami = ec2.describe_images()["Images"][0]["ImageId"]
    router = ec2.run_instances(ImageId=ami, MinCount=1, MaxCount=1, SubnetId=made["subnet"])["Instances"][0]
    interface = router["NetworkInterfaces"][0]["NetworkInterfaceId"]
    ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, SourceDestCheck={"Value": False})
    ec2.replace_route(RouteTableId=made["table"], DestinationCidrBlock="0.0.0.0/0", InstanceId=router["InstanceId"])
    entries = {"MaxEntries": 5, "AddressFamily": "IPv4", "Entries": [{"Cidr": "10.9.0.0/16"}]}
    partners = ec2.create_managed_prefix_list(PrefixListName="partners", **entries)["PrefixList"]["PrefixListId"]
    everywhere = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.revoke_security_group_egress(GroupId=made["group"], IpPermissions=[everywhere])
    to_partners = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": partners}]}
    ec2.authorize_security_group_egress(GroupId=made["group"], IpPermissions=[to_partners])


def plant(emulator, named):
    secrets = emulator.client("secretsmanager")
    value = json.dumps({"password": CANARIES["secret"]})
    secrets.put_secret_value(SecretId=named["database"], SecretString=value)
    secrets.put_secret_value(SecretId=named["session"], SecretString=CANARIES["registry password"])
    parameters = emulator.client("ssm")
    parameters.put_parameter(Name="/storefront/log-level", Value=CANARIES["parameter"], Type="String", Overwrite=True)
    emulator.client("s3").put_object(Bucket="storefront-config", Key="production.env", Body=f"A={CANARIES['environment file']}\n".encode())


def make_file_system(emulator, named):
    files, ec2 = emulator.client("efs"), emulator.client("ec2")
    named["files"] = files.create_file_system(CreationToken="storefront", Encrypted=True)["FileSystemId"]
    group = ec2.create_security_group(GroupName="files", Description="files", VpcId=named["vpc"]["vpc"])["GroupId"]
    within = {"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[within])
    files.create_mount_target(FileSystemId=named["files"], SubnetId=named["vpc"]["subnet"], SecurityGroups=[group])
    root = {"Path": "/data", "CreationInfo": {"OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "755"}}
    user = {"Uid": 1000, "Gid": 1000}
    point = files.create_access_point(ClientToken="storefront", FileSystemId=named["files"], PosixUser=user, RootDirectory=root)
    named["point"] = point["AccessPointId"]
    everybody = {**statement("elasticfilesystem:*", "*"), "Principal": {"AWS": "*"}}
    files.put_file_system_policy(FileSystemId=named["files"], Policy=json.dumps(policy(everybody)))


def make_policies(emulator, named):
    """Policies on what the demo uses, and a boundary on its execution role."""
    iam = emulator.client("iam")
    boundary = iam.create_policy(PolicyName="storefront-boundary", PolicyDocument=json.dumps(policy(EVERYTHING)))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName=EXECUTION, PermissionsBoundary=boundary)
    iam.put_role_policy(RoleName=EXECUTION, PolicyName="windows", PolicyDocument=json.dumps(policy(statement("fsx:DescribeFileSystems", "*"))))
    iam.put_role_policy(RoleName="storefront-task", PolicyName="files", PolicyDocument=json.dumps(policy(statement("elasticfilesystem:*", "*"))))
    role = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/{EXECUTION}"}}
    emulator.client("ecr").set_repository_policy(repositoryName="storefront", policyText=json.dumps(policy({"Effect": "Allow", "Action": "ecr:*", **role})))
    emulator.client("s3").put_bucket_policy(
        Bucket="storefront-config",
        Policy=json.dumps(policy({**statement("s3:GetObject", "arn:aws:s3:::storefront-config/*"), **role})),
    )
    read = json.dumps(policy({**statement("secretsmanager:GetSecretValue", "*"), **role}))
    emulator.client("secretsmanager").put_resource_policy(SecretId=named["database"], ResourcePolicy=read)
    # A role that may use what has a tag.
    trust = account.allow("sts:AssumeRole", Principal={"Service": "ecs-tasks.amazonaws.com"})
    iam.create_role(RoleName="storefront-tagged", AssumeRolePolicyDocument=json.dumps(trust))
    by_tag = {"StringEquals": {"aws:ResourceTag/shop": "yes"}}
    tagged = {**statement(["ecr:*", "ssm:*", "secretsmanager:*"], "*"), "Condition": by_tag}
    by_alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/storefront"}}
    decrypt = {**statement("kms:Decrypt", "*"), "Condition": by_tag | by_alias}
    everywhere = statement(["ecr:GetAuthorizationToken", "s3:*", "logs:*"], "*")
    iam.put_role_policy(RoleName="storefront-tagged", PolicyName="tagged", PolicyDocument=json.dumps(policy(tagged, decrypt, everywhere)))
    tag = [{"Key": "shop", "Value": "yes"}]
    ecr = emulator.client("ecr")
    for repository in ("storefront", "storefront-worker", "storefront-proxy"):
        ecr.tag_resource(resourceArn=f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{repository}", tags=tag)
    for name in ("/storefront/log-level", "/storefront/payment-token"):
        emulator.client("ssm").add_tags_to_resource(ResourceType="Parameter", ResourceId=name, Tags=tag)
    for secret in (named["session"], named["database"]):
        emulator.client("secretsmanager").tag_resource(SecretId=secret, Tags=tag)
    kms = emulator.client("kms")
    kms.tag_resource(KeyId=kms.describe_key(KeyId="alias/storefront")["KeyMetadata"]["KeyId"], Tags=[{"TagKey": "shop", "TagValue": "yes"}])
    # A key that admits the role by a grant only.
    key = kms.create_key(Description="granted")["KeyMetadata"]
    other = {**statement("kms:*", "*"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/ci"}}
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=json.dumps(policy(other)))
    kms.create_grant(KeyId=key["Arn"], GranteePrincipal=f"arn:aws:iam::{ACCOUNT}:role/{EXECUTION}", Operations=["Decrypt"])
    named["granted"] = emulator.client("secretsmanager").create_secret(Name="storefront/granted", SecretString="{}", KmsKeyId=key["Arn"])["ARN"]
    # A role whose second policy denies what the first allows.
    iam.create_role(RoleName="storefront-limited", AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(RoleName="storefront-limited", PolicyName="all", PolicyDocument=json.dumps(policy(EVERYTHING)))
    guard = {**statement(["secretsmanager:*", "logs:*"], "*"), "Effect": "Deny"}
    iam.put_role_policy(RoleName="storefront-limited", PolicyName="zz-guard", PolicyDocument=json.dumps(policy(guard)))


def make_second_caller(emulator):
    """The user gets rights through a group as well."""
    iam = emulator.client("iam")
    iam.create_group(GroupName="deployers")
    iam.add_user_to_group(GroupName="deployers", UserName="ci")
    services = policy(statement(["ecs:RunTask", "ecs:CreateService", "ecs:UpdateService"], "*"))
    iam.put_group_policy(GroupName="deployers", PolicyName="services", PolicyDocument=json.dumps(services))
    passes = policy(statement("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/storefront-*"), statement("ecs:TagResource", "*"))
    iam.put_group_policy(GroupName="deployers", PolicyName="pass", PolicyDocument=json.dumps(passes))
    iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    for attach, whom in (("group", "deployers"), ("user", "ci")):
        name = f"read-for-{attach}"
        arn = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(policy(statement("ecs:Describe*", "*"))))["Policy"]["Arn"]
        getattr(iam, f"attach_{attach}_policy")(**{f"{attach.title()}Name": whom, "PolicyArn": arn})


def machines(emulator, named):
    """A cluster whose instance is in the VPC."""
    ec2, ecs = emulator.client("ec2"), emulator.client("ecs")
    ecs.create_cluster(clusterName="machines")
    group = f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:1:autoScalingGroupName/own"
    ecs.create_capacity_provider(name="own", autoScalingGroupProvider={"autoScalingGroupArn": group})
    ecs.put_cluster_capacity_providers(cluster="machines", capacityProviders=["own"], defaultCapacityProviderStrategy=[])
    ami = ec2.describe_images()["Images"][0]["ImageId"]
    profile = {"Name": "storefront-instance"}
    place = {"SubnetId": named["vpc"]["subnet"], "InstanceType": "c5.xlarge"}
    machine = ec2.run_instances(ImageId=ami, MinCount=1, MaxCount=1, IamInstanceProfile=profile, **place)["Instances"][0]["InstanceId"]
    identity = {"instanceId": machine, "accountId": ACCOUNT, "region": REGION}
    arn = ecs.register_container_instance(cluster="machines", instanceIdentityDocument=json.dumps(identity))
    arn = arn["containerInstance"]["containerInstanceArn"]
    has = {
        **{"ecs.cpu-architecture": "x86_64", "ecs.os-type": "linux", "ecs.os-family": "LINUX"},
        **{"ecs.vpc-id": named["vpc"]["vpc"], "ecs.subnet-id": named["vpc"]["subnet"], "ecs.instance-type": "c5.xlarge"},
    }
    agent = "task-eni secrets.ssm.environment-variables secrets.asm.environment-variables ecr-auth execution-role-ecr-pull execution-role-awslogs"
    has |= dict.fromkeys((f"ecs.capability.{name}" for name in agent.split()), "")
    has |= {"com.amazonaws.ecs.capability.logging-driver.awslogs": "", "com.amazonaws.ecs.capability.ecr-auth": ""}
    has |= {"com.amazonaws.ecs.capability.task-iam-role": "", "com.amazonaws.ecs.capability.docker-remote-api.1.19": ""}
    ecs.put_attributes(cluster="machines", attributes=[{"name": name, "value": value, "targetId": arn} for name, value in has.items()])


def serve(emulator, named):
    """A running service behind a load balancer, with a registry, a namespace and scaling."""
    balancing, names = emulator.client("elbv2"), emulator.client("servicediscovery")
    made = named["vpc"]
    ec2 = emulator.client("ec2")
    second = ec2.create_subnet(VpcId=made["vpc"], CidrBlock="10.0.2.0/24", AvailabilityZone=f"{REGION}b")["Subnet"]["SubnetId"]
    balancer = balancing.create_load_balancer(Name="storefront", Subnets=[made["subnet"], second], SecurityGroups=[made["group"]])
    balancer = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    group = balancing.create_target_group(Name="storefront", Protocol="HTTP", Port=8080, VpcId=made["vpc"], TargetType="ip")
    named["targets"] = group["TargetGroups"][0]["TargetGroupArn"]
    forward = [{"Type": "forward", "TargetGroupArn": named["targets"]}]
    listener = balancing.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward)
    named["listener"] = listener["Listeners"][0]["ListenerArn"]
    group = balancing.create_target_group(Name="storefront-green", Protocol="HTTP", Port=8080, VpcId=made["vpc"], TargetType="ip")
    named["green"] = group["TargetGroups"][0]["TargetGroupArn"]
    path = [{"Field": "path-pattern", "Values": ["/shop"]}]
    rule = balancing.create_rule(ListenerArn=named["listener"], Priority=1, Conditions=path, Actions=forward)
    named["rule"] = rule["Rules"][0]["RuleArn"]
    web = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 8080, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
    ec2.authorize_security_group_ingress(GroupId=made["group"], IpPermissions=[web])
    names.create_private_dns_namespace(Name="storefront.local", Vpc=made["vpc"])
    names.create_http_namespace(Name="storefront")
    namespace = next(it["Id"] for it in names.list_namespaces()["Namespaces"] if it["Name"] == "storefront.local")
    named["namespace"] = next(it["Arn"] for it in names.list_namespaces()["Namespaces"] if it["Name"] == "storefront")
    records = {"DnsRecords": [{"Type": "A", "TTL": 10}], "RoutingPolicy": "MULTIVALUE"}
    named["registry"] = names.create_service(Name="web", NamespaceId=namespace, DnsConfig=records)["Service"]["Arn"]
    ecs = emulator.client("ecs")
    ecs.register_task_definition(**demo("healthy"))
    made = {**served(named), "serviceName": "storefront"}
    del made["serviceConnectConfiguration"]
    ecs.create_service(**made)
    emulator.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId="service/production/storefront",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=1,
        MaxCapacity=4,
    )


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


def elsewhere(named):
    """Images of a registry that is not ECR, which needs no credentials, and credentials all the same."""
    definition = demo("healthy")
    web, worker, proxy = definition["containerDefinitions"]
    web["image"], worker["image"] = f"{NAME}/app:1", f"{NAME}/single:1"
    proxy["image"] = f"{account.REGISTRY}/mirror/app:1"
    worker["repositoryCredentials"] = {"credentialsParameter": named["session"]}
    return definition, service("production", named["vpc"], "FARGATE")


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


def served(named):
    balanced = {"targetGroupArn": named["targets"], "containerName": "web", "containerPort": 8080}
    connect = {"enabled": True, "namespace": "storefront", "services": [{"portName": "http", "clientAliases": [{"port": 8080, "dnsName": "web"}]}]}
    more = {"loadBalancers": [balanced], "serviceRegistries": [{"registryArn": named["registry"]}]}
    return service("production", named["vpc"], "FARGATE", serviceConnectConfiguration=connect, **more)


def serving(named):
    definition = demo("healthy")
    definition["containerDefinitions"][0]["portMappings"][0] |= {"name": "http", "appProtocol": "http"}
    return definition, served(named)


def blue_green(named):
    """A deployment between two target groups; the namespace by its ARN."""
    definition, made = serving(named)
    made["serviceConnectConfiguration"]["namespace"] = named["namespace"]
    rules = {"alternateTargetGroupArn": named["green"], "productionListenerRule": named["rule"], "testListenerRule": named["listener"]}
    made["loadBalancers"][0]["advancedConfiguration"] = {**rules, "roleArn": f"arn:aws:iam::{ACCOUNT}:role/storefront-volumes"}
    made["deploymentConfiguration"] = {"strategy": "BLUE_GREEN"}
    return definition, made


def update(named):
    """The service that runs gets another number of tasks."""
    made = {"service": "storefront", "cluster": "production", "taskDefinition": "storefront", "desiredCount": 2}
    return demo("healthy"), made


def live(named):
    """The service that runs, and its registered definition: nothing is in a file."""
    return None, None


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
QUOTAS = {"servicequotas:GetServiceQuota": quota(5000.0)}
DEFAULTS = {
    "servicequotas:GetServiceQuota": lambda request: error(request, "NoSuchResourceException", "no value was applied"),
    "servicequotas:GetAWSDefaultServiceQuota": quota(2.0),
}
ENCRYPTED = {
    "ec2:GetEbsEncryptionByDefault": of_ec2("GetEbsEncryptionByDefault", "<ebsEncryptionByDefault>true</ebsEncryptionByDefault>"),
    "ec2:GetEbsDefaultKmsKeyId": of_ec2("GetEbsDefaultKmsKeyId", "<kmsKeyId>alias/storefront</kmsKeyId>"),
}
BLIND = {
    "iam:ListRolePolicies": lambda request: error(request, "AccessDenied", "not authorized", 403),
    "iam:SimulatePrincipalPolicy": simulated,
}

# What moto lacks in every run.
COMMON = {
    **QUOTAS,
    "iam:SimulatePrincipalPolicy": lambda request: error(request, "AccessDenied", "not authorized", 403),
}

# A name, the definition and the service, the command, and the answers that are not moto's.
RUNS = {
    "fargate": (fargate, ["verify"], {}),
    "sealed": (sealed, ["verify"], {**MEMBER, **ENCRYPTED, **DEFAULTS}),
    "broken": (broken, ["verify"], {}),
    "instances": (on_instances, ["verify"], {}),
    "tagged": (tagged, ["verify"], {}),
    "granted": (granted, ["verify"], BLIND),
    "by themselves": (by_themselves, ["verify"], {}),
    "serving": (serving, ["verify"], {}),
    "blue green": (blue_green, ["verify"], {}),
    "update": (update, ["verify"], RUNNING),
    "live": (live, ["verify", "storefront", "--cluster", "production", "--service", "storefront"], {}),
    "windows": (windows, ["volumes"], {"fsx:DescribeFileSystems": windows_files}),
    "registry": (elsewhere, ["image"], GUARDED),
    "values": (fargate, ["secrets", "--read-secrets"], {}),
}

# Calls that no run makes, and why.
NEVER = {
    "autoscaling:DescribeAutoScalingGroups": "asked only for a task that fits on no instance; no run has one yet",
    "ec2:DescribeNetworkInterfaceAttribute": "a permission that EFS requires to list the groups of a mount target; not a request",
}
