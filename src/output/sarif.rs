//! SARIF 2.1.0, for GitHub code scanning and editors
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html>).
//!
//! Only what is not a pass is a result: GitHub shows every result as an alert, whatever its `kind` is.

use std::collections::HashMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{answer, details};
use crate::checks::{Check, Group, catalogue};
use crate::diagnosis::Diagnosis;
use crate::report::{CheckResult, Report, Status, Target};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// How many results GitHub accepts in one run
/// (<https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support>).
const MOST: usize = 25_000;

/// What a path in a URI keeps.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// The document.
pub(super) fn render(report: &Report) -> String {
    with(None, report)
}

/// The same with the answer of a diagnosis. It is about a task, which is no artifact, so that it is a
/// notification of the run.
pub(super) fn of_diagnosis(diagnosis: &Diagnosis, report: &Report) -> String {
    with(Some(diagnosis), report)
}

fn with(diagnosis: Option<&Diagnosis>, report: &Report) -> String {
    let answers = diagnosis.into_iter().map(|it| {
        let (word, status) = answer::word(it.conclusion);
        let level = match status {
            Status::Fail => "error",
            Status::Unknown => "warning",
            _ => "note",
        };
        let facts = answer::facts(it).into_iter().map(|it| format!("{}: {}", it.label, it.text));
        let subject = details::text_of(&it.subject);
        let first = format!("{word}: {subject}: {}", answer::sentence(it));
        let lines: Vec<String> = [first].into_iter().chain(facts).collect();
        json!({"level": level, "message": text(&lines.join("\n"))})
    });
    let ran = ran(report);
    let ids = ran.iter().enumerate().map(|(index, (_, check))| (check.id, index));
    let indices: HashMap<&str, usize> = ids.collect();
    let of_status = |status: Status| {
        report.targets.iter().flat_map(move |target| {
            let results = target.checks.iter().filter(move |it| it.status == status);
            results.map(move |result| (&target.target, result))
        })
    };
    // The worst first, since what is too much is cut off.
    let worst = [Status::Fail, Status::Unknown, Status::Warn];
    let results: Vec<Value> = worst
        .into_iter()
        .flat_map(of_status)
        .take(MOST)
        .map(|(target, result)| object(target, result, &indices))
        .collect();
    let notes = report.notes.iter().map(|note| json!({"level": "note", "message": text(note)}));
    let notes = answers.chain(notes);
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": ran.iter().map(|(group, check)| rule(group, check)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notes.collect::<Vec<_>>(),
            }],
            "results": results,
            "properties": {
                "verdict": report.verdict(),
                "summary": report.summary(),
                "targets": report.targets.iter().map(|it| &it.target).collect::<Vec<_>>(),
            },
        }],
    });
    format!("{log:#}\n")
}

/// The checks that came to a judgement, in the order of the catalogue.
fn ran(report: &Report) -> Vec<(&'static Group, &'static Check)> {
    let is_judged = |id: &str| report.checks().any(|it| it.id == id && it.status != Status::Skip);
    catalogue().filter(|(_, check)| is_judged(check.id)).collect()
}

/// What a check verifies, and what to do if it fails.
fn rule(group: &Group, check: &Check) -> Value {
    let level = if check.advises { "warning" } else { "error" };
    let verifies = format!("Verifies that {}.", check.verifies);
    let errors = |bullet: &str| {
        let errors = check.prevents.iter().map(|error| format!("{bullet}{error}\n"));
        errors.collect::<String>()
    };
    let plain = format!(
        "{verifies}\n\nPrevents:\n{}\nFix: {}.\n\nDocumentation: {}\n",
        errors("  "),
        check.remedy,
        check.docs
    );
    let rich = format!(
        "{verifies}\n\n**Prevents**\n\n```text\n{}```\n\n**Fix:** {}.\n\n[Documentation]({})\n",
        errors(""),
        super::markdown::inline(check.remedy),
        check.docs
    );
    json!({
        "id": check.id,
        "shortDescription": text(check.verifies),
        "fullDescription": text(&verifies),
        "help": {"text": plain, "markdown": rich},
        "helpUri": check.docs,
        "defaultConfiguration": {"level": level},
        "properties": {"tags": ["ecs", group.name], "problem.severity": level},
    })
}

