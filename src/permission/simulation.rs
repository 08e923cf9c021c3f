//! The IAM policy simulator, as a second opinion.
//!
//! The engine decides. The simulator sees two things that a caller often cannot: policies that the caller
//! may not read, and those of the organization. But for roles it ignores resource, key and trust policies,
//! and it has misjudged organization policies. So its answer is compared with the principal's identity
//! policies and boundary only; where the two disagree, the result is unknown, and both are reported
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>).

use serde_json::json;

use super::context::requested_region;
use super::outcome::Outcome;
use super::request::owner;
use super::{ResourceSide, Wish, layers, request};
use crate::account::rights::{Membership, PolicySet};
use crate::facts::View;
use crate::iam::{self, Decision, Evaluation, KeyState, Layer, Layers, Policy, evaluate};
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::iam::simulate::{
    ContextKey, Decision as Heard, SimulatePrincipalPolicy, Simulated,
};
use crate::names::Region;
use crate::task::Witness;

/// The outcome of a call after asking the simulator too, where that is needed. `own` is the engine's.
pub(crate) fn heard(
    set: &PolicySet,
    wish: &Wish,
    side: &ResourceSide,
    own: (&Evaluation, Outcome),
    region: &Region,
    facts: &View,
) -> Result<Outcome, Stop> {
    let (evaluation, outcome) = own;
    if !is_wanted(set, wish, side, &evaluation.decision) {
        return Ok(outcome);
    }
    let asked = question(set, wish, region);
    let Some(Seen::Found(outcomes)) = facts.peek(&asked)? else { return Ok(outcome) };
    let Some(said) = outcomes.first() else { return Ok(outcome) };
    let case = Case { set, wish, side, said, region };
    let part = evaluate(&request(set, wish, side, region)?, &set.own_layers());
    // Without all condition keys its decision may be another one: it proves nothing.
    let is_complete = said.missing.is_empty();
    Ok(match (&part.decision, said.decision) {
        (Decision::Allow, Heard::Allowed) => outcome,
        (Decision::Allow, _) => case.refused_against(&part, outcome),
        (Decision::ExplicitDeny | Decision::ImplicitDeny, Heard::Allowed) if is_complete => {
            case.allowed_against(&part, evaluation, outcome)
        }
        (Decision::ExplicitDeny | Decision::ImplicitDeny, _) => outcome,
        (Decision::Depends(open), _) if open.layers.is_empty() => outcome,
        (Decision::Depends(_), _) if is_complete => case.alone(outcome, facts)?,
        (Decision::Depends(_), _) => outcome,
    })
}

/// For keys and roles their own policies come first, which the simulator ignores; it does not work across
/// accounts either.
fn is_wanted(set: &PolicySet, wish: &Wish, side: &ResourceSide, decision: &Decision) -> bool {
    let service = wish.action.split(':').next().unwrap_or_default();
    let within = match owner(wish, side) {
        Some(owner) => owner == set.account,
        None => wish.resource == "*",
    };
    if ["kms", "sts"].contains(&service) || !within {
        return false;
    }
    let blind = !set.beyond.unread.is_empty() && matches!(decision, Decision::Depends(_));
    let above = &set.beyond.organization;
    let unseen = matches!(above.membership, Membership::In(_)) && above.controls.is_none();
    match set.beyond.witness {
        Witness::Never => false,
        Witness::OnlyIfBlind => blind,
        Witness::Auto => blind || unseen,
    }
}

/// The request to the simulator, with the known condition keys of the call.
fn question(set: &PolicySet, wish: &Wish, region: &Region) -> SimulatePrincipalPolicy {
    let known = |(key, state): &(String, KeyState)| match state {
        KeyState::Known(values) if !values.is_empty() => {
            Some(ContextKey { kind: kind(key, values), name: key.clone(), values: values.clone() })
        }
        _ => None,
    };
    let always = [
        ("aws:RequestedRegion".to_owned(), requested_region(&wish.action, region)),
        ("aws:SecureTransport".to_owned(), KeyState::Known(vec!["true".to_owned()])),
    ];
    SimulatePrincipalPolicy {
        region: region.clone(),
        principal: set.arn.clone(),
        actions: vec![wish.action.clone()],
        resources: if wish.resource == "*" { Vec::new() } else { vec![wish.resource.clone()] },
        context: always.iter().chain(&wish.context).filter_map(known).collect(),
    }
}

/// The type of a condition key, as the simulator names it.
fn kind(key: &str, values: &[String]) -> &'static str {
    match key.to_lowercase().as_str() {
        "aws:securetransport" | "aws:viaawsservice" | "ecs:enable-execute-command" => "boolean",
        _ if values.len() > 1 => "stringList",
        _ => "string",
    }
}

