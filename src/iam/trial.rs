//! Tries the unknown keys, one state of each after the other. Three-valued logic alone treats `k = a` and
//! `k ≠ a` as independent; the trials show that one of them holds.

use std::collections::{HashMap, HashSet};

use super::candidate;
use super::decision::{Assumption, Outcome};
use super::effort::Effort;
use super::key_state::KeyState;
use super::origin::Origin;
use super::policy::Effect;
use super::request::Request;
use super::truth::Truth;
use super::verdict::{Judged, Sides, Situation, Verdict};

/// The most keys that are tried together.
const KEYS: usize = 3;
/// The most trials that are made.
const TRIALS: usize = 4096;

/// The verdict for one state of each unknown key.
pub(super) struct Trial {
    pub states: Vec<KeyState>,
    pub verdict: Verdict,
    by: Option<Origin>,
}

/// Every trial; nothing if the keys are too many, if their states cannot be listed, or if it would take too
/// long.
pub(super) fn all(
    keys: &[(String, String)],
    request: &Request,
    judged: &[Judged<'_>],
    situation: &Situation,
    effort: &mut Effort,
) -> Option<Vec<Trial>> {
    if keys.is_empty() || keys.len() > KEYS {
        return None;
    }
    let open: Vec<&Judged<'_>> =
        judged.iter().filter(|it| it.applies() == Truth::Unknown).collect();
    let names: Vec<String> = keys.iter().map(|(folded, _)| folded.clone()).collect();
    let states = candidate::states(&names, &open, request, effort)?;
    let trials = states.iter().map(Vec::len).try_fold(1_usize, usize::checked_mul)?;
    if trials > TRIALS {
        return None;
    }
    let letters = states.iter().flatten().map(letters_of).max().unwrap_or(0);
    let steps: usize = open.iter().map(|it| it.steps_again(request, letters)).sum();
    effort.spend(trials.saturating_mul(steps))?;
    let settled = Settled::of(judged, situation);
    let mut request = request.clone();
    let trial = |states: Vec<KeyState>| {
        for (name, state) in names.iter().zip(&states) {
            request.context.set(name, state.clone());
        }
        let (verdict, by) = settled.verdict_within(&request, situation);
        Trial { states, verdict, by }
    };
    Some(product(&states).into_iter().map(trial).collect())
}

fn letters_of(state: &KeyState) -> usize {
    match state {
        KeyState::Known(values) => values.iter().map(|value| value.chars().count() + 1).sum(),
        KeyState::Begins(_) | KeyState::Absent | KeyState::Unknown => 1,
    }
}

/// What is the same in each trial: the statements that do not depend on an unknown key.
struct Settled<'a, 'j> {
    sides: Sides,
    /// The first that allows and the first that denies, with their places.
    allows: Option<(usize, &'j Judged<'a>)>,
    denies: Option<(usize, &'j Judged<'a>)>,
    open: Vec<(usize, &'j Judged<'a>)>,
}

impl<'a, 'j> Settled<'a, 'j> {
    fn of(judged: &'j [Judged<'a>], situation: &Situation) -> Settled<'a, 'j> {
        let with_place = || judged.iter().enumerate();
        let is_open = |it: &(usize, &'j Judged<'a>)| it.1.applies() == Truth::Unknown;
        let settled = judged.iter().filter(|it| it.applies() != Truth::Unknown);
        let first = |effect: Effect| {
            with_place().find(|(_, it)| it.applies() & it.weight(effect) == Truth::True)
        };
        Settled {
            sides: Sides::of(situation, settled.map(|it| (it, it.inspection.applies_to()))),
            allows: first(Effect::Allow),
            denies: first(Effect::Deny),
            open: with_place().filter(is_open).collect(),
        }
    }

    /// The verdict in this context, and the first statement that brings it about.
    fn verdict_within(
        &self,
        request: &Request,
        situation: &Situation,
    ) -> (Verdict, Option<Origin>) {
        let mut sides = self.sides.clone();
        let (mut allows, mut denies) = (self.allows, self.denies);
        for &(at, judged) in &self.open {
            let applies = judged.inspection.applies_again(judged.statement, request);
            sides.add_statement(judged, applies);
            for (effect, first) in [(Effect::Allow, &mut allows), (Effect::Deny, &mut denies)] {
                let decides = applies.in_any_quality() & judged.weight(effect) == Truth::True;
                if decides && first.is_none_or(|(known, _)| at < known) {
                    *first = Some((at, judged));
                }
            }
        }
        let verdict = situation.verdict(&sides);
        let by = match verdict {
            Verdict::Allow => allows,
            Verdict::ExplicitDeny => denies,
            Verdict::ImplicitDeny | Verdict::Open => None,
        };
        (verdict, by.map(|(_, it)| it.statement.origin.clone()))
    }
}

