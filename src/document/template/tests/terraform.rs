use super::*;
use crate::document::node::{Node, Value};
use crate::document::{Role, RunContext, Source, TaskDefinition};
use serde_json::{Value as Json, json};

fn read(plan: &Json) -> Vec<Declared> {
    let source = Source::read("plan.json", Role::Definition, plan.to_string().as_bytes()).unwrap();
    declared(&source, &Surroundings::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn change(address: &str, actions: &[&str], after: Json, unknown: Json) -> Json {
    let kind = address.split('.').find(|it| it.starts_with("aws_")).unwrap();
    json!({"address": address, "mode": "managed", "type": kind,
        "change": {"actions": actions, "after": after, "after_unknown": unknown}})
}

fn plan(changes: &[Json]) -> Json {
    json!({"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": changes})
}

fn definition(family: &str) -> Json {
    let containers = json!([{"name": "app", "image": "web:1", "memory": 128}]).to_string();
    json!({"family": family, "container_definitions": containers})
}

fn shown(node: Option<&Node>) -> String {
    match node.map(|it| &it.value) {
        None => "nothing".into(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Unresolved(it)) => format!("? {}", it.why),
        Some(other) => format!("{other:?}"),
    }
}

#[test]
fn attributes_become_fields_of_the_api() {
    let after = json!({
        "family": "web", "cpu": "256", "memory": "512", "network_mode": "awsvpc", "pid_mode": "", "ipc_mode": null,
        "requires_compatibilities": ["FARGATE"], "track_latest": false, "skip_destroy": false,
        "tags": {"Team": "a"}, "tags_all": {"Team": "a"}, "placement_constraints": [],
        "runtime_platform": [{"cpu_architecture": "ARM64", "operating_system_family": null}],
        "ephemeral_storage": [{"size_in_gib": 30}],
        "proxy_configuration": [{"type": "APPMESH", "container_name": "envoy", "properties": {"ProxyIngressPort": "15000"}}],
        "volume": [
            {"name": "data", "host_path": "", "configure_at_launch": false, "docker_volume_configuration": [],
             "efs_volume_configuration": [{"file_system_id": "fs-1", "transit_encryption": "ENABLED",
                "transit_encryption_port": 0, "root_directory": null,
                "authorization_config": [{"iam": "ENABLED", "access_point_id": null}]}]},
            {"name": "logs", "host_path": "/var/log"},
        ],
        "container_definitions": json!([{"name": "app", "image": "web:1"}]).to_string(),
    });
    let found = read(&plan(&[change(
        "aws_ecs_task_definition.web",
        &["create"],
        after,
        json!({"arn": true}),
    )]));
    let root = &found[0].definition.root;
    assert!(
        crate::document::shape::examine_definition(root, crate::document::kind::Kind::Input)
            .is_empty()
    );
    let task = TaskDefinition::from_source(&found[0].definition).unwrap();
    assert_eq!(task.cpu.get().unwrap().map(String::as_str), Some("256"));
    assert!(task.pid_mode.is_missing() && task.placement_constraints.is_missing());
    assert_eq!(
        task.ephemeral_storage.get().unwrap().unwrap().size_in_gib.get().unwrap(),
        Some(&30)
    );
    let tags = task.tags.items().unwrap();
    assert_eq!(tags[0].key.get().unwrap().map(String::as_str), Some("Team"));
    let proxy = task.proxy_configuration.get().unwrap().unwrap();
    let setting = &proxy.properties.items().unwrap()[0];
    assert_eq!(setting.value.get().unwrap().map(String::as_str), Some("15000"));
    let volumes = root.get("volumes").unwrap().items();
    let efs = volumes[0].get("efsVolumeConfiguration").unwrap();
    assert_eq!(shown(efs.get("authorizationConfig").unwrap().get("iam")), "ENABLED");
    assert!(!efs.has("transitEncryptionPort") && !volumes[0].has("host"));
    assert_eq!(shown(volumes[1].get("host").unwrap().get("sourcePath")), "/var/log");
    let image = &task.container_definitions.items().unwrap()[0].image;
    assert_eq!(
        image.place().subject(),
        "/resource_changes/0/change/after/container_definitions/0/image"
    );
    assert!(image.place().position.is_some());
}

#[test]
fn what_is_known_only_after_the_apply_is_unresolved() {
    let mut after = definition("web");
    after.as_object_mut().unwrap().remove("container_definitions");
    let unknown = json!({"execution_role_arn": true, "container_definitions": true, "volume": [], "id": true});
    let found = read(&plan(&[change("aws_ecs_task_definition.web", &["create"], after, unknown)]));
    let root = &found[0].definition.root;
    for field in ["executionRoleArn", "containerDefinitions"] {
        assert!(shown(root.get(field)).contains("known only after the apply"), "{field}");
    }
    assert!(
        TaskDefinition::from_source(&found[0].definition)
            .unwrap()
            .container_definitions
            .get()
            .is_err()
    );
    assert_eq!(shown(root.get("family")), "web");
}

#[test]
fn a_service_is_the_launch_input_of_the_definition_that_it_refers_to() {
    let service = json!({
        "name": "api", "cluster": "main", "launch_type": "FARGATE", "desired_count": 2, "deployment_maximum_percent": 200,
        "deployment_circuit_breaker": [{"enable": true, "rollback": true}], "health_check_grace_period_seconds": 0,
        "network_configuration": [{"subnets": ["subnet-1"], "security_groups": [], "assign_public_ip": true}],
        "load_balancer": [{"target_group_arn": "arn:tg", "container_name": "app", "container_port": 80, "elb_name": ""}],
        "service_connect_configuration": [{"enabled": true, "service": [{"port_name": "http", "client_alias": [{"port": 80}]}]}],
        "force_new_deployment": false, "wait_for_steady_state": null,
    });
    let mut plan = plan(&[
        change(
            "module.a.aws_ecs_task_definition.web[\"x\"]",
            &["create"],
            definition("x"),
            json!({}),
        ),
        change(
            "module.a.aws_ecs_task_definition.web[\"y.z\"]",
            &["create"],
            definition("y"),
            json!({}),
        ),
        change("aws_ecs_task_definition.web", &["no-op"], definition("w"), json!({})),
        change(
            "module.a.aws_ecs_service.api[\"y.z\"]",
            &["update"],
            service,
            json!({"task_definition": true}),
        ),
        change("aws_ecs_task_definition.old", &["delete"], json!(null), json!({})),
    ]);
    plan["configuration"] = json!({"root_module": {"module_calls": {"a": {"module": {"resources": [{
        "address": "aws_ecs_service.api",
        "expressions": {"task_definition": {"references": ["aws_ecs_task_definition.web", "each.key"]}},
    }]}}}}});
    let found = read(&plan);
    let with_service: Vec<(&str, bool)> =
        found.iter().map(|it| (it.name.as_str(), it.service.is_some())).collect();
    assert_eq!(
        with_service,
        [
            ("module.a.aws_ecs_task_definition.web[\"x\"]", false),
            ("module.a.aws_ecs_task_definition.web[\"y.z\"]", true),
            ("aws_ecs_task_definition.web", false),
        ]
    );
    assert_eq!(found[1].service_exists, Some(true));
    let source = found[1].service.as_ref().unwrap();
    let context = RunContext::declared_service(source);
    let request = &context.request;
    assert_eq!(request.service_name.get().unwrap().map(String::as_str), Some("api"));
    assert_eq!(
        context.network.assign_public_ip.get().unwrap().map(String::as_str),
        Some("ENABLED")
    );
    assert_eq!(
        request.deployment.get().unwrap().unwrap().maximum_percent.get().unwrap(),
        Some(&200)
    );
    assert!(request.deployment.get().unwrap().unwrap().circuit_breaker.get().unwrap().is_some());
    assert!(request.health_check_grace_period_seconds.is_missing());
    assert_eq!(request.load_balancers.items().unwrap()[0].container_port.get().unwrap(), Some(&80));
    let connected = request.service_connect.get().unwrap().unwrap();
    assert_eq!(connected.services.items().unwrap()[0].client_aliases.items().unwrap().len(), 1);
    let kind = crate::document::ContextKind::CreateService;
    assert_eq!(crate::document::shape::examine_context(&source.root, kind), []);
}

#[test]
fn a_service_with_a_known_definition_is_matched_by_its_family() {
    let service = |used: &str| json!({"name": "api", "task_definition": used});
    for (used, expected) in [
        ("web", true),
        ("web:3", true),
        ("arn:aws:ecs:eu-west-1:111122223333:task-definition/web:3", true),
        ("website:3", false),
    ] {
        let found = read(&plan(&[
            change("aws_ecs_task_definition.web", &["update"], definition("web"), json!({})),
            change("aws_ecs_service.api", &["create"], service(used), json!({})),
        ]));
        assert_eq!(found[0].service.is_some(), expected, "{used}");
    }
}

#[test]
fn what_the_plan_creates_or_changes_is_not_looked_for_under_its_name() {
    let mut after = definition("web");
    after["execution_role_arn"] = json!("arn:aws:iam::111122223333:role/exec");
    after["task_role_arn"] = json!("arn:aws:iam::111122223333:role/kept");
    let role = |name: &str, actions: &[&str]| {
        change("aws_iam_role.r", actions, json!({"name": name}), json!({}))
    };
    let found = read(&plan(&[
        change("aws_ecs_task_definition.web", &["create"], after, json!({})),
        role("kept", &["no-op"]),
        change("aws_iam_role_policy.p", &["create"], json!({"role": "exec"}), json!({})),
    ]));
    let root = &found[0].definition.root;
    assert!(
        shown(root.get("executionRoleArn")).contains("this plan changes aws_iam_role_policy.p")
    );
    assert_eq!(shown(root.get("taskRoleArn")), "arn:aws:iam::111122223333:role/kept");
}

#[test]
fn a_state_is_read_with_its_modules() {
    let resource = json!({"address": "module.a.aws_ecs_task_definition.web", "mode": "managed",
        "type": "aws_ecs_task_definition", "values": definition("web")});
    let state = json!({"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module":
        {"child_modules": [{"address": "module.a", "resources": [resource]}]}}});
    let found = read(&state);
    assert_eq!(shown(found[0].definition.root.get("family")), "web");
}

#[test]
fn another_document_of_terraform_says_what_to_pass() {
    for document in [
        json!({"version": 4, "terraform_version": "1.9.0", "resources": []}),
        plan(&[]),
        plan(&[change("aws_ecs_service.api", &["create"], json!({}), json!({}))]),
        json!({"terraform_version": "1", "resource_changes": [{}, 1, {"change": {"actions": 1}}]}),
    ] {
        let text = document.to_string();
        let source = Source::read("p.json", Role::Definition, text.as_bytes()).unwrap();
        let error = declared(&source, &Surroundings::default()).unwrap_err().to_string();
        assert!(error.contains("terraform show -json"), "{error}");
    }
}

#[test]
fn containers_that_are_no_json_are_not_known() {
    let after = json!({"family": "web", "container_definitions": "[{"});
    let found =
        read(&plan(&[change("aws_ecs_task_definition.web", &["create"], after, json!({}))]));
    assert!(
        shown(found[0].definition.root.get("containerDefinitions"))
            .contains("cannot be read as JSON")
    );
}

fn refused(plan: &Json) -> String {
    let source = Source::read("plan.json", Role::Definition, plan.to_string().as_bytes()).unwrap();
    declared(&source, &Surroundings::default()).unwrap_err().to_string()
}

/// A definition that has a role and a log group, and a change of another resource.
fn with_change(address: &str, actions: &[&str], before: Json, after: Json) -> Json {
    let containers = json!([{"name": "app", "image": "web:1", "logConfiguration": {
        "logDriver": "awslogs", "options": {"awslogs-group": "/ecs/web"}}}]);
    let web = json!({"family": "web", "execution_role_arn": "arn:aws:iam::111122223333:role/web",
        "container_definitions": containers.to_string()});
    let mut other = change(address, actions, after, json!({}));
    other["change"]["before"] = before;
    plan(&[change("aws_ecs_task_definition.web", &["create"], web, json!({})), other])
}

fn group_and_role(plan: &Json) -> (String, String) {
    let found = read(plan);
    let root = &found[0].definition.root;
    let container = &root.get("containerDefinitions").unwrap().items()[0];
    let options = container.get("logConfiguration").and_then(|it| it.get("options")).unwrap();
    (shown(options.get("awslogs-group")), shown(root.get("executionRoleArn")))
}

#[test]
fn what_the_plan_deletes_or_renames_is_unknown() {
    let group = "aws_cloudwatch_log_group.l";
    for (actions, after, does) in [
        (&["delete"][..], Json::Null, "deletes"),
        (&["delete", "create"][..], json!({"name": "/ecs/other"}), "deletes"),
        (&["create", "delete"][..], json!({"name": "/ecs/web"}), "changes"),
    ] {
        let plan = with_change(group, actions, json!({"name": "/ecs/web"}), after);
        let (log_group, role) = group_and_role(&plan);
        assert!(log_group.contains(&format!("this plan {does} {group}")), "{log_group}");
        assert!(role.starts_with("arn:"), "{role}");
    }
    for (address, before) in [
        ("aws_iam_role.r", json!({"name": "web"})),
        ("aws_iam_role_policy.p", json!({"name": "p", "role": "web"})),
        ("aws_iam_role_policy_attachment.a", json!({"role": "web"})),
    ] {
        let plan = with_change(address, &["delete"], before, Json::Null);
        let (log_group, role) = group_and_role(&plan);
        assert!(role.contains(&format!("this plan deletes {address}")), "{role}");
        assert_eq!(log_group, "/ecs/web");
    }
    // What has another name, or is only forgotten, decides nothing.
    for (actions, name) in [(["delete"], "/ecs/old"), (["forget"], "/ecs/web")] {
        let plan = with_change(group, &actions, json!({"name": name}), Json::Null);
        assert_eq!(group_and_role(&plan).0, "/ecs/web");
    }
}

#[test]
fn a_managed_policy_that_the_plan_changes_makes_its_roles_unknown() {
    let arn = "arn:aws:iam::111122223333:policy/web";
    let policy = json!({"name": "web", "arn": arn});
    let mut plan = with_change("aws_iam_policy.p", &["update"], policy.clone(), policy);
    let attached = json!({"role": "web", "policy_arn": arn});
    let attachment = change("aws_iam_role_policy_attachment.a", &["no-op"], attached, json!({}));
    plan["resource_changes"].as_array_mut().unwrap().push(attachment);
    let (log_group, role) = group_and_role(&plan);
    assert!(role.contains("this plan changes aws_iam_policy.p"), "{role}");
    assert_eq!(log_group, "/ecs/web");
}

#[test]
fn a_forgotten_definition_is_left_out_and_the_others_are_judged() {
    let forgotten = change("aws_ecs_task_definition.old", &["forget"], Json::Null, json!({}));
    let web = change("aws_ecs_task_definition.web", &["create"], definition("web"), json!({}));
    let found = read(&plan(&[forgotten, web]));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].name, "aws_ecs_task_definition.web");
}

