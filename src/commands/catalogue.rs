//! `checks`, and `explain` of a check: what can be checked, from the records of the checks themselves.

use serde_json::{Value, json};

use super::{Failure, look, outlet_without_results};
use crate::checks::{self, Check, Group};
use crate::cli::Global;
use crate::exit::Exit;
use crate::names::nearest;
use crate::output::{self, Look};
use crate::symptoms;
use crate::verdict::{Rule, Words};

/// Every check with what it verifies and calls.
pub(super) fn list(global: &Global) -> Result<Exit, Failure> {
    list_of(checks::GROUPS, global)
}

fn list_of(groups: &[&'static Group], global: &Global) -> Result<Exit, Failure> {
    let look = look(global);
    let texts: Vec<String> = groups.iter().map(|group| list_of_group(group, &look)).collect();
    let checks: Vec<_> = groups
        .iter()
        .flat_map(|group| group.checks.iter().map(|check| object(group, check)))
        .collect();
    let text = texts.join("\n");
    shown(&text, &json!({"schema_version": 1, "checks": checks}), global)
}

/// The checks of a group: each id with its claim, which is below the id on a narrow terminal.
fn list_of_group(group: &Group, look: &Look) -> String {
    let mut text = output::hanging("", 2, &format!("{}: {}", group.name, group.about), look);
    let widest = checks::catalogue().map(|(_, check)| check.id.len()).max().unwrap_or_default();
    let column = 2 + widest + 2;
    let is_wide = look.width >= 2 * column;
    let indent = if is_wide { column } else { 6 };
    for check in group.checks {
        let lead = match is_wide {
            true => format!("  {:<widest$}  ", check.id),
            false => {
                text.push_str(&format!("  {}\n", check.id));
                " ".repeat(indent)
            }
        };
        text.push_str(&output::hanging(&lead, indent, check.verifies, look));
        let calls: Vec<_> = check.calls().map(|call| call.to_string()).collect();
        if !calls.is_empty() {
            let calls = format!("calls {}", calls.join(", "));
            text.push_str(&output::hanging(&" ".repeat(indent), indent, &calls, look));
        }
    }
    text
}

/// One check, or those of a group; nothing if there is no such id.
pub(super) fn explain(id: &str, global: &Global) -> Result<Option<Exit>, Failure> {
    if let Some(group) = checks::GROUPS.iter().find(|group| group.name == id) {
        return list_of(&[group], global).map(Some);
    }
    let Some((group, check)) = checks::find(id) else { return Ok(None) };
    shown(&page(group, check, &look(global)), &object(group, check), global).map(Some)
}

/// The first checks of a row are the likely ones.
const LIKELY: usize = 2;

/// The errors that a check prevents: its own, and those of which it is a likely cause, in their first wording.
pub(super) fn errors_of(check: &Check) -> Vec<&'static str> {
    let shared =
        symptoms::rows().filter(|row| row.checks.iter().take(LIKELY).any(|id| *id == check.id));
    let shared = shared.map(|row| row.texts[0]).filter(|text| !check.prevents.contains(text));
    check.prevents.iter().copied().chain(shared).collect()
}

fn shown(text: &str, document: &Value, global: &Global) -> Result<Exit, Failure> {
    let outlet = outlet_without_results(global)?;
    output::show(text, document, &outlet, &look(global)).map_err(Failure::usage)?;
    Ok(Exit::Pass)
}

fn object(group: &Group, check: &Check) -> Value {
    json!({
        "id": check.id,
        "group": group.name,
        "verifies": check.verifies,
        "prevents": check.prevents,
        "errors": errors_of(check),
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

fn page(group: &Group, check: &Check, look: &Look) -> String {
    let mut text = format!("{}  (group {})\n", check.id, group.name);
    let mut section = |title: &str, indent: usize, sentences: &[String]| {
        text.push_str(&format!("\n{title}\n"));
        for sentence in sentences {
            text.push_str(&output::hanging("  ", indent, sentence, look));
        }
    };
    section("Verifies", 2, &[format!("{}.", check.verifies)]);
    if check.advises {
        section("Advisory", 2, &["Warns, never fails the run.".to_owned()]);
    }
    // Each error begins where no other line does.
    let errors: Vec<String> = errors_of(check).iter().map(ToString::to_string).collect();
    section("Prevents", 6, &errors);
    section("Fix", 2, &[check.remedy.to_owned()]);
    let calls: Vec<String> = check.calls().map(|call| call.to_string()).collect();
    if !calls.is_empty() {
        section("Calls", 4, &calls);
    }
    section("Documentation", 2, &[check.docs.to_owned()]);
    text
}

/// The message for an unknown id: suggests the closest one, or those that contain it.
pub(super) fn unknown(id: &str) -> String {
    let known = || {
        let groups = checks::GROUPS.iter().map(|group| group.name);
        groups.chain(checks::catalogue().map(|(_, check)| check.id))
    };
    let holding = || known().filter(|it| id.len() >= 3 && it.contains(id)).take(5);
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
