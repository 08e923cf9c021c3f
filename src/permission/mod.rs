//! May this principal do that? From the policies that were read to a judgement.
//!
//! The engine ([`crate::iam`]) is pure; here its input is gathered and its answer becomes a verdict:
//! a denial names the statement that decides, or the one that came nearest, and the commands that mend
//! it; an answer that depends on something unknown is a gap that names it. What could not be read goes
//! into the engine as unknown, so that a denial which holds anyway is told.

pub(crate) mod acting;
mod answer;
mod call;
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
pub(crate) use context::context;
pub(crate) use grants::granted;
pub(crate) use guard::{Guard, GuardPolicy, Now, amended, file_name, put_key, show_key};
pub(crate) use request::{layers, organization};
pub(crate) use tags::Tags;

use inquiry::ask;
use outcome::{Said, Word, word};
use request::request;

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
    beside: ResourceSide,
    region: &Region,
) -> Result<Option<Evaluation>, Stop> {
    let Policies::Held(set) = who else { return Ok(None) };
    Ok(Some(evaluate(&request(set, wish, &beside, region)?, &layers(set, wish, beside))))
}

/// The policy of a resource, or an unknown one where it could not be read.
pub(crate) fn beside_of(
    layer: Layer,
    name: &str,
    document: Result<Option<&serde_json::Value>, Gap>,
) -> ResourceSide {
    match document {
        Ok(document) => ResourceSide {
            resource: document.map(|document| Policy::read(layer, name, document)),
            ..ResourceSide::default()
        },
        Err(gap) => ResourceSide {
            resource: Some(Policy::unreadable(layer, name, &gap.to_string())),
            unread: vec![gap],
            ..ResourceSide::default()
        },
    }
}

/// Judges all the calls that one thing takes, by the engine alone.
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
    calls: Vec<(Wish, ResourceSide)>,
    (region, departure): (&Region, CallOrigin),
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
    beside: ResourceSide,
    region: &Region,
    facts: &View,
) -> Result<Option<Finding>, Stop> {
    let Policies::Held(set) = who else { return Ok(None) };
    let said = ask(set, wish.clone(), &beside, (region, CallOrigin::Elsewhere), facts)?;
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
pub(crate) fn mends(set: &PolicySet, wish: Wish, evaluation: Evaluation) -> Vec<ShellCommand> {
    let said = Said::new(wish, evaluation, Word::Denied(Vec::new()));
    remedy::Mend::of(set, &[&said], None).commands
}

#[cfg(test)]
pub(crate) mod tests;
