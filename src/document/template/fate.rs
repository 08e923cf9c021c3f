//! What a deployment does to resources that exist already: what the account says of them is not what the tasks
//! will find.

use super::described::KINDS;
use super::expression::{Resolver, scalar};
use super::live::LiveResource;
use crate::document::node::Node;

/// What happens to a resource of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Changed,
    Removed,
    /// It depends on a condition that is not known.
    MaybeRemoved,
}

/// Types whose fate is judged otherwise: what the task definition and the service become is the subject, and the
/// policies of a role belong to the role.
const OTHERS: [&str; 5] = [
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::CloudFormation::Stack",
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
];
const ROLE: &str = "AWS::IAM::Role";
const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";

/// A name, an id or an ARN of a resource that the deployment changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    /// What lookups name it by.
    pub name: String,
    /// A clause: "the update removes Logs (AWS::Logs::LogGroup)".
    pub why: String,
}

impl Fate {
    pub(super) fn may_remove(self) -> bool {
        self != Fate::Changed
    }
}

/// What an update does to this resource of the stack; none if it stays as it is.
pub(super) fn of(id: &str, resolver: &Resolver) -> Option<Fate> {
    let written = resolver.resource(id);
    match written.map(|it| resolver.exists(id, it)) {
        None | Some(Some(false)) => Some(Fate::Removed),
        Some(None) => Some(Fate::MaybeRemoved),
        Some(Some(true)) => (!resolver.unchanged.contains(id)).then_some(Fate::Changed),
    }
}

/// The resources that the deployment changes or removes, but for those that are judged as the template writes them.
pub(super) fn affected(resolver: &Resolver) -> Vec<Affected> {
    let live = resolver.known.live.iter().flat_map(|it| &it.resources);
    let mut all: Vec<Affected> = live.flat_map(|(id, it)| in_stack(id, it, resolver)).collect();
    let resources = resolver.template.get("Resources").map_or(&[][..], Node::entries);
    let policies = resources.iter().filter(|it| {
        it.node.get("Type").and_then(Node::text) == Some(MANAGED_POLICY)
            && !resolver.unchanged.contains(&*it.key)
            && resolver.exists(&it.key, &it.node) != Some(false)
    });
    all.extend(policies.filter_map(|it| {
        let why = format!("this template creates or changes {} ({MANAGED_POLICY})", it.key);
        Some(Affected { name: policy_arn(&it.node, resolver)?, why })
    }));
    all
}

fn in_stack(id: &str, it: &LiveResource, resolver: &Resolver) -> Vec<Affected> {
    let Some(fate) = of(id, resolver) else { return Vec::new() };
    let is_declared = it.kind == ROLE || KINDS.iter().any(|(kind, _)| *kind == it.kind);
    if OTHERS.contains(&&*it.kind) || is_declared && fate == Fate::Changed {
        return Vec::new();
    }
    let does = match fate {
        Fate::Changed => "changes",
        Fate::Removed => "removes",
        Fate::MaybeRemoved => "may remove",
    };
    let why = format!("the update {does} {id} ({})", it.kind);
    // A secret is known by its name, too. Its ARN ends with a hyphen and six characters.
    let secret = it.id.split_once(":secret:").and_then(|(_, name)| name.rsplit_once('-'));
    let names = [Some(&*it.id), secret.map(|(name, _)| name)];
    let affected = |name: &str| Affected { name: name.to_owned(), why: why.clone() };
    names.into_iter().flatten().map(affected).collect()
}

/// The ARN of a managed policy whose name is written.
fn policy_arn(policy: &Node, resolver: &Resolver) -> Option<String> {
    let name = policy.get("Properties")?.get("ManagedPolicyName")?;
    resolver.policy_arn(policy, &scalar(&resolver.value(name)?.value)?)
}
