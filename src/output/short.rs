//! One line per result that is not a pass, and per assumption, in the format that editors and grep understand.

use std::collections::HashSet;

use super::style::{Look, paint, style};
use crate::report::{CheckResult, Report, Status, TargetReport};

pub(super) fn render(report: &Report, look: &Look) -> String {
    let mut text = String::new();
    for target in &report.targets {
        for check in target.checks.iter().filter(|it| is_shown(it)) {
            let place = place(target, check);
            let place = look.shown(&place);
            let status = paint(style(check.status), check.status.word());
            let message = look.shown(&check.message);
            text.push_str(&format!("{place}: {status}: {}: {message}\n", check.id));
        }
        let mut known = HashSet::new();
        for check in target.checks.iter().filter(|it| it.is_assumed()) {
            let place = place(target, check);
            let place = look.shown(&place);
            for assumption in check.assumes.iter().filter(|it| known.insert(it.as_str())) {
                let assumption = look.shown(assumption);
                text.push_str(&format!(
                    "{place}: note: {}: passes, assuming {assumption}\n",
                    check.id
                ));
            }
        }
    }
    text
}

fn place(target: &TargetReport, check: &CheckResult) -> String {
    match &check.location {
        Some(at) => format!("{}:{}:{}", at.file, at.line, at.column),
        // A pointer begins with a slash. A flag or another document is a word of its line.
        None => match check.subject.as_str() {
            "" => target.target.source.clone(),
            subject if subject.starts_with('/') && target.target.service.is_none() => {
                format!("{}{subject}", target.target.source)
            }
            subject => format!("{} {subject}", target.target.source),
        },
    }
}

fn is_shown(check: &CheckResult) -> bool {
    !matches!(check.status, Status::Pass | Status::Skip)
}
