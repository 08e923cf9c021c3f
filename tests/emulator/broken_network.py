"""Broken accounts: the network of a task."""

import json

from account import policy
from broken import fails, judged
from emulator import REGION
from network import leave_to_endpoints, make_subnet, make_table, make_vpc
from program import demo
from replay import within

ALL = {"DestinationCidrBlock": "0.0.0.0/0"}


def network(made, definition=None):
    return judged(definition or demo(), "--service-definition", within(made)["service"])


def public(made):
    """A task that asks for a public address."""
    service = within(made)["service"]
    service["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] = "ENABLED"
    return judged(demo(), "--service-definition", service)


def public_table(ec2, made):
    """The route table of the public subnet."""
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [made["vpc"]]}])["RouteTables"]
    return next(it["RouteTableId"] for it in tables if any(route.get("GatewayId") == made["gateway"] for route in it["Routes"]))


def vpc(emulator):
    return make_vpc(emulator), emulator.client("ec2")


@fails("network-route")
def route_missing(emulator, named):
    made, ec2 = vpc(emulator)
    ec2.delete_route(RouteTableId=made["table"], **ALL)
    return network(made)


@fails("network-route")
def route_missing_in_the_main_table(emulator, named):
    made, ec2 = vpc(emulator)
    return network({**made, "subnet": make_subnet(ec2, made["vpc"], "10.0.2.0/24")})


@fails("network-route")
def route_and_nat_gateway_missing(emulator, named):
    made, ec2 = vpc(emulator)
    ec2.delete_route(RouteTableId=made["table"], **ALL)
    ec2.delete_nat_gateway(NatGatewayId=made["nat"])
    return network(made)


@fails("network-route")
def no_public_subnet(emulator, named):
    made, ec2 = vpc(emulator)
    ec2.delete_route(RouteTableId=public_table(ec2, made), **ALL)
    ec2.delete_route(RouteTableId=made["table"], **ALL)
    ec2.delete_nat_gateway(NatGatewayId=made["nat"])
    return network(made)


@fails("network-route")
def nat_gateway_deleted(emulator, named):
    made, ec2 = vpc(emulator)
    ec2.delete_nat_gateway(NatGatewayId=made["nat"])
    return network(made)


@fails("network-route")
def internet_gateway_detached(emulator, named):
    made, ec2 = vpc(emulator)
    ec2.detach_internet_gateway(InternetGatewayId=made["gateway"], VpcId=made["vpc"])
    return network(made)


@fails("network-route")
def internet_gateway_deleted(emulator, named):
    made, ec2 = vpc(emulator)
    ec2.detach_internet_gateway(InternetGatewayId=made["gateway"], VpcId=made["vpc"])
    ec2.delete_internet_gateway(InternetGatewayId=made["gateway"])
    return network(made)


@fails("network-route")
def internet_gateway_missing(emulator, named):
    made, ec2 = vpc(emulator)
    table = public_table(ec2, made)
    ec2.delete_route(RouteTableId=table, **ALL)
    ec2.delete_route(RouteTableId=made["table"], **ALL)
    ec2.detach_internet_gateway(InternetGatewayId=made["gateway"], VpcId=made["vpc"])
    ec2.delete_internet_gateway(InternetGatewayId=made["gateway"])
    return network(made)


@fails("network-route")
def public_task_without_a_route(emulator, named):
    made, ec2 = vpc(emulator)
    ec2.delete_route(RouteTableId=made["table"], **ALL)
    return public(made)


@fails("network-route")
def public_task_without_an_internet_gateway(emulator, named):
    made, ec2 = vpc(emulator)
    ec2.delete_route(RouteTableId=public_table(ec2, made), **ALL)
    ec2.delete_route(RouteTableId=made["table"], **ALL)
    ec2.detach_internet_gateway(InternetGatewayId=made["gateway"], VpcId=made["vpc"])
    ec2.delete_internet_gateway(InternetGatewayId=made["gateway"])
    return public(made)


@fails("network-route")
def two_subnets_without_a_route(emulator, named):
    made, ec2 = vpc(emulator)
    ec2.delete_route(RouteTableId=made["table"], **ALL)
    other = ec2.create_subnet(VpcId=made["vpc"], CidrBlock="10.0.2.0/24", AvailabilityZone=f"{REGION}b")
    other = other["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=made["vpc"])["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=other)
    service = within(made)["service"]
    service["networkConfiguration"]["awsvpcConfiguration"]["subnets"].append(other)
    return judged(demo(), "--service-definition", service)


