//! May this principal do that? From the policies that were read to a judgement.
//!
//! The engine ([`crate::iam`]) is pure; here its input is gathered and its answer becomes a verdict:
//! a denial names the statement that decides, or the one that came nearest, and the commands that mend
//! it; an answer that depends on something unknown is a gap that names it. What could not be read goes
//! into the engine as unknown, so that a denial which holds anyway is told.

mod answer;
mod context;
mod grants;
mod guard;
mod inline;
mod inquiry;
mod mend;
mod said;
mod tags;
mod wish;
mod witness;

use crate::account::rights::Kind;
use crate::account::rights::OrganizationOf;
use crate::account::rights::Policies;
use crate::account::rights::PolicySet;
use crate::facts::View;
use crate::iam::{
    Context, Decision, Depends, Evaluation, KeyState, Layer, Layers, Policy, Principal, Request,
    evaluate,
};
use crate::knowledge::{Gap, Stop};
use crate::lookup::iam::simulate::SimulatePrincipalPolicy;
use crate::lookup::organizations::ASSUMPTION;
use crate::lookup::{Call, Lookup};
use crate::names::{AccountId, Arn, Region, RoleArn};
use crate::reachability::origin::Departure;
use crate::shell::ShellCommand;
use crate::verdict::Finding;

pub(crate) use answer::Answer;
pub(crate) use context::context;
pub(crate) use grants::granted;
pub(crate) use guard::{Guard, GuardPolicy, Now, amended, file_name, put_key, show_key};
pub(crate) use tags::Tags;
pub(crate) use wish::{Beside, Wish};

use inquiry::ask;
use said::{Said, Word};

/// The calls that judging a permission may take, in addition to those for the principal's own policies.
pub(crate) const PERMISSION_CALLS: [Call; 8] = {
    let [organization, parents, attached, policy] = OrganizationOf::CALLS;
    let [ecr, kms, ssm] = Tags::CALLS;
    let simulate = SimulatePrincipalPolicy::CALL;
    [organization, parents, attached, policy, ecr, kms, ssm, simulate]
};

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
    let levels = |of: &[Vec<crate::account::rights::Policy>], layer: fn(usize) -> Layer| {
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
        let of_layer = move |it: &&crate::account::rights::Unread| it.is_boundary == boundary;
        let policy = move |it: &crate::account::rights::Unread| {
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

pub(crate) fn read(layer: Layer, policy: &crate::account::rights::Policy) -> Policy {
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

/// Judges all the calls that one thing takes, by the engine alone.
///
/// # Errors
/// A gap that names what the answer depends on.
pub(crate) fn judge(
    who: &Policies,
    calls: Vec<(Wish, Beside)>,
    region: &Region,
    guard: Option<&Guard>,
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
    answer::of_all(set, &said, guard)
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
    guard: Option<&Guard>,
    facts: &View,
) -> Result<Answer, Stop> {
    let Policies::Held(set) = who else { return Ok(Answer::of_root()) };
    let ask = |(wish, beside)| ask(set, wish, &beside, (region, departure), facts);
    // All are wanted at once.
    let said: Vec<_> = calls.into_iter().map(ask).collect();
    let said: Vec<Said> = said.into_iter().collect::<Result<_, Stop>>()?;
    answer::of_all(set, &said, guard)
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
    Ok(match answer::of_all(set, &[said], None)? {
        Answer::Allowed(_) => None,
        Answer::Refused(finding) => Some(*finding),
    })
}

/// The command that would allow a principal this one call, and no more; none where IAM takes no policy
/// for it.
pub(crate) fn grant(set: &PolicySet, wish: &Wish) -> Option<ShellCommand> {
    inline::grants(set, &[wish])
}

/// The commands that mend a refusal of the engine, or show what refuses.
pub(crate) fn mends(set: &PolicySet, wish: Wish, evaluation: Evaluation) -> Vec<String> {
    let said = Said::new(wish, evaluation, Word::Denied(Vec::new()));
    mend::Mend::of(set, &[&said], None).commands
}

/// The wishes' actions, under the resource of each.
fn by_resource<'w>(wishes: impl Iterator<Item = &'w Wish>) -> Vec<(&'w str, Vec<&'w str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for wish in wishes {
        match found.iter_mut().find(|(resource, _)| *resource == wish.resource) {
            Some((_, actions)) => actions.push(&wish.action),
            None => found.push((&wish.resource, vec![&wish.action])),
        }
    }
    found
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
