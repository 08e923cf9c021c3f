//! Whether a pull might import an image through a pull-through cache rule, which would not be read-only.

use super::rule::covering;
use crate::account::rights::{Policies, PoliciesOf, PolicySet, Principal};
use crate::facts::View;
use crate::iam::{Context, Decision, Layer, Layers, Policy, Request, evaluate};
use crate::knowledge::{Seen, Stop};
use crate::lookup::ecr::{
    GetRegistryPolicy, GetRepositoryPolicy, PullThroughRule, PullThroughRules, Repository,
};
use crate::lookup::{Call, CallerIdentity, Lookup};

/// The calls that it may take to know whether the caller is allowed to import.
pub(crate) const CALLS: [Call; 17] = {
    let [caller, role, inline, of_inline, attached, policy, version] = PoliciesOf::CALLS_FOR_ROLE;
    let [_, user, of_user, own, to_user, groups, of_groups, of_group, to_group, ..] =
        PoliciesOf::CALLS_FOR_USER;
    [
        caller,
        GetRepositoryPolicy::CALL,
        GetRegistryPolicy::CALL,
        role,
        inline,
        of_inline,
        attached,
        policy,
        version,
        user,
        of_user,
        own,
        to_user,
        groups,
        of_groups,
        of_group,
        to_group,
    ]
};

/// The permission without which ECR imports nothing.
const IMPORT: &str = "ecr:BatchImportUpstreamImage";

/// Where the images of a repository come from, in addition to pushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upstream<'f> {
    /// From nowhere.
    None,
    /// Through this pull-through cache rule.
    Rule(&'f PullThroughRule),
    /// Perhaps through a rule: the rules could not be read.
    Unread,
}

impl<'f> Upstream<'f> {
    /// # Errors
    /// While the answer is pending.
    pub(super) fn of(repository: &Repository, facts: &View<'f>) -> Result<Upstream<'f>, Stop> {
        let Repository { region, registry, name } = repository;
        let rules = PullThroughRules { region: region.clone(), registry: registry.clone() };
        Ok(match facts.tolerate(|| facts.need(&rules))? {
            Ok(rules) => match covering(rules, name) {
                Some((rule, _)) => Upstream::Rule(rule),
                None => Upstream::None,
            },
            Err(_) => Upstream::Unread,
        })
    }
}

/// Why a pull by the caller might import an image; none if it certainly does not. ECR imports only for principals
/// that are allowed `ecr:BatchImportUpstreamImage`: by an identity policy, the policy of the repository or that
/// of the registry (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html>). In the
/// registry of another account, the identity policies have to allow it in any case
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>).
///
/// # Errors
/// While answers are pending.
pub(super) fn might_happen(
    repository: &Repository,
    upstream: Upstream,
    facts: &View,
) -> Result<Option<String>, Stop> {
    let rule = match upstream {
        Upstream::None => return Ok(None),
        Upstream::Rule(rule) => format!("pull-through cache rule {}", rule.prefix),
        Upstream::Unread => format!(
            "a pull-through cache rule of registry {}, whose rules could not be read",
            repository.registry
        ),
    };
    let why = why_allowed(repository, facts)?;
    Ok(why.map(|why| format!("it might import the image by {rule}: {why}")))
}

/// Why the caller might be allowed to import; none if it is certainly denied.
fn why_allowed(repository: &Repository, facts: &View) -> Result<Option<String>, Stop> {
    let unknown = || Ok(Some(format!("cannot determine whether the caller is allowed {IMPORT}")));
    let region = repository.region.clone();
    let Ok(caller) = facts.tolerate(|| facts.need(&CallerIdentity { region: region.clone() }))?
    else {
        return unknown();
    };
    let Ok(principal) = Principal::of_arn(&caller.arn) else { return unknown() };
    let policies = PoliciesOf { principal, region };
    let set = match facts.tolerate(|| facts.derive(&policies)) {
        Ok(Ok(Policies::Held(set))) => set,
        Ok(Ok(Policies::Root(_))) => return Ok(Some(format!("the root user is allowed {IMPORT}"))),
        Ok(Err(_)) | Err(Stop::Absent(_)) => return unknown(),
        Err(pending) => return Err(pending),
    };
    let is_own = caller.account == repository.registry;
    let layers = Layers {
        resource: Some(match is_own {
            true => policies_of(repository, facts)?,
            false => unreadable(repository),
        }),
        ..set.own_layers()
    };
    match decision(repository, set, &layers)? {
        Decision::ExplicitDeny | Decision::ImplicitDeny => Ok(None),
        Decision::Allow => Ok(Some(format!("the caller is allowed {IMPORT}"))),
        Decision::Depends(_) => Ok(Some(format!("the caller might be allowed {IMPORT}"))),
    }
}

/// What the engine says without the policies of the organization, which could only deny.
fn decision(repository: &Repository, set: &PolicySet, layers: &Layers) -> Result<Decision, Stop> {
    let principal = set.caller()?;
    let context = Context::partial()
        .with_principal(&principal)
        .with_value("aws:ResourceAccount", repository.registry.to_string());
    let request = Request::new(principal, IMPORT, &repository.arn(), context);
    Ok(evaluate(&request, layers).decision)
}

/// The policies of a repository and its registry, which both apply to it; unknown if one could not be read.
fn policies_of(repository: &Repository, facts: &View) -> Result<Policy, Stop> {
    let own = GetRepositoryPolicy { repository: repository.clone() };
    let of_registry = GetRegistryPolicy { region: repository.region.clone() };
    let (own, of_registry) =
        (facts.tolerate(|| facts.get(&own)), facts.tolerate(|| facts.get(&of_registry)));
    let mut statements = Vec::new();
    for (name, document) in [("the repository policy", own?), ("the registry policy", of_registry?)]
    {
        match document {
            Ok(Seen::Found(document)) => {
                let policy = Policy::read(Layer::Resource, name, document);
                statements.extend(policy.statements.iter().cloned());
            }
            Ok(Seen::Absent(_)) => {}
            Err(_) => return Ok(unreadable(repository)),
        }
    }
    Ok(Policy { statements: statements.into() })
}

fn unreadable(repository: &Repository) -> Policy {
    let name = format!("the policies of registry {}", repository.registry);
    Policy::unreadable(Layer::Resource, &name, "they could not be read")
}