#[test]
fn a_service_whose_definition_is_known_later_has_the_only_one_or_is_refused() {
    let of = |name: &str| change(name, &["create"], definition("web"), json!({"arn": true}));
    let service = |address: &str| {
        change(address, &["create"], json!({"name": "s"}), json!({"task_definition": true}))
    };
    let one = plan(&[of("aws_ecs_task_definition.web"), service("aws_ecs_service.s")]);
    assert!(read(&one)[0].service.is_some());
    let two = plan(&[
        of("aws_ecs_task_definition.a"),
        of("aws_ecs_task_definition.b"),
        service("aws_ecs_service.s"),
    ]);
    let said = refused(&two);
    assert!(said.contains("aws_ecs_service.s") && said.contains("--service-definition"), "{said}");
    assert!(said.starts_with("plan.json:1:"), "{said}");
    // Each module has one.
    let modules = plan(&[
        of("module.a.aws_ecs_task_definition.this[0]"),
        of("module.b.aws_ecs_task_definition.this[0]"),
        service("module.b.aws_ecs_service.this[0]"),
    ]);
    let found = read(&modules);
    assert!(found[0].service.is_none() && found[1].service.is_some());
}

#[test]
fn a_service_that_cannot_be_read_or_loses_its_network_is_refused() {
    let web = change("aws_ecs_task_definition.web", &["create"], definition("web"), json!({}));
    let text = change("aws_ecs_service.s", &["create"], json!("x"), json!({}));
    let said = refused(&plan(&[web.clone(), text]));
    assert!(said.contains("the values of aws_ecs_service.s after the apply are no object"));
    let network = json!([{"subnets": ["subnet-1"], "security_groups": ["sg-1"]}]);
    let after = json!({"name": "s", "task_definition": "web", "network_configuration": network});
    let service = change("aws_ecs_service.s", &["create"], after, json!({}));
    for (address, id, is_used) in [
        ("aws_subnet.a", "subnet-1", true),
        ("aws_security_group.a", "sg-1", true),
        ("aws_subnet.a", "subnet-2", false),
    ] {
        let mut gone = change(address, &["delete"], Json::Null, json!({}));
        gone["change"]["before"] = json!({"id": id});
        let plan = plan(&[web.clone(), service.clone(), gone]);
        match is_used {
            true => assert!(refused(&plan).contains(&format!("this plan deletes {address}"))),
            false => assert!(read(&plan)[0].service.is_some()),
        }
    }
}

#[test]
fn a_plan_that_ended_with_an_error_is_refused() {
    let web = change("aws_ecs_task_definition.web", &["create"], definition("web"), json!({}));
    let mut plan = plan(&[web]);
    // With -target a plan is legitimately not complete.
    plan["complete"] = json!(false);
    plan["errored"] = json!(false);
    assert_eq!(read(&plan).len(), 1);
    plan["errored"] = json!(true);
    assert!(refused(&plan).contains("Terraform could not finish this plan"));
}
