//! Subjects that the account names: a fact gives the list, and each member is judged by itself.

use std::rc::Rc;

use super::stage::*;
use crate::checks::{Case, Ruling};
use crate::document::{Place, Role};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::preflight::Probe;
use crate::report::Status::{Fail, Pass, Skip, Unknown};
use crate::verdict::{Judgement, fail, not_applicable, pass};

/// A probe for the members of `list`; each is judged by `judge`.
fn listing(
    list: impl Fn(&View) -> Result<Vec<&'static str>, Stop> + 'static,
    judge: impl Fn(&str, &View) -> Judgement + Clone + 'static,
) -> Probe<'static> {
    let case = move |name: &'static str, judge: Rc<dyn Fn(&View) -> Judgement>| Case {
        place: Place::whole("stage.json", Role::Definition),
        container: None,
        resource: Some(name.to_owned()),
        ruling: Ruling::Judge(judge),
    };
    let spread = move |facts: &View| {
        let named = list(facts)?;
        if named.is_empty() {
            return Ok(vec![case("", Rc::new(|_| not_applicable("the account has no member")))]);
        }
        let member = |name: &'static str| {
            let judge = judge.clone();
            case(name, Rc::new(move |facts| judge(name, facts)))
        };
        Ok(named.into_iter().map(member).collect())
    };
    Probe {
        ruling: Ruling::Spread(Rc::new(spread)),
        ..probe(&SECOND, |_| pass("the list takes its place"))
    }
}

fn two_listed(facts: &View) -> Result<Vec<&'static str>, Stop> {
    facts.need(&ask("list", Reply::Found))?;
    Ok(vec!["i-1", "i-2"])
}

fn is_well(name: &str, facts: &View) -> Judgement {
    match name {
        "i-1" => pass(format!("{name} is well, by {}", facts.need(&ask("one", Reply::Found))?)),
        _ => fail(format!("{name} is not")).judge(),
    }
}

#[test]
fn each_member_has_its_own_result_in_the_place_of_the_list() {
    let first = ask("first", Reply::Found);
    let probes =
        [probe(&FIRST, needs(&first)), listing(two_listed, is_well), probe(&FIRST, needs(&first))];
    let run = run(&probes);
    assert_eq!(run.statuses(), [Pass, Pass, Fail, Pass]);
    let resources: Vec<_> = run.results.iter().map(|it| it.resource.as_deref()).collect();
    assert_eq!(resources, [None, Some("i-1"), Some("i-2"), None]);
    assert_eq!(run.requests, 3, "the list, one member's own question, and that of the others");
}

#[test]
fn what_a_member_says_rests_on_the_list() {
    let run = run(&[listing(two_listed, is_well)]);
    for result in &run.results {
        assert!(result.evidence.iter().any(|line| line.contains("(list)")), "{result:#?}");
    }
}

#[test]
fn what_the_list_assumes_its_members_assume() {
    let assumed = |facts: &View| {
        facts.assume("that the list is young");
        two_listed(facts)
    };
    let run = run(&[listing(assumed, is_well)]);
    assert!(run.results.iter().all(|it| !it.assumes.is_empty()), "{:#?}", run.results);
}

#[test]
fn an_unreadable_list_is_one_unknown_and_a_missing_one_is_one_failure() {
    let listed =
        |reply| move |facts: &View| facts.need(&ask("list", reply)).map(|_| vec!["i-1", "i-2"]);
    assert_eq!(run(&[listing(listed(Reply::Refused), is_well)]).statuses(), [Unknown]);
    let absent = run(&[listing(listed(Reply::Absent), is_well)]);
    assert_eq!(absent.statuses(), [Fail]);
    assert_eq!(absent.results[0].message, "there is no list");
}

#[test]
fn an_empty_list_leaves_nothing_to_judge() {
    let empty = |facts: &View| facts.need(&ask("list", Reply::Found)).map(|_| Vec::new());
    assert_eq!(run(&[listing(empty, is_well)]).statuses(), [Skip]);
}

/// Nobody knows whether such a list is whole.
#[test]
fn a_list_that_swallows_a_gap_is_unknown_whatever_it_names() {
    let careless = |facts: &View| {
        let _nobody_looks = facts.get(&ask("list", Reply::Refused)).ok();
        Ok(vec!["i-1"])
    };
    assert_eq!(run(&[listing(careless, |_, _| pass("well"))]).statuses(), [Unknown]);
}

#[test]
fn a_member_that_panics_is_a_defect_of_its_own() {
    let falls = |name: &str, _: &View| match name {
        "i-1" => panic!("{name} fell over"),
        _ => pass("well"),
    };
    assert_eq!(run(&[listing(two_listed, falls)]).statuses(), [Unknown, Pass]);
}
