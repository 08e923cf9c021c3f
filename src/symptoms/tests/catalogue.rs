//! The rows themselves: they name checks that exist, none hides another, and every text of a check is among them.

use std::collections::BTreeSet;

use crate::checks;
use crate::symptoms::{Kind, Recogniser, rows};
use crate::verdict::Words;

#[test]
fn a_row_has_checks_that_exist_or_the_reason_why_none_does() {
    let mut ids = BTreeSet::new();
    for row in rows() {
        assert!(ids.insert(row.id), "{} is there twice", row.id);
        assert!(!row.texts.is_empty() && row.means.ends_with('.'), "{}", row.id);
        assert_eq!(row.checks.is_empty(), !row.why_no_check.is_empty(), "{}", row.id);
        for id in row.checks.iter() {
            assert!(checks::find(id).is_some(), "{}: there is no check {id}", row.id);
        }
        let is_a_cause = matches!(row.kind, Kind::Cause);
        assert!(!is_a_cause || !row.checks.is_empty(), "{}", row.id);
    }
}

#[test]
fn no_row_hides_another() {
    let recogniser = Recogniser::new();
    let mut hidden = Vec::new();
    for row in rows().filter(|row| row.when.is_none()) {
        for text in row.texts.iter() {
            // Words that others use too need something of ECS.
            let said = format!("TaskFailedToStart: {}", filled(text));
            let found = recogniser.recognise(&said);
            let is_found = found.causes().any(|it| it.symptom.id == row.id);
            // A more telling row with the same answer is as good.
            let is_alike = found.causes().any(|it| it.symptom.checks.first() == row.checks.first());
            if !is_found && !is_alike {
                let ids: Vec<_> = found.found.iter().map(|it| it.symptom.id).collect();
                hidden.push(format!("{}: {said} is {ids:?}", row.id));
            }
        }
    }
    assert!(hidden.is_empty(), "{}", hidden.join("\n"));
}

/// A text with something in its holes.
fn filled(text: &str) -> String {
    let mut said = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '.']) {
        said.push_str(&rest[..at]);
        rest = &rest[at..];
        let name = rest.strip_prefix('<').and_then(|it| it.find('>'));
        match name {
            Some(end) => {
                said.push_str("web-1");
                rest = &rest[end + 2..];
            }
            None if rest.starts_with("...") => {
                said.push_str("(17)");
                rest = &rest[3..];
            }
            None => {
                said.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    said + rest
}

/// What is AWS's, of the texts that a check prevents.
fn is_quoted(text: &str) -> bool {
    !text.starts_with("no error text:") && !text.ends_with(')')
}

#[test]
fn every_text_of_a_check_leads_to_the_check() {
    let recogniser = Recogniser::new();
    let mut missed = Vec::new();
    for (group, check) in checks::catalogue() {
        let rules = group.rules_of(check);
        let words = rules.iter().filter_map(|rule| match rule.words {
            Words::Quoted(words) => Some(words),
            Words::Unknown(_) => None,
        });
        let prevented = check.prevents.iter().copied().filter(|text| is_quoted(text));
        for text in prevented.chain(words) {
            let said = format!("TaskFailedToStart: {}", filled(text));
            let found = recogniser.recognise(&said);
            let ids = super::checks(&found);
            if !ids.contains(&check.id) && !NOT_TELLING.contains(&text) {
                missed.push(format!("{}: {said} leads to {ids:?}", check.id));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Texts of checks that name another cause first, or that say too little without the rest of the answer.
const NOT_TELLING: &[&str] = &[
    "MISSING",
    "INACTIVE",
    "AGENT",
    // The memory of a program is known only while it runs: the check warns of limits.
    "OutOfMemoryError: Container killed due to memory usage",
];
