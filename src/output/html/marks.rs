//! The marks of the statuses.

use crate::report::Status;

/// A status in the style of the page.
pub(super) fn class(status: Status) -> &'static str {
    match status {
        Status::Pass => "is-pass",
        Status::Warn => "is-warn",
        Status::Fail => "is-fail",
        Status::Unknown => "is-unknown",
        Status::Skip => "is-skip",
    }
}

/// The mark of a status, which says the same as its colour.
pub(super) fn sign(status: Status) -> &'static str {
    match status {
        Status::Pass => "✔",
        Status::Warn => "!",
        Status::Fail => "✘",
        Status::Unknown => "?",
        Status::Skip => "–",
    }
}

/// How bad a status is.
pub(super) fn badness(status: Status) -> usize {
    match status {
        Status::Skip => 0,
        Status::Pass => 1,
        Status::Warn => 2,
        Status::Unknown => 3,
        Status::Fail => 4,
    }
}
