//! The texts in the records of the checks: what a check prevents, and AWS's words for the rules that it holds to.

use std::borrow::Cow;

use super::pattern::Pattern;
use super::symptom::{Kind, Symptom};
use crate::checks;
use crate::verdict::Words;

/// Shorter texts say too little without their context; those have rows in the catalogue.
const SHORTEST: usize = 14;

/// A row for each error that checks prevent.
pub(super) fn prevented() -> Vec<Symptom> {
    let mut rows = Vec::new();
    for (_, check) in checks::catalogue() {
        for text in check.prevents.iter().filter(|text| is_of_aws(text)) {
            let means = format!("It does not happen if {}.", check.verifies);
            add(&mut rows, text, check.id, means, check.docs);
        }
    }
    rows
}

/// A row for each of AWS's words for a rule.
pub(super) fn refused() -> Vec<Symptom> {
    let mut rows = Vec::new();
    for (group, check) in checks::catalogue() {
        for rule in group.rules_of(check) {
            if let Words::Quoted(words) = rule.words {
                let means = format!("ECS requires: {}.", rule.claim);
                add(&mut rows, words, check.id, means, rule.source);
            }
        }
    }
    rows
}

/// Whether a text quotes AWS, and nothing else.
fn is_of_aws(text: &str) -> bool {
    !text.starts_with("no error text:") && !text.ends_with(')')
}

/// Adds a row, or the check to the row of this text.
fn add(
    rows: &mut Vec<Symptom>,
    text: &'static str,
    check: &'static str,
    means: String,
    docs: &'static str,
) {
    if Pattern::of(text).letters() < SHORTEST {
        return;
    }
    if let Some(row) = rows.iter_mut().find(|row| row.texts[0] == text) {
        if !row.checks.contains(&check) {
            row.checks.to_mut().push(check);
        }
        return;
    }
    rows.push(Symptom {
        id: check,
        texts: Cow::Owned(vec![text]),
        kind: Kind::Cause,
        means: Cow::Owned(means),
        checks: Cow::Owned(vec![check]),
        why_no_check: "",
        docs,
        is_shared: false,
        decides: false,
        is_faint: false,
        when: None,
    });
}
