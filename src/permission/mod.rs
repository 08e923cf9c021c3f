//! May this principal do that? From the policies that were read to a judgement.
//!
//! The engine ([`crate::iam`]) is pure; here its input is gathered and its answer becomes a verdict: a
//! denial names the statement that decides, or the closest match, and the commands that fix it; an answer
//! that depends on something unknown is a gap that names it. What could not be read goes into the engine as
//! unknown, so that a denial which holds anyway is still reported.

pub(crate) mod acting;
mod answer;
mod call;
pub mod condition_keys;
mod context;
mod grants;
mod guard;
mod inline;
mod inquiry;
pub(crate) mod key;
pub(crate) mod object;
mod outcome;
pub mod question;
mod remedy;
mod request;
pub(crate) mod secret;
mod simulation;
mod tags;

use crate::account::rights::{OrganizationOf, Policies, PolicySet};
use crate::facts::View;
use crate::iam::{Evaluation, Layer, Policy, evaluate};
use crate::knowledge::{Gap, Stop};
use crate::lookup::iam::simulate::SimulatePrincipalPolicy;
use crate::lookup::{Call, Lookup};
use crate::names::Region;
use crate::reachability::origin::CallOrigin;
use crate::shell::ShellCommand;
use crate::verdict::Finding;

pub(crate) use answer::{Answer, assume_above, assume_organization};
pub(crate) use call::{ResourceSide, Wish};
pub(crate) use context::{context, of_service};
pub(crate) use grants::granted;
pub(crate) use guard::{Guard, GuardPolicy, Now, amended, file_name, put_key, show_key};
pub(crate) use request::{layers, organization};
pub(crate) use tags::Tags;

use inquiry::ask;
use outcome::{JudgedCall, Outcome, outcome};
use request::request;

/// The calls that judging a permission may take, in addition to those for the principal's own policies.
pub(crate) const PERMISSION_CALLS: [Call; 9] = {
    let [organization, parents, attached, policy] = OrganizationOf::CALLS;
    let [ecr, kms, aliases, ssm] = Tags::CALLS;
    let simulate = SimulatePrincipalPolicy::CALL;
    [organization, parents, attached, policy, ecr, kms, aliases, ssm, simulate]
};

/// The engine's answer for a principal whose policies were read.
///
/// # Errors
/// A gap, if the principal's ARN cannot be parsed.
pub(crate) fn may(
    who: &Policies,
    wish: &Wish,
    side: ResourceSide,
    region: &Region,
) -> Result<Option<Evaluation>, Stop> {
    let Policies::Held(set) = who else { return Ok(None) };
    Ok(Some(evaluate(&request(set, wish, &side, region)?, &layers(set, wish, side))))
}

/// The policy of a resource, called `name` in sentences; an unknown one where it could not be read.
pub(crate) fn side_of(
    layer: Layer,
    name: &str,
    document: Result<Option<&serde_json::Value>, Gap>,
) -> ResourceSide {
    match document {
        Ok(document) => ResourceSide {
            resource: document.map(|document| Policy::read(layer, name, document).called(name)),
            ..ResourceSide::default()
        },
        Err(gap) => ResourceSide {
            resource: Some(Policy::unreadable(layer, name, &gap.to_string()).called(name)),
            unread: vec![gap],
            ..ResourceSide::default()
        },
    }
}

/// Judges all the calls that one operation takes, by the engine alone.
///
/// # Errors
/// A gap that names what the answer depends on.
pub(crate) fn judge(
    who: &Policies,
    calls: Vec<(Wish, ResourceSide)>,
    region: &Region,
    guard: Option<&Guard>,
) -> Result<Answer, Stop> {
    let Policies::Held(set) = who else { return Ok(Answer::of_root()) };
    let mut said = Vec::new();
    for (wish, side) in calls {
        let unread = side.unread.clone();
        if let Some(evaluation) = may(who, &wish, side, region)? {
            let outcome = outcome(set, &wish, &unread, &evaluation);
            said.push(JudgedCall::new(wish, evaluation, outcome));
        }
    }
    answer::of_all(set, &said, guard)
}

/// Judges all the calls that one operation takes, from that place in the network. Where the engine's answer
/// depends on tags of the resource or on the network path, these are looked up; where it depends on a policy
/// that could not be read, the IAM policy simulator is asked.
///
/// # Errors
/// A gap that names what the answer depends on.
pub(crate) fn decide(
    who: &Policies,
    calls: Vec<(Wish, ResourceSide)>,
    (region, departure): (&Region, CallOrigin),
    guard: Option<&Guard>,
    facts: &View,
) -> Result<Answer, Stop> {
    let Policies::Held(set) = who else { return Ok(Answer::of_root()) };
    let ask = |(wish, side)| ask(set, wish, &side, (region, departure), facts);
    // All are requested at once.
    let said: Vec<_> = calls.into_iter().map(ask).collect();
    let said: Vec<JudgedCall> = said.into_iter().collect::<Result<_, Stop>>()?;
    answer::of_all(set, &said, guard)
}

/// Why a principal may not make a call; none if it may.
///
/// # Errors
/// A gap that names what the answer depends on.
pub(crate) fn denied(
    who: &Policies,
    wish: &Wish,
    side: ResourceSide,
    region: &Region,
    facts: &View,
) -> Result<Option<Finding>, Stop> {
    let Policies::Held(set) = who else { return Ok(None) };
    let said = ask(set, wish.clone(), &side, (region, CallOrigin::Elsewhere), facts)?;
    Ok(match answer::of_all(set, &[said], None)? {
        Answer::Allowed(_) => None,
        Answer::Refused(finding) => Some(*finding),
    })
}

/// The command that would allow a principal this one call, and no more; none for a role that cannot be
/// edited in IAM.
pub(crate) fn grant(set: &PolicySet, wish: &Wish) -> Option<ShellCommand> {
    inline::grants(set, &[wish])
}

/// The commands that fix a denial of the engine, or show what denies.
pub(crate) fn fixes(set: &PolicySet, wish: Wish, evaluation: Evaluation) -> Vec<ShellCommand> {
    let said = JudgedCall::new(wish, evaluation, Outcome::Denied(Vec::new()));
    remedy::Remedy::of(set, &[&said], None).commands
}

#[cfg(test)]
pub(crate) mod tests;
