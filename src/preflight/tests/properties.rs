//! Unknown by construction: whatever is not learnt makes no pass, leaves no pass standing, and
//! accuses nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::careless::CARELESS;
use super::scenario::{Outcome, Scenario};
use super::sweep::{Listed, Variation, sweep};
use crate::account::image::import;
use crate::checks;
use crate::lookup::Call;
use crate::permission::PERMISSION_CALLS;
use crate::reachability::origin::CallOrigin;
use crate::report::{CheckResult, Status};
use crate::verdict::Trust;

/// What the variations of one scenario show.
#[derive(Default)]
struct Seen {
    variations: usize,
    pairs: usize,
    /// What their results must not say, if the log is believed, and if authors are.
    holes_by_log: Vec<String>,
    holes_by_author: Vec<String>,
    /// Passes that rest on nothing.
    baseless: Vec<String>,
    /// The calls of each check.
    asked: BTreeMap<&'static str, BTreeSet<String>>,
}

/// The catalogue on every variation of every recording.
static CATALOGUE: LazyLock<Vec<Seen>> = LazyLock::new(|| look(&Scenario::all(), &asking()));

#[test]
fn what_is_not_learnt_makes_no_pass_leaves_none_standing_and_accuses_nobody() {
    let holes = all(&CATALOGUE, |seen| &seen.holes_by_log);
    assert!(holes.is_empty(), "{holes:#?}");
    let (variations, pairs) = CATALOGUE
        .iter()
        .fold((0, 0), |(all, pairs), seen| (all + seen.variations, pairs + seen.pairs));
    assert!(variations > 4500 && pairs > 2000, "{variations} variations, {pairs} of them pairs");
}

#[test]
fn given_the_log_is_believed_then_even_careless_checks_show_no_hole() {
    let holes = all(&look(&Scenario::all(), CARELESS), |seen| &seen.holes_by_log);
    assert!(holes.is_empty(), "{holes:#?}");
}

#[test]
fn given_the_author_is_believed_then_careless_checks_show_holes_of_every_kind() {
    let scenarios: Vec<_> =
        Scenario::all().into_iter().filter(|it| it.name.starts_with("secret-")).collect();
    let kinds = ["a pass that stays", "a new fail", "a new pass", "the gate opens"];
    for (careless, kind) in CARELESS.iter().zip(kinds) {
        let holes = all(&look(&scenarios, &[*careless]), |seen| &seen.holes_by_author);
        let found = holes.iter().any(|hole| hole.contains(kind));
        assert!(found, "{} shows no hole of the kind {kind}: {holes:#?}", careless.1.id);
    }
}

#[test]
fn no_check_of_the_catalogue_leans_on_the_rule() {
    let holes = all(&CATALOGUE, |seen| &seen.holes_by_author);
    assert!(holes.is_empty(), "{holes:#?}");
}

/// To the other checks it makes no difference what is learnt.
fn asking() -> Vec<Listed> {
    checks::catalogue().filter(|(_, check)| !check.asks.is_empty()).collect()
}

fn look(scenarios: &[Scenario], checks: &[Listed]) -> Vec<Seen> {
    sweep(scenarios, checks, |seen: &mut Seen, variation, before, after| {
        seen.variations += 1;
        seen.pairs += usize::from(variation.gone.len() > 1);
        let Variation { scenario, how, .. } = variation;
        let told = |hole| format!("{scenario}, {how}: {hole}");
        let by_log = holes(before.by_log(), variation, after.by_log());
        seen.holes_by_log.extend(by_log.into_iter().map(told));
        let by_author = holes(&before.by_author, variation, &after.by_author);
        seen.holes_by_author.extend(by_author.into_iter().map(told));
        seen.note(scenario, after.by_log().results());
    })
}

fn all(seen: &[Seen], of: impl Fn(&Seen) -> &Vec<String>) -> Vec<String> {
    seen.iter().flat_map(of).cloned().collect()
}

impl Seen {
    /// What results show of how they came about.
    fn note<'r>(&mut self, scenario: &str, results: impl Iterator<Item = &'r CheckResult>) {
        for result in results {
            let Some((_, check)) = checks::find(result.id) else { continue };
            let proven = check.asks.is_empty() || check.advises || !result.evidence.is_empty();
            if result.status == Status::Pass && !proven {
                self.baseless.push(format!("{scenario}: {}", check.id));
            }
            let calls = result.evidence.iter().filter_map(|line| line.split_once(" ("));
            let calls = calls.map(|(call, _)| call).filter(|call| call.contains(':'));
            let asked = self.asked.entry(check.id).or_default();
            for call in calls {
                if !asked.contains(call) {
                    asked.insert(call.to_owned());
                }
            }
        }
    }
}

