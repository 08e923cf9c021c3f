//! The verdict of a report, in words.

use super::counts::Counts;
use crate::report::{Outcome, Report, Status};

/// The word for the verdict, and the status of its colour.
pub(super) fn word(report: &Report) -> (&'static str, Status) {
    match report.verdict() {
        _ if report.summary().is_empty() => ("NO VERDICT: no check was applicable", Status::Skip),
        Outcome::Pass => ("PASS", Status::Pass),
        Outcome::Fail => ("FAIL", Status::Fail),
        Outcome::Unknown => ("UNKNOWN", Status::Unknown),
    }
}

/// `2 failed, 7 passed (0.4 s, 31 calls)`
pub(super) fn counts_and_cost(report: &Report) -> String {
    let cost = match report.stats.api_calls {
        0 => String::new(),
        1 => ", 1 call".to_owned(),
        calls => format!(", {calls} calls"),
    };
    let seconds = report.stats.elapsed_ms as f64 / 1000.0;
    let counts = Counts::of(report.checks()).line();
    format!("{counts} ({seconds:.1} s{cost})")
}
