//! One call, and what it takes to judge it: the tags of the resource, the way that the call takes, and what
//! IAM itself says. Each is asked for only where the answer hangs on it.

use super::call::{ResourceSide, Wish};
use super::outcome::{Said, Word, word};
use super::request::{layers, request};
use super::{simulation, tags};
use crate::account::rights::PolicySet;
use crate::facts::View;
use crate::iam::{Decision, Evaluation, evaluate};
use crate::knowledge::{Gap, Stop};
use crate::names::Region;
use crate::reachability::origin::{CallOrigin, Way, is_of_network};

/// What is said of a call in the end.
pub(crate) fn ask(
    set: &PolicySet,
    mut wish: Wish,
    beside: &ResourceSide,
    (region, departure): (&Region, CallOrigin),
    facts: &View,
) -> Result<Said, Stop> {
    let inquiry = Inquiry { set, beside, region };
    let mut evaluation = inquiry.evaluated(&wish)?;
    let mut unshown = None;
    let keys = open(&evaluation);
    if !keys.is_empty() {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let mut known = wish.sets.as_ref().map(|it| tags::set(it, &keys)).unwrap_or_default();
        // What the call says of a tag itself, that its value begins so, counts before the list of all.
        known.retain(|(key, _)| !wish.context.iter().any(|(own, _)| own.eq_ignore_ascii_case(key)));
        match beside.tags.learn(&keys, facts)? {
            Ok(of_resource) => known.extend(of_resource),
            Err(gap) => unshown = Some(gap),
        }
        if !known.is_empty() {
            wish.context.extend(known);
            evaluation = inquiry.evaluated(&wish)?;
        }
    }
    let keys = open(&evaluation);
    let ways = match keys.iter().any(|key| is_of_network(key)) {
        true if wish.forwarded => Err(Gap::Undecidable { why: FORWARDED.to_owned() }),
        true => departure.ways(&wish.action, region, facts)?,
        false => Ok(Vec::new()),
    };
    match ways {
        Ok(ways) if ways.is_empty() => inquiry.said(wish, evaluation, unshown, facts),
        Ok(ways) => inquiry.by_ways(&wish, &keys, &ways, unshown.as_ref(), facts),
        Err(untold) => {
            let Said { wish, evaluation, word, .. } =
                inquiry.said(wish, evaluation, unshown, facts)?;
            let word = match (word, untold) {
                (Word::Open(Gap::Undecidable { why }), Gap::Undecidable { why: untold }) => {
                    Word::Open(Gap::Undecidable { why: format!("{why}; {untold}") })
                }
                (Word::Open(Gap::Undecidable { .. }), untold) => Word::Open(untold),
                (word, _) => word,
            };
            Ok(Said::new(wish, evaluation, word))
        }
    }
}

/// Why it is not known what a call carries that a service makes.
const FORWARDED: &str = "a service makes this call for the role, and what such a call carries of the network is not documented";

/// The condition keys that the answer hangs on.
fn open(evaluation: &Evaluation) -> Vec<String> {
    match &evaluation.decision {
        Decision::Depends(depends) => depends.keys.iter().map(|it| it.key.clone()).collect(),
        _ => Vec::new(),
    }
}

struct Inquiry<'a> {
    set: &'a PolicySet,
    beside: &'a ResourceSide,
    region: &'a Region,
}

impl Inquiry<'_> {
    fn evaluated(&self, wish: &Wish) -> Result<Evaluation, Stop> {
        let request = request(self.set, wish, self.beside, self.region)?;
        Ok(evaluate(&request, &layers(self.set, wish, self.beside.clone())))
    }

    /// What is said with all that is known. `unshown` is why the tags are not.
    fn said(
        &self,
        wish: Wish,
        evaluation: Evaluation,
        unshown: Option<Gap>,
        facts: &View,
    ) -> Result<Said, Stop> {
        let Inquiry { set, beside, region } = self;
        let mut word = word(set, &wish, &beside.unread, &evaluation);
        if let (Word::Open(Gap::Undecidable { .. }), Some(gap)) = (&word, unshown) {
            word = Word::Open(gap);
        }
        let word = simulation::heard(set, &wish, beside, (&evaluation, word), region, facts)?;
        Ok(Said::new(wish, evaluation, word))
    }

    /// The call is judged on each way that it may take, and the worst counts: a task may come to stand in
    /// each of its subnets. Of instances one is enough.
    fn by_ways(
        &self,
        wish: &Wish,
        keys: &[String],
        ways: &[Way],
        unshown: Option<&Gap>,
        facts: &View,
    ) -> Result<Said, Stop> {
        let on = |way: &Way| {
            let mut wish = wish.clone();
            wish.context.extend(way.carries.iter().cloned());
            let evaluation = self.evaluated(&wish)?;
            let said = self.said(wish, evaluation, unshown.cloned(), facts)?;
            Ok::<_, Stop>(said.on(way, keys))
        };
        let said: Vec<_> = ways.iter().map(on).collect();
        let said: Vec<Said> = said.into_iter().collect::<Result<_, _>>()?;
        let spares = ways.iter().all(|way| way.of_instance);
        Said::worst(said, spares).ok_or_else(|| {
            Gap::Defect { why: "a call was judged on no way at all".to_owned() }.into()
        })
    }
}
