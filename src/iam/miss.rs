//! For an implicit deny: which side lacks an allow, which statement came nearest, and what failed.

use std::fmt;

use super::condition::Condition;
use super::hint;
use super::key_state::KeyState;
use super::operator::Quantity;
use super::origin::{Layer, Origin};
use super::policy::{Effect, Statement};
use super::request::Request;
use super::truth::Truth;
use super::verdict::{Judged, Sides, Situation};
use crate::iam::layers::Side;

/// A side that would have to allow the request, and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The kind of policy that lacks an allow.
    pub layer: Layer,
    /// The statement that came nearest; none if no statement there allows the action at all.
    pub nearest: Option<Origin>,
    /// What keeps that statement from applying.
    pub failures: Vec<Failure>,
}

/// An element of a statement that does not fit the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The resource is another.
    Resource {
        /// What the policy wants, as written.
        wanted: Vec<String>,
        /// What the request has.
        requested: String,
        /// What is likely wrong, and what to write instead.
        hint: Option<String>,
    },
    /// It names another principal.
    Principal {
        /// The principals of the policy, as written.
        wanted: Vec<String>,
        /// The caller.
        requested: String,
        /// What is likely wrong.
        hint: Option<String>,
    },
    /// A condition does not hold.
    Condition {
        /// The operator, as written.
        operator: String,
        /// The key, as written.
        key: String,
        /// The values that the policy wants, as written.
        wanted: Vec<String>,
        /// What the request has.
        requested: KeyState,
    },
    /// It needs an allow in the identity policies too.
    NotEnough(String),
}

