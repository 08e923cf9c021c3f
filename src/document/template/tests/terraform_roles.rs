use super::*;
use crate::document::node::{Node, Value};
use crate::document::{Role, Source};
use serde_json::{Value as Json, json};

const TRUST: &str = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
pub(super) const EXEC: &str = "arn:aws:iam::111122223333:role/web/exec";

pub(super) fn known() -> Surroundings {
    Surroundings {
        region: "eu-central-1".parse().ok(),
        account: Some("111122223333".to_owned()),
        ..Surroundings::default()
    }
}

pub(super) fn source(plan: &Json) -> Source {
    Source::read("plan.json", Role::Definition, plan.to_string().as_bytes()).unwrap()
}

pub(super) fn change(address: &str, actions: &[&str], after: Json, unknown: Json) -> Json {
    let name = address.split('.').find(|it| it.starts_with("aws")).unwrap();
    let mode = if address.contains("data.") { "data" } else { "managed" };
    json!({"address": address, "mode": mode, "type": name,
        "change": {"actions": actions, "before": null, "after": after, "after_unknown": unknown}})
}

/// A resource of the configuration, whose attributes refer to these.
pub(super) fn written(address: &str, references: &[(&str, &[&str])]) -> Json {
    let expressions =
        references.iter().map(|(name, all)| ((*name).to_owned(), json!({"references": all})));
    json!({"address": address, "provider_config_key": "aws",
        "expressions": expressions.collect::<serde_json::Map<_, _>>()})
}

pub(super) fn role() -> Json {
    change(
        "aws_iam_role.exec",
        &["create"],
        json!({"name": "exec", "path": "/web/", "assume_role_policy": TRUST, "tags": {"Team": "a"}}),
        json!({"arn": true, "id": true, "inline_policy": true, "managed_policy_arns": true, "tags_all": true}),
    )
}

