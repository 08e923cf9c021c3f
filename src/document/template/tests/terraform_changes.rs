use super::terraform_roles::{change, known, open, plan, role, roles_of, source, task};
use super::*;
use crate::document::node::{Node, Value};
use serde_json::{Value as Json, json};

const ROLE_ARN: &str = "arn:aws:iam::111122223333:role/exec";
const PULL: &str = "arn:aws:iam::111122223333:policy/pull";
const ALL: &str = r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
const NONE: &str = r#"{"Statement":[]}"#;

/// A role that exists, with these attributes after the apply, and before it if that changes it.
fn existing(after: Json, before: Option<Json>) -> Json {
    let whole = |attributes: &Json| {
        let mut all =
            json!({"name": "exec", "path": "/", "arn": ROLE_ARN, "assume_role_policy": NONE});
        all.as_object_mut().unwrap().extend(attributes.as_object().unwrap().clone());
        all
    };
    let actions: &[&str] = if before.is_some() { &["update"] } else { &["no-op"] };
    let before = before.as_ref().map(whole);
    updated("aws_iam_role.exec", actions, before, whole(&after))
}

fn updated(address: &str, actions: &[&str], before: impl Into<Json>, after: Json) -> Json {
    let mut all = change(address, actions, after, json!({}));
    all["change"]["before"] = before.into();
    all
}

fn deleted(address: &str, before: Json) -> Json {
    updated(address, &["delete"], before, json!(null))
}

fn inline(address: &str, name: &str, policy: &str) -> Json {
    let after = json!({"role": "exec", "name": name, "policy": policy});
    change(address, &["no-op"], after, json!({}))
}

fn attached(roles: &[&str]) -> Json {
    json!({"name": "a", "policy_arn": PULL, "roles": roles})
}

fn open_in(changes: &[Json]) -> Vec<String> {
    let found = roles_of(&plan(changes, &[]));
    let [role] = &*found else { panic!("{} roles", found.len()) };
    open(role)
}

/// The policies that a role has before the apply and, unless they are written, not after it.
fn taken(attached: &[&str], inline: &[&str]) -> Option<Before> {
    let all = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
    Some(Before { attached: all(attached), inline: all(inline) })
}

#[test]
fn what_the_plan_deletes_from_a_role_is_known_to_be_gone() {
    let role = || existing(json!({}), None);
    let before = |name: &str| json!({"role": "exec", "name": name, "policy": ALL});
    let gone = deleted("aws_iam_role_policy.old", before("old"));
    let kept = || inline("aws_iam_role_policy.kept", "kept", NONE);
    let found = roles_of(&plan(&[role(), gone.clone(), kept()], &[]));
    assert_eq!(found[0].before, taken(&[], &["old"]));
    assert_eq!(open(&found[0]), Vec::<String>::new());
    assert_eq!(found[0].inline.len(), 1);
    // One with another name replaces it.
    let after = json!({"role": "exec", "name": "new", "policy": NONE});
    let renamed = |actions: &[&str], after: &Json| {
        updated("aws_iam_role_policy.old", actions, before("old"), after.clone())
    };
    let found = roles_of(&plan(&[role(), renamed(&["delete", "create"], &after)], &[]));
    assert_eq!((open(&found[0]), &found[0].before), (vec![], &taken(&[], &["old"])));
    // A block of the role is gone with the update.
    let block = json!({"inline_policy": [{"name": "old", "policy": ALL}]});
    let emptied = existing(json!({"inline_policy": []}), Some(block));
    let found = roles_of(&plan(&[emptied], &[]));
    assert_eq!((open(&found[0]), &found[0].before), (vec![], &taken(&[], &["old"])));
    // Which one of two of the same name is last is nowhere.
    let why = "this plan deletes aws_iam_role_policy.old, and aws_iam_role_policy.moved is the same policy: which of both is last is not known";
    let moved = change(
        "aws_iam_role_policy.moved",
        &["create"],
        json!({"role": "exec", "name": "old", "policy": ALL}),
        json!({}),
    );
    assert_eq!(open_in(&[role(), gone, moved]), [format!("old: {why}")]);
    let same = renamed(&["create", "delete"], &before("old"));
    assert_eq!(open_in(&[role(), same]).len(), 1);
    let same = renamed(&["delete", "create"], &before("old"));
    assert_eq!(open_in(&[role(), same]), Vec::<String>::new());
}

#[test]
fn a_policy_that_one_attachment_detaches_and_another_attaches_is_not_certain() {
    let role = || existing(json!({}), None);
    let attachment = || json!({"role": "exec", "policy_arn": PULL});
    let gone = || deleted("aws_iam_role_policy_attachment.a", attachment());
    let found = roles_of(&plan(&[role(), gone()], &[]));
    assert_eq!((open(&found[0]), &found[0].before), (vec![], &taken(&[PULL], &[])));
    for actions in ["create", "no-op"] {
        let moved = change("aws_iam_role_policy_attachment.b", &[actions], attachment(), json!({}));
        let open = open_in(&[role(), gone(), moved]);
        assert!(open[0].contains("which of both is last is not known"), "{open:?}");
    }
}

