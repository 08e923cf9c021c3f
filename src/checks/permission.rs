//! May this principal do that? From the policies that were read to a judgement.
//!
//! The engine ([`crate::iam`]) is pure; here its input is gathered and its answer becomes a verdict:
//! a denial names the statement that decides, or the one that came nearest, and the command that mends
//! it; an answer that depends on something unknown is a gap that names it. What could not be read goes
//! into the engine as unknown, so that a denial which holds anyway is told.

mod answer;
mod context;
mod grants;
mod inquiry;
mod tags;
mod witness;

use std::collections::BTreeMap;

use crate::checks::departure::Departure;
use crate::checks::policies::{Kind, OrganizationOf, Policies, PolicySet};
use crate::facts::View;
use crate::iam::{
    Context, Decision, Depends, Evaluation, Grants, KeyState, Layer, Layers, Policy, Principal,
    Request, evaluate,
};
use crate::knowledge::{Gap, Stop};
use crate::lookup::iam::simulate::SimulatePrincipalPolicy;
use crate::lookup::organizations::ASSUMPTION;
use crate::lookup::{Call, Lookup};
use crate::names::{AccountId, Arn, Region, RoleArn};
use crate::verdict::{Finding, fail};

pub(crate) use answer::{Answer, grant, put_policy};
pub(crate) use context::context;
pub(crate) use grants::granted;
pub(crate) use tags::Tags;

use answer::{Said, Word};
use inquiry::ask;

/// The calls that judging a permission may take beside those for the principal's own policies.
pub(crate) const BESIDE: [Call; 8] = {
    let [organization, parents, attached, policy] = OrganizationOf::CALLS;
    let [ecr, kms, ssm] = Tags::CALLS;
    let simulate = SimulatePrincipalPolicy::CALL;
    [organization, parents, attached, policy, ecr, kms, ssm, simulate]
};

/// What has a say beside the principal's own policies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// The policy of the resource, as the engine reads it.
    pub resource: Option<Policy>,
    /// The grants of a key.
    pub grants: Grants,
    /// Whose the resource is, where its ARN does not tell.
    pub owner: Option<AccountId>,
    /// The tags of the resource.
    pub tags: Tags,
    /// Why parts of this could not be read: the engine holds them for unknown.
    pub unread: Vec<Gap>,
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
    /// The tags that this call sets: these and no others, if that is known.
    pub sets: Option<BTreeMap<String, String>>,
    /// What the command that mends allows it on, where that is more than this one resource.
    pub mended_on: Option<String>,
    /// Whether a service makes it for the caller, after a call of the caller's own.
    pub forwarded: bool,
}

impl Wish {
    pub(crate) fn new(action: &str, resource: impl Into<String>) -> Wish {
        Wish {
            action: action.to_owned(),
            resource: resource.into(),
            context: Vec::new(),
            sets: None,
            mended_on: None,
            forwarded: false,
        }
    }

    /// The same call, made by a service that was called before. Such a call says so; but what it carries
    /// of the network AWS's pages do not agree on: the address of the first caller is kept, and yet a
    /// condition on an endpoint may keep services out
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html>,
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-ip.html>,
    /// <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-aws.html>).
    pub(crate) fn forwarded(mut self) -> Wish {
        self.forwarded = true;
        let of_session =
            ["aws:ViaAWSService", "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"];
        of_session.into_iter().fold(self, |wish, key| wish.knowing(key, KeyState::Unknown))
    }

    /// The same call, which sets these tags and no others.
    pub(crate) fn setting(mut self, tags: &BTreeMap<String, String>) -> Wish {
        self.sets = Some(tags.clone());
        let keys = KeyState::Known(tags.keys().cloned().collect());
        self.knowing("aws:TagKeys", keys)
    }

    /// The same call, which is one of many on all that this ARN covers.
    pub(crate) fn mended_on(mut self, resource: impl Into<String>) -> Wish {
        self.mended_on = Some(resource.into());
        self
    }