pub(super) fn task() -> Json {
    let containers = json!([{"name": "app", "image": "web:1", "memory": 128, "logConfiguration":
        {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/web"}}}]);
    change(
        "aws_ecs_task_definition.web",
        &["create"],
        json!({"family": "web", "container_definitions": containers.to_string()}),
        json!({"arn": true, "execution_role_arn": true}),
    )
}

fn task_written() -> Json {
    let arn: &[&str] = &["aws_iam_role.exec.arn", "aws_iam_role.exec"];
    written("aws_ecs_task_definition.web", &[("execution_role_arn", arn)])
}

pub(super) fn plan(changes: &[Json], configured: &[Json]) -> Json {
    let mut changes = changes.to_vec();
    changes.push(task());
    let mut configured = configured.to_vec();
    configured.extend([task_written(), written("aws_iam_role.exec", &[])]);
    json!({"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": changes,
        "configuration": {"provider_config": {"aws": {"name": "aws"}},
            "root_module": {"resources": configured}}})
}

pub(super) fn execution_role(plan: &Json) -> String {
    let found = declared(&source(plan), &known()).unwrap_or_else(|error| panic!("{error}"));
    match found[0].definition.root.get("executionRoleArn").map(|it| &it.value) {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Unresolved(it)) => format!("? {}", it.why),
        other => format!("{other:?}"),
    }
}

pub(super) fn roles_of(plan: &Json) -> Vec<DeclaredRole> {
    roles(&source(plan), &known())
}

/// The names of the policies that are not known, with the reasons.
pub(super) fn open(role: &DeclaredRole) -> Vec<String> {
    let open = role.inline.iter().filter_map(|(name, it)| Some((name, it.as_ref().err()?)));
    open.map(|(name, why)| format!("{name}: {why}")).collect()
}

fn known_policies(role: &DeclaredRole) -> Vec<(&str, &Json)> {
    role.inline.iter().filter_map(|(name, it)| Some((&**name, it.as_ref().ok()?))).collect()
}

fn attachment(policy: &str) -> Json {
    let after = json!({"role": "exec", "policy_arn": policy});
    change("aws_iam_role_policy_attachment.a", &["create"], after, json!({"id": true}))
}

const MANAGED: &str = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";

#[test]
fn a_new_role_is_judged_as_the_plan_writes_it() {
    let policy = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let inline = json!({"name": "own", "role": "exec", "policy": policy});
    let plan = plan(
        &[
            role(),
            attachment(MANAGED),
            change("aws_iam_role_policy.own", &["create"], inline, json!({"id": true})),
            change("aws_iam_role_policy.x", &["create"], json!({"role": "other"}), json!({})),
        ],
        &[],
    );
    assert_eq!(execution_role(&plan), EXEC);
    let [found] = &*roles_of(&plan) else { panic!("one role") };
    assert_eq!((&*found.name, &*found.arn, &*found.path), ("exec", EXEC, "/web/"));
    assert_eq!(found.trust.as_ref().unwrap()["Statement"][0]["Action"], "sts:AssumeRole");
    assert_eq!(found.tags, Ok(vec![("Team".to_owned(), "a".to_owned())]));
    assert_eq!(found.boundary, Ok(None));
    assert_eq!(found.attached, [MANAGED]);
    let expected: Json = serde_json::from_str(policy).unwrap();
    assert_eq!(known_policies(found), [("own", &expected)]);
    assert_eq!(open(found), Vec::<String>::new());
}

#[test]
fn without_the_account_a_new_role_has_no_arn() {
    let plan = plan(&[role()], &[]);
    let found = declared(&source(&plan), &Surroundings::default()).unwrap();
    let arn = found[0].definition.root.get("executionRoleArn").map(|it| &it.value);
    let Some(Value::Unresolved(it)) = arn else { panic!("{arn:?}") };
    assert!(it.why.contains("known only after the apply: it depends on aws_iam_role.exec.arn"));
    assert!(roles(&source(&plan), &Surroundings::default()).is_empty());
}

#[test]
fn a_role_with_a_name_of_terraforms_is_found_by_its_address() {
    let mut role = role();
    role["change"]["after"].as_object_mut().unwrap().remove("name");
    role["change"]["after_unknown"]["name"] = json!(true);
    let attached = json!({"policy_arn": MANAGED});
    let attached =
        change("aws_iam_role_policy_attachment.a", &["create"], attached, json!({"role": true}));
    let of: &[&str] = &["aws_iam_role.exec.name", "aws_iam_role.exec"];
    let configured = written("aws_iam_role_policy_attachment.a", &[("role", of)]);
    let plan = plan(&[role, attached], &[configured]);
    let [found] = &*roles_of(&plan) else { panic!("one role") };
    assert!(crate::names::made_up::is_in(&found.name), "{}", found.name);
    assert_eq!(execution_role(&plan), found.arn);
    assert_eq!(found.attached, [MANAGED]);
    assert_eq!(open(found), Vec::<String>::new());
}

#[test]
fn what_may_give_the_role_a_policy_makes_one_of_its_policies_unknown() {
    let unknown_role = || {
        change(
            "aws_iam_role_policy_attachment.a",
            &["create"],
            json!({"policy_arn": MANAGED}),
            json!({"role": true}),
        )
    };
    let name: &[&str] = &["aws_iam_role.exec.name", "aws_iam_role.exec", "local.role"];
    let other: &[&str] = &["aws_iam_role.other.name", "aws_iam_role.other"];
    let at = "aws_iam_role_policy_attachment.a";
    let foreign =
        change("awscc_iam_role_policy.p", &["create"], json!({"role_name": "exec"}), json!({}));
    let exclusive = |names: Json| {
        let after = json!({"role_name": "exec", "policy_names": names});
        change("aws_iam_role_policies_exclusive.e", &["create"], after, json!({}))
    };
    let own = || {
        let policy = json!({"name": "own", "role": "exec", "policy": "{}"});
        change("aws_iam_role_policy.own", &["create"], policy, json!({}))
    };
    let detaching = json!({"roles": ["other"], "policy_arn": MANAGED});
    let detaching = change("aws_iam_policy_attachment.d", &["create"], detaching, json!({}));
    for (changes, configured, expected) in [
        (vec![unknown_role()], vec![], "whether aws_iam_role_policy_attachment.a is for the role"),
        (vec![unknown_role()], vec![written(at, &[("role", name)])], "whether aws_iam_role"),
        (vec![unknown_role()], vec![written(at, &[("role", other)])], ""),
        (vec![foreign], vec![], "what awscc_iam_role_policy.p does to the role is not known"),
        (vec![own(), exclusive(json!(["own"]))], vec![], ""),
        (vec![own(), exclusive(json!([]))], vec![], "exclusive.e may take policies"),
        (vec![attachment(MANAGED), detaching], vec![], "detaches its policy from other roles"),
    ] {
        let mut changes = changes;
        changes.push(role());
        let plan = plan(&changes, &configured);
        let [found] = &*roles_of(&plan) else { panic!("one role") };
        let open = open(found).join("\n");
        match expected {
            "" => assert_eq!(open, ""),
            expected => assert!(open.contains(expected), "{expected}: {open}"),
        }
    }
}

#[test]
fn what_terraform_plans_only_later_is_unknown() {
    let mut plan = plan(&[role()], &[]);
    plan["deferred_changes"] = json!([{"reason": "instance_count_unknown",
        "resource_change": {"address": "aws_iam_role_policy.later[*]"}}]);
    let found = open(&roles_of(&plan)[0]).join("\n");
    assert!(found.contains("aws_iam_role_policy.later[*] is planned only after this apply"));
}

#[test]
fn a_role_that_is_replaced_has_only_what_terraform_attaches_again() {
    let mut replaced = role();
    replaced["change"]["actions"] = json!(["delete", "create"]);
    replaced["change"]["before"] = json!({"name": "exec", "path": "/"});
    let mut kept = attachment(MANAGED);
    kept["change"]["actions"] = json!(["no-op"]);
    let plan_of = |role: &Json| plan(&[role.clone(), kept.clone()], &[]);
    let found = roles_of(&plan_of(&replaced));
    let open = open(&found[0]).join("\n");
    assert!(open.contains("this plan creates the role again"), "{open}");
    assert_eq!(found[0].attached, Vec::<String>::new());
    assert_eq!(execution_role(&plan_of(&replaced)), EXEC);
    // A second role of the same name cannot be created before the first is deleted.
    replaced["change"]["actions"] = json!(["create", "delete"]);
    assert!(roles_of(&plan_of(&replaced)).is_empty());
}

/// A role that exists, with these actions and policies.
pub(super) fn existing(actions: &[&str], inline: Json, managed: Json) -> Json {
    let mut role = role();
    role["change"]["actions"] = json!(actions);
    let after = role["change"]["after"].as_object_mut().unwrap();
    after.insert("arn".to_owned(), json!(EXEC));
    after.insert("inline_policy".to_owned(), inline);
    after.insert("managed_policy_arns".to_owned(), managed);
    role["change"]["after_unknown"] = json!({});
    role
}

#[test]
fn a_role_that_the_plan_leaves_is_not_declared() {
    let mut kept = attachment(MANAGED);
    kept["change"]["actions"] = json!(["no-op"]);
    let role = existing(&["no-op"], json!([]), json!([MANAGED]));
    assert!(roles_of(&plan(&[role, kept], &[])).is_empty());
}

#[test]
fn a_role_that_the_plan_changes_is_what_it_is_after_the_apply() {
    let found = roles_of(&plan(&[existing(&["update"], json!([]), json!([MANAGED]))], &[]));
    assert_eq!((&*found[0].arn, &*found[0].attached), (EXEC, &[MANAGED.to_owned()][..]));
    assert_eq!(found[0].before, Some(Before::default()));
    // What another resource of the plan writes or deletes is not what the role lists now.
    let other = "arn:aws:iam::aws:policy/Other";
    let detached = |policy: &str| {
        let mut detached = attachment(policy);
        detached["address"] = json!("aws_iam_role_policy_attachment.gone");
        detached["change"] = json!({"actions": ["delete"], "after": null, "before": {"role": "exec", "policy_arn": policy}});
        detached
    };
    let inline = json!([{"name": "own", "policy": "{\"old\": 1}"}, {"name": "kept", "policy": "{\"kept\": 1}"}]);
    let own = json!({"name": "own", "role": "exec", "policy": "{\"new\": 1}"});
    let own = change("aws_iam_role_policy.own", &["update"], own, json!({}));
    let role = || existing(&["no-op"], inline.clone(), json!([MANAGED, other]));
    let found = roles_of(&plan(&[role(), own, detached(other)], &[]));
    assert_eq!(found[0].attached, [MANAGED]);
    let attached = vec![other.to_owned()];
    assert_eq!(found[0].before, Some(Before { attached, ..Before::default() }));
    let known: Vec<String> =
        known_policies(&found[0]).iter().map(|(name, it)| format!("{name} {it}")).collect();
    assert_eq!(known, [r#"kept {"kept":1}"#, r#"own {"new":1}"#]);
    // A policy that the plan changes is judged as the plan writes it.
    let arn = "arn:aws:iam::111122223333:policy/p";
    let policy = json!({"name": "p", "arn": arn, "policy": "{\"p\": 1}"});
    let policy = change("aws_iam_policy.p", &["update"], policy, json!({}));
    let mut kept = attachment(arn);
    kept["change"]["actions"] = json!(["no-op"]);
    let role = existing(&["no-op"], json!([]), json!([arn]));
    let found = roles_of(&plan(&[role, policy, kept], &[]));
    assert_eq!(found[0].attached, Vec::<String>::new());
    assert_eq!(
        found[0].before.as_ref().map(|it| it.attached.contains(&arn.to_owned())),
        Some(true)
    );
    assert_eq!(known_policies(&found[0]), [("p", &json!({"p": 1}))]);
}

#[test]
fn a_policy_of_the_plan_is_read_from_the_plan() {
    let arn: &[&str] = &["aws_iam_policy.p.arn", "aws_iam_policy.p"];
    let json: &[&str] = &["data.aws_iam_policy_document.d.json", "data.aws_iam_policy_document.d"];
    let policy = change(
        "aws_iam_policy.p",
        &["create"],
        json!({"name": "p"}),
        json!({"arn": true, "policy": true}),
    );
    let attached = change(
        "aws_iam_role_policy_attachment.a",
        &["create"],
        json!({"role": "exec"}),
        json!({"policy_arn": true}),
    );
    let statements = json!([
        {"actions": ["logs:*"], "resources": ["arn:aws:logs:*:*:log-group:/ecs/&{aws:username}"], "sid": null,
         "condition": [{"test": "StringEquals", "variable": "aws:RequestedRegion", "values": ["eu-central-1"]}],
         "effect": null, "not_actions": null, "principals": []},
        {"actions": ["secretsmanager:GetSecretValue"], "effect": "Allow"},
    ]);
    let document = change(
        "data.aws_iam_policy_document.d",
        &["read"],
        json!({"statement": statements, "version": null, "source_policy_documents": null}),
        json!({"id": true, "json": true, "statement": [{"actions": [false]}, {"resources": true}]}),
    );
    let configured = [
        written("aws_iam_role_policy_attachment.a", &[("policy_arn", arn)]),
        written("aws_iam_policy.p", &[("policy", json)]),
    ];
    let mut plan = plan(&[role(), policy, attached, document], &configured);
    let found = roles_of(&plan);
    let expected = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["logs:*"],
        "Resource": ["arn:aws:logs:*:*:log-group:/ecs/${aws:username}"],
        "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-central-1"]}}}]});
    assert_eq!(known_policies(&found[0]), [("p", &expected)]);
    let open = open(&found[0]);
    assert_eq!(open.len(), 1);
    assert!(open[0].contains("`resources` of data.aws_iam_policy_document.d is known only after"));
    // An inline policy may have the same name.
    let mut both = plan.clone();
    let inline = json!({"name": "p", "role": "exec", "policy": "{}"});
    let inline = change("aws_iam_role_policy.p", &["create"], inline, json!({}));
    both["resource_changes"].as_array_mut().unwrap().insert(0, inline);
    assert_eq!(known_policies(&roles_of(&both)[0]), [("p", &json!({})), ("p", &expected)]);
    // A document that merges others is not known at all.
    plan["resource_changes"][3]["change"]["after_unknown"]["source_policy_documents"] = json!(true);
    assert_eq!(known_policies(&roles_of(&plan)[0]), []);
}

