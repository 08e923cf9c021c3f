//! What is said of one call, and of several ways that it may take.

use super::call::Wish;
use crate::account::rights::PolicySet;
use crate::iam::{Decision, Depends, Evaluation};
use crate::knowledge::Gap;
use crate::reachability::origin::Way;
use crate::shell::ShellCommand;

/// What is said of one call in the end.
pub(crate) enum Word {
    /// It is allowed, by these statements.
    Allowed(Vec<String>),
    /// It is refused, for these reasons.
    Denied(Vec<String>),
    /// It is not known.
    Open(Gap),
}

/// One call, what the engine made of it, and what is said in the end.
pub(crate) struct Said {
    pub wish: Wish,
    pub evaluation: Evaluation,
    pub word: Word,
    /// Whether it hangs on the way that the call takes.
    pub by_way: bool,
    /// Whether it is refused on some ways only, of which one is enough.
    pub spared: bool,
    /// The commands that would lead the call another way.
    pub commands: Vec<ShellCommand>,
}

impl Said {
    pub(crate) fn new(wish: Wish, evaluation: Evaluation, word: Word) -> Said {
        Said { wish, evaluation, word, by_way: false, spared: false, commands: Vec::new() }
    }

    /// The same, said of a call that takes this way, which tells of these keys.
    pub(crate) fn on(mut self, way: &Way, keys: &[String]) -> Said {
        let told = way.told(keys);
        match &mut self.word {
            Word::Allowed(by) => by.push(format!("the way that the call takes ({told})")),
            Word::Denied(reasons) => {
                reasons.push(told);
                self.commands.extend(way.mends.clone());
            }
            Word::Open(Gap::Undecidable { why }) => *why = format!("{why}; {told}"),
            Word::Open(_) => {}
        }
        Said { by_way: true, ..self }
    }

    /// Of what is said on several ways, what counts: the worst; but where one way is enough, what is
    /// refused on another is no end of it.
    pub(crate) fn worst(said: Vec<Said>, one_is_enough: bool) -> Option<Said> {
        let (denied, others): (Vec<_>, Vec<_>) =
            said.into_iter().partition(|it| matches!(it.word, Word::Denied(_)));
        let (open, allowed): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|it| matches!(it.word, Word::Open(_)));
        let spared = one_is_enough && !allowed.is_empty();
        let is_perhaps_spared = one_is_enough && !open.is_empty();
        let counted = match () {
            () if !denied.is_empty() && (spared || !is_perhaps_spared) => denied,
            () if !open.is_empty() => open,
            () => allowed,
        };
        let mut counted = counted.into_iter();
        let first = counted.next()?;
        let spared = spared && matches!(first.word, Word::Denied(_));
        Some(counted.fold(Said { spared, ..first }, Said::and))
    }

    /// The same, with the reasons of another that is of its kind.
    fn and(mut self, other: Said) -> Said {
        if let (
            Word::Allowed(own) | Word::Denied(own),
            Word::Allowed(further) | Word::Denied(further),
        ) = (&mut self.word, other.word)
        {
            let new: Vec<String> = further.into_iter().filter(|it| !own.contains(it)).collect();
            own.extend(new);
        }
        self.commands.extend(other.commands);
        self
    }
}

/// What an evaluation amounts to. Where it hangs on something that could not be read, that is the gap.
pub(super) fn word(set: &PolicySet, wish: &Wish, unread: &[Gap], evaluation: &Evaluation) -> Word {
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
