//! Unknown by construction: whatever is not learnt makes no pass, leaves no pass standing, and
//! accuses nobody.

use std::collections::{BTreeMap, BTreeSet};

use tokio::runtime::Runtime;

use super::scenario::{Outcome, Scenario};
use crate::checks::{self, Case, Check, Group, each};
use crate::facts::{Recording, View};
use crate::knowledge::{Seen, Stop};
use crate::lookup::Call;
use crate::lookup::secretsmanager::DescribeSecret;
use crate::names::ValueFrom;
use crate::permission::PERMISSION_CALLS;
use crate::reachability::origin::Departure;
use crate::report::{CheckResult, Status};
use crate::task::{InSecretsManager, SecretUse, Task};
use crate::verdict::{Judgement, Trust, fail, not_applicable, pass};

type Listed = (&'static Group, &'static Check);

#[test]
fn what_is_not_learnt_makes_no_pass_leaves_none_standing_and_accuses_nobody() {
    let with_careless: Vec<_> = asking().chain(CARELESS.iter().copied()).collect();
    let holes = all_holes(&Scenario::all(), Trust::Log, &with_careless);
    assert!(holes.is_empty(), "\n{}\n", holes.join("\n"));
}

#[test]
fn given_the_author_is_believed_then_careless_checks_show_holes_of_every_kind() {
    let scenarios: Vec<_> =
        Scenario::all().into_iter().filter(|it| it.name.starts_with("secret-")).collect();
    let kinds = ["a pass that stays", "a new fail", "a new pass", "the gate opens"];
    for (careless, kind) in CARELESS.iter().zip(kinds) {
        let holes = all_holes(&scenarios, Trust::Author, &[*careless]);
        let found = holes.iter().any(|hole| hole.contains(kind));
        assert!(found, "{} shows no hole of the kind {kind}: {holes:#?}", careless.1.id);
    }
}

#[test]
fn no_check_of_the_catalogue_leans_on_the_rule() {
    let catalogue: Vec<_> = asking().collect();
    let holes = all_holes(&Scenario::all(), Trust::Author, &catalogue);
    assert!(holes.is_empty(), "\n{}\n", holes.join("\n"));
}

/// To the other checks it makes no difference what is learnt.
fn asking() -> impl Iterator<Item = Listed> {
    checks::catalogue().filter(|(_, check)| !check.asks.is_empty())
}

fn all_holes(scenarios: &[Scenario], trust: Trust, checks: &[Listed]) -> Vec<String> {
    let runtime = runtime();
    let mut found = Vec::new();
    for scenario in scenarios {
        let before = scenario.judge(&runtime, &scenario.recording, trust, checks);
        for mutation in mutations(&scenario.recording) {
            let after = scenario.judge(&runtime, &mutation.recording, trust, checks);
            let holes = holes(&before, &mutation.gone, &after);
            let name = &scenario.name;
            found.extend(holes.into_iter().map(|hole| format!("{name}, {}: {hole}", mutation.how)));
        }
    }
    found
}

/// Less than was recorded.
struct Mutation {
    how: String,
    gone: Vec<usize>,
    recording: Recording,
}

/// Each fact removed, each refused, and pairs of them where there are few.
fn mutations(recording: &Recording) -> Vec<Mutation> {
    let facts = recording.len();
    let mut all = Vec::new();
    for one in 0..facts {
        let refused = recording.refused(one);
        all.push(Mutation {
            how: format!("fact {one} removed"),
            gone: vec![one],
            recording: recording.without(one),
        });
        let few = if facts <= 8 { one + 1..facts } else { 0..0 };
        for other in few {
            all.push(Mutation {
                how: format!("facts {one} and {other} refused"),
                gone: vec![one, other],
                recording: refused.refused(other),
            });
        }
        all.push(Mutation {
            how: format!("fact {one} refused"),
            gone: vec![one],
            recording: refused,
        });
    }
    all
}

