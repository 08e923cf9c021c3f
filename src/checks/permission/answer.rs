//! From what was said of each call to one answer.

use super::by_resource;
use super::guard::Guard;
use super::mend::Mend;
use super::said::{Said, Word};
use crate::account::rights::PolicySet;
use crate::knowledge::Stop;
use crate::verdict::{Finding, Severity, fail};

/// What the engine says of all the calls that one thing takes.
pub(crate) enum Answer {
    /// All are allowed, by these statements.
    Allowed(String),
    /// At least one is refused; one finding names them all.
    Refused(Box<Finding>),
}

impl Answer {
    pub(super) fn of_root() -> Answer {
        Answer::Allowed("the rights of the root user".to_owned())
    }
}

/// One answer to all: what is refused is told at once, and only then what is not known.
pub(super) fn of_all(
    set: &PolicySet,
    said: &[Said],
    guard: Option<&Guard>,
) -> Result<Answer, Stop> {
    let refused: Vec<&Said> = said.iter().filter(|it| matches!(it.word, Word::Denied(_))).collect();
    if !refused.is_empty() {
        return Ok(Answer::Refused(Box::new(refused_together(set, &refused, guard))));
    }
    let mut grounds: Vec<&String> = Vec::new();
    for it in said {
        match &it.word {
            Word::Open(gap) => return Err(gap.clone().into()),
            Word::Allowed(by) => {
                let new: Vec<_> = by.iter().filter(|ground| !grounds.contains(ground)).collect();
                grounds.extend(new);
            }
            Word::Denied(_) => {}
        }
    }
    let grounds: Vec<&str> = grounds.into_iter().map(String::as_str).collect();
    Ok(Answer::Allowed(grounds.join(" and ")))
}

/// All refused calls in one sentence, with their reasons, each told once.
fn refused_together(set: &PolicySet, refused: &[&Said], guard: Option<&Guard>) -> Finding {
    let mut reasons: Vec<&str> = Vec::new();
    for it in refused {
        let Word::Denied(own) = &it.word else { continue };
        for reason in own {
            if !reasons.contains(&reason.as_str()) {
                reasons.push(reason);
            }
        }
    }
    let wishes = refused.iter().map(|it| &it.wish);
    let objects: Vec<String> = by_resource(wishes)
        .into_iter()
        .map(|(resource, actions)| format!("{} on {resource}", actions.join(", ")))
        .collect();
    let said = reasons.join("; ");
    let message = format!("{} may not {}: {said}", set.arn, objects.join(" nor "));
    let mut finding = fail(message).on(&set.arn);
    let mend = Mend::of(set, refused, guard);
    finding.remedy = mend.remedy();
    finding.commands = mend.commands;
    // A task that cannot start on some of the instances may start on the others.
    if refused.iter().all(|it| it.spared) {
        finding.severity = Severity::Warn;
    }
    finding
}
