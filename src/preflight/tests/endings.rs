//! How judgements end: at an absence, at a gap, by a defect, or because the time is over.

use std::time::{Duration, Instant};

use super::stage::*;
use crate::document::{Place, Pointer, Role};
use crate::facts::{Derived, View};
use crate::knowledge::{Gap, Seen, Stop};
use crate::preflight::{Interruption, Signal};
use crate::report::CheckResult;
use crate::report::Status::{self, Fail, Pass, Skip, Unknown, Warn};
use crate::verdict::{Findings, Judgement, not_applicable, pass};

#[test]
fn given_something_missing_then_the_first_check_fails_and_the_others_need_it() {
    let missing = ask("secret", Reply::Absent);
    let probes = [
        probe(&FIRST, needs(&missing)),
        probe(&FIRST, needs(&missing)),
        probe(&SECOND, needs(&missing)),
    ];
    let run = run(&probes);
    assert_eq!(run.statuses(), [Fail, Fail, Skip], "it fails wherever it is written");
    assert_eq!(run.results[0].message, "there is no secret");
    assert_eq!(run.results[2].message, "not judged: needs first, which failed");
}

#[test]
fn given_a_check_whose_own_question_it_is_then_it_tells_also_when_others_stand_before_it() {
    let missing = ask("role", Reply::Absent);
    let probes = [probe(&DEPENDING, needs(&missing)), probe(&FIRST, needs(&missing))];
    assert_eq!(run(&probes).statuses(), [Skip, Fail]);
}

#[test]
fn given_a_check_that_asks_it_first_in_a_further_list_then_it_tells_before_those_that_merely_ask() {
    let missing = || ask("security group", Reply::Absent);
    let probes = [probe(&DEPENDING, needs(&missing())), probe(&FURTHER, needs(&missing()))];
    assert_eq!(run(&probes).statuses(), [Skip, Fail]);
    let probes = [probe(&FURTHER, needs(&missing())), probe(&FIRST, needs(&missing()))];
    assert_eq!(run(&probes).statuses(), [Skip, Fail], "the first of all is the one to say so");
}

#[test]
fn given_only_the_check_that_depends_then_it_fails_itself() {
    let probes = [probe(&SECOND, needs(&ask("secret", Reply::Absent)))];
    assert_eq!(run(&probes).statuses(), [Fail], "a gate must not open because of --only");
}

#[test]
fn given_a_gap_beside_the_absence_then_the_check_follows_a_reporter_but_is_none() {
    let doubtful = |facts: &View| {
        let (key, secret) =
            (facts.get(&ask("key", Reply::Refused)), facts.need(&ask("secret", Reply::Absent)));
        secret?;
        let _absent_or_found = key?;
        pass("both are there")
    };
    assert_eq!(run(&[probe(&FIRST, doubtful)]).statuses(), [Unknown]);
    let with_reporter =
        [probe(&FIRST, doubtful), probe(&SECOND, needs(&ask("secret", Reply::Absent)))];
    assert_eq!(run(&with_reporter).statuses(), [Skip, Fail]);
}

#[test]
fn given_a_check_that_excuses_an_absence_then_none_fails_by_it() {
    let group = || ask("log group", Reply::Absent);
    let probes = [
        probe(&FIRST, move |facts| match facts.get(&group())? {
            Seen::Found(_) => pass("it is there"),
            Seen::Absent(_) => {
                facts.excuse(&group());
                pass("it will be created")
            }
        }),
        probe(&SECOND, needs(&group())),
    ];
    let run = run(&probes);
    assert_eq!(run.statuses(), [Pass, Unknown]);
    assert!(run.results[1].message.ends_with("another one needs it (there is no log group)"));
}

#[test]
fn given_a_check_that_passes_with_an_absence_in_sight_then_whoever_needs_it_fails_all_the_same() {
    let image = || ask("image", Reply::Absent);
    let of_another_claim = || {
        probe(&FIRST, move |facts| {
            let _there_or_not = facts.get(&image())?;
            pass("its name never moves")
        })
    };
    let probes = [of_another_claim(), probe(&SECOND, needs(&image()))];
    let run = run(&probes);
    assert_eq!(run.statuses(), [Pass, Fail]);
    assert_eq!(run.results[1].message, "there is no image");
}