/// The sides that lack an allow, each with the statement that came nearest.
pub(super) fn find(
    request: &Request,
    judged: &[Judged<'_>],
    situation: &Situation,
    sides: &Sides,
) -> Vec<Miss> {
    let lacking = situation.lacking(sides);
    lacking.into_iter().map(|side| nearest(side, request, judged)).collect()
}

fn nearest(side: Side, request: &Request, judged: &[Judged<'_>]) -> Miss {
    let allows = |it: &&Judged<'_>| {
        it.side == side
            && it.statement.effect == Some(Effect::Allow)
            && it.inspection.action != Truth::False
    };
    let candidates = judged.iter().filter(allows);
    let nearest = candidates.rev().max_by_key(|it| closeness(it));
    Miss {
        layer: layer_of(side, request),
        nearest: nearest.map(|it| it.statement.origin.clone()),
        failures: nearest.map(|it| failures(it, request)).unwrap_or_default(),
    }
}

/// Of two statements for the action, the one that fits the resource is nearer, then the one that names
/// the caller, then the one with fewer conditions that fail.
fn closeness(judged: &Judged<'_>) -> (Truth, Truth, std::cmp::Reverse<usize>) {
    let inspection = &judged.inspection;
    let failing = inspection.conditions.iter().filter(|it| **it == Truth::False).count();
    (inspection.resource, inspection.caller.in_any_quality(), std::cmp::Reverse(failing))
}

fn layer_of(side: Side, request: &Request) -> Layer {
    match side {
        Side::Identity => Layer::Identity,
        Side::Boundary => Layer::Boundary,
        Side::Session => Layer::Session,
        Side::Resource if request.folded_action().starts_with("kms:") => Layer::Key,
        Side::Resource if request.folded_action().starts_with("sts:") => Layer::Trust,
        Side::Resource => Layer::Resource,
        Side::ServiceControl(level) => Layer::ServiceControl(level + 1),
        Side::ResourceControl => Layer::ResourceControl(1),
        Side::Endpoint => Layer::Endpoint,
    }
}

fn failures(judged: &Judged<'_>, request: &Request) -> Vec<Failure> {
    let (statement, inspection) = (judged.statement, &judged.inspection);
    let mut failures = Vec::new();
    if inspection.resource == Truth::False
        && let Some(resources) = &statement.resources
    {
        let texts = || resources.patterns.iter().map(|it| it.pattern.text.as_str());
        failures.push(Failure::Resource {
            wanted: texts().map(str::to_owned).collect(),
            requested: request.in_words().to_owned(),
            hint: match resources.negated {
                true => Some("`NotResource` excludes it".to_owned()),
                false => texts().find_map(|text| hint::resource(text, request)),
            },
        });
    }
    if inspection.caller.in_any_quality() == Truth::False
        && let Some(principals) = &statement.principals
    {
        let named = &principals.named;
        failures.push(Failure::Principal {
            wanted: named.iter().map(|(text, _)| text.clone()).collect(),
            requested: request.principal.to_string(),
            hint: named.iter().find_map(|(text, named)| hint::principal(text, named)),
        });
    }
    let conditions = statement.conditions.iter().zip(&inspection.conditions);
    for (condition, _) in conditions.filter(|(_, truth)| **truth == Truth::False) {
        failures.push(Failure::Condition {
            operator: condition.operator.clone(),
            key: condition.key.clone(),
            wanted: condition.wanted().map(str::to_owned).collect(),
            requested: request.context.state(&condition.folded).clone(),
        });
    }
    if failures.is_empty() && judged.applies() == Truth::True {
        let enough = "it names the whole account, so an identity policy must allow it too";
        failures.push(Failure::NotEnough(enough.to_owned()));
    }
    failures
}

/// Pitfalls of a statement, whatever it decides here.
pub(super) fn warnings(statement: &Statement) -> impl Iterator<Item = String> {
    let all_of = |condition: &&Condition| {
        let is_null = |it: &Condition| it.operator.eq_ignore_ascii_case("Null");
        condition.meaning.is_some_and(|meaning| meaning.quantity == Quantity::All)
            && statement.effect == Some(Effect::Allow)
            && !statement.conditions.iter().any(|it| is_null(it) && it.folded == condition.folded)
    };
    statement.conditions.iter().filter(all_of).map(|condition| {
        let Condition { operator, key, .. } = condition;
        format!("`{operator}` also matches a request without `{key}`")
    })
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.nearest.is_none() { "the action" } else { "it" };
        match self.layer {
            one @ (Layer::Boundary | Layer::Key | Layer::Trust | Layer::Endpoint) => {
                write!(f, "the {one} does not allow {what}")?;
            }
            several => write!(f, "no {several} allows {what}")?,
        }
        let Some(nearest) = &self.nearest else { return Ok(()) };
        write!(f, "; closest match: {nearest}")?;
        for (at, failure) in self.failures.iter().enumerate() {
            write!(f, ", {} {failure}", if at == 0 { "but" } else { "and" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Resource { hint: Some(hint), .. } => f.write_str(hint),
            Failure::Resource { wanted, requested, hint: None } => {
                write!(f, "its resource is {}, not `{requested}`", listed(wanted))
            }
            Failure::Principal { hint: Some(hint), .. } => f.write_str(hint),
            Failure::Principal { wanted, requested, hint: None } => {
                write!(f, "it names {}, not `{requested}`", listed(wanted))
            }
            Failure::Condition { operator, key, wanted, requested } => {
                let wanted = listed(wanted);
                write!(f, "its condition `{operator}` on `{key}` ({wanted}) does not hold: ")?;
                match requested {
                    KeyState::Known(values) => write!(f, "the request has {}", listed(values)),
                    KeyState::Begins(start) => {
                        write!(f, "the request's value begins with `{start}`")
                    }
                    KeyState::Absent => write!(f, "the request lacks that key"),
                    KeyState::Unknown => write!(f, "the request's value is unknown"),
                }
            }
            Failure::NotEnough(why) => f.write_str(why),
        }
    }
}

/// The first few of the texts.
pub(super) fn listed(texts: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = texts.iter().take(SHOWN).map(|text| format!("`{text}`")).collect();
    match texts.len().saturating_sub(SHOWN) {
        0 => shown.join(" or "),
        more => format!("{} or {more} more", shown.join(", ")),
    }
}