/// What a run on less knowledge says that it must not say.
fn holes(before: &Outcome, gone: &[usize], after: &Outcome) -> Vec<String> {
    let mut found = Vec::new();
    let earlier = by_subject(&before.results);
    let lost: Vec<&String> = gone.iter().filter_map(|nth| before.lines[*nth].as_ref()).collect();
    for result in &after.results {
        let was = earlier.get(&key(result)).map_or(&[][..], Vec::as_slice);
        let what = format!("{} of {}: {}", result.id, result.subject, result.message);
        let opened = |it: &&&CheckResult| opens(it.status);
        if opens(result.status) && was.iter().filter(opened).count() == 0 {
            found.push(format!("a new pass, {what}"));
        }
        let rested =
            was.iter().filter(opened).any(|it| lost.iter().any(|line| it.evidence.contains(line)));
        // What is proven another way, without a look at what is gone, may stay.
        let looked =
            lost.iter().any(|line| result.evidence.iter().any(|it| question(it) == question(line)));
        if opens(result.status) && rested && looked && !result.assumes {
            found.push(format!("a pass that stays, {what}"));
        }
        // What was skipped because another check told of the absence may now have to tell it itself.
        let told = |it: &&CheckResult| {
            it.status == Status::Fail || it.message.starts_with("not judged: needs ")
        };
        if result.status == Status::Fail && !was.iter().any(told) {
            found.push(format!("a new fail, {what}"));
        }
    }
    if is_open(&after.results) && !is_open(&before.results) {
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

fn is_open(results: &[CheckResult]) -> bool {
    !results.iter().any(|it| matches!(it.status, Status::Fail | Status::Unknown))
}

fn key(result: &CheckResult) -> (&str, &str) {
    (&result.id, &result.subject)
}

fn by_subject(results: &[CheckResult]) -> BTreeMap<(&str, &str), Vec<&CheckResult>> {
    let mut map: BTreeMap<_, Vec<&CheckResult>> = BTreeMap::new();
    for result in results {
        map.entry(key(result)).or_default().push(result);
    }
    map
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

#[test]
fn a_check_asks_what_it_declares_and_a_pass_shows_what_it_rests_on() {
    let runtime = runtime();
    let (whole, asking) = (checks::catalogue().collect::<Vec<_>>(), asking().collect::<Vec<_>>());
    let mut asked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for scenario in Scenario::all() {
        let judge = |recording: &Recording, checks: &[Listed]| {
            scenario.judge(&runtime, recording, Trust::Log, checks)
        };
        let mut results = judge(&scenario.recording, &whole).results;
        for mutation in mutations(&scenario.recording) {
            results.extend(judge(&mutation.recording, &asking).results);
        }
        for result in results {
            let (_, check) = checks::find(&result.id).unwrap();
            let proven = check.asks.is_empty() || check.advises || !result.evidence.is_empty();
            let name = &scenario.name;
            assert!(proven || result.status != Status::Pass, "{name}: {} on nothing", check.id);
            let calls = result.evidence.iter().filter_map(|line| line.split_once(" ("));
            let calls = calls.map(|(call, _)| call.to_owned()).filter(|call| call.contains(':'));
            asked.entry(result.id).or_default().extend(calls);
        }
    }
    for (group, check) in checks::catalogue() {
        let declared = check.asks.iter().filter(|list| !is_conditional(list)).copied().flatten();
        let declared: BTreeSet<String> = declared.map(|call| call.to_string()).collect();
        let possible: BTreeSet<String> = check.calls().map(|call| call.to_string()).collect();
        let asked = asked.remove(check.id).unwrap_or_default();
        assert!(asked.is_subset(&possible), "{} asks {asked:?}", check.id);
        if ["image", "secrets"].contains(&group.name) {
            let missing: Vec<_> = declared.difference(&asked).collect();
            assert!(missing.is_empty(), "{} declares {missing:?} and does not ask", check.id);
        }
    }
}

/// Whether these calls are made only where an answer depends on tags, on the organization or on the network.
fn is_conditional(calls: &[Call]) -> bool {
    calls == PERMISSION_CALLS || calls == Departure::CALLS
}

static CARELESSNESS: Group = Group { name: "carelessness", ..Group::EMPTY };

/// Checks that do with a gap what they should not.
static CARELESS: &[Listed] = &[
    (&CARELESSNESS, &careless("careless-passing", |task| each(task, swallow))),
    (&CARELESSNESS, &careless("careless-accusing", |task| each(task, accuse))),
    (&CARELESSNESS, &careless("careless-hoping", |task| each(task, hope))),
    (&CARELESSNESS, &careless("careless-leaving", |task| each(task, leave))),
];

const fn careless(id: &'static str, judge: for<'t> fn(&'t Task) -> Vec<Case<'t>>) -> Check {
    Check {
        id,
        verifies: "",
        prevents: &[],
        remedy: "",
        docs: "",
        asks: &[],
        advises: false,
        judge,
    }
}

fn asked<'f>(
    it: &SecretUse,
    facts: &View<'f>,
) -> Result<Seen<&'f crate::lookup::secretsmanager::Secret>, Stop> {
    let region = it.task.region()?.clone();
    let id = match it.reference()? {
        ValueFrom::Secret(secret) => secret.secret_arn().to_string(),
        ValueFrom::SecretThroughParameter { secret_id, .. } => secret_id,
        ValueFrom::Parameter(parameter) => parameter.name,
    };
    facts.get(&DescribeSecret { region, id })
}

fn swallow(it: &InSecretsManager, facts: &View) -> Judgement {
    let _nobody_looks = asked(it, facts).ok();
    pass("nobody said no")
}

fn accuse(it: &InSecretsManager, facts: &View) -> Judgement {
    match asked(it, facts) {
        Ok(Seen::Found(_)) => pass("it is there"),
        _ => fail("it is not there").judge(),
    }
}

fn hope(it: &InSecretsManager, facts: &View) -> Judgement {
    match asked(it, facts) {
        Ok(Seen::Absent(_)) => fail("it is not there").judge(),
        _ => pass("it is there"),
    }
}

fn leave(it: &InSecretsManager, facts: &View) -> Judgement {
    match asked(it, facts) {
        Ok(Seen::Absent(_)) => fail("it is not there").judge(),
        Ok(Seen::Found(_)) => pass("it is there"),
        Err(_) => not_applicable("there is nothing to see"),
    }
}
