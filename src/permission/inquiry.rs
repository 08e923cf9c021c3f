//! One call, and what is needed to judge it: the tags of the resource, the network path of the call, and the
//! IAM policy simulator. Each is looked up only where the answer depends on it.

use super::call::{ResourceSide, Wish};
use super::outcome::{JudgedCall, Outcome, outcome};
use super::request::{layers, request};
use super::{simulation, tags};
use crate::account::rights::PolicySet;
use crate::facts::View;
use crate::iam::{Decision, Evaluation, evaluate};
use crate::knowledge::{Gap, Stop};
use crate::names::Region;
use crate::reachability::origin::{CallOrigin, Way, is_of_network};

/// The final outcome of a call.
pub(crate) fn ask(
    set: &PolicySet,
    mut wish: Wish,
    side: &ResourceSide,
    (region, departure): (&Region, CallOrigin),
    facts: &View,
) -> Result<JudgedCall, Stop> {
    let inquiry = Inquiry { set, side, region };
    let mut evaluation = inquiry.evaluated(&wish)?;
    if evaluation.is_timed && set.beyond.now.is_some() {
        facts.assume("that the call is made at about the time of this run");
    }
    let mut unshown = None;
    let keys = unknown_keys(&evaluation);
    if !keys.is_empty() {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let mut known = wish.sets.as_ref().map(|it| tags::set(it, &keys)).unwrap_or_default();
        // What the call itself says about a tag, such as the start of its value, comes before the list.
        known.retain(|(key, _)| !wish.context.iter().any(|(own, _)| own.eq_ignore_ascii_case(key)));
        let of_resource = side.tags.learn(&keys, facts)?;
        known.extend(of_resource.known);
        unshown = of_resource.gap;
        if !known.is_empty() {
            wish.context.extend(known);
            evaluation = inquiry.evaluated(&wish)?;
        }
    }
    let keys = unknown_keys(&evaluation);
    let ways = match keys.iter().any(|key| is_of_network(key)) {
        true if wish.forwarded => Err(Gap::Undecidable { why: FORWARDED.to_owned() }),
        true => departure.ways(&wish.action, region, facts)?,
        false => Ok(Vec::new()),
    };
    match ways {
        Ok(ways) if ways.is_empty() => inquiry.said(wish, evaluation, unshown, facts),
        Ok(ways) => inquiry.by_ways(&wish, &keys, &ways, unshown.as_ref(), facts),
        Err(gap) => {
            let JudgedCall { wish, evaluation, outcome, .. } =
                inquiry.said(wish, evaluation, unshown, facts)?;
            let outcome = match (outcome, gap) {
                (Outcome::Unknown(Gap::Undecidable { why }), Gap::Undecidable { why: path }) => {
                    Outcome::Unknown(Gap::Undecidable { why: format!("{why}; {path}") })
                }
                (Outcome::Unknown(Gap::Undecidable { .. }), gap) => Outcome::Unknown(gap),
                (outcome, _) => outcome,
            };
            Ok(JudgedCall::new(wish, evaluation, outcome))
        }
    }
}

/// Why the condition keys of a call that a service makes are unknown.
const FORWARDED: &str = "an AWS service makes this call on behalf of the role, and AWS does not document the network condition keys of such a call";

/// The unknown condition keys that the answer depends on.
fn unknown_keys(evaluation: &Evaluation) -> Vec<String> {
    match &evaluation.decision {
        Decision::Depends(depends) => depends.keys.iter().map(|it| it.key.clone()).collect(),
        _ => Vec::new(),
    }
}

struct Inquiry<'a> {
    set: &'a PolicySet,
    side: &'a ResourceSide,
    region: &'a Region,
}

impl Inquiry<'_> {
    fn evaluated(&self, wish: &Wish) -> Result<Evaluation, Stop> {
        let request = request(self.set, wish, self.side, self.region)?;
        Ok(evaluate(&request, &layers(self.set, wish, self.side.clone())))
    }

    /// The outcome with all that is known. `unshown` says why the tags are unknown.
    fn said(
        &self,
        wish: Wish,
        evaluation: Evaluation,
        unshown: Option<Gap>,
        facts: &View,
    ) -> Result<JudgedCall, Stop> {
        let Inquiry { set, side, region } = self;
        let mut found = outcome(set, &wish, &side.unread, &evaluation);
        if let (Outcome::Unknown(Gap::Undecidable { .. }), Some(gap)) = (&found, unshown) {
            found = Outcome::Unknown(gap);
        }
        let found = simulation::heard(set, &wish, side, (&evaluation, found), region, facts)?;
        Ok(JudgedCall::new(wish, evaluation, found))
    }

    /// Judges the call on each network path that it may take. The worst counts, because a task may be placed
    /// in any of its subnets; of container instances one is enough.
    fn by_ways(
        &self,
        wish: &Wish,
        keys: &[String],
        ways: &[Way],
        unshown: Option<&Gap>,
        facts: &View,
    ) -> Result<JudgedCall, Stop> {
        let on = |way: &Way| {
            let mut wish = wish.clone();
            wish.context.extend(way.carries.iter().cloned());
            let evaluation = self.evaluated(&wish)?;
            let said = self.said(wish, evaluation, unshown.cloned(), facts)?;
            Ok::<_, Stop>(said.on(way, keys))
        };
        let said: Vec<_> = ways.iter().map(on).collect();
        let said: Vec<JudgedCall> = said.into_iter().collect::<Result<_, _>>()?;
        let spares = ways.iter().all(|way| way.of_instance);
        JudgedCall::worst(said, spares).ok_or_else(|| {
            Gap::Defect { why: "a call was judged without any network path".to_owned() }.into()
        })
    }
}
