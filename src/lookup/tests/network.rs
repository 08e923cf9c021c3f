//! The lookups that a path through a VPC is judged by. EC2 speaks XML.

use super::*;
use crate::lookup::ec2::endpoint::Endpoints;
use crate::lookup::ec2::network_acl::NetworkAcls;
use crate::lookup::ec2::network_interface::SourceDestCheck;
use crate::lookup::ec2::prefix_list::{PrefixListEntries, ServicePrefixLists};
use crate::lookup::ec2::public_access::BlockPublicAccess;
use crate::lookup::ec2::route::{InternetGateways, NatGateways, RouteTables};
use crate::lookup::ec2::security_group::{DefaultSecurityGroup, DescribeSecurityGroup};
use crate::lookup::ec2::subnet::{DescribeSubnet, Subnets};
use crate::lookup::ec2::vpc::{DescribeVpc, DhcpResolvers, VpcDns};
use crate::names::Region;

fn region() -> Region {
    "eu-central-1".parse().unwrap()
}

/// An answer of EC2's.
fn xml(operation: &str, body: &str) -> Reply {
    Reply::Ok(format!("<{operation}Response><requestId>1</requestId>{body}</{operation}Response>"))
}

fn vpc() -> String {
    "vpc-1".to_owned()
}

pub(super) fn lookups() -> Vec<Case> {
    [named(), of_a_vpc(), of_a_region()].into_iter().flatten().collect()
}

/// What is asked for by its id: a list without it says that it is not there.
fn named() -> Vec<Case> {
    let subnet = "<subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><ownerId>111122223333</ownerId><availabilityZone>eu-central-1a</availabilityZone><cidrBlock>10.0.1.0/24</cidrBlock><availableIpAddressCount>250</availableIpAddressCount></item></subnetSet>";
    let group = "<securityGroupInfo><item><groupId>sg-1</groupId><groupName>app</groupName><vpcId>vpc-1</vpcId><ipPermissions/><ipPermissionsEgress/></item></securityGroupInfo>";
    let found = "<vpcSet><item><vpcId>vpc-1</vpcId><ownerId>111122223333</ownerId><cidrBlock>10.0.0.0/16</cidrBlock><dhcpOptionsId>dopt-1</dhcpOptionsId></item></vpcSet>";
    let interface = "<networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId><sourceDestCheck>true</sourceDestCheck></item></networkInterfaceSet>";
    let options = "<dhcpOptionsSet><item><dhcpOptionsId>dopt-1</dhcpOptionsId><dhcpConfigurationSet><item><key>domain-name-servers</key><valueSet><item><value>AmazonProvidedDNS</value></item></valueSet></item></dhcpConfigurationSet></item></dhcpOptionsSet>";
    vec![
        case(
            DescribeSubnet { region: region(), id: "subnet-1".to_owned() },
            Some(xml("DescribeSubnets", subnet)),
            vec![xml("DescribeSubnets", "<subnetSet/>")],
        ),
        case(
            DescribeSecurityGroup { region: region(), id: "sg-1".to_owned() },
            Some(xml("DescribeSecurityGroups", group)),
            vec![xml("DescribeSecurityGroups", "<securityGroupInfo/>")],
        ),
        case(
            DefaultSecurityGroup { region: region(), vpc: vpc() },
            Some(xml("DescribeSecurityGroups", &group.replace(">app<", ">default<"))),
            vec![xml("DescribeSecurityGroups", "<securityGroupInfo/>")],
        ),
        case(
            DescribeVpc { region: region(), id: vpc() },
            Some(xml("DescribeVpcs", found)),
            vec![xml("DescribeVpcs", "<vpcSet/>")],
        ),
        case(
            DhcpResolvers { region: region(), id: "dopt-1".to_owned() },
            Some(xml("DescribeDhcpOptions", options)),
            vec![xml("DescribeDhcpOptions", "<dhcpOptionsSet/>")],
        ),
        case(
            SourceDestCheck { region: region(), id: "eni-1".to_owned() },
            Some(xml("DescribeNetworkInterfaces", interface)),
            vec![xml("DescribeNetworkInterfaces", "<networkInterfaceSet/>")],
        ),
        case(
            PrefixListEntries { region: region(), id: "pl-1".to_owned() },
            Some(xml(
                "GetManagedPrefixListEntries",
                "<entrySet><item><cidr>10.0.0.0/8</cidr></item></entrySet>",
            )),
            vec![],
        ),
    ]
}

