"""Broken accounts: EBS volumes and EFS file systems."""

import json

import account
from account import policy, statement
from broken import ROLES, allow_only, fails, judged
from emulator import REGION
from network import make_vpc
from replay import fargate, volume, within


def placed(definition, flags):
    return judged(definition, "--service-definition", flags["service"])


@fails("ebs-snapshot")
def snapshot_missing(emulator, named):
    account.make_volumes(emulator)
    return placed(*volume(snapshotId="snap-0123456789abcdef0"))


@fails("ebs-permission")
def volume_role_may_not_create(emulator, named):
    account.make_volumes(emulator)
    account.offer_managed_policy("AmazonECSInfrastructureRolePolicyForVolumes")
    allow_only(emulator, role="storefront-volumes", name="volumes")
    return placed(*volume(sizeInGiB=20))


@fails("kms-volume-permission")
def volume_role_may_not_use_the_key(emulator, named):
    account.make_volumes(emulator)
    ec2 = [statement(["ec2:*Volume", "ec2:CreateTags"], "*"), statement(["ec2:DescribeVolumes", "ec2:DescribeAvailabilityZones"], "*")]
    allow_only(emulator, *ec2, role="storefront-volumes", name="volumes")
    return placed(*volume(sizeInGiB=20, encrypted=True, kmsKeyId="alias/storefront"))


# --- EFS -----------------------------------------------------------------------------------------


def file_system(emulator, *, target=True, group=True):
    """A VPC, and a file system with a mount target in the task's subnet."""
    made = make_vpc(emulator)
    efs, ec2 = emulator.client("efs"), emulator.client("ec2")
    made["files"] = efs.create_file_system(CreationToken="shop", Encrypted=True)["FileSystemId"]
    made["point"] = efs.create_access_point(FileSystemId=made["files"], ClientToken="shop")["AccessPointId"]
    made["mounts"] = ec2.create_security_group(GroupName="files", Description="files", VpcId=made["vpc"])["GroupId"]
    if group:
        pair = {"UserIdGroupPairs": [{"GroupId": made["group"]}]}
        ec2.authorize_security_group_ingress(
            GroupId=made["mounts"], IpPermissions=[{"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049, **pair}]
        )
    if target:
        efs.create_mount_target(FileSystemId=made["files"], SubnetId=made["subnet"], SecurityGroups=[made["mounts"]])
    return made


def mounted(made, **authorization):
    efs = {"fileSystemId": made["files"], "transitEncryption": "ENABLED"}
    if authorization:
        efs["authorizationConfig"] = authorization
    mount = [{"sourceVolume": "files", "containerPath": "/files"}]
    definition = fargate({"mountPoints": mount}, volumes=[{"name": "files", "efsVolumeConfiguration": efs}])
    return placed(definition | {"taskRoleArn": f"{ROLES}/storefront-task"}, within(made))


@fails("efs-file-system")
def file_system_missing(emulator, named):
    return mounted({**file_system(emulator), "files": "fs-0123456789abcdef0"})


@fails("efs-access-point")
def access_point_missing(emulator, named):
    return mounted(file_system(emulator), accessPointId="fsap-0123456789abcdef0")


@fails("efs-mount-target")
def mount_target_missing(emulator, named):
    return mounted(file_system(emulator, target=False))


@fails("efs-mount-target")
def mount_target_admits_nobody(emulator, named):
    return mounted(file_system(emulator, group=False))


@fails("efs-mount-target")
def task_may_not_leave_for_the_mount_target(emulator, named):
    made = file_system(emulator)
    ec2 = emulator.client("ec2")
    everywhere = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_egress(GroupId=made["group"], IpPermissions=everywhere)
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_egress(GroupId=made["group"], IpPermissions=[https])
    return mounted(made)


@fails("efs-mount-target")
def names_of_file_systems_do_not_resolve(emulator, named):
    made = file_system(emulator)
    emulator.client("ec2").modify_vpc_attribute(VpcId=made["vpc"], EnableDnsHostnames={"Value": False})
    return mounted(made)


@fails("efs-permission")
def task_may_not_mount(emulator, named):
    made = file_system(emulator)
    whole = {"Effect": "Allow", "Principal": {"AWS": f"{ROLES}/other"}, "Action": "elasticfilesystem:ClientMount", "Resource": "*"}
    emulator.client("efs").put_file_system_policy(FileSystemId=made["files"], Policy=json.dumps(policy(whole)))
    return mounted(made, iam="ENABLED")


@fails("efs-permission")
def files_need_a_role(emulator, named):
    made = file_system(emulator)
    whole = {"Effect": "Allow", "Principal": {"AWS": f"{ROLES}/storefront-task"}, "Action": "elasticfilesystem:ClientMount", "Resource": "*"}
    emulator.client("efs").put_file_system_policy(FileSystemId=made["files"], Policy=json.dumps(policy(whole)))
    return mounted(made)


@fails("efs-mount-target")
def network_acl_denies_the_answers_of_mount_targets(emulator, named):
    # Both subnets of the task have the same network ACL, and each needs entries in it.
    made = file_system(emulator, target=False)
    ec2, efs = emulator.client("ec2"), emulator.client("efs")
    subnets = {}
    for zone, block in (("a", "3"), ("b", "4"), ("b", "2")):
        subnet = ec2.create_subnet(VpcId=made["vpc"], CidrBlock=f"10.0.{block}.0/24", AvailabilityZone=REGION + zone)
        subnets[block] = subnet["Subnet"]["SubnetId"]
    ec2.associate_route_table(RouteTableId=made["table"], SubnetId=subnets["2"])
    for block in "34":
        efs.create_mount_target(FileSystemId=made["files"], SubnetId=subnets[block], SecurityGroups=[made["mounts"]])
    of_vpc = [{"Name": "vpc-id", "Values": [made["vpc"]]}]
    acl = ec2.describe_network_acls(Filters=of_vpc)["NetworkAcls"][0]["NetworkAclId"]
    within_vpc = {"Protocol": "6", "PortRange": {"From": 1024, "To": 65535}, "CidrBlock": "10.0.0.0/16"}
    ec2.create_network_acl_entry(NetworkAclId=acl, Egress=False, RuleNumber=50, RuleAction="deny", **within_vpc)
    both = mounted(made)
    service = both.arguments[1]
    service["networkConfiguration"]["awsvpcConfiguration"]["subnets"].append(subnets["2"])
    return both