struct Case<'c> {
    set: &'c PolicySet,
    wish: &'c Wish,
    side: &'c ResourceSide,
    said: &'c Simulated,
    region: &'c Region,
}

impl Case<'_> {
    fn decision(&self) -> &'static str {
        match self.said.decision {
            Heard::Allowed => "allowed",
            Heard::ExplicitDeny => "explicitDeny",
            Heard::ImplicitDeny => "implicitDeny",
        }
    }

    fn unknown(&self, why: &str) -> Outcome {
        let Wish { action, resource, .. } = self.wish;
        let why = format!(
            "cannot determine whether {} may perform {action} on {resource}: {why}",
            self.set.arn
        );
        Outcome::Unknown(Gap::Undecidable { why })
    }

    /// The principal's policies allow it, and the simulator says no.
    fn refused_against(&self, part: &Evaluation, outcome: Outcome) -> Outcome {
        if matches!(outcome, Outcome::Denied(_)) {
            return outcome;
        }
        let (own, decision) = (part.sentences().join("; "), self.decision());
        if self.said.allowed_by_organizations == Some(false) {
            return self.unknown(&format!(
                "its own policies say: {own}; but the IAM policy simulator returns {decision}, because the organization's policies do not allow it (the simulator is known to misjudge organization policies with conditions)"
            ));
        }
        if self.said.missing.is_empty() {
            return self.unknown(&format!(
                "its own policies say: {own}; but the IAM policy simulator returns {decision} without naming a missing context key"
            ));
        }
        // Without these condition keys the simulator could not decide correctly.
        match outcome {
            Outcome::Allowed(mut by) => {
                let keys = self.said.missing.join(", ");
                let note = format!(
                    " (the IAM policy simulator returns {decision}, but was not given {keys})"
                );
                match by.last_mut() {
                    Some(last) => last.push_str(&note),
                    None => by.push(note),
                }
                Outcome::Allowed(by)
            }
            other => other,
        }
    }

    /// The principal's policies do not allow it, and the simulator says yes.
    fn allowed_against(&self, part: &Evaluation, whole: &Evaluation, outcome: Outcome) -> Outcome {
        let elsewhere =
            |layer: &Layer| !matches!(layer, Layer::Identity | Layer::Boundary | Layer::Session);
        let by_others = whole.grounds.iter().any(|it| elsewhere(&it.layer))
            || (!whole.misses.is_empty() && whole.misses.iter().all(|it| elsewhere(&it.layer)));
        if !matches!(outcome, Outcome::Denied(_)) || by_others {
            return outcome;
        }
        let own = part.sentences().join("; ");
        self.unknown(&format!(
            "the policies that could be read say: {own}; but the IAM policy simulator returns allowed"
        ))
    }

    /// A policy of the principal could not be read, so only the simulator can answer.
    fn alone(&self, outcome: Outcome, facts: &View) -> Result<Outcome, Stop> {
        let Outcome::Unknown(gap) = &outcome else { return Ok(outcome) };
        let allows = self.said.decision == Heard::Allowed;
        if !allows && self.said.allowed_by_organizations == Some(false) {
            return Ok(outcome);
        }
        // Whatever the principal's own policies are, everything else has to be certain.
        let certain = match (allows, self.said.decision) {
            (true, _) => self.were(true)? == Some(true),
            (false, Heard::ExplicitDeny) => true,
            (false, _) => self.were(false)? == Some(false),
        };
        if !certain {
            return Ok(outcome);
        }
        let said = match allows {
            true => format!("the IAM policy simulator (simulator only, because {gap})"),
            false => {
                format!(
                    "the IAM policy simulator returns {} (simulator only, because {gap})",
                    self.decision()
                )
            }
        };
        facts.assume(format!(
            "that the IAM policy simulator is right about {} (simulator only)",
            self.set.arn
        ));
        Ok(if allows { Outcome::Allowed(vec![said]) } else { Outcome::Denied(vec![said]) })
    }

    /// The result if the principal's own policies allow the call, or do not; none if it is unknown.
    fn were(&self, allowed: bool) -> Result<Option<bool>, Stop> {
        let statements = match allowed {
            true => json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]),
            false => json!([]),
        };
        let all = json!({"Version": "2012-10-17", "Statement": statements});
        let identity = vec![Policy::read(Layer::Identity, "what IAM simulates", &all)];
        let layers =
            Layers { identity, boundary: None, ..layers(self.set, self.wish, self.side.clone()) };
        let request = request(self.set, self.wish, self.side, self.region)?;
        Ok(match iam::evaluate(&request, &layers).decision {
            Decision::Allow => Some(true),
            Decision::ExplicitDeny | Decision::ImplicitDeny => Some(false),
            Decision::Depends(_) => None,
        })
    }
}