#[test]
fn what_a_role_no_longer_lists_is_not_known_if_something_else_writes_it() {
    let attachment = json!({"role": "exec", "policy_arn": PULL});
    let attachment = change("aws_iam_role_policy_attachment.a", &["no-op"], attachment, json!({}));
    let lists = |arns: Json| json!({"managed_policy_arns": arns});
    let gone = existing(lists(json!([])), Some(lists(json!([PULL]))));
    let why =
        "aws_iam_role.exec detaches the policy that aws_iam_role_policy_attachment.a attaches";
    assert_eq!(open_in(&[gone.clone(), attachment]), [format!("{PULL}: {why}")]);
    let found = roles_of(&plan(&[gone], &[]));
    assert_eq!((&found[0].attached, &found[0].before), (&vec![], &taken(&[PULL], &[])));

    let lists = |all: Json| json!({"inline_policy": all});
    let before = lists(json!([{"name": "own", "policy": ALL}]));
    let gone = existing(lists(json!([])), Some(before));
    let why = "own: aws_iam_role.exec deletes the policy that aws_iam_role_policy.own writes";
    assert_eq!(open_in(&[gone, inline("aws_iam_role_policy.own", "own", ALL)]), [why]);
}

#[test]
fn a_policy_attachment_that_loses_a_role_makes_its_policies_unknown() {
    let role = existing(json!({"managed_policy_arns": [PULL]}), None);
    let kind = "aws_iam_policy_attachment.a";
    let (both, other) = (attached(&["exec", "other"]), attached(&["other"]));
    let update = updated(kind, &["update"], both.clone(), other);
    let found = open_in(&[role.clone(), update.clone()]);
    assert_eq!(found[0], format!("{kind}: {kind} detaches its policy from the role"));
    let found = open_in(&[role, deleted(kind, both)]);
    assert_eq!(found, [format!("{kind}: this plan deletes {kind}, which was for the role")]);

    // The role is not in the plan.
    let mut definition = task();
    definition["change"]["after_unknown"] = json!({});
    definition["change"]["after"]["execution_role_arn"] = json!(ROLE_ARN);
    let plan = json!({"format_version": "1.2", "resource_changes": [definition, update]});
    let found = declared(&source(&plan), &known()).unwrap();
    let arn = found[0].definition.root.get("executionRoleArn").map(|it| &it.value);
    let Some(Value::Unresolved(it)) = arn else { panic!("{arn:?}") };
    assert!(it.why.starts_with(&format!("this plan changes {kind}")), "{}", it.why);
}

#[test]
fn of_two_inline_policies_of_one_name_neither_is_certain() {
    let second = |policy: &str| {
        let all = [
            existing(json!({}), Some(json!({}))),
            inline("aws_iam_role_policy.a", "own", ALL),
            inline("aws_iam_role_policy.b", "own", policy),
        ];
        open_in(&all)
    };
    let why = "own: aws_iam_role_policy.b is not the only inline policy of the role named own";
    assert_eq!(second(NONE), [why]);
    assert!(second(ALL).is_empty());
}

#[test]
fn an_exclusive_list_without_a_planned_policy_may_detach_it() {
    let policy = json!({"name": "p", "policy": ALL});
    let exclusive = "aws_iam_role_policy_attachments_exclusive.e";
    let changes = [
        role(),
        change("aws_iam_policy.p", &["create"], policy, json!({"arn": true})),
        change(
            "aws_iam_role_policy_attachment.p",
            &["create"],
            json!({"role": "exec"}),
            json!({"policy_arn": true}),
        ),
        change(exclusive, &["create"], json!({"role_name": "exec", "policy_arns": []}), json!({})),
    ];
    let arn: &[&str] = &["aws_iam_policy.p.arn", "aws_iam_policy.p"];
    let written =
        super::terraform_roles::written("aws_iam_role_policy_attachment.p", &[("policy_arn", arn)]);
    let found = roles_of(&plan(&changes, &[written]));
    assert_eq!(
        open(&found[0]),
        [format!("{exclusive}: {exclusive} may take policies from the role")]
    );
}

fn affected_by(changes: &[Json]) -> Vec<String> {
    let all = affected(&source(&plan(changes, &[])), &known());
    all.into_iter().map(|it| format!("{}: {}", it.name, it.why)).collect()
}

