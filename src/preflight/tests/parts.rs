//! Many definitions are judged in parts, and nothing of the report shows where a part ended.

use super::stage::*;
use crate::preflight::Probe;
use crate::preflight::results::part;
use crate::report::Status::{Fail, Skip};
use crate::verdict::pass;

/// The targets of the probes in each part.
fn parts(targets: &[usize], enough: usize) -> Vec<Vec<usize>> {
    let of = |target: &usize| Probe { target: *target, ..probe(&FIRST, |_| pass("it is")) };
    let mut probes = targets.iter().map(of).peekable();
    let mut parts = Vec::new();
    while let Some(first) = probes.next() {
        let part = part(first, &mut probes, enough);
        parts.push(part.iter().map(|it| it.target).collect());
    }
    parts
}

#[test]
fn a_part_has_whole_targets_and_no_probe_is_lost() {
    let targets = [0, 0, 0, 1, 1, 4, 7];
    for (enough, expected) in [
        (1, vec![vec![0, 0, 0], vec![1, 1], vec![4], vec![7]]),
        (2, vec![vec![0, 0, 0], vec![1, 1], vec![4, 7]]),
        (4, vec![vec![0, 0, 0, 1, 1], vec![4, 7]]),
        (100, vec![targets.to_vec()]),
    ] {
        assert_eq!(parts(&targets, enough), expected, "{enough}");
    }
    assert!(parts(&[], 1).is_empty());
}

#[test]
fn what_is_missing_fails_once_in_each_target_of_each_part() {
    let missing = ask("secret", Reply::Absent);
    let of_target = |target: usize| {
        let depends = |nth: usize| if nth == 0 { &FIRST } else { &SECOND };
        let missing = missing.clone();
        (0..6_000).map(move |nth| Probe { target, ..probe(depends(nth), needs(&missing)) })
    };
    let probes: Vec<Probe> = (0..4).flat_map(of_target).collect();
    let run = run(&probes);
    assert_eq!(run.requests, 1);
    for of_target in run.statuses().chunks(6_000) {
        assert_eq!(of_target[0], Fail);
        assert!(of_target[1..].iter().all(|it| *it == Skip), "{:?}", &of_target[..9]);
    }
}
