//! Stories of placement: a cluster with container instances, and what the checks say of a task.

mod deployments;
mod groups;
mod launched;
mod providers;
mod quotas;

use serde_json::{Value, json};

use crate::report::Status::{Fail, Pass, Skip, Unknown, Warn};
use crate::testing::account::mounts::{Account, REGION, with};
use crate::testing::account::registered;
use crate::testing::story::{Story, Told};

const CLUSTER: &str = "arn:aws:ecs:eu-west-1:111122223333:cluster/prod";
const AT_CLUSTER: &str = "service.json#/cluster";

/// Whose region the cluster is in, with these capacity providers and this default strategy.
fn cluster(fields: &Value) -> Value {
    let plain = json!({
        "arn": CLUSTER, "volume_key": null, "fargate_storage_key": null, "execute_command": null,
        "status": "ACTIVE", "capacity_providers": ["FARGATE", "spare"], "default_strategy": [],
    });
    with(plain, fields)
}

/// A container instance with room for two tasks in awsvpc mode.
fn instance(id: &str, fields: &Value) -> Value {
    let attributes = json!({
        "ecs.availability-zone": "eu-west-1a", "ecs.vpc-id": "vpc-1", "ecs.instance-type": "m5.large",
        "ecs.capability.task-eni": null, "ecs.cpu-architecture": "x86_64", "ecs.os-type": "linux",
        "com.amazonaws.ecs.capability.logging-driver.awslogs": null,
    });
    let pool = |cpu: u64| json!({"cpu": cpu, "memory": 7680, "tcp_ports": [22], "udp_ports": [], "gpus": 0});
    let resources = json!({"resources": {
        "registered": pool(2048), "remaining": pool(1024), "running": 1, "interfaces": 1,
    }});
    with(with(registered(id, None, &attributes), &resources), fields)
}

/// The account, with this cluster and these instances.
fn account(cluster_fields: &Value, instances: &[Value]) -> Account {
    let machine = json!({
        "vpc": "vpc-1", "subnet": "subnet-1", "security_groups": [], "private_address": null,
        "is_public": false, "profile": null,
        "attached": {"kind": "m5.large", "volumes": 1, "interfaces": 2},
    });
    let key = json!({"region": REGION, "cluster": "prod"});
    let subnet = |id: &str, vpc: &str, zone: &str| {
        (
            json!({"region": REGION, "id": id}),
            json!({
                "id": id, "vpc": vpc, "owner": null, "zone": zone, "zone_id": null, "ipv4": null,
                "ipv6": [], "free_addresses": 100, "dns64": false, "public_access": null,
            }),
        )
    };
    let mut account = Account::empty()
        .says("ecs:DescribeClusters", &key, &cluster(cluster_fields))
        .registers(&Value::Array(instances.to_vec()))
        .says(
            "ec2:DescribeInstanceTypes",
            &json!({"region": REGION, "kind": "m5.large"}),
            &json!({"volumes": 27, "shared": true, "interfaces": 3, "vcpus": 2, "memory": 8192}),
        );
    for (key, fact) in [
        subnet("subnet-1", "vpc-1", "eu-west-1a"),
        subnet("subnet-2", "vpc-1", "eu-west-1b"),
        subnet("subnet-3", "vpc-2", "eu-west-1a"),
    ] {
        account = account.says("ec2:DescribeSubnets", &key, &fact);
    }
    let web = json!({"region": REGION, "cluster": "prod", "service": "web"});
    account =
        account.lacks("ecs:DescribeServices", &web, "there is no service web in cluster prod");
    for id in ["i-1", "i-2"] {
        account =
            account.says("ec2:DescribeInstances", &json!({"region": REGION, "id": id}), &machine);
    }
    account
}

/// A task of 512 CPU units and 1 GiB with its own network interface, and these fields.
fn task(fields: &str) -> Story {
    let container = r#"{"name": "app", "image": "nginx", "cpu": 512, "memory": 1024,
        "logConfiguration": {"logDriver": "awslogs"}}"#;
    Story::containers_and(container, &format!(r#""networkMode": "awsvpc"{fields}"#))
}

/// A service of one task on EC2 in this subnet.
fn service(subnet: &str, fields: &str) -> String {
    format!(
        r#"{{"serviceName": "web", "cluster": "prod", "launchType": "EC2", "desiredCount": 1,
            "networkConfiguration": {{"awsvpcConfiguration": {{"subnets": ["{subnet}"]}}}}{fields}}}"#
    )
}

