//! The evaluation of a request.

use std::collections::{HashMap, HashSet};

use super::decision::{AskedKey, Decision, Depends, UnreadLayer};
use super::effort::Effort;
use super::grant::Grants;
use super::grounds;
use super::hint;
use super::inspection::Caller;
use super::key_state::KeyState;
use super::layers::Layers;
use super::miss::{self, Failure, Miss};
use super::origin::{Layer, Origin};
use super::request::Request;
use super::trial::{self, Trial};
use super::truth::Truth;
use super::verdict::{Judged, Sides, Situation, Verdict, judge};

/// The answer to a request, with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The answer.
    pub decision: Decision,
    /// The statements that bring it about: for an allow all that allow, for an explicit deny all that
    /// deny.
    pub deciding: Vec<Origin>,
    /// Of these, what it takes to understand the answer: for an allow one of each side that is needed,
    /// for an explicit deny the first.
    pub grounds: Vec<Origin>,
    /// For an implicit deny: which sides lack an allow, with the statement that came nearest.
    pub misses: Vec<Miss>,
    /// Further notes for the reader, in sentences.
    pub notes: Vec<String>,
    /// Whether a statement on this action and resource has a condition on the time of the call.
    pub is_timed: bool,
    /// Where the request names no resource: the patterns of the resources on which a statement denies what is
    /// allowed otherwise, or does not deny what it denies otherwise.
    pub exceptions: Vec<String>,
}

/// Evaluates a request against every policy that applies to it.
pub fn evaluate(request: &Request, layers: &Layers) -> Evaluation {
    evaluate_with(request, layers, &mut Effort::of_evaluation())
}

fn evaluate_with(request: &Request, layers: &Layers, effort: &mut Effort) -> Evaluation {
    let judged = judge(request, layers);
    let situation = Situation::of(request, layers);
    let sides = Sides::of(&situation, judged.iter().map(|it| (it, it.inspection.applies_to())));
    let decision = match situation.verdict(&sides) {
        Verdict::Allow => Decision::Allow,
        Verdict::ExplicitDeny => Decision::ExplicitDeny,
        Verdict::ImplicitDeny => Decision::ImplicitDeny,
        Verdict::Open => settle_open(request, layers, &judged, &situation, effort),
    };
    let deciding = match decision {
        Decision::Allow => grounds::of_allow(&judged, layers, request),
        Decision::ExplicitDeny => grounds::of_deny(&judged),
        Decision::ImplicitDeny | Decision::Depends(_) => Vec::new(),
    };
    let needed = situation.needed(&sides);
    let grounds = match decision {
        Decision::Allow => grounds::one_of_each(&needed, &deciding),
        _ => deciding.first().map(|(_, origin)| origin.clone()).into_iter().collect(),
    };
    let misses = match decision {
        Decision::ImplicitDeny => miss::find(request, &judged, &situation, &sides),
        _ => Vec::new(),
    };
    let deciding = deciding.into_iter().map(|(_, origin)| origin).collect();
    let (notes, is_timed) = (notes(&judged), judged.iter().any(is_timed));
    let exceptions = exceptions(request, &judged, &decision);
    Evaluation { decision, deciding, grounds, misses, notes, is_timed, exceptions }
}

