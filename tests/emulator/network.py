"""A VPC in the emulator: a public subnet with a NAT gateway, and a private one behind it."""

import json

from emulator import REGION

ENDPOINTS = ("ecr.api", "ecr.dkr", "secretsmanager", "ssm", "logs", "s3")


def make_vpc(emulator):
    """Returns the ids of what can be broken."""
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": True})
    options = ec2.create_dhcp_options(
        DhcpConfigurations=[{"Key": "domain-name-servers", "Values": ["AmazonProvidedDNS"]}]
    )["DhcpOptions"]["DhcpOptionsId"]
    ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=vpc)
    public, private = (make_subnet(ec2, vpc, block) for block in ("10.0.0.0/24", "10.0.1.0/24"))
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    make_table(ec2, vpc, public, GatewayId=gateway)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
    table = make_table(ec2, vpc, private, NatGatewayId=nat)
    group = ec2.create_security_group(GroupName="storefront", Description="tasks", VpcId=vpc)["GroupId"]
    return {"vpc": vpc, "subnet": private, "nat": nat, "gateway": gateway, "table": table, "group": group}


def leave_to_endpoints(emulator, made, without=()):
    """Takes the way out of the private subnet, and gives it endpoints for what the demo needs."""
    ec2 = emulator.client("ec2")
    ec2.delete_route(RouteTableId=made["table"], DestinationCidrBlock="0.0.0.0/0")
    group = ec2.create_security_group(GroupName="endpoints", Description="endpoints", VpcId=made["vpc"])["GroupId"]
    within = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[within])
    everything = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    interface = {"VpcEndpointType": "Interface", "SubnetIds": [made["subnet"]], "SecurityGroupIds": [group]}
    interface["PrivateDnsEnabled"] = True
    gateway = {"VpcEndpointType": "Gateway", "RouteTableIds": [made["table"]]}
    made["endpoints"] = group
    for service in (it for it in ENDPOINTS if it not in without):
        kind = gateway if service == "s3" else interface
        name = f"com.amazonaws.{REGION}.{service}"
        ec2.create_vpc_endpoint(VpcId=made["vpc"], ServiceName=name, PolicyDocument=policy, **kind)


def make_subnet(ec2, vpc, block):
    return ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=f"{REGION}a")["Subnet"]["SubnetId"]


def make_table(ec2, vpc, subnet, **target):
    """A route table of the subnet, whose default route leads there."""
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)
    return table


def make_endpoint(emulator, made, service):
    """An interface endpoint of the VPC, which answers to the service's own name."""
    endpoint = emulator.client("ec2").create_vpc_endpoint(
        VpcId=made["vpc"],
        ServiceName=f"com.amazonaws.{REGION}.{service}",
        VpcEndpointType="Interface",
        SubnetIds=[made["subnet"]],
        SecurityGroupIds=[made["group"]],
        PrivateDnsEnabled=True,
    )
    return endpoint["VpcEndpoint"]["VpcEndpointId"]
