//! The lookups that a path through a VPC is judged by. EC2 speaks XML.

use super::*;
use crate::lookup::ec2::endpoint::Endpoints;
use crate::lookup::ec2::network_acl::NetworkAcls;
use crate::lookup::ec2::prefix_list::{PrefixListEntries, ServicePrefixLists};
use crate::lookup::ec2::public_access::BlockPublicAccess;
use crate::lookup::ec2::route::{InternetGateways, NatGateways, RouteTables};
use crate::lookup::ec2::security_group::{DefaultSecurityGroup, DescribeSecurityGroup};
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::lookup::ec2::vpc::{DescribeVpc, DhcpResolvers, VpcDns};
use crate::names::Region;

fn region() -> Region {
    "eu-central-1".parse().unwrap()
}

fn xml(body: &str) -> Reply {
    Reply::Ok(format!("<Response><requestId>1</requestId>{body}</Response>"))
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
    let other = subnet.replace("subnet-1", "subnet-2");
    let group = "<securityGroupInfo><item><groupId>sg-1</groupId><groupName>app</groupName><vpcId>vpc-1</vpcId><ipPermissions/><ipPermissionsEgress/></item></securityGroupInfo>";
    let found = "<vpcSet><item><vpcId>vpc-1</vpcId><ownerId>111122223333</ownerId><cidrBlock>10.0.0.0/16</cidrBlock><dhcpOptionsId>dopt-1</dhcpOptionsId></item></vpcSet>";
    let options = "<dhcpOptionsSet><item><dhcpOptionsId>dopt-1</dhcpOptionsId><dhcpConfigurationSet><item><key>domain-name-servers</key><valueSet><item><value>AmazonProvidedDNS</value></item></valueSet></item></dhcpConfigurationSet></item></dhcpOptionsSet>";
    vec![
        case(
            DescribeSubnet { region: region(), id: "subnet-1".to_owned() },
            Some(xml(subnet)),
            vec![xml("<subnetSet/>"), xml(&other)],
        ),
        case(
            DescribeSecurityGroup { region: region(), id: "sg-1".to_owned() },
            Some(xml(group)),
            vec![xml("<securityGroupInfo/>"), xml(&group.replace("sg-1", "sg-2"))],
        ),
        case(
            DefaultSecurityGroup { region: region(), vpc: vpc() },
            Some(xml(group)),
            vec![xml("<securityGroupInfo/>")],
        ),
        case(DescribeVpc { region: region(), id: vpc() }, Some(xml(found)), vec![xml("<vpcSet/>")]),
        case(
            DhcpResolvers { region: region(), id: "dopt-1".to_owned() },
            Some(xml(options)),
            vec![xml("<dhcpOptionsSet/>")],
        ),
        case(
            PrefixListEntries { region: region(), id: "pl-1".to_owned() },
            Some(xml("<entrySet><item><cidr>10.0.0.0/8</cidr></item></entrySet>")),
            vec![],
        ),
    ]
}

/// Everything of one kind in a VPC: there may be none.
fn of_a_vpc() -> Vec<Case> {
    let attributes = "<enableDnsSupport><value>true</value></enableDnsSupport><enableDnsHostnames><value>false</value></enableDnsHostnames>";
    let tables = "<routeTableSet><item><routeTableId>rtb-1</routeTableId><vpcId>vpc-1</vpcId><associationSet><item><main>true</main></item></associationSet><routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><natGatewayId>nat-1</natGatewayId><state>active</state></item></routeSet></item></routeTableSet>";
    vec![
        case(VpcDns { region: region(), vpc: vpc() }, Some(xml(attributes)), vec![]),
        case(RouteTables { region: region(), vpc: vpc() }, Some(xml(tables)), vec![]),
        case(
            InternetGateways { region: region(), vpc: vpc() },
            Some(xml("<internetGatewaySet/>")),
            vec![],
        ),
        case(NatGateways { region: region(), vpc: vpc() }, Some(xml("<natGatewaySet/>")), vec![]),
        case(Endpoints { region: region(), vpc: vpc() }, Some(xml("<vpcEndpointSet/>")), vec![]),
        case(NetworkAcls { region: region(), vpc: vpc() }, Some(xml("<networkAclSet/>")), vec![]),
    ]
}

fn of_a_region() -> Vec<Case> {
    let lists = "<prefixListSet><item><prefixListId>pl-1</prefixListId><prefixListName>com.amazonaws.eu-central-1.s3</prefixListName><cidrSet><item>52.219.0.0/16</item></cidrSet></item></prefixListSet>";
    let off = "<vpcBlockPublicAccessOptions><internetGatewayBlockMode>off</internetGatewayBlockMode></vpcBlockPublicAccessOptions>";
    vec![
        case(ServicePrefixLists { region: region() }, Some(xml(lists)), vec![]),
        case(BlockPublicAccess { region: region() }, Some(xml(off)), vec![]),
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
        ("VpcDns", "<enableDnsSupport><value>true</value></enableDnsSupport>"),
        (
            "Endpoints",
            "<vpcEndpointSet><item><vpcEndpointId>vpce-1</vpcEndpointId></item></vpcEndpointSet>",
        ),
        (
            "NatGateways",
            "<natGatewaySet><item><natGatewayId>nat-1</natGatewayId></item></natGatewaySet>",
        ),
    ] {
        let reply = xml(body);
        let learnt = bench.learn(|case| (case.name == name).then(|| reply.clone()));
        assert_eq!(learnt.len(), 1, "{name}");
        assert!(learnt[0].2.is_err(), "{name}: {}", told(&learnt[0].2));
    }
}

#[test]
fn ec2_pages_that_go_round_in_a_circle_are_a_gap() {
    let bench = Bench::new();
    let again = xml(
        "<subnetSet/><securityGroupInfo/><vpcSet/><dhcpOptionsSet/><routeTableSet/><internetGatewaySet/><natGatewaySet/><vpcEndpointSet/><networkAclSet/><prefixListSet/><entrySet/><nextToken>again</nextToken>",
    );
    let ours: Vec<&str> = lookups().iter().map(|case| case.name).collect();
    let paged =
        |name: &str| ours.contains(&name) && !["VpcDns", "BlockPublicAccess"].contains(&name);
    let learnt = bench.learn(|case| paged(case.name).then(|| again.clone()));
    assert_eq!(learnt.len(), ours.len() - 2);
    for (case, _, answer) in learnt {
        assert!(told(&answer).contains("in a circle"), "{}: {}", case.name, told(&answer));
    }
}