@fails("network-route")
def nat_gateway_in_a_private_subnet(emulator, named):
    made, ec2 = vpc(emulator)
    subnet = make_subnet(ec2, made["vpc"], "10.0.2.0/24")
    table = ec2.create_route_table(VpcId=made["vpc"])["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    ec2.delete_nat_gateway(NatGatewayId=made["nat"])
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    ec2.replace_route(RouteTableId=made["table"], NatGatewayId=nat, **ALL)
    return network(made)


@fails("network-route")
def nat_gateway_is_private(emulator, named):
    made, ec2 = vpc(emulator)
    subnet = make_subnet(ec2, made["vpc"], "10.0.2.0/24")
    nat = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    ec2.replace_route(RouteTableId=made["table"], NatGatewayId=nat, **ALL)
    return network(made)


@fails("network-route")
def public_subnet_without_a_public_address(emulator, named):
    made, ec2 = vpc(emulator)
    subnet = make_subnet(ec2, made["vpc"], "10.0.2.0/24")
    make_table(ec2, made["vpc"], subnet, GatewayId=made["gateway"])
    return network({**made, "subnet": subnet})


@fails("network-route")
def service_without_a_public_address(emulator, named):
    made, ec2 = vpc(emulator)
    subnet = make_subnet(ec2, made["vpc"], "10.0.2.0/24")
    make_table(ec2, made["vpc"], subnet, GatewayId=made["gateway"])
    ecs = emulator.client("ecs")
    family = ecs.register_task_definition(**demo())["taskDefinition"]["family"]
    service = within({**made, "subnet": subnet})["service"] | {"taskDefinition": family, "desiredCount": 1}
    ecs.create_service(**service)
    return judged(demo(), "--cluster", "production", "--service", "storefront")


# Whether what has the interface forwards, nobody can see.
@fails("network-route", then="unknown")
def interface_drops_what_it_forwards(emulator, named):
    made, ec2 = vpc(emulator)
    subnet = make_subnet(ec2, made["vpc"], "10.0.2.0/24")
    make_table(ec2, made["vpc"], subnet, GatewayId=made["gateway"])
    interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    ec2.replace_route(RouteTableId=made["table"], NetworkInterfaceId=interface, **ALL)
    return network(made)


@fails("network-security-group")
def nothing_may_leave(emulator, named):
    made, ec2 = vpc(emulator)
    everywhere = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_egress(GroupId=made["group"], IpPermissions=everywhere)
    return network(made)


@fails("network-security-group")
def nothing_may_leave_for_the_endpoints(emulator, named):
    made, ec2 = vpc(emulator)
    leave_to_endpoints(emulator, made)
    everywhere = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_egress(GroupId=made["group"], IpPermissions=everywhere)
    return network(made)


HTTPS = {"Protocol": "6", "PortRange": {"From": 443, "To": 443}, "CidrBlock": "0.0.0.0/0"}
EPHEMERAL = {"Protocol": "6", "PortRange": {"From": 1024, "To": 65535}, "CidrBlock": "0.0.0.0/0"}


def acl(ec2, made):
    of_vpc = [{"Name": "vpc-id", "Values": [made["vpc"]]}]
    return ec2.describe_network_acls(Filters=of_vpc)["NetworkAcls"][0]["NetworkAclId"]


@fails("network-nacl")
def network_acl_denies_first(emulator, named):
    made, ec2 = vpc(emulator)
    for egress, traffic in ((True, HTTPS), (False, EPHEMERAL)):
        entry = {"Egress": egress, "RuleNumber": 50, "RuleAction": "deny"}
        ec2.create_network_acl_entry(NetworkAclId=acl(ec2, made), **entry, **traffic)
    return network(made)


@fails("network-nacl")
def network_acl_denies_at_the_first_number(emulator, named):
    made, ec2 = vpc(emulator)
    entry = {"Egress": True, "RuleNumber": 1, "RuleAction": "deny"}
    ec2.create_network_acl_entry(NetworkAclId=acl(ec2, made), **entry, **HTTPS)
    return network(made)


@fails("network-endpoints")
def endpoint_missing(emulator, named):
    made, ec2 = vpc(emulator)
    leave_to_endpoints(emulator, made, without=["logs"])
    return network(made)


@fails("network-endpoints")
def gateway_endpoint_missing(emulator, named):
    made, ec2 = vpc(emulator)
    leave_to_endpoints(emulator, made, without=["s3"])
    return network(made)


@fails("network-endpoint-security-group")
def endpoints_admit_nobody(emulator, named):
    made, ec2 = vpc(emulator)
    leave_to_endpoints(emulator, made)
    within_vpc = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
    ec2.revoke_security_group_ingress(GroupId=made["endpoints"], IpPermissions=[within_vpc])
    return network(made)


@fails("network-endpoint-policy")
def endpoint_policy_allows_something_else(emulator, named):
    made, ec2 = vpc(emulator)
    leave_to_endpoints(emulator, made)
    of_vpc = [{"Name": "vpc-id", "Values": [made["vpc"]]}]
    only = policy({"Effect": "Allow", "Principal": "*", "Action": "s3:ListAllMyBuckets", "Resource": "*"})
    for endpoint in ec2.describe_vpc_endpoints(Filters=of_vpc)["VpcEndpoints"]:
        ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["VpcEndpointId"], PolicyDocument=json.dumps(only))
    return network(made)


@fails("network-dns")
def names_do_not_resolve(emulator, named):
    made, ec2 = vpc(emulator)
    ec2.modify_vpc_attribute(VpcId=made["vpc"], EnableDnsSupport={"Value": False})
    return network(made)


# What they answer, nobody can see.
@fails("network-dns", then="warn")
def dns_servers_may_not_be_asked(emulator, named):
    made, ec2 = vpc(emulator)
    options = ec2.create_dhcp_options(DhcpConfigurations=[{"Key": "domain-name-servers", "Values": ["10.0.1.53"]}])
    ec2.associate_dhcp_options(DhcpOptionsId=options["DhcpOptions"]["DhcpOptionsId"], VpcId=made["vpc"])
    everywhere = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_egress(GroupId=made["group"], IpPermissions=everywhere)
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_egress(GroupId=made["group"], IpPermissions=[https])
    return network(made)


@fails("network-configuration")
def subnet_missing(emulator, named):
    made, ec2 = vpc(emulator)
    return network({**made, "subnet": "subnet-0123456789abcdef0"})
