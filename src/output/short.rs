//! One line per result that is not a pass, in the format that editors and grep understand.

use super::style::{Look, paint, style};
use crate::report::{CheckResult, Report, Status};

pub(super) fn render(report: &Report, look: &Look) -> String {
    let mut text = String::new();
    for target in &report.targets {
        for check in target.checks.iter().filter(|it| is_shown(it)) {
            let place = match &check.location {
                Some(at) => format!("{}:{}:{}", at.file, at.line, at.column),
                None => format!("{}{}", target.target.source, check.subject),
            };
            let place = look.shown(&place);
            let status = paint(style(check.status), check.status.word());
            let message = look.shown(&check.message);
            text.push_str(&format!("{place}: {status}: {}: {message}\n", check.id));
        }
    }
    text
}

fn is_shown(check: &CheckResult) -> bool {
    !matches!(check.status, Status::Pass | Status::Skip)
}
