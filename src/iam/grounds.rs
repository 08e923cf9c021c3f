//! The statements that bring a decision about.

use super::grant::Grants;
use super::layers::{Layers, Side};
use super::origin::{Layer, Origin};
use super::policy::Effect;
use super::request::Request;
use super::truth::Truth;
use super::verdict::Judged;

/// A statement that decides, with its side; none for a grant.
pub(super) type Ground = (Option<Side>, Origin);

/// Every statement and every grant that allows the request.
pub(super) fn of_allow(judged: &[Judged<'_>], layers: &Layers, request: &Request) -> Vec<Ground> {
    let mut found = with_effect(Effect::Allow, judged);
    if let (Grants::Known(grants), true) = (&layers.grants, request.needs_delegation()) {
        let allows = grants.iter().filter(|grant| grant.allows(request) == Truth::True);
        found.extend(allows.map(|grant| (None, grant.origin())));
    }
    found
}

/// Every statement that denies the request.
pub(super) fn of_deny(judged: &[Judged<'_>]) -> Vec<Ground> {
    with_effect(Effect::Deny, judged)
}

fn with_effect(effect: Effect, judged: &[Judged<'_>]) -> Vec<Ground> {
    let with = |least: Truth| -> Vec<Ground> {
        let found = judged.iter().filter(|it| it.applies() & it.weight(effect) >= least);
        found.map(|it| (Some(it.side), it.statement.origin.clone())).collect()
    };
    let found = with(Truth::True);
    // Statements may decide together, each for other values of an unknown key.
    if found.is_empty() { with(Truth::Unknown) } else { found }
}

/// The first statement of each side that is needed; a grant where that is what allows.
pub(super) fn one_of_each(needed: &[Side], found: &[Ground]) -> Vec<Origin> {
    let first = |wanted: Option<Side>| found.iter().find(|(side, _)| *side == wanted);
    let mut grounds: Vec<Origin> =
        needed.iter().filter_map(|side| first(Some(*side))).map(|(_, it)| it.clone()).collect();
    let by_core = |it: &Origin| {
        !matches!(
            it.layer,
            Layer::ServiceControl(_) | Layer::Endpoint | Layer::Boundary | Layer::Session
        )
    };
    if !grounds.iter().any(by_core) {
        grounds.extend(first(None).or_else(|| found.first()).map(|(_, it)| it.clone()));
    }
    grounds
}