/// The resources on which a denial decides otherwise than where the request names none.
fn exceptions(request: &Request, judged: &[Judged<'_>], decision: &Decision) -> Vec<String> {
    let action = request.folded_action();
    if request.resource != "*" || hint::is_without_resource(action) {
        return Vec::new();
    }
    let denials: Vec<&Judged> =
        judged.iter().filter(|it| it.inspection.may_deny(it.statement)).collect();
    // Whether its `Resource`, or its `NotResource`, decides.
    let named = |it: &&&Judged, negated: bool| it.statement.names_resources(negated);
    let meant: Vec<&&Judged> = match decision {
        Decision::Allow | Decision::Depends(_) => {
            denials.iter().filter(|it| named(it, false)).collect()
        }
        Decision::ExplicitDeny
            if denials.iter().all(|it| named(&it, true) || named(&it, false)) =>
        {
            denials.iter().filter(|it| named(it, true)).collect()
        }
        Decision::ExplicitDeny | Decision::ImplicitDeny => Vec::new(),
    };
    let service = action.split(':').next().unwrap_or_default();
    let mut patterns: Vec<String> =
        meant.iter().flat_map(|it| it.statement.resources_of(service)).collect();
    patterns.sort();
    patterns.dedup();
    patterns
}

/// Tries the values that the unknown keys may have; what is unknown after that remains so.
fn settle_open(
    request: &Request,
    layers: &Layers,
    judged: &[Judged<'_>],
    situation: &Situation,
    effort: &mut Effort,
) -> Decision {
    let matter = statements_that_matter(judged, situation);
    let keys = unknown_keys(judged, &matter, request);
    let trials = trial::all(&keys, request, judged, situation, effort);
    let verdicts: Vec<Verdict> = trials.iter().flatten().map(|trial| trial.verdict).collect();
    let all = |wanted: &[Verdict]| {
        !verdicts.is_empty() && verdicts.iter().all(|verdict| wanted.contains(verdict))
    };
    if all(&[Verdict::Allow]) {
        return Decision::Allow;
    }
    if all(&[Verdict::ExplicitDeny]) {
        return Decision::ExplicitDeny;
    }
    if all(&[Verdict::ExplicitDeny, Verdict::ImplicitDeny]) {
        return Decision::ImplicitDeny;
    }
    Decision::Depends(depends(request, layers, judged, &matter, &keys, trials.as_deref()))
}

/// The most statements that are weighed against each other; beyond, all of them count.
const WEIGHED: usize = 8;

/// Which of the statements make a difference, if each of the undecided ones may apply or not.
fn statements_that_matter(judged: &[Judged<'_>], situation: &Situation) -> Vec<bool> {
    let open: Vec<usize> =
        (0..judged.len()).filter(|at| judged[*at].applies() == Truth::Unknown).collect();
    let mut matter = vec![false; judged.len()];
    if open.len() > WEIGHED {
        open.iter().for_each(|at| matter[*at] = true);
        return matter;
    }
    let settled = judged.iter().filter(|it| it.applies() != Truth::Unknown);
    let settled = Sides::of(situation, settled.map(|it| (it, it.inspection.applies_to())));
    let verdict = |choice: usize| {
        let mut sides = settled.clone();
        for (bit, at) in open.iter().enumerate() {
            let own = judged[*at].inspection.applies_to();
            let applies = choice & (1 << bit) != 0;
            let own = if applies { own.at_most() } else { own.limited(Truth::False) };
            sides.add_statement(&judged[*at], own);
        }
        situation.verdict(&sides)
    };
    let verdicts: Vec<Verdict> = (0..1 << open.len()).map(verdict).collect();
    for (bit, at) in open.iter().enumerate() {
        matter[*at] = (0..verdicts.len()).any(|choice| {
            let other = verdicts[choice ^ (1 << bit)];
            verdicts[choice] != other || other == Verdict::Open
        });
    }
    matter
}

/// The unknown keys that undecided statements use: in lower case, and as they are written first.
fn unknown_keys(
    judged: &[Judged<'_>],
    matter: &[bool],
    request: &Request,
) -> Vec<(String, String)> {
    let (mut keys, mut seen) = (Vec::new(), HashSet::new());
    for (judged, _) in judged.iter().zip(matter).filter(|(_, matters)| **matters) {
        for (folded, written) in asked(judged) {
            let unknown = *request.context.state(folded) == KeyState::Unknown;
            if unknown && seen.insert(folded) {
                keys.push((folded.to_owned(), written.to_owned()));
            }
        }
    }
    keys
}

/// By key the statements that use it.
fn users<'a>(judged: &[Judged<'a>], matter: &[bool]) -> HashMap<&'a str, Vec<Origin>> {
    let mut users: HashMap<&str, Vec<Origin>> = HashMap::new();
    for (judged, _) in judged.iter().zip(matter).filter(|(_, matters)| **matters) {
        let keys: HashSet<&str> = asked(judged).into_iter().map(|(folded, _)| folded).collect();
        for key in keys {
            users.entry(key).or_default().push(judged.statement.origin.clone());
        }
    }
    users
}

/// The keys of which only the beginning of the value is known, where that does not decide.
fn begun_keys(judged: &[Judged<'_>], matter: &[bool], request: &Request) -> Vec<AskedKey> {
    let mut keys: Vec<AskedKey> = Vec::new();
    for (judged, _) in judged.iter().zip(matter).filter(|(_, matters)| **matters) {
        let origin = &judged.statement.origin;
        for (folded, written) in asked(judged) {
            let KeyState::Begins(start) = request.context.state(folded) else { continue };
            match keys.iter_mut().find(|known| known.key.eq_ignore_ascii_case(folded)) {
                Some(known) if known.by.contains(origin) => {}
                Some(known) => known.by.push(origin.clone()),
                None => keys.push(AskedKey {
                    key: written.to_owned(),
                    by: vec![origin.clone()],
                    unrecognised: false,
                    begins: Some(start.clone()),
                }),
            }
        }
    }
    keys
}

/// The keys that a statement uses where its effect is unknown, in lower case and as written.
fn asked<'a>(judged: &Judged<'a>) -> Vec<(&'a str, &'a str)> {
    let statement = judged.statement;
    let open = statement.conditions.iter().zip(&judged.inspection.conditions);
    let open: Vec<_> =
        open.filter(|(_, truth)| **truth == Truth::Unknown).map(|(it, _)| it).collect();
    let keys = open.iter().map(|it| (it.folded.as_str(), it.key.as_str()));
    let resources = statement.resources.iter().flat_map(|it| &it.patterns);
    let in_resources = resources.flat_map(|it| it.pattern.variables());
    let in_values = open.iter().flat_map(|it| it.variables());
    let variables = in_values.chain(in_resources).map(|it| (it.folded.as_str(), it.key.as_str()));
    keys.chain(variables).collect()
}

/// Why a grant that allows a request may not be enough.
const LIMITED_GRANT: &str =
    "AWS does not document whether the limits of the caller apply to a grant";

fn depends(
    request: &Request,
    layers: &Layers,
    judged: &[Judged<'_>],
    matter: &[bool],
    keys: &[(String, String)],
    trials: Option<&[Trial]>,
) -> Depends {
    let relevant = |at: &usize| trials.is_none_or(|trials| trial::makes_a_difference(*at, trials));
    let relevant: Vec<usize> = (0..keys.len()).filter(relevant).collect();
    let mut depends = Depends::default();
    let mut users = users(judged, matter);
    for at in &relevant {
        let (folded, written) = &keys[*at];
        let by = users.remove(folded.as_str()).unwrap_or_default();
        let unrecognised = !request.context.lists(folded);
        let begins = None;
        depends.keys.push(AskedKey { key: written.clone(), by, unrecognised, begins });
    }
    depends.keys.extend(begun_keys(judged, matter, request));
    for (judged, _) in judged.iter().zip(matter).filter(|(_, matters)| **matters) {
        let origin = &judged.statement.origin;
        for why in reasons(judged, request) {
            if judged.statement.is_unread_policy() {
                let (layer, policy) = (origin.layer, origin.policy.to_string());
                depends.layers.push(UnreadLayer { layer, policy, why });
            } else {
                depends.statements.push((origin.clone(), why));
            }
        }
    }
    match &layers.grants {
        _ if !request.needs_delegation() => {}
        Grants::Unreadable(why) => {
            let policy = "the grants of the key".to_owned();
            depends.layers.push(UnreadLayer { layer: Layer::Grant, policy, why: why.clone() });
        }
        Grants::Known(grants) => {
            let open = grants.iter().filter(|grant| grant.allows(request) == Truth::Unknown);
            let doubts = open.map(|grant| (grant.origin(), grant.reservation()));
            depends.statements.extend(doubts);
            if depends.is_unexplained() {
                let allows = grants.iter().filter(|grant| grant.allows(request) == Truth::True);
                let limited = allows.map(|grant| (grant.origin(), LIMITED_GRANT.to_owned()));
                depends.statements.extend(limited);
            }
        }
    }
    depends.is_of_unknown_owner = request.within_account().is_none() && depends.is_unexplained();
    if let (Some(trials), 1..=2) = (trials, relevant.len()) {
        depends.outcomes = trial::outcomes(&relevant, keys, trials, judged, request);
    }
    depends
}

/// Why it is unknown how AWS reads a statement, apart from unknown keys.
fn reasons(judged: &Judged<'_>, request: &Request) -> Vec<String> {
    let (statement, inspection) = (judged.statement, &judged.inspection);
    let mut reasons = statement.doubts.clone();
    if inspection.resource == Truth::Unknown {
        let patterns = statement.resources.iter().flat_map(|it| &it.patterns);
        reasons.extend(patterns.filter_map(|it| it.reservation()));
    }
    if inspection.caller.in_any_quality() == Truth::Unknown {
        reasons.push("cannot determine whether its principal includes the caller".to_owned());
    }
    let conditions = statement.conditions.iter().zip(&inspection.conditions);
    let open = conditions.filter(|(_, truth)| **truth == Truth::Unknown).map(|(it, _)| it);
    reasons.extend(open.filter_map(|it| it.reservation(&request.context)));
    reasons
}

/// Whether the time of the call matters to a statement.
fn is_timed(judged: &Judged<'_>) -> bool {
    let inspection = &judged.inspection;
    let is_time = |key: &str| ["aws:currenttime", "aws:epochtime"].contains(&key);
    inspection.action != Truth::False
        && inspection.resource != Truth::False
        && judged.statement.conditions.iter().any(|it| is_time(&it.folded))
}

/// The sentences, each once. A policy that could not be read may be unknown in two layers.
pub(super) fn without_repeats(sentences: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    sentences.into_iter().filter(|it| seen.insert(it.clone())).collect()
}

/// What a reader should know of the statements, whatever the decision.
fn notes(judged: &[Judged<'_>]) -> Vec<String> {
    let mut notes = Vec::new();
    for judged in judged {
        let origin = &judged.statement.origin;
        if judged.inspection.action == Truth::False {
            continue;
        }
        notes.extend(judged.statement.doubts.iter().map(|doubt| format!("{origin}: {doubt}")));
        notes.extend(miss::warnings(judged.statement).map(|it| format!("{origin}: {it}")));
    }
    without_repeats(notes)
}

impl Evaluation {
    /// The resources of the nearest statement, where the request names none and a statement allows the action
    /// on some: then the answer depends on the resource.
    pub fn depends_on_resource(&self, action: &str, resource: &str) -> Option<&[String]> {
        let is_open = resource == "*" && !hint::is_without_resource(&action.to_lowercase());
        let failures = self.misses.iter().flat_map(|miss| &miss.failures);
        failures.filter(|_| is_open).find_map(|failure| match failure {
            Failure::Resource { wanted, .. } => Some(wanted.as_slice()),
            _ => None,
        })
    }
}

impl Caller {
    /// The same, with everything unknown taken as true.
    fn at_most(self) -> Caller {
        let most = |truth: Truth| Truth::from(truth != Truth::False);
        Caller { direct: most(self.direct), role: most(self.role), account: most(self.account) }
    }
}

#[cfg(test)]
mod tests;