fn object(target: &Target, result: &CheckResult, indices: &HashMap<&str, usize>) -> Value {
    let (kind, level) = match result.status {
        Status::Fail => ("fail", "error"),
        Status::Warn => ("fail", "warning"),
        // Not enough is known to decide; any other kind than `fail` has no level (sections 3.27.9 and 3.27.10).
        _ => ("open", "none"),
    };
    let mut lines = vec![details::text_of(&result.message)];
    lines.extend(result.prevents.iter().map(|it| format!("Leads to: {}", details::text_of(it))));
    lines.extend(result.remedy.iter().map(|it| format!("Fix: {}", details::text_of(it))));
    let mut object = json!({
        "ruleId": result.id,
        "kind": kind,
        "level": level,
        "message": text(&lines.join("\n")),
        "locations": [location(target, result)],
        "partialFingerprints": {"checkAndSubject/v1": fingerprint(result)},
        "properties": {
            "container": result.container,
            "resource": result.resource,
            "evidence": result.evidence,
            "commands": result.commands,
        },
    });
    if let Some(index) = indices.get(result.id) {
        object["ruleIndex"] = json!(index);
    }
    object
}

/// Its file and position, and the JSON pointer. GitHub requires a file, so that a registered definition
/// and a flag are one too.
fn location(target: &Target, result: &CheckResult) -> Value {
    let physical = match &result.location {
        Some(at) => json!({
            "artifactLocation": {"uri": uri(&at.file)},
            "region": {"startLine": at.line, "startColumn": at.column},
        }),
        None => json!({"artifactLocation": {"uri": uri(&target.source)}}),
    };
    let mut location = json!({"physicalLocation": physical});
    if !result.subject.is_empty() {
        location["logicalLocations"] = json!([{"fullyQualifiedName": result.subject}]);
    }
    location
}

/// The path as a URI, relative to the folder of the run unless it is absolute.
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    format!("{scheme}{}", utf8_percent_encode(path, PATH))
}

/// What stays the same when lines move.
fn fingerprint(result: &CheckResult) -> String {
    let resource = result.resource.as_deref().unwrap_or_default();
    format!("{} {} {resource}", result.id, result.subject)
}

/// A message. In plain text too, `[a](b)` would be a link, and `{0}` is an argument (section 3.11).
fn text(text: &str) -> Value {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', ']']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
        let (special, taken) = match rest.as_bytes().get(1 + digits) {
            Some(b'}') if rest.starts_with('{') && digits > 0 => {
                (format!("{{{}}}", &rest[..digits + 2]), digits + 2)
            }
            Some(b'(') if rest.starts_with(']') && digits == 0 => ("\\](".to_owned(), 2),
            _ => (rest[..1].to_owned(), 1),
        };
        plain.push_str(&special);
        rest = &rest[taken..];
    }
    plain.push_str(rest);
    json!({"text": plain})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_no_links_and_no_arguments() {
        let table = [
            ("plain", "plain"),
            ("see [a](http://b)", "see [a\\](http://b)"),
            ("{0} of {12}", "{{0}} of {{12}}"),
            ("{\"a\": [1]} {} {x} ]", "{\"a\": [1]} {} {x} ]"),
            ("{", "{"),
            ("größe {1", "größe {1"),
        ];
        for (said, expected) in table {
            assert_eq!(text(said), json!({"text": expected}), "{said}");
        }
    }

    #[test]
    fn a_path_is_a_uri() {
        let table = [
            ("./deploy/task def.json", "deploy/task%20def.json"),
            ("/srv/a#b.json", "file:///srv/a%23b.json"),
            ("web:42", "web%3A42"),
            ("<stdin>", "%3Cstdin%3E"),
            ("größe.json", "gr%C3%B6%C3%9Fe.json"),
        ];
        for (path, expected) in table {
            assert_eq!(uri(path), expected);
        }
    }
}
