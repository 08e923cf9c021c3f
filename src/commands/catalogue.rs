//! `checks` and `explain`: what can be checked, from the records of the checks themselves.

use serde_json::{Value, json};

use super::{Failure, look, outlet};
use crate::checks::{self, Check, Group};
use crate::cli::Global;
use crate::exit::Exit;
use crate::names::nearest;
use crate::output;
use crate::verdict::{Rule, Words};

/// Every check with what it verifies and calls.
pub(super) fn list(global: &Global) -> Result<Exit, Failure> {
    list_of(checks::GROUPS, global)
}

fn list_of(groups: &[&'static Group], global: &Global) -> Result<Exit, Failure> {
    let (mut text, mut checks) = (String::new(), Vec::new());
    for group in groups {
        text.push_str(&format!("{}: {}\n", group.name, group.about));
        for check in group.checks {
            text.push_str(&format!("  {:<32} {}\n", check.id, check.verifies));
            let calls: Vec<_> = check.calls().map(|call| call.to_string()).collect();
            if !calls.is_empty() {
                text.push_str(&format!("  {:<32} calls {}\n", "", calls.join(", ")));
            }
            checks.push(object(group, check));
        }
        text.push('\n');
    }
    shown(&text, &json!({"schema_version": 1, "checks": checks}), global)
}

/// One check, those of a group, or all.
pub(super) fn explain(id: Option<&str>, global: &Global) -> Result<Exit, Failure> {
    let Some(id) = id else { return list(global) };
    if let Some(group) = checks::GROUPS.iter().find(|group| group.name == id) {
        return list_of(&[group], global);
    }
    let Some((group, check)) = checks::find(id) else {
        return Err(Failure::usage(unknown(id)));
    };
    shown(&page(group, check), &object(group, check), global)
}

fn shown(text: &str, document: &Value, global: &Global) -> Result<Exit, Failure> {
    let outlet = outlet(global)?;
    output::show(text, document, &outlet, &look(global)).map_err(Failure::usage)?;
    Ok(Exit::Pass)
}

fn object(group: &Group, check: &Check) -> Value {
    json!({
        "id": check.id,
        "group": group.name,
        "verifies": check.verifies,
        "prevents": check.prevents,
        "remedy": check.remedy,
        "docs": check.docs,
        "calls": check.calls().collect::<Vec<_>>(),
        "advises": check.advises,
        "rules": group.rules_of(check).iter().map(dated).collect::<Vec<_>>(),
    })
}

/// A rule with its source and the day on which it was last seen to hold; `words` are AWS's, or null.
fn dated(rule: &Rule) -> Value {
    let words = match rule.words {
        Words::Quoted(words) => Some(words),
        Words::Unknown(_) => None,
    };
    json!({"rule": rule.claim, "words": words, "source": rule.source, "last_seen": rule.seen})
}

fn page(group: &Group, check: &Check) -> String {
    let mut text =
        format!("{}  (group {})\n\n  Verifies that {}.\n", check.id, group.name, check.verifies);
    if check.advises {
        text.push_str("  Advisory: warns, never fails the run.\n");
    }
    text.push_str("\nPrevents\n");
    for error in check.prevents {
        text.push_str(&format!("  {error}\n"));
    }
    text.push_str(&format!("\nFix\n  {}\n", check.remedy));
    if !check.asks.is_empty() {
        text.push_str("\nCalls\n");
        for call in check.calls() {
            text.push_str(&format!("  {call}\n"));
        }
    }
    text.push_str(&format!("\nDocumentation\n  {}\n", check.docs));
    text
}

/// The message for an unknown id: suggests the closest one, or those that contain it.
pub(super) fn unknown(id: &str) -> String {
    let known = || {
        let groups = checks::GROUPS.iter().map(|group| group.name);
        groups.chain(checks::catalogue().map(|(_, check)| check.id))
    };
    let holding = || known().filter(|it| !id.is_empty() && it.contains(id)).take(5);
    let near: Vec<&str> = match nearest(id, known()) {
        Some(near) => vec![near],
        None => holding().collect(),
    };
    let hint = match near.as_slice() {
        [] => "run `aws-ecs-preflight checks` for the list".to_owned(),
        near => format!("did you mean {}?", near.join(", ")),
    };
    format!("there is no check or group {id:?}\n  {hint}")
}
