//! May this principal do that? From the policies that were read to a judgement.
//!
//! The engine ([`crate::iam`]) is pure; here its input is gathered and its answer becomes a verdict:
//! a denial names the statement that decides, or the one that came nearest, and the command that mends
//! it; an answer that depends on something unknown is a gap that names it.

use std::collections::BTreeMap;

use crate::checks::policies::{Kind, Policies, PolicySet};
use crate::facts::View;
use crate::iam::{
    Context, Decision, Evaluation, Grants, KeyState, Layer, Layers, Policy, Principal, Request,
    evaluate,
};
use crate::knowledge::{Gap, Stop};
use crate::names::{AccountId, Region, RoleArn};
use crate::verdict::{Finding, fail};

/// What has a say beside the principal's own policies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// The policy of the resource, as the engine reads it.
    pub resource: Option<Policy>,
    /// The grants of a key.
    pub grants: Grants,
    /// Whose the resource is, where its ARN does not tell.
    pub owner: Option<AccountId>,
}

/// One call that somebody will make.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// The IAM action.
    pub action: String,
    /// The ARN, or `*`.
    pub resource: String,
    /// The condition keys that this call carries beside those of every call.
    pub context: Vec<(String, KeyState)>,
}

impl Wish {
    pub(crate) fn new(action: &str, resource: impl Into<String>) -> Wish {
        Wish { action: action.to_owned(), resource: resource.into(), context: Vec::new() }
    }

    /// The same call, which carries this condition key.
    pub(crate) fn carrying(mut self, key: &str, value: impl Into<String>) -> Wish {
        self.context.push((key.to_owned(), KeyState::Known(vec![value.into()])));
        self
    }

    /// The same call, of whose condition key this is known.
    pub(crate) fn knowing(mut self, key: &str, state: KeyState) -> Wish {
        self.context.push((key.to_owned(), state));
        self
    }
}

/// The answer of the engine for a principal whose policies were read.
///
/// # Errors
/// A gap, if the principal's own ARN cannot be understood.
pub(crate) fn may(
    who: &Policies,
    wish: &Wish,
    beside: Beside,
    region: &Region,
) -> Result<Option<Evaluation>, Stop> {
    let Policies::Held(set) = who else { return Ok(None) };
    let principal = principal(set)?;
    let context = context(&principal, &set.tags, wish, region);
    let mut request = Request::new(principal, &wish.action, &wish.resource, context);
    if let Some(owner) = beside.owner {
        request = request.owned_by(owner);
    }
    let layers = Layers {
        identity: set.identity.iter().map(|it| read(Layer::Identity, it)).collect(),
        boundary: set.boundary.as_ref().map(|it| read(Layer::Boundary, it)),
        resource: beside.resource,
        grants: beside.grants,
        ..Layers::default()
    };
    Ok(Some(evaluate(&request, &layers)))
}

pub(crate) fn read(layer: Layer, policy: &crate::checks::policies::Policy) -> Policy {
    Policy::read(layer, &policy.origin.to_string(), &policy.document)
}

/// A role acts through sessions; a user by itself.
fn principal(set: &PolicySet) -> Result<Principal, Stop> {
    let unreadable = || {
        let why = format!("{} is no principal that this program understands", set.arn);
        Stop::Gap(Gap::Undecidable { why })
    };
    match set.kind {
        Kind::Role => {
            let role: RoleArn = set.arn.parse().map_err(|_| unreadable())?;
            Ok(Principal::role(&role))
        }
        Kind::User => set.arn.parse().map_err(|_| unreadable()),
    }
}

/// What every call of this principal carries. Whatever is not listed is unknown: above all where the
/// call comes from (`aws:SourceVpc`, `aws:SourceIp`).
pub(crate) fn context(
    principal: &Principal,
    tags: &BTreeMap<String, String>,
    wish: &Wish,
    region: &Region,
) -> Context {
    let mut context = Context::partial()
        .with_principal(principal)
        .with_value("aws:RequestedRegion", region.as_str())
        .with_value("aws:SecureTransport", "true")
        .with_value("aws:ViaAWSService", "false")
        .with("aws:CalledVia", KeyState::Absent)
        .with("aws:CalledViaFirst", KeyState::Absent)
        .with("aws:CalledViaLast", KeyState::Absent);
    for (key, value) in tags {
        context.set(&format!("aws:PrincipalTag/{key}"), KeyState::Known(vec![value.clone()]));
    }
    for (key, state) in &wish.context {
        context.set(key, state.clone());
    }
    context
}

/// What a denied or undecided wish amounts to; nothing if it is allowed.
///
/// # Errors
/// A gap that names what the answer depends on.
pub(crate) fn refusal(
    who: &Policies,
    wish: &Wish,
    evaluation: Option<&Evaluation>,
) -> Result<Option<Finding>, Stop> {
    let (Policies::Held(set), Some(evaluation)) = (who, evaluation) else { return Ok(None) };
    let Wish { action, resource, .. } = wish;
    let said = evaluation.sentences().join("; ");
    match &evaluation.decision {
        Decision::Allow => Ok(None),
        Decision::Depends(_) => Err(Gap::Undecidable {
            why: format!("whether {} may {action} on {resource} is open: {said}", set.arn),
        }
        .into()),
        Decision::ExplicitDeny | Decision::ImplicitDeny => {
            let mut finding =
                fail(format!("{} may not {action} on {resource}: {said}", set.arn)).on(&set.arn);
            if evaluation.decision == Decision::ImplicitDeny {
                finding = finding.command(grant(set, action, resource));
            }
            Ok(Some(finding))
        }
    }
}

/// The command that adds the missing allow to the principal's own policies.
pub(crate) fn grant(set: &PolicySet, action: &str, resource: &str) -> String {
    let name = set.arn.rsplit('/').next().unwrap_or(&set.arn);
    let (verb, flag) = match set.kind {
        Kind::Role => ("put-role-policy", "--role-name"),
        Kind::User => ("put-user-policy", "--user-name"),
    };
    let document = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}],
    });
    let policy = action.replace(':', "-");
    format!("aws iam {verb} {flag} {name} --policy-name {policy} --policy-document '{document}'")
}

/// Says what no caller outside the organization's management account can see.
pub(crate) fn assume_organization(facts: &View) {
    facts.assume("that no policy of the organization forbids it");
}
