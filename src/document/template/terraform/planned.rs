//! The names of the IAM roles that an apply creates or changes, and what is for which of them.

use std::collections::BTreeSet;

use super::address::parts;
use super::plan::Plan;
use super::reference::may_be;
use super::resource::Resource;
use crate::document::node::{Node, Value};
use crate::names::made_up;

/// How many roles a plan may create: each is compared with each resource. An account has 1,000 at first.
const MOST: usize = 1000;

pub(super) const ROLE: &str = "aws_iam_role";
pub(super) const POLICY: &str = "aws_iam_policy";

/// Resources that give a role a policy, or take one: the type, and the attribute with the role or the roles.
pub(super) const ATTACHED_TO: [(&str, &str); 5] = [
    ("aws_iam_role_policy", "role"),
    ("aws_iam_role_policy_attachment", "role"),
    (POLICY_ATTACHMENT, "roles"),
    (POLICIES_EXCLUSIVE, "role_name"),
    (ATTACHMENTS_EXCLUSIVE, "role_name"),
];
pub(super) const POLICY_ATTACHMENT: &str = "aws_iam_policy_attachment";
pub(super) const POLICIES_EXCLUSIVE: &str = "aws_iam_role_policies_exclusive";
pub(super) const ATTACHMENTS_EXCLUSIVE: &str = "aws_iam_role_policy_attachments_exclusive";

/// The names of a role that the apply creates.
pub(super) struct PlannedRole {
    pub(super) address: String,
    /// Its name, or a made-up one.
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) path: String,
}

/// The roles that the apply creates, or whose policies it changes. Without the account nothing refers to them by
/// their ARNs.
pub(super) fn planned(plan: &Plan) -> Vec<PlannedRole> {
    let (Some(region), Some(account)) = (plan.region, plan.account) else { return Vec::new() };
    let changed = changed_policies(plan);
    let role = |it: &Resource| {
        let before = plan.deleted.iter().find(|other| other.address == it.address);
        let name = match it.text("name") {
            Some(name) => name.to_owned(),
            None if it.exists => return None,
            None => made_up_name(it),
        };
        // IAM refuses a second role of a name.
        if it.creates_first && before.and_then(|it| it.text("name")) == Some(&*name) {
            return None;
        }
        let path = match it.given("path").map(|it| &it.value) {
            None => "/".to_owned(),
            Some(Value::Text(path)) => path.clone(),
            Some(_) => return None,
        };
        let arn = match it.exists {
            true => it.text("arn")?.to_owned(),
            false => format!("arn:{}:iam::{account}:role{path}{name}", region.partition()),
        };
        let role = PlannedRole { address: it.address.clone(), name, arn, path };
        (it.is_created() || is_touched(plan, &role, it, &changed)).then_some(role)
    };
    let roles: Vec<&Resource> = plan.resources().iter().filter(|it| it.kind == ROLE).collect();
    if roles.len() > MOST {
        return Vec::new();
    }
    roles.into_iter().filter(|it| plan.is_in_account(it)).filter_map(role).collect()
}

/// The ARNs of the managed policies whose documents the apply changes or deletes.
pub(super) fn changed_policies(plan: &Plan) -> BTreeSet<String> {
    let changes = |it: &&Resource| {
        let before = it.before.and_then(|it| it.get("policy")).and_then(Node::text);
        it.changes && (before.is_none() || before != it.text("policy"))
    };
    let all = plan.resources().iter().filter(changes).chain(&plan.deleted);
    all.filter(|it| it.kind == POLICY).filter_map(|it| it.text("arn")).map(str::to_owned).collect()
}

/// Whether the apply changes a role that exists, or its policies.
fn is_touched(
    plan: &Plan,
    role: &PlannedRole,
    resource: &Resource,
    changed: &BTreeSet<String>,
) -> bool {
    let attribute =
        |it: &Resource| ATTACHED_TO.iter().find(|(kind, _)| *kind == it.kind).map(|it| it.1);
    let is_for = |it: &&Resource| {
        attribute(it).is_some_and(|name| is_for(plan, role, it, name) != Some(false))
    };
    let loses = |it: &Resource| attribute(it).is_some_and(|name| it.loses(name, &role.name));
    let changes_policy =
        |it: &Resource| it.text("policy_arn").is_none_or(|arn| changed.contains(arn));
    let names_changed = |attribute: &str| {
        resource.given(attribute).is_some_and(|it| {
            let texts = it.items().iter().chain([it]).filter_map(Node::text);
            texts.into_iter().any(|arn| changed.contains(arn))
        })
    };
    resource.changes
        || names_changed("managed_policy_arns")
        || names_changed("permissions_boundary")
        || plan.deleted.iter().any(|it| is_for(&it))
        || plan.resources().iter().any(loses)
        || plan.resources().iter().filter(is_for).any(|it| it.changes || changes_policy(it))
}

/// A name for a role whose name Terraform makes up.
fn made_up_name(role: &Resource) -> String {
    let (module, name, index) = parts(&role.address);
    let name = name.strip_prefix("aws_iam_role.").unwrap_or(name);
    let whole = format!("{module}.{name}{index}").replace("module.", "");
    let words = whole.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let words: Vec<&str> = words.filter(|it| !it.is_empty()).collect();
    made_up::of(None, &words.join("-"))
}

/// Whether an attribute names the role, if that is known.
pub(super) fn is_for(
    plan: &Plan,
    role: &PlannedRole,
    resource: &Resource,
    attribute: &str,
) -> Option<bool> {
    let Some(node) = resource.given(attribute) else { return Some(false) };
    let names = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut open = false;
    for name in names {
        match &name.value {
            Value::Text(name) if *name == role.name => {
                return plan.is_in_account(resource).then_some(true);
            }
            Value::Text(_) => {}
            _ => open = true,
        }
    }
    if !open {
        return Some(false);
    }
    let references = plan.references(resource, attribute);
    match plan.referred(resource, attribute) {
        Some((it, _)) => Some(it.address == role.address),
        None if references.is_empty() || may_be(&references, &role.address) => None,
        None => Some(false),
    }
}
