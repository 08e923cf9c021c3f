//! Stories of placement constraints and strategies, and of old and new tasks side by side.

use super::{AT_CLUSTER, REGION, account, instance, json, placed, plain, service, task};
use crate::checks::capacity::placement::CAPACITY_PLACEMENT;
use crate::checks::capacity::resources::CAPACITY_RESOURCES;
use crate::report::Status::{Fail, Pass, Skip, Warn};
use crate::testing::story::Told;

#[test]
fn a_placement_strategy_has_a_field_of_its_type() {
    let at = "service.json#/placementStrategy/0/field";
    let error = |told: Told, words: &str, items: &str| {
        let request = service("subnet-1", &format!(r#", "placementStrategy": [{items}]"#));
        let account = account(&json!({}), &[instance("1", &json!({}))]).recorded();
        let results =
            task("").served_by(&request).in_account(account).judged_by(&CAPACITY_PLACEMENT);
        let found: Vec<_> = results.iter().map(|it| (it.status, it.subject.as_str())).collect();
        assert_eq!(found, [(told.0, told.1)], "{items}: {results:#?}");
        assert!(results[0].message.contains(told.2), "{}", results[0].message);
        assert!(results[0].prevents.clone().unwrap_or_default().contains(words), "{results:#?}");
    };
    let valid = (Pass, "", "the placement strategy is valid");
    for items in [
        r#"{"type": "binpack", "field": "memory"}, {"type": "random"}"#,
        r#"{"type": "binpack", "field": "CPU"}"#,
        r#"{"type": "binpack"}"#,
        r#"{"type": "random", "field": ""}"#,
        r#"{"type": "spread", "field": "instanceId"}, {"type": "spread", "field": "host"}"#,
        r#"{"type": "spread", "field": "attribute:ecs.availability-zone"}"#,
    ] {
        error(valid, "", items);
    }
    let told = (Fail, at, "`instanceId`, not cpu or memory");
    let words = "InvalidParameterException: binpack field 'instanceId' is invalid";
    error(told, words, r#"{"type": "binpack", "field": "instanceId"}"#);
    let told = (Fail, at, "the random strategy has the field `cpu`");
    let words = "random field should not be specified";
    error(told, words, r#"{"type": "random", "field": "cpu"}"#);
    let told = (Warn, at, "`ecs.availability-zone`, not instanceId");
    let words = "InvalidParameterException (AWS's exact words";
    error(told, words, r#"{"type": "spread", "field": "ecs.availability-zone"}"#);
}

#[test]
fn a_distinct_instance_has_no_expression() {
    let one = [instance("1", &json!({}))];
    let constraint = |expression: &str| {
        let items = format!(r#"{{"type": "distinctInstance"{expression}}}"#);
        service("subnet-1", &format!(r#", "placementConstraints": [{items}]"#))
    };
    let check = &CAPACITY_PLACEMENT;
    let two = [instance("1", &json!({})), instance("2", &json!({}))];
    placed(check, task(""), &constraint(""), &two, (Pass, "", "satisfies"));
    let at = "service.json#/placementConstraints/0/expression";
    let given = constraint(r#", "expression": "attribute:ecs.os-type == linux""#);
    placed(check, task(""), &given, &one, (Fail, at, "has an expression"));
    placed(check, task(""), &plain(), &one, (Skip, "", "no placement strategy"));
}

#[test]
fn old_and_new_tasks_need_different_instances() {
    let check = &CAPACITY_PLACEMENT;
    let at = "service.json#/placementConstraints/0";
    let request = |count: usize, deployment: &str| {
        let constraint = r#", "placementConstraints": [{"type": "distinctInstance"}]"#;
        let fields = format!(r#"{constraint}, "deploymentConfiguration": {{{deployment}}}"#);
        service("subnet-1", &fields)
            .replace(r#""desiredCount": 1"#, &format!(r#""desiredCount": {count}"#))
    };
    let instances: Vec<_> = ["1", "2", "3"].map(|id| instance(id, &json!({}))).into();
    let all = "needs 4 different container instances for the 3 old tasks";
    for (count, deployment, told) in [
        (2, "", (Pass, "", "satisfies")),
        (3, "", (Warn, at, all)),
        (3, r#""minimumHealthyPercent": 50"#, (Pass, "", "satisfies")),
        (2, r#""strategy": "BLUE_GREEN""#, (Warn, at, "needs 4 different")),
        (1, r#""strategy": "BLUE_GREEN""#, (Pass, "", "satisfies")),
        (4, "", (Fail, at, "4 tasks need 4 different")),
    ] {
        placed(check, task(""), &request(count, deployment), &instances, told);
    }
    // A service that runs already has old tasks.
    let key = json!({"region": REGION, "cluster": "prod", "service": "web"});
    let running = json!({"json": {"status": "ACTIVE", "runningCount": 3}});
    let account =
        account(&json!({}), &instances).says("ecs:DescribeServices", &key, &running).recorded();
    task("").served_by(&request(3, "")).in_account(account).ends(check, &[(Fail, at, all)]);
}

#[test]
fn a_deployment_has_room_for_new_tasks_next_to_the_old_ones() {
    let check = &CAPACITY_RESOURCES;
    let request = |count: usize, deployment: &str| {
        let fields = format!(r#", "deploymentConfiguration": {{{deployment}}}"#);
        service("subnet-1", &fields)
            .replace(r#""desiredCount": 1"#, &format!(r#""desiredCount": {count}"#))
    };
    // One has room for two tasks with an interface each, and for one next to what runs.
    let one = [instance("1", &json!({}))];
    for (count, deployment, told) in [
        (1, "", (Pass, "", "room for one more task")),
        (1, r#""strategy": "BLUE_GREEN""#, (Pass, "", "room for one more task")),
    ] {
        placed(check, task(""), &request(count, deployment), &one, told);
    }
    let empty = json!({"resources": {
        "registered": {"cpu": 2048, "memory": 7680, "tcp_ports": [], "udp_ports": [], "gpus": 0},
        "remaining": {"cpu": 2048, "memory": 7680, "tcp_ports": [], "udp_ports": [], "gpus": 0},
        "running": 0, "interfaces": 0,
    }});
    let free = [instance("9", &empty)];
    let machine = json!({"region": REGION, "id": "i-9"});
    let attached = json!({
        "vpc": "vpc-1", "subnet": "subnet-1", "security_groups": [], "private_address": null,
        "is_public": false, "profile": null,
        "attached": {"kind": "m5.large", "volumes": 1, "interfaces": 1},
    });
    for (count, deployment, told) in [
        (2, "", (Warn, AT_CLUSTER, "stops no old task before a new one runs")),
        (2, r#""minimumHealthyPercent": 50"#, (Pass, "", "room for 2 more tasks")),
        (2, r#""strategy": "CANARY""#, (Warn, AT_CLUSTER, "2 new tasks next to the 2 old ones")),
        (1, "", (Pass, "", "room for 2 more tasks")),
    ] {
        let account = account(&json!({}), &free)
            .says("ec2:DescribeInstances", &machine, &attached)
            .recorded();
        let story = task("").served_by(&request(count, deployment)).in_account(account);
        story.ends(check, &[told]);
    }
}
