//! The Code Quality report of GitLab, for the widget and the diff of a merge request
//! (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>).
//!
//! Only what is not a pass is a violation. Without any, it is an empty list, which resolves the earlier ones.

use std::collections::HashMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::details;
use crate::report::{CheckResult, Report, Status, Target};

/// How many characters a description has at most.
const MESSAGE: usize = 1_000;

/// The document.
pub(super) fn render(report: &Report) -> String {
    let mut known = HashMap::new();
    let mut violations = Vec::new();
    for status in [Status::Fail, Status::Unknown, Status::Warn] {
        for target in &report.targets {
            let results = target.checks.iter().filter(|it| it.status == status);
            violations.extend(results.map(|it| violation(&target.target, it, &mut known)));
        }
    }
    format!("{:#}\n", Value::Array(violations))
}

fn violation(target: &Target, result: &CheckResult, known: &mut HashMap<String, usize>) -> Value {
    let (severity, state) = match result.status {
        Status::Fail => ("critical", ""),
        // Not a defect, but nothing that a reviewer may overlook.
        Status::Unknown => ("major", "unknown: "),
        _ => ("minor", "warning: "),
    };
    let container = result.container.as_ref();
    let container = container.map_or_else(String::new, |it| format!("({}) ", details::text_of(it)));
    let mut text = format!("{state}{container}{}", details::text_of(&result.message));
    if let Some(remedy) = &result.remedy {
        text = format!("{text}. Fix: {}", details::text_of(remedy));
    }
    if let Some((end, _)) = text.char_indices().nth(MESSAGE) {
        text.truncate(end);
        text.push('…');
    }
    let (file, line) = match &result.location {
        Some(at) => (&*at.file, at.line),
        None => (target.source.as_str(), 1),
    };
    let file = details::text_of(file.strip_prefix("./").unwrap_or(file));
    json!({
        "description": text,
        "check_name": result.id,
        "fingerprint": fingerprint(&file, target, result, known),
        "severity": severity,
        "location": {"path": file, "lines": {"begin": line}},
    })
}

/// What GitLab recognizes a violation by: the same when lines move or the message has other facts, and another
/// for each violation.
fn fingerprint(
    file: &str,
    target: &Target,
    result: &CheckResult,
    known: &mut HashMap<String, usize>,
) -> String {
    let family = target.family.as_deref().unwrap_or_default();
    let resource = result.resource.as_deref().unwrap_or_default();
    let parts = [file, family, result.id, &result.subject, resource];
    let name = parts.map(|it| format!("{}:{it}", it.len())).concat();
    let count = known.entry(name.clone()).or_default();
    *count += 1;
    let name = match count {
        1 => name,
        count => format!("{name}#{count}"),
    };
    Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::tests::{HOSTILE, each_status, report, saying};
    use super::*;
    use crate::report::Location;

    fn violations(report: &Report) -> Vec<Value> {
        serde_json::from_str(&render(report)).unwrap()
    }

    #[test]
    fn what_is_not_a_pass_is_a_violation_in_its_line() {
        let found = violations(&report(vec![each_status()]));
        let of = |it: &Value| {
            let text = |name: &str| it[name].as_str().unwrap().to_owned();
            [text("severity"), text("description")]
        };
        let expected = [
            ["critical", "(x) fail. Fix: x"],
            ["major", "unknown: (x) unknown. Fix: x"],
            ["minor", "warning: (x) warn. Fix: x"],
        ];
        assert_eq!(
            found.iter().map(of).collect::<Vec<_>>(),
            expected.map(|it| it.map(str::to_owned))
        );
        for it in &found {
            assert_eq!(it["check_name"], "image-exists");
            assert_eq!(it["location"], json!({"path": "a.json", "lines": {"begin": 7}}));
            assert_eq!(it.as_object().unwrap().len(), 5);
        }
    }

    #[test]
    fn without_violations_the_list_is_empty() {
        let passed = each_status().into_iter().filter(|it| it.status == Status::Pass).collect();
        assert_eq!(render(&report(vec![passed])), "[]\n");
    }

    #[test]
    fn a_fingerprint_stays_when_lines_move_and_is_that_of_one_violation() {
        let print = |results: Vec<CheckResult>| -> Vec<String> {
            let found = violations(&report(vec![results]));
            found.iter().map(|it| it["fingerprint"].as_str().unwrap().to_owned()).collect()
        };
        let failed = || each_status().into_iter().find(|it| it.status == Status::Fail).unwrap();
        let known = print(vec![failed()]);
        let mut moved = failed();
        moved.location = Some(Location { file: "./a.json".into(), line: 99, column: 1 });
        moved.message = "the same with another fact".into();
        moved.status = Status::Unknown;
        assert_eq!(print(vec![moved]), known);
        let mut others = vec![failed(), failed(), failed(), failed()];
        others[1].subject = "/other".into();
        others[2].resource = None;
        let all: HashSet<String> = print(others).into_iter().collect();
        assert_eq!(all.len(), 4);
        assert!(all.contains(&known[0]));
    }

    #[test]
    fn a_description_is_one_line_whatever_it_says() {
        for text in HOSTILE {
            for it in violations(&saying(Status::Fail, &text.repeat(100))) {
                let said = it["description"].as_str().unwrap();
                assert!(said.chars().count() <= MESSAGE + 1);
                assert!(!said.contains(|it: char| it.is_control()), "{said:?}");
                let path = it["location"]["path"].as_str().unwrap();
                assert!(!path.contains(|it: char| it.is_control()), "{path:?}");
            }
        }
    }
}
