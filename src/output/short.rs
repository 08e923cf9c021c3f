//! One line per result that is not a pass, in the format that editors and grep understand.

use super::style::{Look, paint, style};
use crate::report::{Report, Status};

pub(super) fn render(report: &Report, _: &Look) -> String {
    let mut text = String::new();
    for target in &report.targets {
        let open =
            target.checks.iter().filter(|it| !matches!(it.status, Status::Pass | Status::Skip));
        for check in open {
            let place = match &check.location {
                Some(at) => format!("{}:{}:{}", at.file, at.line, at.column),
                None => format!("{}{}", target.target.source, check.subject),
            };
            let status = paint(style(check.status), check.status.word());
            text.push_str(&format!("{place}: {status}: {}: {}\n", check.id, check.message));
        }
    }
    text
}