    /// The ARN that a statement which allows it would name.
    pub(crate) fn grantable(&self) -> &str {
        self.mended_on.as_deref().unwrap_or(&self.resource)
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
    Ok(Some(evaluate(&request(set, wish, &beside, region)?, &layers(set, wish, beside))))
}

fn request(
    set: &PolicySet,
    wish: &Wish,
    beside: &Beside,
    region: &Region,
) -> Result<Request, Stop> {
    let principal = principal(set)?;
    let mut context = context(&principal, Some(set), wish, region);
    let owner = owner(wish, beside);
    organization(set, owner.as_ref(), &mut context);
    let request = Request::new(principal, &wish.action, &wish.resource, context);
    Ok(match &beside.owner {
        Some(owner) => request.owned_by(owner.clone()),
        None => request,
    })
}

/// Whose the resource is, as far as that is told.
fn owner(wish: &Wish, beside: &Beside) -> Option<AccountId> {
    let in_arn = || wish.resource.parse::<Arn>().ok().and_then(|arn| arn.account().cloned());
    beside.owner.clone().or_else(in_arn)
}

/// What the organization adds to the context
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>).
pub(crate) fn organization(set: &PolicySet, owner: Option<&AccountId>, context: &mut Context) {
    let (id, path) = set.beyond.organization.keys();
    let mut note = |key: &str, state: &KeyState| {
        if !context.lists(key) {
            context.set(key, state.clone());
        }
    };
    note("aws:PrincipalOrgID", &id);
    note("aws:PrincipalOrgPaths", &path);
    if let Some(owner) = owner {
        note("aws:ResourceAccount", &KeyState::Known(vec![owner.to_string()]));
        if *owner == set.account {
            note("aws:ResourceOrgID", &id);
            note("aws:ResourceOrgPaths", &path);
        }
    }
}

/// Every layer: what could not be read is unknown, and so are the policies of an organization whose
/// absence is assumed; those are left out.
pub(crate) fn layers(set: &PolicySet, wish: &Wish, beside: Beside) -> Layers {
    let is_own = owner(wish, &beside).is_none_or(|owner| owner == set.account);
    let controls = set.beyond.organization.controls.as_ref();
    let levels = |of: &[Vec<crate::checks::policies::Policy>], layer: fn(usize) -> Layer| {
        let level = |(at, level): (usize, &Vec<_>)| {
            level.iter().map(|policy| read(layer(at + 1), policy)).collect()
        };
        of.iter().enumerate().map(level).collect::<Vec<Vec<Policy>>>()
    };
    let service = controls.map_or(&[][..], |controls| &controls.service);
    let resource = controls.filter(|_| is_own).map_or(&[][..], |controls| &controls.resource);
    Layers {
        service_control: levels(service, Layer::ServiceControl),
        resource_control: levels(resource, Layer::ResourceControl),
        resource: beside.resource,
        grants: beside.grants,
        ..own_layers(set)
    }
}

/// The policies of the principal itself, and its boundary.
fn own_layers(set: &PolicySet) -> Layers {
    let unread = |boundary: bool, layer: Layer| {
        let of_layer = move |it: &&crate::checks::policies::Unread| it.is_boundary == boundary;
        let policy = move |it: &crate::checks::policies::Unread| {
            Policy::unreadable(layer, &it.what, &it.gap.to_string())
        };
        set.beyond.unread.iter().filter(of_layer).map(policy)
    };
    let identity = set.identity.iter().map(|it| read(Layer::Identity, it));
    let boundary = set.boundary.as_ref().map(|it| read(Layer::Boundary, it));
    Layers {
        identity: identity.chain(unread(false, Layer::Identity)).collect(),
        boundary: boundary.or_else(|| unread(true, Layer::Boundary).next()),
        ..Layers::default()
    }
}

pub(crate) fn read(layer: Layer, policy: &crate::checks::policies::Policy) -> Policy {
    Policy::read(layer, &policy.origin.to_string(), &policy.document)
}

