//! What EC2 says, read.

mod machine;

use super::endpoint::endpoint;
use super::network_acl::entry;
use super::route::route;
use super::security_group::rule;
use super::traffic;
use crate::lookup::aws::Element;
use crate::network::{Peer, RouteDestination, RouteTarget, Traffic};

/// An item of a list, with these elements in it.
fn item(fields: &str) -> Element {
    Element::parse(format!("<item>{fields}</item>").as_bytes()).unwrap()
}

#[test]
fn a_protocol_is_read_by_its_name_and_number_and_ports_only_where_it_has_some() {
    for (protocol, first, last, expected) in [
        ("-1", None, None, Traffic { protocol: None, ports: None }),
        ("-1", Some(0), Some(0), Traffic { protocol: None, ports: None }),
        ("tcp", Some(443), Some(443), Traffic { protocol: Some(6), ports: Some((443, 443)) }),
        ("6", Some(0), Some(65535), Traffic { protocol: Some(6), ports: Some((0, 65535)) }),
        ("17", None, None, Traffic { protocol: Some(17), ports: None }),
        ("icmp", Some(8), Some(0), Traffic { protocol: Some(1), ports: None }),
        ("tcp", Some(-1), Some(-1), Traffic { protocol: Some(6), ports: None }),
    ] {
        assert_eq!(traffic(Some(protocol), first, last), Ok(expected), "{protocol}");
    }
    assert!(traffic(None, None, None).is_err());
    assert!(traffic(Some("carrier pigeon"), None, None).is_err());
    assert!(traffic(Some("tcp"), Some(443), Some(70000)).is_err());
}

#[test]
fn a_route_leads_through_what_its_target_is() {
    let to = |target: &str| {
        item(&format!("<destinationCidrBlock>0.0.0.0/0</destinationCidrBlock>{target}"))
    };
    for (given, target) in [
        ("<gatewayId>local</gatewayId>", RouteTarget::Local),
        ("<gatewayId>igw-1</gatewayId>", RouteTarget::InternetGateway("igw-1".into())),
        ("<gatewayId>vgw-1</gatewayId>", RouteTarget::VirtualGateway("vgw-1".into())),
        ("<gatewayId>vpce-1</gatewayId>", RouteTarget::Endpoint("vpce-1".into())),
        ("<natGatewayId>nat-1</natGatewayId>", RouteTarget::Nat("nat-1".into())),
        ("<transitGatewayId>tgw-1</transitGatewayId>", RouteTarget::TransitGateway("tgw-1".into())),
        (
            "<vpcPeeringConnectionId>pcx-1</vpcPeeringConnectionId>",
            RouteTarget::Peering("pcx-1".into()),
        ),
        (
            "<networkInterfaceId>eni-1</networkInterfaceId><instanceId>i-1</instanceId>",
            RouteTarget::Appliance("i-1".into()),
        ),
        ("<localGatewayId>lgw-1</localGatewayId>", RouteTarget::Other("lgw-1".into())),
        ("<carrierGatewayId>cagw-1</carrierGatewayId>", RouteTarget::Other("cagw-1".into())),
        ("<coreNetworkArn>arn</coreNetworkArn>", RouteTarget::Other("arn".into())),
        ("<odbNetworkArn>arn</odbNetworkArn>", RouteTarget::Other("arn".into())),
        ("<origin>CreateRoute</origin>", RouteTarget::Other("an unknown target".into())),
    ] {
        assert_eq!(route(&to(given)).unwrap().target, target);
    }
    let gone = "<natGatewayId>nat-1</natGatewayId><state>blackhole</state>";
    assert!(route(&to(gone)).unwrap().blackhole);
    let listed = "<destinationPrefixListId>pl-1</destinationPrefixListId><gatewayId>vpce-1</gatewayId><state>active</state>";
    let listed = route(&item(listed)).unwrap();
    assert_eq!(listed.destination, RouteDestination::PrefixList("pl-1".into()));
    assert!(!listed.blackhole);
    let six = "<destinationIpv6CidrBlock>::/0</destinationIpv6CidrBlock><egressOnlyInternetGatewayId>eigw-1</egressOnlyInternetGatewayId>";
    let six = route(&item(six)).unwrap();
    assert_eq!(six.target, RouteTarget::EgressOnly("eigw-1".into()));
    assert!(route(&item("<gatewayId>igw-1</gatewayId>")).is_err());
}

