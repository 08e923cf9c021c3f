//! The outcome of one call, and of one call over several network paths.

use super::call::Wish;
use crate::account::rights::PolicySet;
use crate::iam::{Decision, Depends, Evaluation};
use crate::knowledge::Gap;
use crate::reachability::origin::Way;
use crate::shell::ShellCommand;

/// The final outcome of one call.
pub(crate) enum Outcome {
    /// It is allowed, by these statements.
    Allowed(Vec<String>),
    /// It is denied, for these reasons.
    Denied(Vec<String>),
    /// It cannot be determined.
    Unknown(Gap),
}

/// One call, its evaluation by the engine, and the final outcome.
pub(crate) struct JudgedCall {
    pub wish: Wish,
    pub evaluation: Evaluation,
    pub outcome: Outcome,
    /// Whether it depends on the network path of the call.
    pub by_way: bool,
    /// Whether it is denied on some paths only, where one allowed path is enough.
    pub spared: bool,
    /// The commands that would route the call another way.
    pub commands: Vec<ShellCommand>,
}

impl JudgedCall {
    pub(crate) fn new(wish: Wish, evaluation: Evaluation, outcome: Outcome) -> JudgedCall {
        JudgedCall { wish, evaluation, outcome, by_way: false, spared: false, commands: Vec::new() }
    }

    /// The same call on this network path, which determines these keys.
    pub(crate) fn on(mut self, way: &Way, keys: &[String]) -> JudgedCall {
        let path = way.told(keys);
        match &mut self.outcome {
            Outcome::Allowed(by) => by.push(format!("the network path of the call ({path})")),
            Outcome::Denied(reasons) => {
                reasons.push(path);
                self.commands.extend(way.mends.clone());
            }
            Outcome::Unknown(Gap::Undecidable { why }) => *why = format!("{why}; {path}"),
            Outcome::Unknown(_) => {}
        }
        JudgedCall { by_way: true, ..self }
    }

    /// Of the outcomes on several paths the worst; but where one allowed path is enough, a denial on
    /// another path is not final.
    pub(crate) fn worst(said: Vec<JudgedCall>, one_is_enough: bool) -> Option<JudgedCall> {
        let (denied, others): (Vec<_>, Vec<_>) =
            said.into_iter().partition(|it| matches!(it.outcome, Outcome::Denied(_)));
        let (open, allowed): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|it| matches!(it.outcome, Outcome::Unknown(_)));
        let spared = one_is_enough && !allowed.is_empty();
        let is_perhaps_spared = one_is_enough && !open.is_empty();
        let counted = match () {
            () if !denied.is_empty() && (spared || !is_perhaps_spared) => denied,
            () if !open.is_empty() => open,
            () => allowed,
        };
        let mut counted = counted.into_iter();
        let first = counted.next()?;
        let spared = spared && matches!(first.outcome, Outcome::Denied(_));
        Some(counted.fold(JudgedCall { spared, ..first }, JudgedCall::and))
    }

    /// The same, with the reasons of another call with the same outcome.
    fn and(mut self, other: JudgedCall) -> JudgedCall {
        if let (
            Outcome::Allowed(own) | Outcome::Denied(own),
            Outcome::Allowed(further) | Outcome::Denied(further),
        ) = (&mut self.outcome, other.outcome)
        {
            let new: Vec<String> = further.into_iter().filter(|it| !own.contains(it)).collect();
            own.extend(new);
        }
        self.commands.extend(other.commands);
        self
    }
}

/// The outcome of an evaluation. Where it depends on something that could not be read, that is the gap.
pub(super) fn outcome(
    set: &PolicySet,
    wish: &Wish,
    unread: &[Gap],
    evaluation: &Evaluation,
) -> Outcome {
    match &evaluation.decision {
        Decision::Allow => {
            Outcome::Allowed(evaluation.grounds.iter().map(ToString::to_string).collect())
        }
        Decision::ExplicitDeny | Decision::ImplicitDeny => Outcome::Denied(evaluation.sentences()),
        Decision::Depends(depends) => Outcome::Unknown(match hidden(set, unread, depends) {
            Some(gap) => gap.clone(),
            None => Gap::Undecidable {
                why: format!(
                    "cannot determine whether {} may perform {} on {}: {}",
                    set.arn,
                    wish.action,
                    wish.in_words(),
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
