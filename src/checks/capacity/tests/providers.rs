//! Stories of capacity providers.

use serde_json::{Value, json};

use super::{AT_CLUSTER, account, instance, placed, plain, task};
use crate::checks::capacity::provider::CAPACITY_PROVIDER;
use crate::report::Status::{Fail, Pass, Unknown, Warn};
use crate::testing::account::mounts::{Account, REGION, with};
use crate::testing::story::Story;

/// The capacity provider `spare` of an Auto Scaling group with this maximum, and these suspended processes.
pub(super) fn scaled(account: Account, most: u64, suspended: &Value) -> Account {
    let of = |name: &str| json!({"region": REGION, "name": name});
    account
        .says(
            "ecs:DescribeCapacityProviders",
            &of("spare"),
            &json!({"managed_instances": null, "status": "ACTIVE", "group": {
                "group": "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/machines",
                "scales": true,
            }}),
        )
        .says(
            "autoscaling:DescribeAutoScalingGroups",
            &of("machines"),
            &json!({"most": most, "instances": 0, "suspended": suspended, "kinds": ["m5.large"],
                "is_weighted": false}),
        )
}

#[test]
fn a_provider_has_instances_or_launches_some() {
    let check = &CAPACITY_PROVIDER;
    let strategy = r#""capacityProviderStrategy": [{"capacityProvider": "spare", "weight": 1}]"#;
    let on_spare = plain().replace(r#""launchType": "EC2""#, strategy);
    let at = "service.json#/capacityProviderStrategy";
    let large = || Story::containers(r#"{"name": "app", "image": "nginx", "memory": 9000}"#);
    let none = json!([]);
    for (story, most, suspended, told) in [
        (task(""), 4, &none, (Warn, at, "waits in PROVISIONING")),
        (task(""), 0, &none, (Fail, at, "has a MaxSize of 0")),
        (task(""), 4, &json!(["Launch"]), (Fail, at, "process Launch")),
        (large(), 4, &none, (Fail, at, "m5.large (RESOURCE:MEMORY")),
    ] {
        // An instance that does not belong to the provider is no help.
        let idle = [instance("1", &json!({}))];
        let account = scaled(account(&json!({}), &idle), most, suspended).recorded();
        story.served_by(&on_spare).in_account(account).ends(check, &[told]);
    }
    // Why it is still empty.
    let last = json!({"failed": "Your quota allows for 0 more running instance(s)."});
    let failing = scaled(account(&json!({}), &[]), 4, &none)
        .says(
            "autoscaling:DescribeScalingActivities",
            &json!({"region": REGION, "name": "machines"}),
            &last,
        )
        .recorded();
    let told = (Warn, at, "its last launch failed: Your quota allows for 0 more");
    task("").served_by(&on_spare).in_account(failing).ends(check, &[told]);
    let own = instance("1", &json!({"capacity_provider": "spare"}));
    let account = scaled(account(&json!({}), &[own]), 0, &none).recorded();
    task("").served_by(&on_spare).in_account(account).ends(check, &[(Pass, "", "one active")]);
}

/// The Auto Scaling group of `spare`, whose instance types are in a launch template.
pub(super) fn templated(fact: &Value, requirements: &Value) -> Account {
    let of = |name: &str| json!({"region": REGION, "name": name});
    let template = json!({"id": "lt-1", "version": "$Latest"});
    scaled(account(&json!({}), &[]), 4, &json!([]))
        .says(
            "autoscaling:DescribeAutoScalingGroups",
            &of("machines"),
            &json!({"most": 4, "instances": 0, "suspended": [], "kinds": [], "is_weighted": false,
                "requirements": requirements, "templates": [template]}),
        )
        .says(
            "ec2:DescribeLaunchTemplateVersions",
            &json!({"region": REGION, "template": template}),
            fact,
        )
}

#[test]
fn a_launch_template_says_what_a_provider_launches() {
    let check = &CAPACITY_PROVIDER;
    let strategy = r#""capacityProviderStrategy": [{"capacityProvider": "spare", "weight": 1}]"#;
    let on_spare = plain().replace(r#""launchType": "EC2""#, strategy);
    let at = "service.json#/capacityProviderStrategy";
    let large = || Story::containers(r#"{"name": "app", "image": "nginx", "memory": 9000}"#);
    let none = json!([]);
    let small = json!([{"most_memory": 4096}]);
    let allowed = |kind: &str| json!({"requirements": {"allowed": [kind]}});
    for (story, fact, requirements, told) in [
        (large(), json!({"kind": "m5.large"}), &none, (Fail, at, "m5.large (RESOURCE:MEMORY")),
        (task(""), json!({"kind": "m5.large"}), &none, (Warn, at, "can launch m5.large")),
        (large(), json!({}), &none, (Warn, at, "can launch one")),
        (large(), allowed("m5.large"), &none, (Fail, at, "m5.large (RESOURCE:MEMORY")),
        (large(), allowed("m5.*"), &none, (Warn, at, "can launch one")),
        (
            large(),
            json!({"kind": "m5.large"}),
            &small,
            (Fail, at, "at most 4096 MiB of memory by its instance requirements (RESOURCE:MEMORY"),
        ),
    ] {
        let account = templated(&fact, requirements).recorded();
        story.served_by(&on_spare).in_account(account).ends(check, &[told]);
    }
    let (call, key) = (
        "ec2:DescribeLaunchTemplateVersions",
        json!({"region": REGION, "template": {"id": "lt-1", "version": "$Latest"}}),
    );
    let deleted = templated(&json!({}), &none).lacks(call, &key, "there is none").recorded();
    let told = (Fail, at, "version $Latest of launch template lt-1, which does not exist");
    task("").served_by(&on_spare).in_account(deleted).ends(check, &[told]);
    let refused = templated(&json!({}), &none).refuses(call, &key).recorded();
    let told = (Unknown, "", "DescribeLaunchTemplateVersions");
    task("").served_by(&on_spare).in_account(refused).ends(check, &[told]);
}

#[test]
fn a_cluster_without_active_instances_places_nothing() {
    let check = &CAPACITY_PROVIDER;
    let registering = instance("1", &json!({"status": "REGISTERING"}));
    placed(check, task(""), &plain(), &[], (Fail, AT_CLUSTER, "has no container instance"));
    placed(check, task(""), &plain(), &[registering], (Fail, AT_CLUSTER, "1 is REGISTERING"));
    let undecided = plain().replace(r#""launchType": "EC2", "#, "");
    placed(check, task(""), &undecided, &[], (Fail, AT_CLUSTER, "has no container instance"));
}

#[test]
fn a_strategy_is_one_that_the_cluster_accepts() {
    let check = &CAPACITY_PROVIDER;
    let at = "service.json#/capacityProviderStrategy";
    let first = "service.json#/capacityProviderStrategy/0/capacityProvider";
    for (items, told) in [
        (r#"{"capacityProvider": "FARGATE", "weight": 1}"#, (Pass, "", "associated")),
        (r#"{"capacityProvider": "FARGATE"}"#, (Fail, at, "weight above 0")),
        (
            r#"{"capacityProvider": "FARGATE_SPOT", "weight": 1}"#,
            (Fail, first, "FARGATE_SPOT is not associated"),
        ),
    ] {
        let strategy = format!(r#""capacityProviderStrategy": [{items}]"#);
        let request = plain().replace(r#""launchType": "EC2""#, &strategy);
        placed(check, task(""), &request, &[], told);
    }
}

#[test]
fn a_default_strategy_without_weights_places_nothing() {
    let undecided = plain().replace(r#""launchType": "EC2", "#, "");
    let strategy = json!({"default_strategy": [{"provider": "spare", "weight": 0, "base": 0}]});
    let account = account(&strategy, &[instance("1", &json!({}))]).recorded();
    let told = (Warn, AT_CLUSTER, "no capacity provider of the default strategy");
    task("").served_by(&undecided).in_account(account).ends(&CAPACITY_PROVIDER, &[told]);
}

#[test]
fn a_default_strategy_has_usable_providers_and_no_daemon() {
    let undecided = plain().replace(r#""launchType": "EC2", "#, "");
    let daemon = undecided.replace(r#""desiredCount": 1"#, r#""schedulingStrategy": "DAEMON""#);
    let strategy = json!({"default_strategy": [{"provider": "spare", "weight": 1, "base": 0}]});
    let own = instance("1", &json!({"capacity_provider": "spare"}));
    for (request, status, told) in [
        (&undecided, "ACTIVE", (Pass, "", "one active container instance")),
        (&undecided, "INACTIVE", (Fail, AT_CLUSTER, "capacity provider spare is INACTIVE")),
        (&daemon, "ACTIVE", (Warn, AT_CLUSTER, "schedulingStrategy is DAEMON")),
    ] {
        let provider = json!({"managed_instances": null, "status": status});
        let account = account(&strategy, std::slice::from_ref(&own))
            .says(
                "ecs:DescribeCapacityProviders",
                &json!({"region": REGION, "name": "spare"}),
                &provider,
            )
            .recorded();
        task("").served_by(request).in_account(account).ends(&CAPACITY_PROVIDER, &[told]);
    }
}

#[test]
fn managed_instances_are_large_enough() {
    let strategy = r#""capacityProviderStrategy": [{"capacityProvider": "spare", "weight": 1}]"#;
    let request = plain().replace(r#""launchType": "EC2""#, strategy);
    let at = "service.json#/capacityProviderStrategy";
    let large = || Story::containers(r#"{"name": "app", "image": "nginx", "memory": 9000}"#);
    let gpu = || {
        let required = r#""resourceRequirements": [{"type": "GPU", "value": "1"}]"#;
        Story::containers(&format!(
            r#"{{"name": "app", "image": "nginx", "memory": 512, {required}}}"#
        ))
    };
    for (story, limits, told) in [
        (task(""), json!({"allowed": ["m5.large"]}), (Pass, "", "ECS launches instances")),
        (large(), json!({"allowed": ["m5.large"]}), (Warn, at, "m5.large (RESOURCE:MEMORY")),
        (large(), json!({"allowed": ["m5.*"]}), (Pass, "", "ECS launches instances")),
        (large(), json!({"most_memory": 8192}), (Warn, at, "at most 8192 MiB")),
        (gpu(), json!({"most_accelerators": 0}), (Warn, at, "at most 0 GPUs")),
        (gpu(), json!({"most_accelerators": 1}), (Pass, "", "ECS launches instances")),
    ] {
        let plain = json!({"infrastructure_role": "role", "instance_profile": null});
        let provider = json!({"status": "ACTIVE", "managed_instances": with(plain, &limits)});
        let account = account(&json!({}), &[])
            .says(
                "ecs:DescribeCapacityProviders",
                &json!({"region": REGION, "name": "spare"}),
                &provider,
            )
            .recorded();
        story.served_by(&request).in_account(account).ends(&CAPACITY_PROVIDER, &[told]);
    }
}
