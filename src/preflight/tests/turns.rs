//! Asking: once, together, and in any order.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::stage::*;
use crate::facts::{Derived, View};
use crate::knowledge::Stop;
use crate::preflight::Probe;
use crate::report::Status::{Fail, Pass, Skip, Unknown};
use crate::verdict::pass;

#[test]
fn given_many_who_ask_the_same_then_it_is_asked_once() {
    let secret = ask("secret", Reply::Found);
    let probes: Vec<Probe> = (0..20).map(|_| probe(&FIRST, needs(&secret))).collect();
    let run = run(&probes);
    assert_eq!(run.statuses(), [Pass; 20]);
    assert_eq!(run.requests, 1);
}

#[test]
fn given_questions_that_may_travel_together_then_ten_share_a_request() {
    for (questions, requests) in [(1, 1), (10, 1), (11, 2), (25, 3)] {
        let probes: Vec<Probe> = (0..questions)
            .map(|n| {
                probe(&FIRST, move |facts| {
                    assert_eq!(*facts.need(&Together(n))?, n, "each gets its own answer");
                    pass("it is there")
                })
            })
            .collect();
        let run = run(&probes);
        assert_eq!(run.statuses(), vec![Pass; questions]);
        assert_eq!(run.requests, requests, "{questions} questions");
    }
}

#[test]
fn several_things_are_wanted_in_one_turn() {
    let (slow, slower) = (
        Ask { millis: 60, ..ask("a", Reply::Found) },
        Ask { millis: 60, ..ask("b", Reply::Found) },
    );
    let evaluated = AtomicUsize::new(0);
    let probes = [probe(&FIRST, |facts| {
        evaluated.fetch_add(1, Ordering::Relaxed);
        let all = facts.all([&slow, &slower])?;
        pass(format!("{} are there", all.len()))
    })];
    assert_eq!(run(&probes).statuses(), [Pass]);
    assert_eq!(
        evaluated.load(Ordering::Relaxed),
        2,
        "once to want, and again only when both have come"
    );
}

#[test]
fn what_is_requested_ahead_holds_up_nobody_who_does_not_read_it() {
    let never = Ask { millis: 20_000, ..ask("never", Reply::Found) };
    let later = Ask { millis: 60, ..ask("later", Reply::Found) };
    let probes = [
        probe(&FIRST, |facts| {
            facts.prefetch(&never);
            facts.need(&ask("subnet", Reply::Found))?;
            pass("it did not matter")
        }),
        probe(&FIRST, |facts| {
            facts.prefetch(&later);
            facts.need(&ask("subnet", Reply::Found))?;
            facts.need(&later)?;
            pass("it was waited for")
        }),
    ];
    let started = std::time::Instant::now();
    let run = run(&probes);
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(run.statuses(), [Pass; 2]);
    assert_eq!((run.requests, run.cut_short), (3, false));
}

/// A fact that rests on a needed and on an optional one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Rights;

static RIGHTS_DERIVED: AtomicUsize = AtomicUsize::new(0);

impl Derived for Rights {
    type Fact = usize;

    fn what(&self) -> String {
        "the rights".to_owned()
    }

    fn derive(&self, facts: &View) -> Result<usize, Stop> {
        let role = facts.need(&ask("role", Reply::Found))?;
        facts.peek(&ask("organization", Reply::Refused))?;
        RIGHTS_DERIVED.fetch_add(1, Ordering::Relaxed);
        Ok(role.len())
    }
}

#[test]
fn given_a_derived_fact_then_it_is_computed_once_and_brings_evidence_and_assumptions() {
    let probes: Vec<Probe> = (0..10)
        .map(|_| {
            probe(&FIRST, |facts| pass(format!("the role has {} rights", facts.derive(&Rights)?)))
        })
        .collect();
    let run = run(&probes);
    assert_eq!(RIGHTS_DERIVED.load(Ordering::Relaxed), 1);
    assert_eq!(run.requests, 2);
    for result in run.results {
        assert_eq!(result.status, Pass);
        assert!(!result.assumes.is_empty());
        let lines: Vec<&str> = result.evidence.iter().map(|line| &**line).collect();
        assert_eq!(
            lines,
            [
                "stage:Ask (role) → found",
                "stage:Ask (organization) → you may not call stage:Ask on * (no)",
                "assuming that organization does not matter",
            ]
        );
    }
}

/// A fact whose derivation throws a gap away.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Careless;

impl Derived for Careless {
    type Fact = bool;

    fn what(&self) -> String {
        "a careless fact".to_owned()
    }

    fn derive(&self, facts: &View) -> Result<bool, Stop> {
        match facts.need(&ask("boundary", Reply::Refused)) {
            Err(stop) if stop == Stop::Gap(crate::knowledge::Gap::Pending) => Err(stop),
            known => Ok(known.is_ok()),
        }
    }
}

#[test]
fn a_gap_that_a_derivation_swallows_makes_who_asks_unknown() {
    let probes = [probe(&FIRST, |facts| pass(format!("{}", facts.derive(&Careless)?)))];
    assert_eq!(run(&probes).statuses(), [Unknown]);
}

#[test]
fn given_any_order_of_arrival_then_the_report_is_the_same() {
    let reports: Vec<_> = (0..12)
        .map(|order| {
            // Multiplying modulo a prime shuffles the delays.
            let delayed =
                |name, reply, nth: u64| Ask { name, reply, millis: nth * (order + 1) % 13 };
            let asks = [
                delayed("a", Reply::Found, 1),
                delayed("b", Reply::Absent, 2),
                delayed("c", Reply::Refused, 3),
                delayed("d", Reply::Found, 4),
            ];
            let mut probes = Vec::new();
            for check in [&FIRST, &SECOND] {
                for one in &asks {
                    for other in &asks {
                        let (one, other) = (one.clone(), other.clone());
                        probes.push(probe(check, move |facts| {
                            facts.need(&one)?;
                            facts.need(&other)?;
                            pass("both are there")
                        }));
                    }
                }
            }
            let results = run(&probes).results;
            results.into_iter().map(|it| (it.status, it.message, it.evidence)).collect::<Vec<_>>()
        })
        .collect();
    assert!(reports.iter().all(|report| *report == reports[0]));
    for status in [Pass, Fail, Skip, Unknown] {
        assert!(reports[0].iter().any(|(it, ..)| *it == status), "{status:?} does not occur");
    }
}
