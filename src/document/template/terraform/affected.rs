//! What exists already and is not after the apply as the account has it now: lookups that name it have no answer.

use super::plan::Plan;
use super::planned::{POLICY, changed_policies};
use super::resource::Resource;
use crate::document::node::{Node, Value};
use crate::document::template::Affected;

/// The types, and the attributes with the names, ids and ARNs that lookups may name them by, or what they belong to.
const KINDS: &[(&str, &[&str])] = &[
    ("aws_kms_key", &["arn", "key_id"]),
    ("aws_kms_external_key", &["arn", "id"]),
    ("aws_kms_replica_key", &["arn", "key_id"]),
    ("aws_kms_key_policy", &["key_id"]),
    ("aws_kms_grant", &["key_id"]),
    ("aws_kms_alias", &["name", "arn"]),
    ("aws_efs_file_system", &["id", "arn"]),
    ("aws_efs_file_system_policy", &["file_system_id"]),
    ("aws_efs_mount_target", &["file_system_id"]),
    ("aws_efs_access_point", &["id", "arn"]),
    ("aws_lb", &["arn"]),
    ("aws_alb", &["arn"]),
    ("aws_lb_target_group", &["arn"]),
    ("aws_alb_target_group", &["arn"]),
    ("aws_lb_listener", &["arn", "load_balancer_arn", "default_action"]),
    ("aws_alb_listener", &["arn", "load_balancer_arn", "default_action"]),
    ("aws_lb_listener_rule", &["arn", "listener_arn", "action"]),
    ("aws_alb_listener_rule", &["arn", "listener_arn", "action"]),
];

/// The names of what the apply changes, creates or deletes, with the clause that says so.
pub(super) fn affected(plan: &Plan) -> Vec<Affected> {
    let changed =
        plan.resources().iter().filter(|it| it.changes && !keeps_all_but(it, &["description"]));
    let changed = changed.map(|it| ("changes", it));
    let mut all = Vec::new();
    for (does, it) in changed.chain(plan.deleted.iter().map(|it| ("deletes", it))) {
        let why = format!("this plan {does} {}", it.address);
        let mut names = Vec::new();
        for (_, attributes) in KINDS.iter().filter(|(kind, _)| *kind == it.kind) {
            for values in [Some(&it.values), it.before].into_iter().flatten() {
                attributes.iter().filter_map(|name| values.get(name)).for_each(|value| {
                    collect(value, &mut names);
                });
            }
        }
        if it.kind.starts_with("aws_kms_") {
            let aliases: Vec<String> = aliases(plan, &names).map(str::to_owned).collect();
            names.extend(aliases);
        }
        all.extend(names.into_iter().map(|name| Affected { name, why: why.clone() }));
    }
    for name in changed_policies(plan) {
        let mut policies = plan.resources().iter().chain(&plan.deleted);
        let it = policies.find(|it| it.kind == POLICY && it.text("arn") == Some(&*name));
        let address = it.map_or(POLICY, |it| &*it.address);
        all.push(Affected { why: format!("this plan changes or deletes {address}"), name });
    }
    all
}

/// The texts of an attribute that are names of something. A key is named by its id, too.
fn collect(value: &Node, names: &mut Vec<String>) {
    match &value.value {
        Value::Text(text) => {
            if let Some((_, id)) = text.split_once(":key/") {
                names.push(id.to_owned());
            }
            names.push(text.clone());
        }
        Value::List(items) => items.iter().for_each(|it| collect(it, names)),
        Value::Map(entries) => {
            let arns = entries.iter().filter(|it| {
                matches!(it.node.value, Value::List(_))
                    || matches!(&*it.key, "arn" | "target_group_arn")
            });
            arns.for_each(|it| collect(&it.node, names));
        }
        _ => {}
    }
}

/// The aliases in the plan of the keys with these names.
fn aliases<'p>(plan: &'p Plan, keys: &'p [String]) -> impl Iterator<Item = &'p str> {
    let of_key = |it: &&Resource| {
        it.kind == "aws_kms_alias"
            && ["target_key_id", "target_key_arn"].iter().any(|name| {
                it.text(name).is_some_and(|target| keys.iter().any(|key| key == target))
            })
    };
    plan.resources().iter().filter(of_key).filter_map(|it| it.text("name"))
}

/// Whether an update changes these attributes only.
pub(super) fn keeps_all_but(resource: &Resource, attributes: &[&str]) -> bool {
    let Some(before) = resource.before else { return false };
    let entries = resource.values.entries().iter();
    let mut others = entries.filter(|it| !attributes.contains(&&*it.key)).peekable();
    others.peek().is_some()
        && others.all(|it| {
            before.get(&it.key).is_some_and(|before| before.to_json() == it.node.to_json())
        })
}