/// Everything of one kind in a VPC: there may be none.
fn of_a_vpc() -> Vec<Case> {
    let attributes = "<vpcId>vpc-1</vpcId><enableDnsSupport><value>true</value></enableDnsSupport><enableDnsHostnames><value>false</value></enableDnsHostnames>";
    let tables = "<routeTableSet><item><routeTableId>rtb-1</routeTableId><vpcId>vpc-1</vpcId><associationSet><item><main>true</main></item></associationSet><routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><natGatewayId>nat-1</natGatewayId><state>active</state></item></routeSet></item></routeTableSet>";
    vec![
        case(
            VpcDns { region: region(), vpc: vpc() },
            Some(xml("DescribeVpcAttribute", attributes)),
            vec![],
        ),
        case(
            Subnets { region: region(), vpc: vpc() },
            Some(xml("DescribeSubnets", "<subnetSet/>")),
            vec![],
        ),
        case(
            RouteTables { region: region(), vpc: vpc() },
            Some(xml("DescribeRouteTables", tables)),
            vec![],
        ),
        case(
            InternetGateways { region: region(), vpc: vpc() },
            Some(xml("DescribeInternetGateways", "<internetGatewaySet/>")),
            vec![],
        ),
        case(
            NatGateways { region: region(), vpc: vpc() },
            Some(xml("DescribeNatGateways", "<natGatewaySet/>")),
            vec![],
        ),
        case(
            Endpoints { region: region(), vpc: vpc() },
            Some(xml("DescribeVpcEndpoints", "<vpcEndpointSet/>")),
            vec![],
        ),
        case(
            NetworkAcls { region: region(), vpc: vpc() },
            Some(xml("DescribeNetworkAcls", "<networkAclSet/>")),
            vec![],
        ),
    ]
}

fn of_a_region() -> Vec<Case> {
    let lists = "<prefixListSet><item><prefixListId>pl-1</prefixListId><prefixListName>com.amazonaws.eu-central-1.s3</prefixListName><cidrSet><item>52.219.0.0/16</item></cidrSet></item></prefixListSet>";
    let off = "<vpcBlockPublicAccessOptions><internetGatewayBlockMode>off</internetGatewayBlockMode></vpcBlockPublicAccessOptions>";
    vec![
        case(
            ServicePrefixLists { region: region() },
            Some(xml("DescribePrefixLists", lists)),
            vec![],
        ),
        case(
            BlockPublicAccess { region: region() },
            Some(xml("DescribeVpcBlockPublicAccessOptions", off)),
            vec![],
        ),
    ]
}

#[test]
fn what_ec2_tells_half_is_a_gap() {
    let bench = Bench::new();
    for (name, body) in [
        (
            "DescribeSubnet",
            "<subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId></item></subnetSet>",
        ),
        (
            "RouteTables",
            "<routeTableSet><item><routeTableId>rtb-1</routeTableId></item></routeTableSet>",
        ),
        (
            "NetworkAcls",
            "<networkAclSet><item><networkAclId>acl-1</networkAclId></item></networkAclSet>",
        ),
        ("VpcDns", "<vpcId>vpc-1</vpcId><enableDnsSupport><value>true</value></enableDnsSupport>"),
        (
            "Endpoints",
            "<vpcEndpointSet><item><vpcEndpointId>vpce-1</vpcEndpointId></item></vpcEndpointSet>",
        ),
        (
            "NatGateways",
            "<natGatewaySet><item><natGatewayId>nat-1</natGatewayId></item></natGatewaySet>",
        ),
        // Only a subnet for IPv6 has no IPv4 range, only a main association no subnet.
        (
            "DescribeSubnet",
            "<subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><ownerId>111122223333</ownerId><availabilityZone>eu-central-1a</availabilityZone><availableIpAddressCount>250</availableIpAddressCount></item></subnetSet>",
        ),
        (
            "RouteTables",
            "<routeTableSet><item><routeTableId>rtb-1</routeTableId><vpcId>vpc-1</vpcId><routeSet/><associationSet><item><main>false</main></item></associationSet></item></routeTableSet>",
        ),
        (
            "InternetGateways",
            "<internetGatewaySet><item><internetGatewayId>igw-1</internetGatewayId><attachmentSet><item><state>available</state></item></attachmentSet></item></internetGatewaySet>",
        ),
    ] {
        let operation = call_of(name);
        let reply = xml(&operation, body);
        let learnt = bench.learn(|case| (case.name == name).then(|| reply.clone()));
        assert_eq!(learnt.len(), 1, "{name}");
        assert!(learnt[0].2.is_err(), "{name}: {}", told(&learnt[0].2));
    }
}

/// The operation that a lookup of ours is.
fn call_of(name: &str) -> String {
    let case = lookups().into_iter().find(|case| case.name == name).unwrap();
    case.asked.call().0.trim_start_matches("ec2:").to_owned()
}

#[test]
fn a_repeated_pagination_token_of_ec2_is_a_gap() {
    let bench = Bench::new();
    let lists = "<subnetSet/><networkInterfaceSet/><securityGroupInfo/><vpcSet/><dhcpOptionsSet/><routeTableSet/><internetGatewaySet/><natGatewaySet/><vpcEndpointSet/><networkAclSet/><prefixListSet/><entrySet/><nextToken>again</nextToken>";
    let ours: Vec<&str> = lookups().iter().map(|case| case.name).collect();
    let is_paged =
        |name: &str| ours.contains(&name) && !["VpcDns", "BlockPublicAccess"].contains(&name);
    let again = |case: &Case| is_paged(case.name).then(|| xml(&call_of(case.name), lists));
    let learnt = bench.learn(again);
    assert_eq!(learnt.len(), ours.len() - 2);
    for (case, _, answer) in learnt {
        assert!(
            told(&answer).contains("pagination repeats a token"),
            "{}: {}",
            case.name,
            told(&answer)
        );
    }
}
