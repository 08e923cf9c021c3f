//! What is configured: subnets, groups, addresses, zones.

use serde_json::json;

use super::{IMAGE, brief, ends, on_fargate, private, task, task_of, told, wrong};
use crate::report::Status::Fail;
use crate::testing::story::Story;
use crate::testing::vpc::{REGION, Vpc, subnet};

#[test]
fn a_network_configuration_is_given_exactly_where_it_is_needed() {
    // N01
    let service = r#"{"serviceName": "web", "launchType": "FARGATE", "desiredCount": 1}"#;
    ends(
        task().served_by(service),
        &Vpc::with_nat(),
        &["network-configuration fail"],
        &["has no subnets"],
    );
    // To update a service is to keep its subnets, and an external controller brings them.
    for kept in [
        r#"{"service": "web", "desiredCount": 1}"#,
        r#"{"serviceName": "web", "deploymentController": {"type": "EXTERNAL"}}"#,
    ] {
        ends(task().served_by(kept), &Vpc::with_nat(), &[], &[]);
    }
    // N02
    let bridge = Story::task(r#""networkMode": "bridge""#);
    let run = r#"{"launchType": "EC2", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a"]}}}"#;
    ends(
        bridge.run_as(run),
        &Vpc::with_nat(),
        &["network-configuration fail"],
        &["networkMode is bridge"],
    );
}

#[test]
fn what_is_missing_fails_once_where_it_is_written() {
    // N04
    let key = json!({"region": REGION, "id": "subnet-x"});
    let gone = Vpc::with_nat().lacks("ec2:DescribeSubnets", &key, "there is no subnet subnet-x");
    let results = told(task().run_as(&on_fargate("subnet-x", "")), &gone);
    assert_eq!(wrong(&results), ["network-configuration fail"], "{}", brief(&results));
    let failed = results.iter().find(|it| it.status == Fail).unwrap();
    assert!(failed.subject.ends_with("/subnets/0"), "{failed:?}");
    // ResourceSide one that is there.
    let results = told(task().run_as(&on_fargate("subnet-a,subnet-x", "")), &gone);
    assert_eq!(wrong(&results), ["network-configuration fail"], "{}", brief(&results));
    let failed = results.iter().find(|it| it.status == Fail).unwrap();
    assert!(failed.subject.ends_with("/subnets/1"), "{failed:?}");
    // N05
    let key = json!({"region": REGION, "id": "sg-app"});
    let gone = Vpc::with_nat().but(|vpc| vpc.groups.retain(|it| it.id != "sg-app")).lacks(
        "ec2:DescribeSecurityGroups",
        &key,
        "there is no security group sg-app",
    );
    let results = told(private(), &gone);
    assert_eq!(wrong(&results), ["network-configuration fail"], "{}", brief(&results));
}

#[test]
fn everything_is_in_one_vpc_and_within_the_limits() {
    // N06
    let other = || {
        Vpc::with_nat().but(|vpc| {
            let mut other = subnet("subnet-z", "10.0.9.0/24", "a");
            other.vpc = "vpc-2".to_owned();
            vpc.subnets.push(other);
        })
    };
    let results = told(task().run_as(&on_fargate("subnet-a,subnet-z", "")), &other());
    assert!(
        wrong(&results).contains(&"network-configuration fail".to_owned()),
        "{}",
        brief(&results)
    );
    let foreign = Vpc::with_nat().but(|vpc| vpc.group("sg-app").vpc = "vpc-2".to_owned());
    let results = told(private(), &foreign);
    assert!(
        wrong(&results).contains(&"network-configuration fail".to_owned()),
        "{}",
        brief(&results)
    );
    // N07
    let many = ["subnet-a"; 17].join(",");
    let results = told(task().run_as(&on_fargate(&many, "")), &Vpc::with_nat());
    assert!(
        results.iter().any(|it| it.status == Fail && it.message.contains("17 subnets")),
        "{}",
        brief(&results)
    );
}

#[test]
fn addresses_run_out_in_all_subnets_or_in_one() {
    // N08
    let full = |ids: &[&str], left: i64| {
        Vpc::with_nat().but(|vpc| {
            let chosen = vpc.subnets.iter_mut().filter(|it| ids.contains(&it.id.as_str()));
            chosen.for_each(|it| it.free_addresses = left);
        })
    };
    let both = ["subnet-a", "subnet-b"];
    ends(private(), &full(&both, 0), &["network-addresses fail"], &["no free address"]);
    ends(private(), &full(&["subnet-a"], 0), &["network-addresses warn"], &["only in the other"]);
    let service = r#"{"serviceName": "web", "launchType": "FARGATE", "desiredCount": 12, "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a", "subnet-b"], "securityGroups": ["sg-app"]}}}"#;
    ends(
        task().served_by(service),
        &full(&both, 3),
        &["network-addresses warn"],
        &["12 tasks at 200 %"],
    );
}

#[test]
fn fargate_is_not_in_every_zone_for_every_platform() {
    // N27
    let zone =
        |id: &'static str| Vpc::with_nat().but(|vpc| vpc.subnets[0].zone_id = Some(id.to_owned()));
    let there = on_fargate("subnet-a", "");
    let warns = ["network-zone warn"];
    ends(task().run_as(&there), &zone("usw1-az2"), &warns, &["usw1-az2"]);
    ends(task().run_as(&there), &zone("use1-az3"), &[], &[]);
    let arm = r#", "runtimePlatform": {"cpuArchitecture": "ARM64"}"#;
    ends(task_of(IMAGE, arm).run_as(&there), &zone("use1-az3"), &warns, &["ARM64"]);
    ends(task_of(IMAGE, arm).run_as(&there), &zone("use1-az1"), &[], &[]);
}