#[test]
fn given_other_findings_beside_an_absence_then_all_of_them_are_told() {
    let at = |field: &str| Place {
        pointer: Pointer::root().field(field),
        ..Place::whole("stage.json", Role::Definition)
    };
    let checked = |reply: Reply| {
        probe(&DEPENDING, move |facts: &View| {
            let mut found = Findings::new();
            found.warn(&at("directory"), "it has to be there already");
            for (field, name) in [("system", "file system"), ("point", "access point")] {
                found.part(&at(field), |_| facts.need(&ask(name, reply)).map(|_| ()));
                // The same is not reported twice at one place.
                found.part(&at(field), |_| facts.need(&ask(name, reply)).map(|_| ()));
            }
            found.or_pass("all is there")
        })
    };
    let told = |run: &Run| -> Vec<(Status, String, String)> {
        let of = |it: &CheckResult| (it.status, it.subject.to_string(), it.message.to_string());
        run.results.iter().map(of).collect()
    };
    let warning = || (Warn, "/directory".into(), "it has to be there already".into());
    let missing = run(&[checked(Reply::Absent)]);
    let expected = [
        warning(),
        (Fail, "/system".into(), "there is no file system".into()),
        (Fail, "/point".into(), "there is no access point".into()),
    ];
    assert_eq!(told(&missing), expected);
    assert_eq!(told(&run(&[checked(Reply::Found)])), [warning()]);

    let owner = probe(&FIRST, needs(&ask("file system", Reply::Absent)));
    let needs_it = "not judged: needs first, which failed";
    let followed = run(&[checked(Reply::Absent), owner]);
    assert_eq!(told(&followed)[1], (Skip, "/system".into(), needs_it.into()));
    assert_eq!(told(&followed)[2], expected[2]);
    assert_eq!(followed.statuses(), [Warn, Skip, Fail, Fail]);
}

#[test]
fn a_gap_is_unknown_however_the_check_deals_with_it() {
    let secret = || ask("secret", Reply::Refused);
    let probes = [
        probe(&FIRST, needs(&secret())),
        probe(&FIRST, move |facts| {
            let _swallowed = facts.need(&secret()).ok();
            pass("nobody said no")
        }),
        probe(&FIRST, move |facts| match facts.get(&secret()) {
            Ok(_) => pass("it is there"),
            Err(_) => not_applicable("there is nothing to see"),
        }),
        probe(&FIRST, move |facts| match facts.need(&secret()) {
            Ok(_) => pass("it is there"),
            Err(_) => crate::verdict::fail("it is not there").judge(),
        }),
    ];
    let run = run(&probes);
    assert_eq!(run.statuses(), [Unknown; 4]);
    assert!(run.results[0].remedy.as_ref().unwrap().contains("stage:Ask"));
}

#[test]
fn a_gap_of_a_check_that_merely_advises_is_skipped() {
    let run = run(&[probe(&ADVISING, needs(&ask("quota", Reply::Refused)))]);
    assert_eq!(run.statuses(), [Skip]);
    assert!(run.results[0].message.starts_with("not checked: "));
}

#[test]
fn given_a_panic_in_a_check_a_derivation_or_a_fetch_then_the_rest_goes_on() {
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    struct Broken;

    impl Derived for Broken {
        type Fact = ();
        fn what(&self) -> String {
            "the broken fact".to_owned()
        }
        fn derive(&self, _: &View) -> Result<(), Stop> {
            panic!("no such policy")
        }
    }

    let probes = [
        probe(&FIRST, |_| panic!("index out of bounds")),
        probe(&FIRST, |facts| {
            facts.derive(&Broken)?;
            pass("derived")
        }),
        probe(&FIRST, needs(&ask("broken answer", Reply::Panic))),
        probe(&FIRST, needs(&ask("no answer", Reply::Nothing))),
        probe(&FIRST, needs(&ask("secret", Reply::Found))),
    ];
    let run = run(&probes);
    assert_eq!(run.statuses(), [Unknown, Unknown, Unknown, Unknown, Pass]);
    let words = [
        "first panicked: index",
        "the broken fact panicked: no such",
        "stage:Ask",
        "fewer answers",
    ];
    for (result, word) in run.results.iter().zip(words) {
        assert!(
            result.message.starts_with("internal error (please report): "),
            "{}",
            result.message
        );
        assert!(result.message.contains(word), "{}", result.message);
    }
}

