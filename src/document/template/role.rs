//! The IAM roles that a template creates, with their policies as far as they are known.

use serde_json::{Map, Value as Json};

use super::declared::{Before, DeclaredRole};
use super::expression::{Resolver, scalar};
use super::fate::{self, Fate};
use super::live::LiveResource;
use crate::document::node::{Entry, Node, Value};

const ROLE: &str = "AWS::IAM::Role";
const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";

/// Resources with a policy, and the property with the roles that get it.
const ATTACHED_TO: [(&str, &str); 3] = [
    ("AWS::IAM::Policy", "Roles"),
    (MANAGED_POLICY, "Roles"),
    ("AWS::IAM::RolePolicy", "RoleName"),
];

/// A policy, or why it is not known.
type Policy = (String, Result<Json, String>);

/// The roles that the template creates for certain. Without the region and the account, nothing refers to them by their ARNs.
pub(super) fn roles(resolver: &Resolver) -> Vec<DeclaredRole> {
    let Some(resources) = resolver.template.get("Resources") else { return Vec::new() };
    let entries = resources.entries();
    let is_created =
        |it: &&Entry| is_of(&it.node, ROLE) && resolver.exists(&it.key, &it.node) == Some(true);
    let changes = |it: &&Entry| !is_left(it, entries, resolver);
    let created = entries.iter().filter(is_created).filter(changes);
    created.filter_map(|it| role_of(it, entries, resolver)).collect()
}

/// Whether an update leaves a role and its policies as they are, so that the account has the answers.
fn is_left(role: &Entry, resources: &[Entry], resolver: &Resolver) -> bool {
    let (Some(live), true) = (&resolver.known.live, resolver.unchanged.contains(&*role.key)) else {
        return false;
    };
    let Some(name) = resolver.physical(&role.key, &role.node, None) else { return false };
    let is_changed = |policy: &Entry| !resolver.unchanged.contains(&*policy.key);
    let kinds = ATTACHED_TO.map(|(kind, _)| kind);
    let gains = ATTACHED_TO.iter().any(|(kind, roles)| {
        let policies = resources.iter().filter(|it| is_of(&it.node, kind) && is_changed(it));
        policies.into_iter().any(|it| is_attached(&it.node, roles, &name, resolver) != Some(false))
    });
    let is_lost = |(id, it): (&String, &LiveResource)| {
        kinds.contains(&&*it.kind) && fate::of(id, resolver).is_some_and(Fate::may_remove)
    };
    !gains && !live.resources.iter().any(is_lost)
}

