"""The account of the matrix: that of tests/emulator, with everything that the program has a call for and moto knows."""

import json
import random
import uuid
from types import SimpleNamespace

import botocore.handlers
from runs import CANARIES, EVERYTHING, EXECUTION, demo, served

import account
import stack
from account import policy, statement
from emulator import ACCOUNT, REGION
from network import leave_to_endpoints, make_vpc
from replay import furnish
from services import grow


def build(emulator):
    """Fills the emulator, and returns what is named at random: the same each time."""
    draw = random.Random(7)
    # boto3 names some things itself.
    botocore.handlers.uuid = SimpleNamespace(uuid4=lambda: uuid.UUID(int=draw.getrandbits(128), version=4))
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
    grow(emulator, named["vpc"]["subnet"], CANARIES["user data"])
    serve(emulator, named)
    stack.create(emulator)
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
    """A cluster whose instance is in the VPC, and whose capacity provider can launch larger ones."""
    ec2, ecs = emulator.client("ec2"), emulator.client("ecs")
    ecs.create_cluster(clusterName="machines")
    scaling = {"autoScalingGroupArn": make_group(emulator, "m5.24xlarge"), "managedScaling": {"status": "ENABLED"}}
    ecs.create_capacity_provider(name="own", autoScalingGroupProvider=scaling)
    ecs.put_cluster_capacity_providers(cluster="machines", capacityProviders=["own"], defaultCapacityProviderStrategy=[])
    register_machine(emulator, named, "machines")
    # Two on which tasks of other services run.
    ecs.create_cluster(clusterName="shared")
    named["shared"] = [register_machine(emulator, named, "shared") for _ in range(2)]
    other = [{"name": "other", "image": "other:1", "cpu": 64, "memory": 64}]
    ecs.register_task_definition(family="other", containerDefinitions=other)
    ecs.start_task(cluster="shared", taskDefinition="other", containerInstances=named["shared"])


def register_machine(emulator, named, cluster):
    """An instance in the VPC with what an agent says of itself; returns its ARN."""
    ec2, ecs = emulator.client("ec2"), emulator.client("ecs")
    ami = ec2.describe_images()["Images"][0]["ImageId"]
    profile = {"Name": "storefront-instance"}
    place = {"SubnetId": named["vpc"]["subnet"], "InstanceType": "c5.xlarge"}
    machine = ec2.run_instances(ImageId=ami, MinCount=1, MaxCount=1, IamInstanceProfile=profile, **place)["Instances"][0]["InstanceId"]
    identity = {"instanceId": machine, "accountId": ACCOUNT, "region": REGION}
    arn = ecs.register_container_instance(cluster=cluster, instanceIdentityDocument=json.dumps(identity))
    arn = arn["containerInstance"]["containerInstanceArn"]
    has = {
        **{"ecs.cpu-architecture": "x86_64", "ecs.os-type": "linux", "ecs.os-family": "LINUX"},
        **{"ecs.vpc-id": named["vpc"]["vpc"], "ecs.subnet-id": named["vpc"]["subnet"], "ecs.instance-type": "c5.xlarge"},
    }
    agent = "task-eni secrets.ssm.environment-variables secrets.asm.environment-variables ecr-auth execution-role-ecr-pull execution-role-awslogs"
    has |= dict.fromkeys((f"ecs.capability.{name}" for name in agent.split()), "")
    has |= {"com.amazonaws.ecs.capability.logging-driver.awslogs": "", "com.amazonaws.ecs.capability.ecr-auth": ""}
    has |= {"com.amazonaws.ecs.capability.task-iam-role": "", "com.amazonaws.ecs.capability.docker-remote-api.1.19": ""}
    ecs.put_attributes(cluster=cluster, attributes=[{"name": name, "value": value, "targetId": arn} for name, value in has.items()])
    return arn


def make_group(emulator, instance_type):
    """An Auto Scaling group without instances; its ARN."""
    template = {"ImageId": emulator.client("ec2").describe_images()["Images"][0]["ImageId"], "InstanceType": instance_type}
    emulator.client("ec2").create_launch_template(LaunchTemplateName="own", LaunchTemplateData=template)
    from_template = {"LaunchTemplateSpecification": {"LaunchTemplateName": "own", "Version": "$Latest"}}
    mixed = {"LaunchTemplate": {**from_template, "Overrides": [{"InstanceType": instance_type}]}}
    scaling = emulator.client("autoscaling")
    sizes = {"MinSize": 0, "MaxSize": 4, "DesiredCapacity": 0, "AvailabilityZones": [f"{REGION}a"]}
    scaling.create_auto_scaling_group(AutoScalingGroupName="own", MixedInstancesPolicy=mixed, **sizes)
    return scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]["AutoScalingGroupARN"]


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
    weights = [{"TargetGroupArn": named["targets"], "Weight": 100}, {"TargetGroupArn": named["green"], "Weight": 0}]
    shifting = [{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}]
    rule = balancing.create_rule(ListenerArn=named["listener"], Priority=1, Conditions=path, Actions=shifting)
    named["rule"] = rule["Rules"][0]["RuleArn"]
    classic = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 8080}
    emulator.client("elb").create_load_balancer(LoadBalancerName="classic", Listeners=[classic], AvailabilityZones=[f"{REGION}a"])
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