/// Facts that are derived from each other, this many in a ring.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Ring {
    at: usize,
    of: usize,
}

impl Derived for Ring {
    type Fact = ();

    fn what(&self) -> String {
        format!("fact {} of {}", self.at, self.of)
    }

    fn derive(&self, facts: &View) -> Result<(), Stop> {
        facts.derive(&Ring { at: (self.at + 1) % self.of, of: self.of })?;
        Ok(())
    }
}

#[test]
fn given_facts_derived_in_a_circle_then_it_ends_as_a_defect() {
    for of in [1, 2, 3] {
        let probes = [
            probe(&FIRST, move |facts| {
                facts.derive(&Ring { at: 0, of })?;
                pass("derived")
            }),
            probe(&FIRST, needs(&ask("secret", Reply::Found))),
        ];
        let run = run(&probes);
        assert_eq!(run.statuses(), [Unknown, Pass], "{of} in a ring");
        assert!(
            run.results[0].message.contains("derived from itself"),
            "{}",
            run.results[0].message
        );
    }
}

#[test]
fn given_a_deadline_then_what_is_missing_is_unknown_and_the_report_is_complete() {
    let slow = Ask { millis: 20_000, ..ask("slow", Reply::Found) };
    let after = ask("asked after it", Reply::Found);
    let probes = [
        probe(&FIRST, needs(&slow)),
        probe(&FIRST, needs(&ask("secret", Reply::Found))),
        probe(&FIRST, move |facts| {
            let _gap = facts.need(&slow).ok();
            facts.need(&after)?;
            pass("both are there")
        }),
        probe(&SECOND, |_| Err(gap("the document does not say"))),
    ];
    let started = Instant::now();
    let run = run_within(&probes, Some(Duration::from_millis(100)));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(run.cut_short);
    assert_eq!(run.statuses(), [Unknown, Pass, Unknown, Unknown]);
    let interrupted = Gap::Interrupted { what: "stage:Ask (slow)".to_owned() };
    assert_eq!(run.results[0].message, interrupted.to_string());
}

/// A check that looks at the same fact over and over until it is refused, and passes then.
fn never_done(facts: &View) -> Judgement {
    while facts.need(&ask("secret", Reply::Found)).is_ok() {
        std::thread::sleep(Duration::from_millis(1));
    }
    pass("whatever that meant")
}

#[test]
fn given_a_deadline_then_a_judgement_that_takes_too_long_is_unknown_and_the_report_is_complete() {
    let secret = ask("secret", Reply::Found);
    let busy = |facts: &View| match facts.need(&ask("secret", Reply::Found)) {
        Ok(_) => never_done(facts),
        Err(stop) => Err(stop),
    };
    let probes = [
        probe(&FIRST, needs(&secret)),
        probe(&FIRST, busy),
        probe(&SECOND, |_| pass("nothing has to be asked")),
    ];
    let started = Instant::now();
    let run = run_within(&probes, Some(Duration::from_millis(100)));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(run.results[1].status, Unknown, "{}", run.results[1].message);
    assert_eq!(run.results[1].message, "the run ended before first was judged");
    assert!(run.cut_short);
    assert_eq!(run.statuses().len(), 3, "the report is complete");
}

#[test]
fn given_a_signal_while_it_judges_then_the_run_ends_with_its_report() {
    let (interrupter, interruption) = Interruption::channel();
    let signals = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        interrupter.signal(Signal::Terminate);
        interrupter
    });
    let probes = [probe(&FIRST, |facts| {
        facts.need(&ask("secret", Reply::Found))?;
        never_done(facts)
    })];
    let started = Instant::now();
    let run = run_until(&probes, None, interruption);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!((run.statuses(), run.interrupted), (vec![Unknown], Some(Signal::Terminate)));
    drop(signals.join());
}

#[test]
fn given_a_deadline_that_passes_with_everything_judged_then_nothing_was_cut_short() {
    let probes = [probe(&FIRST, |_| pass("nothing has to be asked"))];
    let run = run_within(&probes, Some(Duration::ZERO));
    assert_eq!((run.statuses(), run.cut_short), (vec![Pass], false));
}