fn role_of(entry: &Entry, resources: &[Entry], resolver: &Resolver) -> Option<DeclaredRole> {
    let name = resolver.physical(&entry.key, &entry.node, None)?;
    let arn = resolver.physical(&entry.key, &entry.node, Some("Arn"))?;
    let property = |name: &str| property(&entry.node, name, resolver);
    let mut inline = Vec::new();
    for policy in list(property("Policies")) {
        let name = policy.get("PolicyName").and_then(|it| scalar(&it.value));
        let name = name.unwrap_or_else(|| "an inline policy".to_owned());
        match policy.get("PolicyDocument") {
            Some(document) => inline.extend(statements(&name, document)),
            None => inline.push((name, Err("its document is not known".to_owned()))),
        }
    }
    let mut attached = Vec::new();
    for policy in list(property("ManagedPolicyArns")) {
        match (&policy.value, of_template(&policy, resources, resolver)) {
            (_, Some(found)) => inline.extend(found),
            (Value::Text(arn), None) => attached.push(arn.clone()),
            (_, None) => inline.push(("a managed policy".to_owned(), Err(UNCLEAR.to_owned()))),
        }
    }
    for (kind, roles) in ATTACHED_TO {
        for policy in resources.iter().filter(|it| is_of(&it.node, kind)) {
            match is_attached(&policy.node, roles, &name, resolver) {
                Some(true) => inline.extend(document(policy, resolver)),
                Some(false) => {}
                None => inline.push((
                    policy.key.to_string(),
                    Err(format!("whether {} is attached to the role is not known", policy.key)),
                )),
            }
        }
    }
    for name in overwritten(entry, &name, resources, resolver) {
        let why = format!(
            "several inline policies of the role are named {name}: the last one replaces the others"
        );
        inline.push((name, Err(why)));
    }
    for it in resources.iter().filter(|it| it.key.starts_with("Fn::")) {
        let why = format!("what `{}` adds to the template is not known", it.key);
        inline.push((it.key.to_string(), Err(why)));
    }
    let boundary = match property("PermissionsBoundary") {
        None => Ok(None),
        Some(node) if of_template(&node, resources, resolver).is_some() => {
            Err("the permissions boundary is a policy of the template".to_owned())
        }
        Some(node) => match node.value {
            Value::Text(arn) => Ok(Some(arn)),
            _ => Err("the permissions boundary is not known".to_owned()),
        },
    };
    let trust = property("AssumeRolePolicyDocument");
    let tags = list(property("Tags"));
    let tag = |it: &Node| {
        let part = |name: &str| it.get(name).and_then(|it| scalar(&it.value));
        let unknown = || "a tag of the role is not known".to_owned();
        Ok((part("Key").ok_or_else(unknown)?, part("Value").ok_or_else(unknown)?))
    };
    Some(DeclaredRole {
        name,
        arn,
        path: property("Path").and_then(|it| scalar(&it.value)).unwrap_or_else(|| "/".to_owned()),
        trust: trust
            .map_or_else(|| Err("the role has no trust policy".to_owned()), |it| policy(&it)),
        boundary,
        tags: tags.iter().map(tag).collect(),
        attached,
        inline,
        before: before(entry, resolver),
    })
}

/// The names that more than one inline policy of the role has: IAM keeps the last one that is put.
fn overwritten(role: &Entry, name: &str, resources: &[Entry], resolver: &Resolver) -> Vec<String> {
    let named = |it: &Node| it.get("PolicyName").and_then(|it| scalar(&it.value));
    let of_role = list(property(&role.node, "Policies", resolver));
    let mut names: Vec<String> = of_role.iter().filter_map(named).collect();
    for (kind, roles) in ATTACHED_TO.into_iter().filter(|(kind, _)| *kind != MANAGED_POLICY) {
        let others = resources.iter().filter(|it| {
            is_of(&it.node, kind) && is_attached(&it.node, roles, name, resolver) == Some(true)
        });
        let named = |it: &Entry| scalar(&property(&it.node, "PolicyName", resolver)?.value);
        names.extend(others.filter_map(named));
    }
    names.sort();
    let repeated = names.chunk_by(|one, other| one == other).filter(|it| it.len() > 1);
    repeated.map(|it| it[0].clone()).collect()
}

/// The managed policies of the stack, if it has the role already.
fn before(role: &Entry, resolver: &Resolver) -> Option<Before> {
    let live = resolver.known.live.as_ref()?;
    live.resources.get(&*role.key)?;
    let managed = live.resources.values().filter(|it| it.kind == MANAGED_POLICY);
    let attached = managed.map(|it| it.id.clone()).collect();
    Some(Before { attached, inline: Vec::new() })
}

const UNCLEAR: &str = "the ARN of a managed policy is not known";

fn is_of(resource: &Node, kind: &str) -> bool {
    resource.get("Type").and_then(Node::text) == Some(kind)
}

fn property(resource: &Node, name: &str, resolver: &Resolver) -> Option<Node> {
    resolver.value(resource.get("Properties")?.get(name)?)
}

/// The items of a list, or the one value that is written instead.
fn list(node: Option<Node>) -> Vec<Node> {
    match node {
        Some(Node { value: Value::List(items), .. }) => items,
        Some(node) => vec![node],
        None => Vec::new(),
    }
}