fn plain() -> String {
    service("subnet-1", "")
}

#[test]
fn given_an_instance_with_room_then_the_task_is_placed() {
    let both = [instance("1", &json!({})), instance("2", &json!({}))];
    let story = task("").served_by(&plain()).in_account(account(&json!({}), &both).recorded());
    let results = story.judged(|group, _| group.name == "capacity");
    let told: Vec<_> = results.iter().map(|it| (it.id, it.status)).collect();
    let expected = [
        ("cluster-exists", Pass),
        ("capacity-provider", Pass),
        ("capacity-instance", Skip),
        ("capacity-agent", Pass),
        ("capacity-attributes", Pass),
        ("capacity-placement", Skip),
        ("capacity-location", Pass),
        ("capacity-resources", Pass),
        ("capacity-quota", Skip),
    ];
    assert_eq!(told, expected, "{results:#?}");
}

#[test]
fn a_cluster_is_active_and_of_this_region() {
    let check = &super::cluster::CLUSTER_EXISTS;
    for (status, told, words) in [
        ("ACTIVE", Pass, "cluster prod exists and is active"),
        ("PROVISIONING", Warn, "is PROVISIONING"),
        ("INACTIVE", Fail, "was deleted"),
        ("FAILED", Fail, "is FAILED"),
    ] {
        let at = if told == Pass { "" } else { AT_CLUSTER };
        let account = account(&json!({"status": status}), &[]).recorded();
        task("").served_by(&plain()).in_account(account).ends(check, &[(told, at, words)]);
    }
    let key = json!({"region": REGION, "cluster": "prod"});
    let gone = "there is no cluster prod in eu-west-1";
    let missing = account(&json!({}), &[]).lacks("ecs:DescribeClusters", &key, gone).recorded();
    task("").served_by(&plain()).in_account(missing).ends(check, &[(Fail, AT_CLUSTER, gone)]);
    let refused = account(&json!({}), &[]).refuses("ecs:DescribeClusters", &key).recorded();
    task("")
        .served_by(&plain())
        .in_account(refused)
        .ends(check, &[(Unknown, AT_CLUSTER, "DescribeClusters")]);
    let elsewhere =
        plain().replace(r#""prod""#, r#""arn:aws:ecs:us-east-1:111122223333:cluster/prod""#);
    let account = account(&json!({}), &[]).recorded();
    task("")
        .served_by(&elsewhere)
        .in_account(account)
        .ends(check, &[(Fail, AT_CLUSTER, "is in us-east-1")]);
    task("").ends(check, &[(Skip, "", "no cluster is known")]);
}

/// What the check says of the task on these instances.
fn placed(
    check: &'static crate::checks::Check,
    story: Story,
    request: &str,
    instances: &[Value],
    told: Told,
) {
    let account = account(&json!({}), instances).recorded();
    story.served_by(request).in_account(account).ends(check, &[told]);
}

#[test]
fn an_agent_is_connected() {
    let check = &super::agent::CAPACITY_AGENT;
    let away = || json!({"agent_connected": false});
    let here = json!({});
    for (first, second, status, at, words) in [
        (away(), away(), Fail, AT_CLUSTER, "no agent of the 2 container instances"),
        (here.clone(), away(), Warn, AT_CLUSTER, "the agent of 1 of the 2"),
        (here.clone(), here, Pass, "", "all 2"),
    ] {
        let instances = [instance("1", &first), instance("2", &second)];
        placed(check, task(""), &plain(), &instances, (status, at, words));
    }
}

#[test]
fn an_instance_has_the_attributes() {
    let check = &super::attributes::CAPACITY_ATTRIBUTES;
    let at_driver = "/containerDefinitions/0/logConfiguration/logDriver";
    let gelf = || {
        Story::containers(
            r#"{"name": "app", "image": "nginx", "memory": 64, "logConfiguration": {"logDriver": "gelf"}}"#,
        )
    };
    let arm = r#", "runtimePlatform": {"cpuArchitecture": "ARM64"}"#;
    let one = [instance("1", &json!({}))];
    placed(check, task(""), &plain(), &one, (Pass, "", "all 2 attributes"));
    let words = "com.amazonaws.ecs.capability.logging-driver.gelf";
    placed(check, gelf(), &plain(), &one, (Fail, at_driver, words));
    placed(
        check,
        task(arm),
        &plain(),
        &one,
        (Fail, "/runtimePlatform", "ecs.cpu-architecture = arm64"),
    );
    let probed = r#", "pidMode": "task""#;
    placed(check, task(probed), &plain(), &one, (Warn, "/pidMode", "probably requires"));
    // Each attribute exists, but not on one instance.
    let without = |name: &str| {
        let mut it = instance("1", &json!({}));
        it["attributes"].as_object_mut().unwrap().remove(name);
        it
    };
    let logs = "com.amazonaws.ecs.capability.logging-driver.awslogs";
    let two = [without(logs), without("ecs.capability.task-eni")];
    placed(check, task(""), &plain(), &two, (Fail, "", "the nearest, 1, lacks"));
}

#[test]
fn what_a_registered_definition_requires_replaces_the_prediction() {
    let check = &super::attributes::CAPACITY_ATTRIBUTES;
    let one = [instance("1", &json!({}))];
    let of = |name: &str| {
        Story::registered(&format!(
            r#"{{"family": "web", "revision": 1, "networkMode": "awsvpc", "pidMode": "task", "containerDefinitions": [{{"name": "app", "image": "nginx", "memory": 64}}], "requiresAttributes": [{{"name": "{name}"}}]}}"#
        ))
    };
    placed(check, of("ecs.capability.task-eni"), &plain(), &one, (Pass, "", "task-eni"));
    let old = "com.amazonaws.ecs.capability.docker-remote-api.1.18";
    placed(check, of(old), &plain(), &one, (Fail, "/requiresAttributes", old));
}

#[test]
fn placement_constraints_are_satisfied() {
    let check = &super::placement::CAPACITY_PLACEMENT;
    let at = "/placementConstraints/0/expression";
    let one = [instance("1", &json!({}))];
    let of = |expression: &str| {
        task(&format!(
            r#", "placementConstraints": [{{"type": "memberOf", "expression": "{expression}"}}]"#
        ))
    };
    for (expression, told) in [
        ("attribute:ecs.instance-type =~ m5.*", (Pass, "", "satisfies")),
        ("attribute:ecs.instance-type =~ g4dn.*", (Fail, at, "g4dn")),
        ("attribute:retiring != true", (Fail, at, "attribute:retiring != true")),
        ("attribute:retiring !exists", (Pass, "", "satisfies")),
        ("attribute:stack = prod", (Fail, at, "at character 17")),
        ("task:group == service:db", (Unknown, "", "ecs:DescribeTasks")),
    ] {
        placed(check, of(expression), &plain(), &one, told);
    }
    // The expression is read even if no cluster is known.
    of("attribute:stack = prod").ends(check, &[(Fail, at, "at character 17")]);
    let many = r#"{"type": "memberOf", "expression": "agentConnected == true"},"#.repeat(11);
    let many = task(&format!(r#", "placementConstraints": [{}]"#, many.trim_end_matches(',')));
    placed(check, many, &plain(), &one, (Fail, "", "there are 11 placement constraints"));
    let distinct = r#", "placementConstraints": [{"type": "distinctInstance"}]"#;
    let three =
        service("subnet-1", distinct).replace(r#""desiredCount": 1"#, r#""desiredCount": 3"#);
    let two = [instance("1", &json!({})), instance("2", &json!({}))];
    let at = "service.json#/placementConstraints/0";
    placed(
        check,
        task(""),
        &three,
        &two,
        (Fail, at, "3 tasks need 3 different container instances"),
    );
}

#[test]
fn an_instance_is_in_a_zone_of_the_subnets() {
    let check = &super::location::CAPACITY_LOCATION;
    let at = "service.json#/networkConfiguration/awsvpcConfiguration/subnets";
    let one = [instance("1", &json!({}))];
    for (subnet, told) in [
        ("subnet-1", (Pass, "", "a zone of the subnets")),
        ("subnet-2", (Fail, at, "the subnets are in eu-west-1b, the instances in eu-west-1a")),
        ("subnet-3", (Fail, at, "is in the VPC of the subnets")),
    ] {
        placed(check, task(""), &service(subnet, ""), &one, told);
    }
}

#[test]
fn an_instance_has_room() {
    let check = &super::resources::CAPACITY_RESOURCES;
    let left = |cpu: u64, memory: u64, interfaces: u64| {
        let pool = |cpu: u64, memory: u64| json!({"cpu": cpu, "memory": memory, "tcp_ports": [22], "udp_ports": [], "gpus": 0});
        instance(
            "1",
            &json!({"resources": {
                "registered": pool(2048, 7680), "remaining": pool(cpu, memory), "running": 1,
                "interfaces": interfaces,
            }}),
        )
    };
    for (of_instance, told) in [
        (left(1024, 2048, 1), (Pass, "", "room for one more task")),
        (left(128, 2048, 1), (Fail, AT_CLUSTER, "RESOURCE:CPU: 128 CPU units are left of the 512")),
        (left(1024, 256, 1), (Fail, AT_CLUSTER, "RESOURCE:MEMORY")),
        (left(1024, 2048, 2), (Fail, AT_CLUSTER, "RESOURCE:ENI")),
    ] {
        placed(check, task(""), &plain(), &[of_instance], told);
    }
    // AWS listed m5.large with ten tasks. The list may be longer now.
    let trunked = |interfaces: u64, kind: &str| {
        let mut it = left(1024, 2048, interfaces);
        it["attributes"]["ecs.awsvpc-trunk-id"] = json!("1234");
        it["attributes"]["ecs.instance-type"] = json!(kind);
        it
    };
    for (interfaces, kind, told) in [
        (9, "m5.large", (Pass, "", "room for one more task")),
        (10, "m5.large", (Warn, AT_CLUSTER, "those that AWS listed on 2023-04-18")),
        (10, "m99.large", (Pass, "", "room for 2 more tasks")),
    ] {
        placed(check, task(""), &plain(), &[trunked(interfaces, kind)], told);
    }
    let many = plain().replace(r#""desiredCount": 1"#, r#""desiredCount": 2"#);
    placed(check, task(""), &many, &[left(1024, 2048, 1)], (Warn, AT_CLUSTER, "room for 1"));
    let more = plain().replace(r#""desiredCount": 1"#, r#""desiredCount": 3"#);
    placed(
        check,
        task(""),
        &more,
        &[left(1024, 2048, 1)],
        (Fail, AT_CLUSTER, "for 2 if no other task ran"),
    );
    // What the second one has is not known, so neither is whether three tasks fit.
    let mut unknown = instance("2", &json!({}));
    unknown.as_object_mut().unwrap().remove("resources");
    placed(
        check,
        task(""),
        &more,
        &[left(1024, 2048, 1), unknown],
        (Unknown, "", "have room for 3 tasks: 1 fit for certain"),
    );
    // A recording of an earlier version has no resources.
    let old = registered("1", None, &left(0, 0, 0)["attributes"]);
    placed(check, task(""), &plain(), &[old], (Unknown, "", "cannot determine"));
}

#[test]
fn a_deployment_may_stop_an_old_task_first() {
    let check = &super::resources::CAPACITY_RESOURCES;
    let pool =
        |cpu: u64| json!({"cpu": cpu, "memory": 7680, "tcp_ports": [], "udp_ports": [], "gpus": 0});
    let full = instance(
        "1",
        &json!({"resources": {
            "registered": pool(2048), "remaining": pool(0), "running": 4, "interfaces": 1,
        }}),
    );
    let live = |least: i64| {
        format!(
            r#"{{"serviceName": "web", "clusterArn": "prod", "launchType": "EC2", "desiredCount": 4, "status": "ACTIVE",
                "deploymentConfiguration": {{"minimumHealthyPercent": {least}}},
                "networkConfiguration": {{"awsvpcConfiguration": {{"subnets": ["subnet-1"]}}}}}}"#
        )
    };
    for (least, status) in [(50, Warn), (100, Fail)] {
        let account = account(&json!({}), std::slice::from_ref(&full)).recorded();
        let results = task("").living_as(&live(least)).in_account(account).judged_by(check);
        let told: Vec<_> = results.iter().map(|it| it.status).collect();
        assert_eq!(told, [status], "{results:#?}");
    }
}

#[test]
fn the_input_of_a_new_service_may_be_that_of_one_that_runs() {
    let check = &super::resources::CAPACITY_RESOURCES;
    let pool =
        |cpu: u64| json!({"cpu": cpu, "memory": 7680, "tcp_ports": [], "udp_ports": [], "gpus": 0});
    let full = instance(
        "1",
        &json!({"resources": {
            "registered": pool(2048), "remaining": pool(0), "running": 4, "interfaces": 1,
        }}),
    );
    let half = r#", "deploymentConfiguration": {"minimumHealthyPercent": 0}"#;
    let key = json!({"region": REGION, "cluster": "prod", "service": "web"});
    for (status, told) in [("ACTIVE", Warn), ("INACTIVE", Fail)] {
        let live = json!({"json": {"status": status, "runningCount": 4}});
        let account = account(&json!({}), std::slice::from_ref(&full))
            .says("ecs:DescribeServices", &key, &live)
            .recorded();
        let results =
            task("").served_by(&service("subnet-1", half)).in_account(account).judged_by(check);
        assert_eq!(results.iter().map(|it| it.status).collect::<Vec<_>>(), [told], "{results:#?}");
    }
}

#[test]
fn instances_that_are_named_accept_tasks() {
    let check = &super::instance::CAPACITY_INSTANCE;
    let at = "run.json#/containerInstances/0";
    let request = r#"{"cluster": "prod", "containerInstances": ["1"]}"#;
    for (fields, told) in [
        (json!({}), (Pass, "", "exists, is active")),
        (json!({"status": "DRAINING"}), (Warn, at, "is DRAINING")),
        (
            json!({"status": "REGISTERING", "status_reason": "trunk"}),
            (Fail, at, "is REGISTERING (trunk)"),
        ),
        (json!({"agent_connected": false}), (Fail, at, "is not connected")),
        (
            json!({"arn": "arn:aws:ecs:eu-west-1:111122223333:container-instance/prod/9"}),
            (Fail, at, "is not registered"),
        ),
    ] {
        let account = account(&json!({}), &[instance("1", &fields)]).recorded();
        task("").run_as(request).in_account(account).ends(check, &[told]);
    }
}

#[test]
fn what_may_not_be_read_makes_only_what_depends_on_it_unknown() {
    let one = [instance("1", &json!({}))];
    let key = json!({"region": REGION, "cluster": "prod"});
    let refused =
        account(&json!({}), &one).refuses("ecs:DescribeContainerInstances", &key).recorded();
    let unknown = |account: crate::facts::Recording| -> Vec<String> {
        let story = task("").served_by(&plain()).in_account(account);
        let results = story.judged(|group, _| group.name == "capacity");
        results.iter().filter(|it| it.status == Unknown).map(|it| it.id.to_owned()).collect()
    };
    let all = [
        "capacity-provider",
        "capacity-agent",
        "capacity-attributes",
        "capacity-location",
        "capacity-resources",
    ];
    assert_eq!(unknown(refused), all);
    let machine = json!({"region": REGION, "id": "i-1"});
    let hidden = account(&json!({}), &one).refuses("ec2:DescribeInstances", &machine).recorded();
    assert_eq!(unknown(hidden), ["capacity-resources"]);
    let subnet = json!({"region": REGION, "id": "subnet-1"});
    let hidden = account(&json!({}), &one).refuses("ec2:DescribeSubnets", &subnet).recorded();
    assert_eq!(unknown(hidden), ["capacity-location"]);
}