/// What a run on less knowledge says that it must not say.
fn holes(before: &Outcome, variation: &Variation, after: &Outcome) -> Vec<String> {
    let mut found = Vec::new();
    let earlier = by_subject(before.results());
    let lost: Vec<&String> =
        variation.gone.iter().filter_map(|nth| before.lines[*nth].as_ref()).collect();
    for result in after.results() {
        let was = earlier.get(&key(result)).map_or(&[][..], Vec::as_slice);
        let what = format!("{} of {}: {}", result.id, result.subject, result.message);
        let opened = |it: &&&CheckResult| opens(it.status);
        if opens(result.status) && was.iter().filter(opened).count() == 0 {
            found.push(format!("a new pass, {what}"));
        }
        let names = |it: &CheckResult, line: &str| it.evidence.iter().any(|own| **own == *line);
        let rested = was.iter().filter(opened).any(|it| lost.iter().any(|line| names(it, line)));
        // What is proven another way, without a look at what is gone, may stay.
        let looked =
            lost.iter().any(|line| result.evidence.iter().any(|it| question(it) == question(line)));
        if opens(result.status) && rested && looked && result.assumes.is_empty() {
            found.push(format!("a pass that stays, {what}"));
        }
        // A check that was skipped because another one reported the absence may now report it itself.
        let told = |it: &&CheckResult| {
            it.status == Status::Fail || it.message.starts_with("not judged: needs ")
        };
        if result.status == Status::Fail && !was.iter().any(told) {
            found.push(format!("a new fail, {what}"));
        }
    }
    // The other probes say what they said before.
    let mut same = before.probes.iter().filter(|(nth, _)| !after.probes.contains_key(nth));
    let opens_now = same.all(|(_, it)| is_open(it.results.iter())) && is_open(after.results());
    if opens_now && !is_open(before.results()) {
        found.push("the gate opens".to_owned());
    }
    found
}

/// What a line of evidence is about, whatever came of it.
fn question(line: &str) -> &str {
    line.split_once(" → ").map_or(line, |(question, _)| question)
}

fn opens(status: Status) -> bool {
    matches!(status, Status::Pass | Status::Warn)
}

fn is_open<'r>(mut results: impl Iterator<Item = &'r CheckResult>) -> bool {
    !results.any(|it| matches!(it.status, Status::Fail | Status::Unknown))
}

fn key(result: &CheckResult) -> (&str, &str) {
    (result.id, &result.subject)
}

fn by_subject<'r>(
    results: impl Iterator<Item = &'r CheckResult>,
) -> BTreeMap<(&'r str, &'r str), Vec<&'r CheckResult>> {
    let mut map: BTreeMap<_, Vec<&CheckResult>> = BTreeMap::new();
    for result in results {
        map.entry(key(result)).or_default().push(result);
    }
    map
}

#[test]
fn a_check_asks_what_it_declares_and_a_pass_shows_what_it_rests_on() {
    let whole_catalogue: Vec<_> = checks::catalogue().collect();
    let mut recorded = Seen::default();
    for scenario in Scenario::all() {
        let staged = scenario.staged(&whole_catalogue);
        let whole = staged.judge(&scenario.recording, Trust::Log, None);
        recorded.note(&scenario.name, whole.results());
    }
    let seen = || CATALOGUE.iter().chain([&recorded]);
    let baseless: Vec<_> = seen().flat_map(|it| &it.baseless).collect();
    assert!(baseless.is_empty(), "these pass on nothing: {baseless:#?}");
    for (group, check) in checks::catalogue() {
        let declared = check.asks.iter().filter(|list| !is_conditional(list)).copied().flatten();
        let declared: BTreeSet<String> = declared.map(|call| call.to_string()).collect();
        let possible: BTreeSet<String> = check.calls().map(|call| call.to_string()).collect();
        let asked: BTreeSet<String> =
            seen().filter_map(|it| it.asked.get(check.id)).flatten().cloned().collect();
        assert!(asked.is_subset(&possible), "{} asks {asked:?}", check.id);
        if ["image", "secrets"].contains(&group.name) {
            let missing: Vec<_> = declared.difference(&asked).collect();
            assert!(missing.is_empty(), "{} declares {missing:?} and does not ask", check.id);
        }
    }
}

/// Whether these calls are made only where an answer depends on tags, on the organization or on the network, or
/// where an image may be pulled but not described.
fn is_conditional(calls: &[Call]) -> bool {
    calls == PERMISSION_CALLS || calls == CallOrigin::CALLS || calls == import::CALLS
}