#[test]
fn a_rule_speaks_of_every_peer_that_it_names() {
    let given = item(
        "<ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort>\
         <groups><item><userId>111122223333</userId><groupId>sg-1</groupId></item></groups>\
         <ipRanges><item><cidrIp>10.0.0.0/16</cidrIp></item></ipRanges>\
         <ipv6Ranges><item><cidrIpv6>2001:db8::/32</cidrIpv6></item></ipv6Ranges>\
         <prefixListIds><item><prefixListId>pl-1</prefixListId></item></prefixListIds>",
    );
    let read = rule(&given).unwrap();
    assert_eq!(read.traffic, Traffic { protocol: Some(6), ports: Some((443, 443)) });
    assert_eq!(
        read.peers,
        [
            Peer::Range("10.0.0.0/16".parse().unwrap()),
            Peer::Range("2001:db8::/32".parse().unwrap()),
            Peer::PrefixList("pl-1".into()),
            Peer::Group("sg-1".into()),
        ]
    );
    for list in ["groups", "ipRanges", "ipv6Ranges", "prefixListIds"] {
        let nobody = format!("<ipProtocol>-1</ipProtocol><{list}><item/></{list}>");
        assert!(rule(&item(&nobody)).is_err(), "{list}");
    }
    let words = "<ipProtocol>tcp</ipProtocol><fromPort>https</fromPort><toPort>443</toPort>";
    assert!(rule(&item(words)).is_err());
}

#[test]
fn an_entry_without_a_number_direction_or_action_is_not_read() {
    let fields = [
        "<ruleNumber>100</ruleNumber>",
        "<protocol>6</protocol>",
        "<ruleAction>deny</ruleAction>",
        "<egress>true</egress>",
        "<cidrBlock>0.0.0.0/0</cidrBlock>",
        "<portRange><from>443</from><to>443</to></portRange>",
    ];
    let read = entry(&item(&fields.concat())).unwrap();
    assert_eq!((read.number, read.egress, read.allow), (100, true, false));
    assert_eq!(read.traffic.ports, Some((443, 443)));
    for lacking in 0..fields.len() - 1 {
        let mut left = fields.to_vec();
        let gone = left.remove(lacking);
        assert!(entry(&item(&left.concat())).is_err(), "without {gone}");
    }
    for (right, wrong) in [("deny", "allowed"), ("true", "1"), ("100", "first"), ("443", "https")] {
        let given = fields.concat().replacen(right, wrong, 1);
        assert!(entry(&item(&given)).is_err(), "{wrong}");
    }
}

#[test]
fn of_a_gateway_endpoint_no_private_name_is_believed_and_a_policy_must_be_readable() {
    let given = |kind: &str, further: &str| {
        item(&format!(
            "<vpcEndpointId>vpce-1</vpcEndpointId><vpcEndpointType>{kind}</vpcEndpointType>\
             <vpcId>vpc-1</vpcId><serviceName>com.amazonaws.us-east-1.s3</serviceName>\
             <privateDnsEnabled>true</privateDnsEnabled>\
             <groupSet><item><groupId>sg-1</groupId><groupName>app</groupName></item></groupSet>\
             <subnetIdSet><item>subnet-1</item><item>subnet-2</item></subnetIdSet>\
             <routeTableIdSet/>{further}"
        ))
    };
    let available = "<state>Available</state>";
    let gateway = endpoint(&given("Gateway", available)).unwrap();
    assert!(!gateway.private_dns);
    assert_eq!((&*gateway.state, gateway.policy), ("available", None));
    let interface = endpoint(&given("Interface", available)).unwrap();
    assert!(interface.private_dns);
    assert_eq!(interface.groups, ["sg-1"]);
    assert_eq!(interface.subnets, ["subnet-1", "subnet-2"]);
    let policy = "<policyDocument>{&quot;Version&quot;:&quot;2012-10-17&quot;}</policyDocument>";
    let guarded = endpoint(&given("Interface", &format!("{available}{policy}"))).unwrap();
    assert_eq!(guarded.policy.unwrap()["Version"], "2012-10-17");
    let inbound = "<dnsOptions><privateDnsOnlyForInboundResolverEndpoint>true</privateDnsOnlyForInboundResolverEndpoint></dnsOptions>";
    let inbound = endpoint(&given("Interface", &format!("{available}{inbound}"))).unwrap();
    assert!(!inbound.private_dns);
    for wrong in ["", "<state>Available</state><policyDocument>{</policyDocument>"] {
        assert!(endpoint(&given("Interface", wrong)).is_err(), "{wrong}");
    }
}