/// The policies of a managed policy that this template creates.
fn of_template(arn: &Node, resources: &[Entry], resolver: &Resolver) -> Option<Vec<Policy>> {
    let arn = arn.text()?;
    let written = |it: &Entry| {
        let name = property(&it.node, "ManagedPolicyName", resolver)?;
        Some(arn.rsplit('/').next() == scalar(&name.value).as_deref())
    };
    // A policy of AWS may have the same name.
    let is_meant = |it: &&Entry| {
        is_of(&it.node, MANAGED_POLICY)
            && !arn.contains(":iam::aws:")
            && resolver.exists(&it.key, &it.node) != Some(false)
            && (resolver.physical(&it.key, &it.node, None).as_deref() == Some(arn)
                || written(it) == Some(true))
    };
    resources.iter().find(is_meant).map(|it| document(it, resolver))
}

/// Whether a policy is attached to the role of this name, if that is known.
fn is_attached(policy: &Node, roles: &str, name: &str, resolver: &Resolver) -> Option<bool> {
    let created = resolver.is_created(policy);
    if created == Some(false) {
        return Some(false);
    }
    let mut open = created.is_none();
    let mut attached = false;
    for role in list(property(policy, roles, resolver)) {
        match scalar(&role.value) {
            Some(role) => attached |= role == name,
            None => open = true,
        }
    }
    match (attached, open) {
        (true, false) => Some(true),
        (false, false) => Some(false),
        (_, true) => None,
    }
}

/// The statements of a resource with a policy.
fn document(policy: &Entry, resolver: &Resolver) -> Vec<Policy> {
    let name = property(&policy.node, "PolicyName", resolver).and_then(|it| scalar(&it.value));
    let name = name.unwrap_or_else(|| policy.key.to_string());
    let written = property(&policy.node, "PolicyDocument", resolver);
    written.map_or_else(Vec::new, |it| statements(&name, &it))
}

/// A policy whose statements are known, and for each other statement why it is not. Which policy of a role has
/// a statement makes no difference to IAM.
fn statements(name: &str, document: &Node) -> Vec<Policy> {
    if document.get("Statement").is_none() {
        return vec![(name.to_owned(), policy(document))];
    }
    let (mut known, mut found) = (Vec::new(), Vec::new());
    for (number, statement) in (1..).zip(list(document.get("Statement").cloned())) {
        match json(&statement) {
            Ok(statement) => known.push(statement),
            Err(why) => found.push((format!("{name}, statement {number}"), Err(why))),
        }
    }
    let version = document.get("Version").and_then(|it| scalar(&it.value));
    let mut whole = Map::new();
    whole.insert("Version".to_owned(), version.unwrap_or_else(|| "2008-10-17".to_owned()).into());
    whole.insert("Statement".to_owned(), known.into());
    found.insert(0, (name.to_owned(), Ok(whole.into())));
    found
}

/// A policy document: an object, or its text.
fn policy(document: &Node) -> Result<Json, String> {
    match &document.value {
        Value::Text(text) => serde_json::from_str(text).map_err(|error| error.to_string()),
        _ => json(document),
    }
}

/// The value as JSON, or why a part of it is not known.
fn json(node: &Node) -> Result<Json, String> {
    Ok(match &node.value {
        Value::Null => Json::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Number(number) => number.clone().into(),
        Value::Text(text) | Value::Foreign(_, text) => text.as_str().into(),
        Value::List(items) => items.iter().map(json).collect::<Result<Vec<_>, _>>()?.into(),
        Value::Map(entries) => {
            let entry = |it: &Entry| -> Result<(String, Json), String> {
                Ok((it.key.to_string(), json(&it.node)?))
            };
            entries.iter().map(entry).collect::<Result<Map<_, _>, String>>()?.into()
        }
        Value::Unresolved(it) => return Err(it.why.clone()),
    })
}
