//! `ebs-permission`: whether account and instances have room for the volume.

use super::*;
use crate::checks::volumes::ebs_permission::EBS_PERMISSION;
use crate::report::CheckResult;

const QUOTA: &str = "servicequotas:GetServiceQuota";
const VOLUMES: &str = "ec2:DescribeVolumes";

/// Machines by their types, with so many volumes and network interfaces.
type Machines<'a> = &'a [(&'a str, usize, usize)];

trait Room {
    /// It may have so much of this.
    fn may_have(self, code: &str, value: f64) -> Account;
    /// It has so much.
    fn has(self, kind: &str, storage: i64, iops: i64) -> Account;
    /// The cluster has these machines.
    fn machines(self, machines: Machines) -> Account;
    /// A machine of this type takes so many volumes.
    fn takes(self, kind: &str, volumes: Option<usize>, shared: bool) -> Account;
    fn refuses(self, call: &str, key: &Value) -> Account;
}

fn quota_key(code: &str) -> Value {
    json!({"region": REGION, "quota": {"service": "ebs", "code": code}})
}

fn volumes_key(kind: &str) -> Value {
    json!({"region": REGION, "kind": kind})
}

impl Room for Account {
    fn may_have(self, code: &str, value: f64) -> Account {
        self.says(QUOTA, &quota_key(code), &json!(value))
    }

    fn has(self, kind: &str, storage: i64, iops: i64) -> Account {
        self.says(VOLUMES, &volumes_key(kind), &json!({"storage": storage, "iops": iops}))
    }

    fn machines(self, machines: Machines) -> Account {
        let instances: Vec<_> = (0..machines.len())
            .map(|at| {
                json!({
                    "arn": format!("arn:aws:ecs:{REGION}:111122223333:container-instance/prod/{at}"),
                    "ec2_instance_id": format!("i-{at}"), "status": "ACTIVE",
                    "agent_connected": true, "attributes": {}, "capacity_provider": null,
                })
            })
            .collect();
        let key = json!({"region": REGION, "cluster": "prod"});
        let account = self.says("ecs:DescribeContainerInstances", &key, &json!(instances));
        machines.iter().enumerate().fold(account, |account, (at, (kind, volumes, interfaces))| {
            let key = json!({"region": REGION, "id": format!("i-{at}")});
            account.says(
                "ec2:DescribeInstances",
                &key,
                &json!({
                    "vpc": "vpc-1", "subnet": "subnet-a", "security_groups": [],
                    "private_address": null, "is_public": false, "profile": null,
                    "attached": {"kind": kind, "volumes": volumes, "interfaces": interfaces},
                }),
            )
        })
    }

    fn takes(self, kind: &str, volumes: Option<usize>, shared: bool) -> Account {
        let key = json!({"region": REGION, "kind": kind});
        self.says("ec2:DescribeInstanceTypes", &key, &json!({"volumes": volumes, "shared": shared}))
    }

    fn refuses(self, call: &str, key: &Value) -> Account {
        let refused = json!({"action": call, "resource": "*", "said": "UnauthorizedOperation"});
        self.answers(call, key, &json!({"Err": {"refused": refused}}))
    }
}

/// What is said of four tasks more with a volume like this.
fn said(fields: &str, account: Account) -> Vec<CheckResult> {
    judged(&service(fields).replacen('{', r#"{"desiredCount": 4, "#, 1), account)
}

fn judged(service: &str, account: Account) -> Vec<CheckResult> {
    let story = Story::task(r#""volumes": [{"name": "data", "configuredAtLaunch": true}]"#);
    story.served_by(service).in_account(account.recorded()).judged_by(&EBS_PERMISSION)
}

/// Asserts that one thing is said, with these words.
#[track_caller]
fn one(results: &[CheckResult], status: crate::report::Status, words: &str) {
    let told: Vec<_> = results.iter().map(|it| it.status).collect();
    assert_eq!(told, [status], "{results:#?}");
    assert!(results[0].message.contains(words), "{words:?} is not in {:?}", results[0].message);
}

const GP3: &str = "L-7A658B76";
const IO2_STORAGE: &str = "L-09BD8365";
const IO2_IOPS: &str = "L-8D977E7E";

#[test]
fn storage_that_the_account_may_not_have_is_warned_of() {
    // V15
    let account = |has| Account::healthy().may_have(GP3, 50.0).has("gp3", has, 0);
    let words = "a deployment of 4 tasks at 200 % needs 4 volumes of 100 GiB, in addition to 50801 GiB of existing gp3 volumes, but the account quota for gp3 volumes in eu-west-1 is 51200 GiB";
    let results = said(r#""sizeInGiB": 100"#, account(50_801));
    one(&results, Warn, words);
    let warned = &results[0];
    assert_eq!(warned.subject, format!("{EBS}/sizeInGiB"));
    assert!(warned.prevents.as_deref().unwrap().starts_with("VolumeLimitExceeded"));
    assert_eq!(
        warned.commands[0],
        "aws service-quotas request-service-quota-increase --service-code ebs --quota-code L-7A658B76 --desired-value 51 --region eu-west-1"
    );
    one(&said(r#""sizeInGiB": 100"#, account(50_800)), Pass, "may create");
    // A snapshot of 10 GiB tells the size where nobody else does.
    let of_snapshot = |has| account(has).snapshot(&snapshot(&json!({})));
    one(&said(r#""snapshotId": "snap-1""#, of_snapshot(51_161)), Warn, "4 volumes of 10 GiB");
    one(&said(r#""snapshotId": "snap-1""#, of_snapshot(51_160)), Pass, "may create");
}

#[test]
fn operations_that_the_account_may_not_have_are_warned_of() {
    // V15
    let account = |iops| {
        let account = Account::healthy().may_have(IO2_STORAGE, 20.0).may_have(IO2_IOPS, 100_000.0);
        account.has("io2", 1_000, iops)
    };
    let fields = r#""volumeType": "io2", "sizeInGiB": 100, "iops": 10000"#;
    let results = said(fields, account(60_001));
    one(
        &results,
        Warn,
        "needs 4 volumes of 10000 IOPS, in addition to 60001 IOPS of existing io2 volumes",
    );
    assert_eq!(results[0].subject, format!("{EBS}/iops"));
    assert!(results[0].prevents.as_deref().unwrap().starts_with("MaxIOPSLimitExceeded"));
    one(&said(fields, account(60_000)), Pass, "may create");
    // Those of gp3 are held to no quota.
    let gp3 = Account::healthy().may_have(GP3, 50.0).has("gp3", 0, 1_000_000);
    one(&said(r#""sizeInGiB": 100, "iops": 16000"#, gp3), Pass, "may create");
}

#[test]
fn who_may_not_look_at_quotas_is_told_what_is_assumed() {
    let account = || Account::healthy().may_have(GP3, 50.0).has("gp3", 10, 0);
    let assumed = "assuming that the quota Storage for General Purpose SSD (gp3) volumes, in TiB is not exhausted in eu-west-1";
    for (call, key) in [(QUOTA, quota_key(GP3)), (VOLUMES, volumes_key("gp3"))] {
        let results = said(r#""sizeInGiB": 100"#, account().refuses(call, &key));
        one(&results, Pass, "may create");
        assert!(results[0].evidence.iter().any(|line| **line == *assumed), "{call}: {results:#?}");
    }
    // What the new tasks need is known anyway.
    let blind = account().refuses(VOLUMES, &volumes_key("gp3"));
    let words = "needs 4 volumes of 16384 GiB, but the account quota for gp3 volumes in eu-west-1 is 51200 GiB";
    one(&said(r#""sizeInGiB": 16384"#, blind), Warn, words);
}

#[test]
fn where_it_is_not_told_how_many_tasks_start_no_quota_is_asked_for() {
    let full = Account::healthy().may_have(GP3, 50.0).has("gp3", 51_200, 0);
    let results = judged(&service(r#""sizeInGiB": 100"#), full);
    one(&results, Pass, "may create");
    assert!(results[0].evidence.iter().all(|line| !line.contains("gp3")), "{results:#?}");
}

#[test]
fn a_role_that_may_not_is_told_before_what_there_is_no_room_for() {
    let full = Account::with_role(&json!([])).may_have(GP3, 50.0).has("gp3", 51_200, 0);
    one(&said(r#""sizeInGiB": 100"#, full), Fail, "is not authorized to perform");
}

/// What is said of one task on the instances.
fn on_instances(account: Account) -> Vec<CheckResult> {
    judged(&service(r#""sizeInGiB": 20"#).replace("FARGATE", "EC2"), account)
}

#[test]
fn instances_that_take_no_further_volume_are_warned_of() {
    // V14
    let types = |account: Account| {
        account.takes("m5.large", Some(27), true).takes("m7i.large", Some(32), false)
    };
    let cases: [(Machines, &str); 3] = [
        (
            &[("m5.large", 26, 2)],
            "i-0 (m5.large) has 26 volumes and a second network interface, of at most 27",
        ),
        (&[("m7i.large", 32, 3)], "i-0 (m7i.large) has 32 volumes, of at most 32"),
        (&[("m5.large", 27, 1), ("m7i.large", 32, 1)], "of at most 27; one more is full too"),
    ];
    for (machines, words) in cases {
        let results = on_instances(types(Account::healthy().machines(machines)));
        one(&results, Warn, words);
        assert_eq!(results[0].resource.as_deref(), Some("i-0"));
        assert!(results[0].prevents.as_deref().unwrap().starts_with("AttachmentLimitExceeded"));
    }
    let room: [Machines; 5] = [
        &[("m5.large", 25, 2)],
        &[("m5.large", 26, 1)],
        &[("m7i.large", 31, 4)],
        &[("m5.large", 27, 1), ("m7i.large", 2, 1)],
        &[],
    ];
    for machines in room {
        let results = on_instances(types(Account::healthy().machines(machines)));
        one(&results, Pass, "may create");
        assert!(results[0].evidence.iter().all(|line| !line.contains("another volume")));
    }
}

#[test]
fn a_type_that_is_held_to_no_number_has_room() {
    let account =
        Account::healthy().machines(&[("t2.micro", 45, 1)]).takes("t2.micro", None, false);
    one(&on_instances(account), Pass, "may create");
}

#[test]
fn on_fargate_no_instance_is_asked_for() {
    let full =
        Account::healthy().machines(&[("m5.large", 27, 1)]).takes("m5.large", Some(27), true);
    let results = judged(&service(r#""sizeInGiB": 20"#), full);
    one(&results, Pass, "may create");
    assert!(results[0].evidence.iter().all(|line| !line.contains("Instance")), "{results:#?}");
}

#[test]
fn who_may_not_look_at_the_instances_is_told_what_is_assumed() {
    let full =
        || Account::healthy().machines(&[("m5.large", 27, 1)]).takes("m5.large", Some(27), true);
    for (call, key) in [
        ("ecs:DescribeContainerInstances", json!({"region": REGION, "cluster": "prod"})),
        ("ec2:DescribeInstances", json!({"region": REGION, "id": "i-0"})),
        ("ec2:DescribeInstanceTypes", json!({"region": REGION, "kind": "m5.large"})),
    ] {
        let results = on_instances(full().refuses(call, &key));
        one(&results, Pass, "may create");
        let assumed = "assuming that a container instance can attach another volume";
        assert!(results[0].evidence.iter().any(|line| **line == *assumed), "{call}: {results:#?}");
    }
}
