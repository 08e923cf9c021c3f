//! Stories of instances that managed scaling has not launched yet: their architecture, their number, and their
//! network interfaces.

use serde_json::{Value, json};

use super::providers::{scaled, templated};
use super::{AT_CLUSTER, account, instance, plain, task};
use crate::checks::capacity::provider::CAPACITY_PROVIDER;
use crate::checks::capacity::resources::CAPACITY_RESOURCES;
use crate::report::Status::{Fail, Pass, Warn};
use crate::testing::account::mounts::{Account, REGION, with};

const AT: &str = "service.json#/capacityProviderStrategy";
const SETTINGS: &str = "ecs:ListAccountSettings";

/// So many tasks on the capacity provider `spare`.
fn on_spare(count: u64) -> String {
    let strategy = r#""capacityProviderStrategy": [{"capacityProvider": "spare", "weight": 1}]"#;
    let request = plain().replace(r#""launchType": "EC2""#, strategy);
    request.replace(r#""desiredCount": 1"#, &format!(r#""desiredCount": {count}"#))
}

fn of_kind(account: Account, kind: &str, architecture: &str) -> Account {
    account.says(
        "ec2:DescribeInstanceTypes",
        &json!({"region": REGION, "kind": kind}),
        &json!({"volumes": 27, "shared": true, "interfaces": 3, "vcpus": 2, "memory": 8192,
            "architectures": [architecture]}),
    )
}

#[test]
fn an_instance_type_has_the_architecture_of_the_task() {
    let platform = |name: &str| format!(r#", "runtimePlatform": {{"cpuArchitecture": "{name}"}}"#);
    let allowed = |kinds: &[&str]| json!({"requirements": {"allowed": kinds}});
    let made = |by: &[&str]| json!({"requirements": {"makers": by}});
    let graviton =
        "launches only instances on which the task cannot run: m6g.large is arm64 (ATTRIBUTE";
    for (name, fact, told) in [
        ("X86_64", json!({"kind": "m6g.large"}), (Fail, AT, graviton)),
        ("ARM64", json!({"kind": "m6g.large"}), (Warn, AT, "can launch m6g.large")),
        ("ARM64", json!({"kind": "m5.large"}), (Fail, AT, "m5.large is x86_64")),
        ("X86_64", allowed(&["m6g.large"]), (Fail, AT, "m6g.large is arm64")),
        ("X86_64", allowed(&["m6g.large", "m5.large"]), (Warn, AT, "can launch one")),
        ("X86_64", made(&["amazon-web-services"]), (Fail, AT, "arm64 CPUs by its instance")),
        ("ARM64", made(&["intel", "amd"]), (Fail, AT, "x86_64 CPUs by its instance")),
        ("ARM64", made(&["intel", "amazon-web-services"]), (Warn, AT, "can launch one")),
        ("ARM64", made(&["apple"]), (Warn, AT, "can launch one")),
    ] {
        let account = templated(&fact, &json!([]));
        let account = of_kind(of_kind(account, "m6g.large", "arm64"), "m5.large", "x86_64");
        let story = task(&platform(name)).served_by(&on_spare(1));
        story.in_account(account.recorded()).ends(&CAPACITY_PROVIDER, &[told]);
    }
    // A mixed instances policy.
    let mixed = json!({"most": 4, "instances": 0, "suspended": [], "is_weighted": false,
        "kinds": ["m5.large", "m6g.large"]});
    let account = scaled(account(&json!({}), &[]), 4, &json!([])).says(
        "autoscaling:DescribeAutoScalingGroups",
        &json!({"region": REGION, "name": "machines"}),
        &mixed,
    );
    let account = of_kind(of_kind(account, "m6g.large", "arm64"), "m5.large", "x86_64");
    let told = (Warn, AT, "the task cannot run on all of them: m6g.large is arm64");
    let story = task(&platform("X86_64")).served_by(&on_spare(1));
    story.in_account(account.recorded()).ends(&CAPACITY_PROVIDER, &[told]);
}

#[test]
fn managed_instances_have_the_architecture_of_the_task() {
    let platform = r#", "runtimePlatform": {"cpuArchitecture": "ARM64"}"#;
    for (makers, told) in [
        (json!(["intel"]), (Warn, AT, "x86_64 CPUs by its instance requirements (ATTRIBUTE")),
        (json!(["amazon-web-services"]), (Pass, "", "ECS launches instances")),
    ] {
        let managed =
            json!({"infrastructure_role": "role", "instance_profile": null, "makers": makers});
        let account = account(&json!({}), &[]).says(
            "ecs:DescribeCapacityProviders",
            &json!({"region": REGION, "name": "spare"}),
            &json!({"status": "ACTIVE", "managed_instances": managed}),
        );
        let story = task(platform).served_by(&on_spare(1));
        story.in_account(account.recorded()).ends(&CAPACITY_PROVIDER, &[told]);
    }
}

fn setting(account: Account, value: &str) -> Account {
    account.says(SETTINGS, &json!({"region": REGION}), &json!({"awsvpcTrunking": value}))
}

/// Four instances at most, of this type, which has as much as an m5.large.
fn launching(kind: &str) -> Account {
    let group =
        json!({"most": 4, "instances": 0, "suspended": [], "kinds": [kind], "is_weighted": false});
    let room = json!({"volumes": 27, "shared": true, "interfaces": 3, "vcpus": 2, "memory": 8192});
    scaled(account(&json!({}), &[]), 4, &json!([]))
        .says(
            "autoscaling:DescribeAutoScalingGroups",
            &json!({"region": REGION, "name": "machines"}),
            &group,
        )
        .says("ec2:DescribeInstanceTypes", &json!({"region": REGION, "kind": kind}), &room)
}

#[test]
fn a_group_has_room_for_the_tasks_at_its_maximum_size() {
    // Four instances of two vCPUs, each with two network interfaces for tasks.
    let empty = || scaled(account(&json!({}), &[]), 4, &json!([]));
    let trunks = "room for 8 at its MaxSize of 4, because awsvpcTrunking is disabled";
    for (count, account, words, other) in [
        (
            17,
            setting(empty(), "enabled"),
            "17 tasks are to start, but Auto Scaling group machines has room for 16",
            "Trunking",
        ),
        (16, setting(empty(), "enabled"), "can launch m5.large", "are to start"),
        (9, setting(empty(), "disabled"), trunks, "none"),
        (8, setting(empty(), "disabled"), "can launch m5.large", "are to start"),
        (9, empty().refuses(SETTINGS, &json!({"region": REGION})), "can launch", "are to start"),
        // No setting gives a t3.large a trunk.
        (9, setting(launching("t3.large"), "disabled"), "can launch t3.large", "are to start"),
    ] {
        let story = task("").served_by(&on_spare(count)).in_account(account.recorded());
        let results = story.judged_by(&CAPACITY_PROVIDER);
        assert_eq!((results.len(), results[0].status), (1, Warn), "{results:#?}");
        let message = &results[0].message;
        assert!(message.contains(words) && !message.contains(other), "{count}: {message}");
    }
    // One instance is there and full: its tasks may go.
    let own = instance("1", &json!({"capacity_provider": "spare"}));
    for (count, words, other) in [
        (19, "Auto Scaling group machines has room for 16 at its MaxSize of 4", "none"),
        (18, "18 tasks", "group"),
    ] {
        let account = scaled(account(&json!({}), std::slice::from_ref(&own)), 4, &json!([]));
        let account = setting(account, "enabled").recorded();
        let story = task("").served_by(&on_spare(count)).in_account(account);
        let results = story.judged_by(&CAPACITY_RESOURCES);
        assert_eq!((results.len(), results[0].status), (1, Warn), "{results:#?}");
        let message = &results[0].message;
        assert!(message.contains(words) && !message.contains(other), "{count}: {message}");
    }
}

/// An instance whose network interfaces are all in use.
fn without_interfaces(kind: &str) -> Value {
    let pool =
        |cpu: u64| json!({"cpu": cpu, "memory": 7680, "tcp_ports": [], "udp_ports": [], "gpus": 0});
    let mut it = instance(
        "1",
        &json!({"resources": {
            "registered": pool(2048), "remaining": pool(1024), "running": 2, "interfaces": 2,
        }}),
    );
    it["attributes"] = with(it["attributes"].clone(), &json!({"ecs.instance-type": kind}));
    it
}

#[test]
fn the_account_setting_decides_how_an_instance_gets_a_trunk() {
    let enable = "aws ecs put-account-setting-default --name awsvpcTrunking --value enabled";
    let refused = |account: Account| account.refuses(SETTINGS, &json!({"region": REGION}));
    for (account_of, kind, words, commands) in [
        (Some("disabled"), "m5.large", "Enable the account setting awsvpcTrunking", 1),
        (Some("enabled"), "m5.large", "awsvpcTrunking is enabled, but an instance keeps", 0),
        (Some("on"), "m5.large", "Launch new container instances", 0),
        (None, "m5.large", "Add container instances, or set the account setting", 0),
        (Some("disabled"), "t3.large", "Add container instances, or use larger ones", 0),
    ] {
        let account = account(&json!({}), &[without_interfaces(kind)]);
        let account = match account_of {
            Some(value) => setting(account, value),
            None => refused(account),
        };
        let story = task("").served_by(&plain()).in_account(account.recorded());
        let results = story.judged_by(&CAPACITY_RESOURCES);
        assert_eq!((results[0].status, &*results[0].subject), (Fail, AT_CLUSTER), "{results:#?}");
        assert!(results[0].message.contains("RESOURCE:ENI"), "{results:#?}");
        let remedy = results[0].remedy.as_deref().unwrap_or_default();
        assert!(remedy.contains(words), "{remedy}");
        let told = results[0].commands.iter().filter(|it| it.to_string().starts_with(enable));
        assert_eq!(told.count(), commands, "{results:#?}");
    }
}
