//! What EC2 says, read.

use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, NetworkAclEntry, PortRange, PrefixListId, Route, RouteState,
    RuleAction, SecurityGroupIdentifier, State, UserIdGroupPair, VpcEndpoint, VpcEndpointType,
};

use super::endpoint::endpoint;
use super::network_acl::entry;
use super::route::route;
use super::security_group::rule;
use super::traffic;
use crate::network::{Peer, RouteDestination, RouteTarget, Traffic};

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
    let to = || Route::builder().destination_cidr_block("0.0.0.0/0");
    for (given, target) in [
        (to().gateway_id("local"), RouteTarget::Local),
        (to().gateway_id("igw-1"), RouteTarget::InternetGateway("igw-1".into())),
        (to().gateway_id("vgw-1"), RouteTarget::VirtualGateway("vgw-1".into())),
        (to().gateway_id("vpce-1"), RouteTarget::Endpoint("vpce-1".into())),
        (to().nat_gateway_id("nat-1"), RouteTarget::Nat("nat-1".into())),
        (to().transit_gateway_id("tgw-1"), RouteTarget::TransitGateway("tgw-1".into())),
        (to().vpc_peering_connection_id("pcx-1"), RouteTarget::Peering("pcx-1".into())),
        (
            to().instance_id("i-1").network_interface_id("eni-1"),
            RouteTarget::Appliance("i-1".into()),
        ),
        (to().local_gateway_id("lgw-1"), RouteTarget::Other("lgw-1".into())),
    ] {
        assert_eq!(route(given.build()).unwrap().target, target);
    }
    let gone = route(to().nat_gateway_id("nat-1").state(RouteState::Blackhole).build()).unwrap();
    assert!(gone.blackhole);
    let listed = Route::builder().destination_prefix_list_id("pl-1").gateway_id("vpce-1").build();
    assert_eq!(route(listed).unwrap().destination, RouteDestination::PrefixList("pl-1".into()));
    let six = Route::builder()
        .destination_ipv6_cidr_block("::/0")
        .egress_only_internet_gateway_id("eigw-1")
        .build();
    assert_eq!(route(six).unwrap().target, RouteTarget::EgressOnly("eigw-1".into()));
    assert!(route(Route::builder().gateway_id("igw-1").build()).is_err());
}

#[test]
fn a_rule_speaks_of_every_peer_that_it_names() {
    let given = IpPermission::builder()
        .ip_protocol("tcp")
        .from_port(443)
        .to_port(443)
        .ip_ranges(IpRange::builder().cidr_ip("10.0.0.0/16").build())
        .ipv6_ranges(Ipv6Range::builder().cidr_ipv6("2001:db8::/32").build())
        .prefix_list_ids(PrefixListId::builder().prefix_list_id("pl-1").build())
        .user_id_group_pairs(UserIdGroupPair::builder().group_id("sg-1").build());
    assert_eq!(
        rule(given.build()).unwrap().peers,
        [
            Peer::Range("10.0.0.0/16".parse().unwrap()),
            Peer::Range("2001:db8::/32".parse().unwrap()),
            Peer::PrefixList("pl-1".into()),
            Peer::Group("sg-1".into()),
        ]
    );
    let nobody = IpPermission::builder()
        .ip_protocol("-1")
        .user_id_group_pairs(UserIdGroupPair::builder().build());
    assert!(rule(nobody.build()).is_err());
}

#[test]
fn an_entry_without_a_number_direction_or_action_is_not_read() {
    let entire = NetworkAclEntry::builder()
        .rule_number(100)
        .egress(true)
        .rule_action(RuleAction::Deny)
        .protocol("6")
        .cidr_block("0.0.0.0/0")
        .port_range(PortRange::builder().from(443).to(443).build());
    let read = entry(entire.clone().build()).unwrap();
    assert_eq!((read.number, read.egress, read.allow), (100, true, false));
    assert_eq!(read.traffic.ports, Some((443, 443)));
    for lacking in [
        entire.clone().set_rule_number(None),
        entire.clone().set_egress(None),
        entire.clone().set_rule_action(None),
        entire.clone().set_protocol(None),
        entire.set_cidr_block(None),
    ] {
        assert!(entry(lacking.build()).is_err());
    }
}

#[test]
fn of_a_gateway_endpoint_no_private_name_is_believed_and_a_policy_must_be_readable() {
    let given = || {
        VpcEndpoint::builder()
            .vpc_endpoint_id("vpce-1")
            .vpc_id("vpc-1")
            .service_name("com.amazonaws.us-east-1.s3")
            .state(State::Available)
            .private_dns_enabled(true)
            .groups(SecurityGroupIdentifier::builder().group_id("sg-1").build())
    };
    let gateway = endpoint(given().vpc_endpoint_type(VpcEndpointType::Gateway).build()).unwrap();
    assert!(!gateway.private_dns);
    assert_eq!((&*gateway.state, gateway.policy), ("available", None));
    let interface =
        endpoint(given().vpc_endpoint_type(VpcEndpointType::Interface).build()).unwrap();
    assert!(interface.private_dns);
    assert_eq!(interface.groups, ["sg-1"]);
    assert!(endpoint(given().policy_document("{").build()).is_err());
    assert!(endpoint(given().set_state(None).build()).is_err());
}
