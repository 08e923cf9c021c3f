//! The texts in the records of the checks: what a check prevents, and AWS's words for the rules that it holds to.

use std::borrow::Cow;

use super::pattern::Pattern;
use super::symptom::{Kind, Symptom};
use crate::checks;
use crate::verdict::Words;

/// Shorter texts say too little without their context; those have rows in the catalogue.
const SHORTEST: usize = 14;

/// A row for each text, with every check that has it.
pub(super) fn rows() -> Vec<Symptom> {
    let mut rows: Vec<Symptom> = Vec::new();
    for (group, check) in checks::catalogue() {
        for text in check.prevents {
            if is_of_aws(text) {
                add(
                    &mut rows,
                    text,
                    check.id,
                    check.verifies.into(),
                    check.docs,
                    "the check requires: ",
                );
            }
        }
        for rule in group.rules_of(check) {
            if let Words::Quoted(words) = rule.words {
                add(&mut rows, words, check.id, rule.claim.clone(), rule.source, "ECS requires: ");
            }
        }
    }
    rows
}

/// Whether a text quotes AWS, and nothing else.
fn is_of_aws(text: &str) -> bool {
    !text.starts_with("no error text:") && !text.ends_with(')')
}

fn add(
    rows: &mut Vec<Symptom>,
    text: &'static str,
    check: &'static str,
    claim: Cow<'static, str>,
    docs: &'static str,
    lead: &str,
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
        means: Cow::Owned(format!("{lead}{claim}.")),
        checks: Cow::Owned(vec![check]),
        why_no_check: "",
        docs,
        is_shared: false,
        decides: false,
        when: None,
    });
}
