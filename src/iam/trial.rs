//! Tries the unknown keys, one state of each after the other. Three-valued logic alone treats `k = a` and
//! `k ≠ a` as independent; the trials show that one of them holds.

use super::candidate;
use super::decision::{Assumption, Outcome};
use super::key_state::KeyState;
use super::layers::Layers;
use super::origin::Origin;
use super::policy::Effect;
use super::request::Request;
use super::truth::Truth;
use super::verdict::{Judged, Sides, Situation, Verdict, judge_again};

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

/// Every trial; nothing if the keys are too many, or their states cannot be listed.
pub(super) fn all(
    keys: &[(String, String)],
    request: &Request,
    layers: &Layers,
    judged: &[Judged<'_>],
    situation: &Situation,
) -> Option<Vec<Trial>> {
    if keys.is_empty() || keys.len() > KEYS {
        return None;
    }
    let open: Vec<&Judged<'_>> =
        judged.iter().filter(|it| it.applies() == Truth::Unknown).collect();
    let names: Vec<String> = keys.iter().map(|(folded, _)| folded.clone()).collect();
    let states = candidate::states(&names, &open, request)?;
    if states.iter().map(Vec::len).product::<usize>() > TRIALS {
        return None;
    }
    let trial = |states: Vec<KeyState>| {
        let mut context = request.context.clone();
        for (name, state) in names.iter().zip(&states) {
            context.set(name, state.clone());
        }
        let again = judge_again(judged, &request.within(context), layers);
        let applies = again.iter().map(|it| (it, it.inspection.applies_to()));
        let verdict = situation.verdict(&Sides::of(situation, applies));
        Trial { states, verdict, by: deciding(verdict, &again) }
    };
    Some(product(&states).into_iter().map(trial).collect())
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

/// The first statement that brings the verdict about.
fn deciding(verdict: Verdict, judged: &[Judged<'_>]) -> Option<Origin> {
    let effect = match verdict {
        Verdict::Allow => Effect::Allow,
        Verdict::ExplicitDeny => Effect::Deny,
        Verdict::ImplicitDeny | Verdict::Open => return None,
    };
    let mut found = judged.iter().filter(|it| it.applies() & it.weight(effect) == Truth::True);
    found.next().map(|it| it.statement.origin.clone())
}

/// Whether another state of this key alone can change whether the request passes.
pub(super) fn makes_a_difference(key: usize, trials: &[Trial]) -> bool {
    let others = |trial: &Trial| {
        let mut states = trial.states.clone();
        states.remove(key);
        states
    };
    let passes = |trial: &Trial| match trial.verdict {
        Verdict::Allow => Truth::True,
        Verdict::Open => Truth::Unknown,
        Verdict::ExplicitDeny | Verdict::ImplicitDeny => Truth::False,
    };
    let mut seen: Vec<(Vec<KeyState>, Truth)> = Vec::new();
    for trial in trials {
        let (others, passes) = (others(trial), passes(trial));
        match seen.iter().find(|(known, _)| *known == others) {
            Some((_, known)) if *known != passes => return true,
            Some(_) => {}
            None => seen.push((others, passes)),
        }
    }
    false
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
    let mut outcomes: Vec<Outcome> = Vec::new();
    for trial in trials {
        let when: Vec<Assumption> = relevant.iter().map(|at| assumption(trial, *at)).collect();
        if !outcomes.iter().any(|known| known.when == when) {
            outcomes.push(Outcome { when, verdict: trial.verdict, by: trial.by.clone() });
        }
    }
    outcomes
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
