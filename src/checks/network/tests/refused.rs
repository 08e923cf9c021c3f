//! Each `Describe` refused in turn: exactly what hangs on it is unknown, and nothing else changes.

use std::collections::BTreeSet;

use super::vpc::Vpc;
use super::{brief, private, told};
use crate::report::Status::{Fail, Unknown};

/// The checks that are unknown when this call is refused.
fn unknown_without(vpc: Vpc, call: &'static str) -> Vec<String> {
    let results = told(private(), &vpc.refusing(call));
    assert!(results.iter().all(|it| it.status != Fail), "{call}: {}", brief(&results));
    let unknown: BTreeSet<String> =
        results.iter().filter(|it| it.status == Unknown).map(|it| it.id.clone()).collect();
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
    ];
    for (call, expected) in [
        ("ec2:DescribeSubnets", everywhere.as_slice()),
        ("ec2:DescribeSecurityGroups", &["configuration", "security-group"]),
        ("ec2:DescribeRouteTables", &["endpoints", "nacl", "route"]),
        ("ec2:DescribeNatGateways", &["nacl", "route"]),
        ("ec2:DescribeInternetGateways", &["route"]),
        (
            "ec2:DescribeVpcEndpoints",
            &[
                "dns",
                "endpoint-policy",
                "endpoint-security-group",
                "endpoints",
                "nacl",
                "route",
                "security-group",
            ],
        ),
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