#[test]
fn a_role_in_another_account_is_not_declared() {
    let mut plan = plan(&[role()], &[]);
    plan["configuration"]["provider_config"]["aws.other"] = json!({"name": "aws", "alias": "other",
        "expressions": {"assume_role": [{"role_arn": {"constant_value": "arn:aws:iam::444455556666:role/deploy"}}]}});
    assert_eq!(execution_role(&plan), EXEC);
    let resources = plan["configuration"]["root_module"]["resources"].as_array_mut().unwrap();
    resources[1]["provider_config_key"] = json!("aws.other");
    assert!(roles_of(&plan).is_empty());
    assert!(execution_role(&plan).starts_with('?'));
}

#[test]
fn a_log_group_a_secret_and_a_parameter_are_described_as_the_plan_writes_them() {
    let group = |actions: &[&str], region: Json| {
        let after = json!({"name": "/ecs/web", "kms_key_id": null, "region": region});
        change(
            "aws_cloudwatch_log_group.g",
            actions,
            after,
            json!({"arn": true, "log_group_class": true}),
        )
    };
    let parameter = json!({"name": "/web/x", "type": "SecureString"});
    let parameter = change("aws_ssm_parameter.p", &["create"], parameter, json!({"key_id": true}));
    let secret = change(
        "aws_secretsmanager_secret.s",
        &["create"],
        json!({"name": "web/db"}),
        json!({"arn": true}),
    );
    let version = change(
        "aws_secretsmanager_secret_version.v",
        &["create"],
        json!({}),
        json!({"secret_id": true}),
    );
    let id: &[&str] = &["aws_secretsmanager_secret.s.id", "aws_secretsmanager_secret.s"];
    let configured = |with: bool| {
        let mut all = vec![
            written("aws_cloudwatch_log_group.g", &[]),
            written("aws_ssm_parameter.p", &[]),
            written("aws_secretsmanager_secret.s", &[]),
        ];
        all.extend(
            with.then(|| written("aws_secretsmanager_secret_version.v", &[("secret_id", id)])),
        );
        all
    };
    let of = |group: Json, with: bool| {
        let changes = [group, parameter.clone(), secret.clone(), version.clone()];
        described(&source(&plan(&changes, &configured(with))), &known())
    };
    for actions in ["create", "update"] {
        let mut found = of(group(&[actions], json!(null)), true);
        let has_group = found.first().is_some_and(|it| it.kind == DescribedKind::LogGroup);
        assert!(has_group, "{actions}");
        // Which class a group has that exists is not in this plan.
        assert_eq!(found.remove(0).kms_key.is_ok(), actions == "create");
        assert_eq!(found[0].kms_key, Ok(Some("alias/aws/ssm".to_owned())));
        assert_eq!(
            found[1].arn,
            "arn:aws:secretsmanager:eu-central-1:111122223333:secret:web/db-000000"
        );
        assert!(found[1].has_value);
    }
    let found = of(group(&["no-op"], json!(null)), false);
    assert_eq!(found.iter().map(|it| &*it.name).collect::<Vec<_>>(), ["/web/x", "web/db"]);
    assert!(!found[1].has_value);
    assert_eq!(of(group(&["create"], json!("us-east-1")), true).len(), 2);
}

#[test]
fn a_log_group_that_the_plan_describes_is_not_marked_as_unknown() {
    let group = |actions: &[&str], before: Json, after: &str| {
        let mut group =
            change("aws_cloudwatch_log_group.g", actions, json!({"name": after}), json!({}));
        group["change"]["before"] = before;
        group
    };
    let shown = |group: Json| {
        let found = declared(&source(&plan(&[group], &[])), &known()).unwrap();
        let containers = found[0].definition.root.get("containerDefinitions").unwrap();
        let log = containers.items()[0].get("logConfiguration").and_then(|it| it.get("options"));
        log.and_then(|it| it.get("awslogs-group")).map(Node::kind).unwrap()
    };
    let before = || json!({"name": "/ecs/web"});
    assert_eq!(shown(group(&["create"], json!(null), "/ecs/web")), "text");
    assert_eq!(shown(group(&["delete", "create"], before(), "/ecs/web")), "text");
    assert_eq!(
        shown(group(&["delete", "create"], before(), "/ecs/new")),
        "an unresolved expression"
    );
    assert_eq!(
        shown(group(&["create", "delete"], before(), "/ecs/web")),
        "an unresolved expression"
    );
}
