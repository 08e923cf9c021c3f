//! What passes rest on: each assumption once, with the checks that pass on it.

use std::collections::HashMap;

use super::listing::{REST, listed};
use crate::report::{CheckResult, Report};

/// How many assumptions are listed.
const LINES: usize = 10;

/// How many checks one line names.
const NAMED: usize = 4;

/// A sentence for each assumption, up to the limit.
pub(super) fn sentences(report: &Report) -> Vec<String> {
    let assumptions = assumptions(report);
    let said = |(assumption, checks): &(&str, Vec<&str>)| {
        format!("assuming {assumption}: {}", listed(checks, NAMED))
    };
    let mut sentences: Vec<String> = assumptions.iter().take(LINES).map(said).collect();
    if assumptions.len() > LINES {
        sentences.push(format!("… and {} more: {REST}", assumptions.len() - LINES));
    }
    sentences
}

/// The different assumptions, each with the different checks that pass on it, in the order of the results.
fn assumptions(report: &Report) -> Vec<(&str, Vec<&str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for result in report.checks().filter(|it| CheckResult::is_assumed(it)) {
        for assumption in &result.assumes {
            let at = *known.entry(assumption).or_insert_with(|| {
                found.push((assumption, Vec::new()));
                found.len() - 1
            });
            let checks = &mut found[at].1;
            if !checks.contains(&result.id) {
                checks.push(result.id);
            }
        }
    }
    found
}
