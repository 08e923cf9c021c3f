//! Whether the account may have the interfaces that the tasks take.

use serde_json::{Value, json};

use super::{brief, ends, private, task, told};
use crate::report::CheckResult;
use crate::report::Status::{Pass, Warn};
use crate::testing::story::Story;
use crate::testing::vpc::{ACCOUNT, REGION, Vpc};

const QUOTA: &str = "servicequotas:GetServiceQuota";
const INTERFACES: &str = "ec2:DescribeNetworkInterfaces";

/// A VPC in an account that may have so many interfaces, and whose subnets have so many addresses taken.
fn region(may_have: f64, taken: &Value) -> Vpc {
    let key = json!({"region": REGION, "quota": {"service": "vpc", "code": "L-DF5E4CA3"}});
    Vpc::with_nat().says(QUOTA, &key, &json!(may_have)).says(
        "ec2:DescribeSubnets",
        &json!({"region": REGION}),
        taken,
    )
}

fn taken(addresses: i64) -> Value {
    json!({"ipv4": addresses, "only_ipv6": false})
}

trait Interfaces {
    fn with_interfaces(self, count: i64) -> Vpc;
}

impl Interfaces for Vpc {
    fn with_interfaces(self, count: i64) -> Vpc {
        self.says(INTERFACES, &json!({"region": REGION, "owner": ACCOUNT}), &json!(count))
    }
}

/// Twelve tasks more, in two subnets.
fn service() -> Story {
    task().served_by(r#"{"serviceName": "web", "launchType": "FARGATE", "desiredCount": 12, "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a", "subnet-b"], "securityGroups": ["sg-app"]}}}"#)
}

fn addresses(story: Story, vpc: &Vpc) -> Vec<CheckResult> {
    let mut results = told(story, vpc);
    results.retain(|it| it.id == "network-addresses");
    results
}

#[test]
fn an_account_that_may_have_no_more_interfaces_is_warned_once() {
    // N29
    let full = region(5_000.0, &taken(5_100)).with_interfaces(4_989);
    let words = ["4989 of its 5000 network interfaces", "12 tasks at 200 % needs 12 more"];
    ends(service(), &full, &["network-addresses warn"], &words);
    let results = addresses(service(), &full);
    let told: Vec<_> = results.iter().map(|it| (it.status, !it.assumes.is_empty())).collect();
    assert_eq!(told, [(Warn, false), (Pass, false)], "{}", brief(&results));
    let warned = &results[0];
    assert_eq!(warned.resource.as_deref(), Some("vpc/L-DF5E4CA3"));
    assert!(warned.prevents.as_deref().unwrap().ends_with("NetworkInterfaceLimitExceeded"));
    assert_eq!(
        warned.commands[0],
        "aws service-quotas request-service-quota-increase --service-code vpc --quota-code L-DF5E4CA3 --desired-value 6000 --region eu-west-1"
    );
    // To the last one.
    let enough = region(5_000.0, &taken(5_100)).with_interfaces(4_988);
    ends(service(), &enough, &[], &[]);
}

#[test]
fn interfaces_are_counted_only_where_the_addresses_leave_it_open() {
    let counts = |vpc: &Vpc| {
        let results = addresses(service(), vpc);
        assert!(results.iter().all(|it| it.status == Pass), "{}", brief(&results));
        let asked = |it: &CheckResult| it.evidence.iter().any(|line| line.starts_with(INTERFACES));
        let assumes = results.iter().any(|it| !it.assumes.is_empty());
        assert!(!assumes, "{results:#?}");
        results.iter().any(asked)
    };
    let region = |taken: &Value| region(5_000.0, taken).with_interfaces(40);
    assert!(!counts(&region(&taken(4_988))));
    assert!(counts(&region(&taken(4_989))));
    // Interfaces that have IPv6 alone take none of these addresses.
    assert!(counts(&region(&json!({"ipv4": 10, "only_ipv6": true}))));
}

#[test]
fn addresses_and_interfaces_that_are_short_are_both_told() {
    let full = region(100.0, &taken(400)).with_interfaces(95).but(|vpc| {
        vpc.subnets.iter_mut().for_each(|it| it.free_addresses = 3);
    });
    let results = addresses(service(), &full);
    let told: Vec<_> = results.iter().map(|it| (it.status, it.message.as_str())).collect();
    assert_eq!(results.len(), 3, "{told:#?}");
    assert!(told[1].1.contains("95 of its 100"), "{told:#?}");
}

#[test]
fn who_may_not_look_is_told_what_is_assumed_and_nothing_is_unknown() {
    let near = || region(5_000.0, &taken(5_100)).with_interfaces(4_989);
    for call in [QUOTA, INTERFACES] {
        let results = addresses(service(), &near().refusing(call));
        let told: Vec<_> = results.iter().map(|it| (it.status, !it.assumes.is_empty())).collect();
        assert_eq!(told, [(Pass, true), (Pass, false)], "{call}: {results:#?}");
        let last = results[0].evidence.last().unwrap();
        assert_eq!(
            &**last,
            "assuming that the quota Network interfaces per Region is not exhausted in eu-west-1"
        );
    }
    let nobody = addresses(service(), &near().refusing("sts:GetCallerIdentity"));
    assert_eq!((nobody[0].status, nobody[0].is_assumed()), (Pass, true), "{nobody:#?}");
}

#[test]
fn where_it_is_not_told_how_many_tasks_start_nothing_is_asked() {
    let silent = task().run_as(r#"{"launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a"], "securityGroups": ["sg-app"]}}}"#);
    let results = addresses(silent, &Vpc::with_nat());
    assert_eq!((results[0].status, results[0].is_assumed()), (Pass, false), "{results:#?}");
    let counted = addresses(private(), &region(5_000.0, &taken(5_000)).with_interfaces(5_000));
    assert!(counted[0].message.contains("a run of one task needs 1 more"), "{counted:#?}");
}
