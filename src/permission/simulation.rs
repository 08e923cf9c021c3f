//! IAM's simulator as a witness beside the engine.
//!
//! The engine is the only judge. The simulator sees two things that a caller often cannot: policies
//! that it may not read, and the organization's. But for roles it knows neither the policies of
//! resources and keys nor trust policies, and it has misjudged those of organizations. So its answer is
//! held against the principal's own part alone, its policies and its boundary; where the two disagree,
//! nothing is known, and both are told
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>).

use super::request::{own_layers, owner};
use serde_json::json;

use super::context::requested_region;
use super::outcome::Word;
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

/// What is said of a call when the simulator was heard as well, if it has to be. `own` is what the
/// engine says.
pub(crate) fn heard(
    set: &PolicySet,
    wish: &Wish,
    beside: &ResourceSide,
    own: (&Evaluation, Word),
    region: &Region,
    facts: &View,
) -> Result<Word, Stop> {
    let (evaluation, word) = own;
    if !is_wanted(set, wish, beside, &evaluation.decision) {
        return Ok(word);
    }
    let asked = question(set, wish, region);
    let Some(Seen::Found(outcomes)) = facts.peek(&asked)? else { return Ok(word) };
    let Some(said) = outcomes.first() else { return Ok(word) };
    let case = Case { set, wish, beside, said, region };
    let part = evaluate(&request(set, wish, beside, region)?, &own_layers(set));
    Ok(match (&part.decision, said.decision) {
        (Decision::Allow, Heard::Allowed) => word,
        (Decision::Allow, _) => case.refused_against(&part, word),
        (Decision::ExplicitDeny | Decision::ImplicitDeny, Heard::Allowed) => {
            case.allowed_against(&part, evaluation, word)
        }
        (Decision::ExplicitDeny | Decision::ImplicitDeny, _) => word,
        (Decision::Depends(open), _) if open.layers.is_empty() => word,
        (Decision::Depends(_), _) => case.alone(word, facts)?,
    })
}

/// Keys and roles answer to their own policies first, of which the simulator knows nothing; between
/// accounts it is of no use either.
fn is_wanted(set: &PolicySet, wish: &Wish, beside: &ResourceSide, decision: &Decision) -> bool {
    let service = wish.action.split(':').next().unwrap_or_default();
    let within = match owner(wish, beside) {
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

/// The question, with what is known of the call.
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

/// The type of a key, as the simulator wants it.
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
    beside: &'c ResourceSide,
    said: &'c Simulated,
    region: &'c Region,
}

impl Case<'_> {
    fn told(&self) -> &'static str {
        match self.said.decision {
            Heard::Allowed => "allowed",
            Heard::ExplicitDeny => "explicitDeny",
            Heard::ImplicitDeny => "implicitDeny",
        }
    }

    fn open(&self, why: &str) -> Word {
        let Wish { action, resource, .. } = self.wish;
        let why = format!("whether {} may {action} on {resource} is open: {why}", self.set.arn);
        Word::Open(Gap::Undecidable { why })
    }

    /// The principal's policies allow it, and the simulator says no.
    fn refused_against(&self, part: &Evaluation, word: Word) -> Word {
        if matches!(word, Word::Denied(_)) {
            return word;
        }
        let (own, told) = (part.sentences().join("; "), self.told());
        if self.said.allowed_by_organizations == Some(false) {
            return self.open(&format!(
                "the principal's own policies say that it is {own}, but IAM's simulation says {told}, since the organization's policies do not allow it; it is known to misjudge those that have conditions"
            ));
        }
        if self.said.missing.is_empty() {
            return self.open(&format!(
                "the principal's own policies say that it is {own}, but IAM's simulation says {told}, and names nothing that it lacks"
            ));
        }
        // For want of these keys it could not know better.
        match word {
            Word::Allowed(mut by) => {
                let keys = self.said.missing.join(", ");
                by.push(format!(
                    "although IAM's simulation, which was not given {keys}, says {told}"
                ));
                Word::Allowed(by)
            }
            other => other,
        }
    }

    /// The principal's policies do not allow it, and the simulator says yes.
    fn allowed_against(&self, part: &Evaluation, whole: &Evaluation, word: Word) -> Word {
        let elsewhere =
            |layer: &Layer| !matches!(layer, Layer::Identity | Layer::Boundary | Layer::Session);
        let by_others = whole.grounds.iter().any(|it| elsewhere(&it.layer))
            || (!whole.misses.is_empty() && whole.misses.iter().all(|it| elsewhere(&it.layer)));
        if !matches!(word, Word::Denied(_)) || by_others {
            return word;
        }
        let own = part.sentences().join("; ");
        self.open(&format!(
            "by the policies that were read, {own}, but IAM's simulation says allowed"
        ))
    }

    /// A policy of the principal could not be read, so that the simulator is all there is.
    fn alone(&self, word: Word, facts: &View) -> Result<Word, Stop> {
        let Word::Open(gap) = &word else { return Ok(word) };
        let allows = self.said.decision == Heard::Allowed;
        if !allows && self.said.allowed_by_organizations == Some(false) {
            return Ok(word);
        }
        // Whatever the principal's own part is, everything else has to be certain.
        let certain = match (allows, self.said.decision) {
            (true, _) => self.were(true)? == Some(true),
            (false, Heard::ExplicitDeny) => true,
            (false, _) => self.were(false)? == Some(false),
        };
        if !certain {
            return Ok(word);
        }
        let said = match allows {
            true => format!("IAM's simulation (simulator only, since {gap})"),
            false => {
                format!("IAM's simulation says {} (simulator only, since {gap})", self.told())
            }
        };
        facts.assume(format!(
            "that IAM's simulation of {} is right, which is all there is (simulator only)",
            self.set.arn
        ));
        Ok(if allows { Word::Allowed(vec![said]) } else { Word::Denied(vec![said]) })
    }

    /// What comes out if the principal's own part allows the call, or does not; nothing if it is open.
    fn were(&self, allowed: bool) -> Result<Option<bool>, Stop> {
        let statements = match allowed {
            true => json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]),
            false => json!([]),
        };
        let all = json!({"Version": "2012-10-17", "Statement": statements});
        let identity = vec![Policy::read(Layer::Identity, "what IAM simulates", &all)];
        let layers =
            Layers { identity, boundary: None, ..layers(self.set, self.wish, self.beside.clone()) };
        let request = request(self.set, self.wish, self.beside, self.region)?;
        Ok(match iam::evaluate(&request, &layers).decision {
            Decision::Allow => Some(true),
            Decision::ExplicitDeny | Decision::ImplicitDeny => Some(false),
            Decision::Depends(_) => None,
        })
    }
}
