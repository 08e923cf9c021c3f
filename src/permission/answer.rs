//! From the outcome of each call to one answer.

use super::call::by_resource;
use super::guard::Guard;
use super::outcome::{JudgedCall, Outcome};
use super::remedy::Remedy;
use crate::account::rights::{Policies, PolicySet, of_task};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::organizations::ASSUMPTION;
use crate::names::words;
use crate::verdict::{Finding, Judgement, Severity, fail, pass};

/// The answer for all the calls that one operation takes.
pub(crate) enum Answer {
    /// All are allowed, by these statements.
    Allowed(Vec<String>),
    /// At least one is denied; one finding names them all.
    Refused(Box<Finding>),
}

impl Answer {
    pub(crate) fn of_root() -> Answer {
        Answer::Allowed(vec!["the rights of the root user".to_owned()])
    }

    /// The verdict for this principal. `may` says in words what is allowed: `read arn:…`.
    ///
    /// # Errors
    /// None; the type is that of every judgement.
    pub(crate) fn judge(self, who: &Policies, may: &str, facts: &View) -> Judgement {
        match self {
            Answer::Refused(finding) => finding.judge(),
            Answer::Allowed(by) => {
                assume_above(who, facts);
                pass(format!("{} may {may}, allowed by {}", of_task::name(who), by.join(" and ")))
            }
        }
    }
}

/// One answer for all: denials come first, then what cannot be determined.
pub(crate) fn of_all(
    set: &PolicySet,
    said: &[JudgedCall],
    guard: Option<&Guard>,
) -> Result<Answer, Stop> {
    let refused: Vec<&JudgedCall> =
        said.iter().filter(|it| matches!(it.outcome, Outcome::Denied(_))).collect();
    if !refused.is_empty() {
        return Ok(Answer::Refused(Box::new(refused_together(set, &refused, guard))));
    }
    let mut grounds: Vec<String> = Vec::new();
    for it in said {
        match &it.outcome {
            Outcome::Unknown(gap) => return Err(gap.clone().into()),
            Outcome::Allowed(by) => {
                let new = by.iter().filter(|ground| !grounds.contains(ground)).cloned();
                let new: Vec<String> = new.collect();
                grounds.extend(new);
            }
            Outcome::Denied(_) => {}
        }
    }
    Ok(Answer::Allowed(grounds))
}

/// All denied calls in one sentence, with their reasons, each once.
fn refused_together(set: &PolicySet, refused: &[&JudgedCall], guard: Option<&Guard>) -> Finding {
    let wishes = refused.iter().map(|it| &it.wish);
    let objects: Vec<String> = by_resource(wishes)
        .into_iter()
        .map(|(wish, actions)| format!("{} on {}", actions.join(", "), wish.in_words()))
        .collect();
    let message = format!(
        "{} is not authorized to perform {}: {}",
        set.arn,
        objects.join(" or "),
        reasons(refused)
    );
    let mut finding = fail(message).on(&set.arn);
    let remedy = Remedy::of(set, refused, guard);
    finding.remedy = remedy.sentence();
    finding.commands = remedy.commands;
    // A task that cannot start on some of the instances may start on the others.
    if refused.iter().all(|it| it.spared) {
        finding.severity = Severity::Warn;
    }
    finding
}

/// The reasons, each once, with its actions, unless all calls have the same reason.
fn reasons(refused: &[&JudgedCall]) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for it in refused {
        let Outcome::Denied(own) = &it.outcome else { continue };
        let (reason, action) = (own.join("; "), it.wish.action.as_str());
        match groups.iter_mut().find(|(other, _)| *other == reason) {
            Some((_, actions)) if actions.contains(&action) => {}
            Some((_, actions)) => actions.push(action),
            None => groups.push((reason, vec![action])),
        }
    }
    match groups.as_slice() {
        [(reason, _)] => reason.clone(),
        several => {
            let each = several
                .iter()
                .map(|(reason, actions)| format!("for {}, {reason}", words::and(actions)));
            each.collect::<Vec<_>>().join("; ")
        }
    }
}

/// Notes the assumption about what only the organization's management account can see.
pub(crate) fn assume_organization(facts: &View) {
    facts.assume(ASSUMPTION);
}

/// Notes the same, unless the policies of the principal's organization are known.
pub(crate) fn assume_above(who: &Policies, facts: &View) {
    match who {
        Policies::Held(set) if set.beyond.organization.controls.is_some() => {}
        Policies::Held(_) | Policies::Root(_) => assume_organization(facts),
    }
}
