//! What is configured: subnets, groups, addresses, zones.

use serde_json::json;

use super::{IMAGE, brief, ends, on_fargate, private, task, task_of, told, wrong};
use crate::report::Status::Fail;
use crate::testing::story::Story;
use crate::testing::vpc::{ACCOUNT, REGION, Vpc, subnet};

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

#[test]
fn fargate_is_in_availability_zones_alone() {
    let there = |subnets: &str| task().run_as(&on_fargate(subnets, ""));
    let at = |zone: &'static str, id: &'static str| {
        Vpc::with_nat().but(|vpc| {
            vpc.subnets[0].zone = zone.to_owned();
            vpc.subnets[0].zone_id = Some(id.to_owned());
        })
    };
    let fails = ["network-zone fail"];
    let lab = at("eu-west-1-lon-1a", "euw1-lon1-az1");
    ends(there("subnet-a"), &lab, &fails, &["Local Zone", "eu-west-1-lon-1a"]);
    let wave = at("eu-west-1-wl1-lon-wlz-1", "euw1-wl1-lon-wlz1");
    ends(there("subnet-a"), &wave, &fails, &["Wavelength Zone"]);
    let outpost = Vpc::with_nat().but(|vpc| {
        vpc.subnets[0].outpost = Some("arn:aws:outposts:eu-west-1:1:outpost/op-1".into())
    });
    ends(there("subnet-a"), &outpost, &fails, &["Outpost"]);
    // Tasks find room in the other subnet.
    ends(there("subnet-a,subnet-b"), &outpost, &["network-zone warn"], &["other subnets"]);
    ends(there("subnet-a"), &at("eu-west-1c", "euw1-az3"), &[], &[]);
}

#[test]
fn the_default_group_of_a_shared_vpc_is_its_owners() {
    let run = on_fargate("subnet-a", "").replace(r#", "securityGroups": ["sg-app"]"#, "");
    let owned = |owner: &'static str| {
        Vpc::with_nat()
            .but(|vpc| vpc.subnets.iter_mut().for_each(|it| it.owner = owner.parse().ok()))
    };
    let results = told(task().run_as(&run), &owned("444455556666"));
    assert!(
        wrong(&results).contains(&"network-configuration fail".to_owned()),
        "{}",
        brief(&results)
    );
    assert!(
        results.iter().any(|it| it.status == Fail && it.message.contains("444455556666")),
        "{}",
        brief(&results)
    );
    ends(task().run_as(&run), &owned(ACCOUNT), &[], &[]);
    let named = told(task().run_as(&on_fargate("subnet-a", "")), &owned("444455556666"));
    assert!(named.iter().all(|it| it.status != Fail), "{}", brief(&named));
}

#[test]
fn instances_of_a_capacity_provider_give_no_public_address() {
    let run = on_fargate("subnet-pa", r#", "assignPublicIp": "ENABLED""#).replace(
        r#""launchType": "FARGATE""#,
        r#""capacityProviderStrategy": [{"capacityProvider": "machines"}]"#,
    );
    let definition = super::definition().replace(r#""requiresCompatibilities": ["FARGATE"],"#, "");
    let story = || Story::given(&definition).run_as(&run);
    let key = json!({"region": REGION, "name": "machines"});
    let is = |managed: serde_json::Value| {
        let fact = json!({"managed_instances": managed});
        Vpc::with_nat().says("ecs:DescribeCapacityProviders", &key, &fact)
    };
    let failed = |vpc: &Vpc| {
        let results = told(story(), vpc);
        let of_check = results.into_iter().filter(|it| it.id == "network-configuration");
        of_check.filter(|it| it.status == Fail).map(|it| it.message).collect::<Vec<_>>()
    };
    let scaling_group = failed(&is(json!(null)));
    assert_eq!(scaling_group.len(), 1, "{scaling_group:#?}");
    assert!(scaling_group[0].contains("assignPublicIp") && scaling_group[0].contains("machines"));
    let managed = json!({"infrastructure_role": "arn:aws:iam::111122223333:role/i", "instance_profile": null});
    assert_eq!(failed(&is(managed)), [""; 0]);
}