#[test]
fn what_exists_and_is_changed_is_affected() {
    let policy = |text: &str| json!({"name": "pull", "arn": PULL, "policy": text});
    let update = |before: Json| updated("aws_iam_policy.p", &["update"], before, policy(ALL));
    let why = format!("{PULL}: this plan changes or deletes aws_iam_policy.p");
    assert_eq!(affected_by(&[update(policy(NONE))]), [&*why]);
    assert_eq!(affected_by(&[deleted("aws_iam_policy.p", policy(ALL))]), [&*why]);
    // Its document stays.
    assert_eq!(affected_by(&[update(policy(ALL))]), Vec::<String>::new());

    let key = json!({"arn": "arn:aws:kms:eu-central-1:111122223333:key/k-1", "key_id": "k-1"});
    let alias = json!({"name": "alias/web", "target_key_id": "k-1"});
    let alias = change("aws_kms_alias.k", &["no-op"], alias, json!({}));
    let found = affected_by(&[deleted("aws_kms_key.k", key), alias]);
    assert!(found.contains(&"k-1: this plan deletes aws_kms_key.k".to_owned()), "{found:?}");
    assert!(found.contains(&"alias/web: this plan deletes aws_kms_key.k".to_owned()), "{found:?}");

    let group = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/1";
    let listener =
        json!({"port": 80, "default_action": [{"type": "forward", "target_group_arn": group}]});
    let found = affected_by(&[change("aws_lb_listener.l", &["create"], listener, json!({}))]);
    assert_eq!(found, [format!("{group}: this plan changes aws_lb_listener.l")]);
}

/// The first value with this name in what a service of this plan, or its definition, names.
fn marked(change: Json) -> Vec<String> {
    let service = json!({"name": "web", "task_definition": "web",
        "network_configuration": [{"subnets": ["subnet-1"], "security_groups": ["sg-1"]}]});
    let service =
        super::terraform_roles::change("aws_ecs_service.s", &["create"], service, json!({}));
    let mut definition = task();
    let image = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/ghcr/web:1";
    let containers = json!([{"name": "a", "image": image}]).to_string();
    definition["change"]["after"]["container_definitions"] = json!(containers);
    let plan = json!({"format_version": "1.2", "resource_changes": [definition, service, change]});
    let found = declared(&source(&plan), &known()).unwrap();
    let mut all = Vec::new();
    unresolved_in(&found[0].definition.root, &mut all);
    unresolved_in(&found[0].service.as_ref().unwrap().root, &mut all);
    all.retain(|it| it.starts_with("this plan"));
    all
}

fn unresolved_in(node: &Node, all: &mut Vec<String>) {
    if let Value::Unresolved(it) = &node.value {
        all.push(it.why.clone());
    }
    node.items().iter().for_each(|it| unresolved_in(it, all));
    node.entries().iter().for_each(|it| unresolved_in(&it.node, all));
}

#[test]
fn a_network_that_is_changed_is_not_known() {
    let vpc = |tag: &str, dns: bool| json!({"id": "vpc-1", "enable_dns_support": dns, "tags": {"a": tag}});
    let update = |after: Json| updated("aws_vpc.v", &["update"], vpc("a", true), after);
    let why = "this plan changes aws_vpc.v, on which `subnet-1` depends";
    assert_eq!(marked(update(vpc("a", false))), [why]);
    assert_eq!(marked(update(vpc("b", true))), Vec::<String>::new());
    let why = "this plan deletes aws_internet_gateway.i, on which `subnet-1` depends";
    assert_eq!(marked(deleted("aws_internet_gateway.i", json!({"id": "igw-1"}))), [why]);
}

#[test]
fn an_image_below_the_prefix_of_a_new_rule_is_not_known() {
    let rule = |prefix: &str| {
        let after = json!({"ecr_repository_prefix": prefix});
        marked(change("aws_ecr_pull_through_cache_rule.r", &["create"], after, json!({})))
    };
    assert_eq!(rule("ghcr").len(), 1);
    assert_eq!(rule("gh"), Vec::<String>::new());
}

/// The containers of a definition whose text this is.
fn container(text: &str) -> Node {
    let mut definition = task();
    definition["change"]["after"]["container_definitions"] = json!(text);
    let plan = json!({"format_version": "1.2", "resource_changes": [definition]});
    let found = declared(&source(&plan), &known()).unwrap();
    found[0].definition.root.get("containerDefinitions").unwrap().items()[0].clone()
}

#[test]
fn capitals_in_the_fields_of_a_container_make_no_difference() {
    let text = r#"[{"Name":"a","Secrets":[{"NAME":"A","ValueFrom":"x"}],"LogConfiguration":{"LogDriver":"awslogs","Options":{"Max-Size":"1"}}}]"#;
    let expected = json!({"name": "a", "secrets": [{"name": "A", "valueFrom": "x"}],
        "logConfiguration": {"logDriver": "awslogs", "options": {"Max-Size": "1"}}});
    assert_eq!(container(text).to_json(), expected);
    let twice = container(r#"[{"image":"a","Image":"b"}]"#);
    let image = twice.get("image").map(|it| &it.value);
    let Some(Value::Unresolved(it)) = image else { panic!("{image:?}") };
    assert_eq!(it.why, "`image` is written twice, with other capitals");
}