/// The policy of a resource, or an unknown one where it could not be read.
pub(crate) fn beside_of(
    layer: Layer,
    name: &str,
    document: Result<Option<&serde_json::Value>, Gap>,
) -> Beside {
    match document {
        Ok(document) => Beside {
            resource: document.map(|document| Policy::read(layer, name, document)),
            ..Beside::default()
        },
        Err(gap) => Beside {
            resource: Some(Policy::unreadable(layer, name, &gap.to_string())),
            unread: vec![gap],
            ..Beside::default()
        },
    }
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

fn denial(set: &PolicySet, wish: &Wish, evaluation: &Evaluation) -> Finding {
    let Wish { action, resource, .. } = wish;
    let said = evaluation.sentences().join("; ");
    let finding = fail(format!("{} may not {action} on {resource}: {said}", set.arn)).on(&set.arn);
    match evaluation.decision {
        Decision::ImplicitDeny => finding.command(grant(set, action, wish.grantable())),
        _ => finding,
    }
}

/// What an evaluation amounts to. Where it hangs on something that could not be read, that is the gap.
fn word(set: &PolicySet, wish: &Wish, unread: &[Gap], evaluation: &Evaluation) -> Word {
    match &evaluation.decision {
        Decision::Allow => {
            Word::Allowed(evaluation.grounds.iter().map(ToString::to_string).collect())
        }
        Decision::ExplicitDeny | Decision::ImplicitDeny => Word::Denied(evaluation.sentences()),
        Decision::Depends(depends) => Word::Open(match hidden(set, unread, depends) {
            Some(gap) => gap.clone(),
            None => Gap::Undecidable {
                why: format!(
                    "whether {} may {} on {} is open: {}",
                    set.arn,
                    wish.action,
                    wish.resource,
                    evaluation.sentences().join("; ")
                ),
            },
        }),
    }
}

/// Of what could not be read, the first that the answer depends on.
fn hidden<'g>(set: &'g PolicySet, unread: &'g [Gap], depends: &Depends) -> Option<&'g Gap> {
    let own = set.beyond.unread.iter().map(|it| &it.gap);
    own.chain(unread).find(|gap| depends.layers.iter().any(|it| it.why == gap.to_string()))
}

/// Judges all the calls that one thing takes, by the engine alone. `elsewhere` is the command that
/// changes the policy of the resource.
///
/// # Errors
/// A gap that names what the answer depends on.
pub(crate) fn judge(
    who: &Policies,
    calls: Vec<(Wish, Beside)>,
    region: &Region,
    elsewhere: Option<&str>,
) -> Result<Answer, Stop> {
    let Policies::Held(set) = who else { return Ok(Answer::of_root()) };
    let mut said = Vec::new();
    for (wish, beside) in calls {
        let unread = beside.unread.clone();
        if let Some(evaluation) = may(who, &wish, beside, region)? {
            let word = word(set, &wish, &unread, &evaluation);
            said.push(Said::new(wish, evaluation, word));
        }
    }
    answer::of_all(set, &said, elsewhere)
}

/// Judges all the calls that one thing takes, which leave from there. Where the engine's answer hangs on
/// tags of the resource or on the network, these are asked for; where it hangs on what may not be read,
/// IAM is asked for its opinion.
///
/// # Errors
/// A gap that names what the answer depends on.
pub(crate) fn decide(
    who: &Policies,
    calls: Vec<(Wish, Beside)>,
    (region, departure): (&Region, Departure),
    elsewhere: Option<&str>,
    facts: &View,
) -> Result<Answer, Stop> {
    let Policies::Held(set) = who else { return Ok(Answer::of_root()) };
    let ask = |(wish, beside)| ask(set, wish, &beside, (region, departure), facts);
    // All are wanted at once.
    let said: Vec<_> = calls.into_iter().map(ask).collect();
    let said: Vec<Said> = said.into_iter().collect::<Result<_, Stop>>()?;
    answer::of_all(set, &said, elsewhere)
}

/// What keeps a principal from one call; nothing if it may make it.
///
/// # Errors
/// A gap that names what the answer depends on.
pub(crate) fn denied(
    who: &Policies,
    wish: &Wish,
    beside: Beside,
    region: &Region,
    facts: &View,
) -> Result<Option<Finding>, Stop> {
    let Policies::Held(set) = who else { return Ok(None) };
    let said = ask(set, wish.clone(), &beside, (region, Departure::Elsewhere), facts)?;
    match said.word {
        Word::Allowed(_) => Ok(None),
        Word::Open(gap) => Err(gap.into()),
        Word::Denied(reasons) => Ok(Some(Finding {
            message: format!(
                "{} may not {} on {}: {}",
                set.arn,
                wish.action,
                wish.resource,
                reasons.join("; ")
            ),
            ..denial(set, wish, &said.evaluation)
        })),
    }
}

/// Says what no caller outside the organization's management account can see.
pub(crate) fn assume_organization(facts: &View) {
    facts.assume(ASSUMPTION);
}

/// Says the same, unless it is known of somebody's organization.
pub(crate) fn assume_above(who: &Policies, facts: &View) {
    match who {
        Policies::Held(set) if set.beyond.organization.controls.is_some() => {}
        Policies::Held(_) | Policies::Root(_) => assume_organization(facts),
    }
}

#[cfg(test)]
pub(crate) mod tests;