/// Each state of each key with each of the others.
fn product(states: &[Vec<KeyState>]) -> Vec<Vec<KeyState>> {
    states.iter().fold(vec![Vec::new()], |begun, states| {
        let longer = begun.iter().flat_map(|begun| {
            states.iter().map(move |state| [begun.as_slice(), std::slice::from_ref(state)].concat())
        });
        longer.collect()
    })
}

/// Whether another state of this key alone can change whether the request passes.
pub(super) fn makes_a_difference(key: usize, trials: &[Trial]) -> bool {
    let others = |trial: &Trial| -> Vec<KeyState> {
        let states = trial.states.iter().enumerate();
        states.filter(|(at, _)| *at != key).map(|(_, state)| state.clone()).collect()
    };
    let passes = |trial: &Trial| match trial.verdict {
        Verdict::Allow => Truth::True,
        Verdict::Open => Truth::Unknown,
        Verdict::ExplicitDeny | Verdict::ImplicitDeny => Truth::False,
    };
    let mut seen: HashMap<Vec<KeyState>, Truth> = HashMap::new();
    trials.iter().any(|trial| {
        let passes = passes(trial);
        *seen.entry(others(trial)).or_insert(passes) != passes
    })
}

/// What comes out for each state of these keys, the others not mattering.
pub(super) fn outcomes(
    relevant: &[usize],
    keys: &[(String, String)],
    trials: &[Trial],
    judged: &[Judged<'_>],
    request: &Request,
) -> Vec<Outcome> {
    let assumption = |trial: &Trial, at: usize| {
        let ((folded, written), state) = (&keys[at], trial.states[at].clone());
        let like = values_like(folded, &state, judged, request);
        Assumption { key: written.clone(), state, like }
    };
    let mut seen = HashSet::new();
    let is_new = |trial: &&Trial| {
        let states: Vec<KeyState> = relevant.iter().map(|at| trial.states[*at].clone()).collect();
        seen.insert(states)
    };
    let outcome = |trial: &Trial| Outcome {
        when: relevant.iter().map(|at| assumption(trial, *at)).collect(),
        verdict: trial.verdict,
        by: trial.by.clone(),
    };
    trials.iter().filter(is_new).map(outcome).collect()
}

/// The values in open conditions that an assumed value of their key meets.
fn values_like(
    folded: &str,
    state: &KeyState,
    judged: &[Judged<'_>],
    request: &Request,
) -> Vec<String> {
    let KeyState::Known(assumed) = state else { return Vec::new() };
    let open = judged.iter().filter(|it| it.applies() == Truth::Unknown);
    let conditions = open.flat_map(|it| &it.statement.conditions);
    let mut like: Vec<String> = conditions
        .filter(|condition| condition.folded == folded)
        .flat_map(|condition| condition.values_met_by(assumed, &request.context))
        .collect();
    like.sort_unstable();
    like.dedup();
    like
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(states: [KeyState; 2], verdict: Verdict) -> Trial {
        Trial { states: states.to_vec(), verdict, by: None }
    }

    #[test]
    fn a_key_matters_if_another_state_of_it_alone_changes_the_verdict() {
        let known = |value: &str| KeyState::Known(vec![value.to_owned()]);
        let trials = [
            trial([known("a"), known("x")], Verdict::Allow),
            trial([known("b"), known("x")], Verdict::ImplicitDeny),
            trial([known("a"), known("y")], Verdict::Allow),
            trial([known("b"), known("y")], Verdict::ExplicitDeny),
        ];
        assert!(makes_a_difference(0, &trials));
        assert!(!makes_a_difference(1, &trials));
    }

    #[test]
    fn each_state_is_tried_with_each_other() {
        let states = [vec![KeyState::Absent, KeyState::Unknown], vec![KeyState::Absent]];
        let both = product(&states);
        assert_eq!(
            both,
            [[KeyState::Absent, KeyState::Absent], [KeyState::Unknown, KeyState::Absent]]
        );
    }
}
