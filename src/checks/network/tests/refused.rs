//! Each `Describe` denied in turn: exactly what depends on it is unknown, and nothing else changes.

use std::collections::BTreeSet;

use super::{brief, private, told};
use crate::network::RouteTarget;
use crate::report::Status::{Fail, Unknown};
use crate::testing::vpc::{Vpc, entry, group, route, rule, within};

/// The checks that are unknown when this call is refused.
fn unknown_without(vpc: Vpc, call: &'static str) -> Vec<String> {
    let results = told(private(), &vpc.refusing(call));
    assert!(results.iter().all(|it| it.status != Fail), "{call}: {}", brief(&results));
    let unknown: BTreeSet<String> =
        results.iter().filter(|it| it.status == Unknown).map(|it| it.id.to_owned()).collect();
    for result in results.iter().filter(|it| it.status == Unknown) {
        assert!(result.message.contains(call), "{call}: {result:?}");
    }
    unknown.into_iter().map(|id| id.trim_start_matches("network-").to_owned()).collect()
}

#[test]
fn behind_a_nat_gateway_exactly_what_hangs_on_a_refused_call_is_unknown() {
    let everywhere = [
        "addresses",
        "configuration",
        "dns",
        "endpoint-policy",
        "endpoint-security-group",
        "endpoints",
        "nacl",
        "route",
        "security-group",
        "zone",
    ];
    for (call, expected) in [
        ("ec2:DescribeSubnets", everywhere.as_slice()),
        ("ec2:DescribeSecurityGroups", &["configuration", "security-group"]),
        ("ec2:DescribeRouteTables", &["endpoints", "nacl", "route"]),
        ("ec2:DescribeNatGateways", &["nacl", "route"]),
        ("ec2:DescribeInternetGateways", &["route"]),
        // T11: an endpoint may receive calls that have a proven route out, and refuse them.
        ("ec2:DescribeVpcEndpoints", &["endpoint-policy", "endpoint-security-group", "endpoints"]),
        ("ec2:DescribeNetworkAcls", &["nacl"]),
        ("ec2:DescribeVpcAttribute", &["dns"]),
        ("ec2:DescribeDhcpOptions", &["dns"]),
        ("ec2:DescribeVpcs", &["dns"]),
        ("ec2:DescribePrefixLists", &[]),
    ] {
        assert_eq!(unknown_without(Vpc::with_nat(), call), expected, "{call}");
    }
}

#[test]
fn with_endpoints_alone_exactly_what_hangs_on_a_refused_call_is_unknown() {
    for (call, expected) in [
        (
            "ec2:DescribeSecurityGroups",
            ["configuration", "endpoint-security-group", "security-group"].as_slice(),
        ),
        ("ec2:DescribeNatGateways", &[]),
        ("ec2:DescribeInternetGateways", &[]),
        ("ec2:DescribeNetworkAcls", &["nacl"]),
    ] {
        assert_eq!(unknown_without(Vpc::with_endpoints(), call), expected, "{call}");
    }
}

/// Endpoints may not be looked at, and this was done to the VPC before.
fn without_endpoints(vpc: Vpc, change: impl FnOnce(&mut Vpc)) -> Vec<String> {
    unknown_without(vpc.but(change), "ec2:DescribeVpcEndpoints")
}

#[test]
fn what_endpoints_might_change_is_unknown_where_nobody_may_look_at_them() {
    let always = ["endpoint-policy", "endpoint-security-group", "endpoints"];
    let and = |more: &[&'static str]| {
        let mut all: Vec<&str> = always.iter().chain(more).copied().collect();
        all.sort_unstable();
        all
    };
    // A group that lets out to the internet alone may keep the task from an endpoint.
    let half = |vpc: &mut Vpc| {
        *vpc.group("sg-app") = group(
            "sg-app",
            Vec::new(),
            vec![rule(None, within("0.0.0.0/1")), rule(None, within("128.0.0.0/1"))],
        );
    };
    assert_eq!(without_endpoints(Vpc::with_nat(), half), and(&[]));
    let outside = |vpc: &mut Vpc| {
        *vpc.group("sg-app") = group(
            "sg-app",
            Vec::new(),
            vec![rule(None, within("16.0.0.0/4")), rule(None, within("52.0.0.0/8"))],
        );
    };
    assert_eq!(without_endpoints(Vpc::with_nat(), outside), and(&["security-group"]));
    // So may the network ACL of a subnet that contains only an endpoint.
    let closed = |vpc: &mut Vpc| {
        let mut apart = vpc.acls[1].clone();
        apart.id = "acl-apart".to_owned();
        apart.subnets = vec!["subnet-pb".to_owned()];
        apart.entries.insert(0, entry(90, false, false, Some((443, 443))));
        vpc.acls[1].subnets.retain(|it| it != "subnet-pb");
        vpc.acls.push(apart);
    };
    assert_eq!(without_endpoints(Vpc::with_nat(), closed), and(&["nacl"]));
    // Without a route out everything depends on them.
    let alone = |vpc: &mut Vpc| vpc.tables[0].routes.truncate(1);
    assert_eq!(without_endpoints(Vpc::with_nat(), alone), and(&["route"]));
    // Their names do not resolve, which does not matter with a route out.
    let unnamed = |vpc: &mut Vpc| vpc.dns = (true, false);
    assert_eq!(without_endpoints(Vpc::with_nat(), unnamed), and(&[]));
    let unnamed_and_alone = |vpc: &mut Vpc| {
        unnamed(vpc);
        alone(vpc);
    };
    assert_eq!(without_endpoints(Vpc::with_nat(), unnamed_and_alone), and(&["dns", "route"]));
    // A route to S3 leads to one.
    let by_gateway = |vpc: &mut Vpc| {
        let gateway = RouteTarget::Endpoint("vpce-s3".to_owned());
        vpc.tables[0].routes.push(route("pl-s3", gateway));
    };
    assert_eq!(without_endpoints(Vpc::with_nat(), by_gateway), and(&["nacl", "route"]));
}

#[test]
fn a_way_out_is_proven_whether_or_not_the_names_of_endpoints_resolve() {
    let both = Vpc::with_endpoints().but(|vpc| {
        vpc.tables[0].routes.push(route("0.0.0.0/0", RouteTarget::Nat("nat-1".to_owned())));
    });
    assert_eq!(
        unknown_without(both, "ec2:DescribeVpcAttribute"),
        ["dns", "endpoint-policy", "endpoint-security-group", "endpoints"]
    );
}
