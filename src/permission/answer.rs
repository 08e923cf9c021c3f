//! From what was said of each call to one answer.

use super::call::by_resource;
use super::guard::Guard;
use super::outcome::{Said, Word};
use super::remedy::Mend;
use crate::account::rights::{Policies, PolicySet, of_task};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::organizations::ASSUMPTION;
use crate::verdict::{Finding, Judgement, Severity, fail, pass};

/// What the engine says of all the calls that one thing takes.
pub(crate) enum Answer {
    /// All are allowed, by these statements.
    Allowed(Vec<String>),
    /// At least one is refused; one finding names them all.
    Refused(Box<Finding>),
}

impl Answer {
    pub(crate) fn of_root() -> Answer {
        Answer::Allowed(vec!["the rights of the root user".to_owned()])
    }

    /// The verdict on what the engine said of somebody: `may` are the words of what is allowed.
    ///
    /// # Errors
    /// None; the type is that of every judgement.
    pub(crate) fn judge(self, who: &Policies, may: &str, facts: &View) -> Judgement {
        match self {
            Answer::Refused(finding) => finding.judge(),
            Answer::Allowed(by) => {
                assume_above(who, facts);
                pass(format!("{} may {may}, by {}", of_task::name(who), by.join(" and ")))
            }
        }
    }
}

/// One answer to all: what is refused is told at once, and only then what is not known.
pub(crate) fn of_all(
    set: &PolicySet,
    said: &[Said],
    guard: Option<&Guard>,
) -> Result<Answer, Stop> {
    let refused: Vec<&Said> = said.iter().filter(|it| matches!(it.word, Word::Denied(_))).collect();
    if !refused.is_empty() {
        return Ok(Answer::Refused(Box::new(refused_together(set, &refused, guard))));
    }
    let mut grounds: Vec<String> = Vec::new();
    for it in said {
        match &it.word {
            Word::Open(gap) => return Err(gap.clone().into()),
            Word::Allowed(by) => {
                let new = by.iter().filter(|ground| !grounds.contains(ground)).cloned();
                let new: Vec<String> = new.collect();
                grounds.extend(new);
            }
            Word::Denied(_) => {}
        }
    }
    Ok(Answer::Allowed(grounds))
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
        .map(|(wish, actions)| format!("{} on {}", actions.join(", "), wish.in_words()))
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
