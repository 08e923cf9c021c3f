//! The exit codes that scripts may rely on. All stay below 252, to distinguish them from the
//! AWS CLI's own errors under an alias.

use crate::preflight::Signal;
use crate::report::{Outcome, Report, Status};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// No `fail`, no `unknown`.
    Pass = 0,
    /// At least one `fail`.
    Fail = 1,
    /// Usage or input: a bad flag, an unreadable or malformed file, no such family, an unwritable output
    /// file.
    Usage = 2,
    /// No `fail`, but at least one `unknown`.
    Unknown = 3,
    /// No verdict: no credentials, no region, not the expected account or region, or nothing to check.
    NoVerdict = 4,
    /// The terminal was closed (SIGHUP); what was known by then was printed.
    HungUp = 129,
    /// Interrupted; what was known by then was printed.
    Interrupted = 130,
    /// Ended by SIGTERM; what was known by then was printed.
    Terminated = 143,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The exit code of a run that a signal ended: 128 and its number.
    pub fn by(signal: Signal) -> Exit {
        match signal {
            Signal::HangUp => Exit::HungUp,
            Signal::Interrupt => Exit::Interrupted,
            Signal::Terminate => Exit::Terminated,
        }
    }

    /// Each code with the words of the manual.
    pub const MEANINGS: &'static [(Exit, &'static str)] = &[
        (Exit::Pass, "no fail, no unknown"),
        (Exit::Fail, "at least one fail: the task will not start, or the API call will be refused"),
        (
            Exit::Usage,
            "usage or input: a bad flag, an unreadable or malformed file, no such family, an unwritable output file",
        ),
        (Exit::Unknown, "no fail, but at least one unknown: the run does not pass"),
        (
            Exit::NoVerdict,
            "no verdict: no credentials, no region, not the expected account or region, or no applicable check",
        ),
        (Exit::HungUp, "ended by SIGHUP; what is known so far is printed"),
        (
            Exit::Interrupted,
            "interrupted; what is known so far is printed, and a second Ctrl-C ends at once",
        ),
        (Exit::Terminated, "ended by SIGTERM; what is known so far is printed"),
    ];
}

/// What changes the exit code, but not the verdict.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    /// A `warn`, or a `pass` that rests on an assumption, fails the run.
    pub strict: bool,
    /// An `unknown` of these checks does not fail the run; of all checks if the list is empty.
    pub allow_unknown: Option<Vec<String>>,
}

impl Gate {
    /// The exit code of a finished run.
    pub fn exit(&self, report: &Report) -> Exit {
        let summary = report.summary();
        if summary.is_empty() {
            return Exit::NoVerdict;
        }
        let strict =
            self.strict && report.checks().any(|it| it.status == Status::Warn || it.is_assumed());
        let unknown = report.checks().any(|it| it.status == Status::Unknown && !self.allows(it.id));
        match report.verdict() {
            Outcome::Fail => Exit::Fail,
            // What is unknown often leaves an assumption. It is no failure.
            _ if unknown => Exit::Unknown,
            _ if strict => Exit::Fail,
            _ => Exit::Pass,
        }
    }

    fn allows(&self, id: &str) -> bool {
        self.allow_unknown
            .as_ref()
            .is_some_and(|ids| ids.is_empty() || ids.iter().any(|it| it == id))
    }

    /// The notes about it in the report.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.strict {
            notes.push(
                "--strict: a warning, or a pass that rests on an assumption, fails the run"
                    .to_owned(),
            );
        }
        match &self.allow_unknown {
            Some(ids) if ids.is_empty() => {
                notes.push(
                    "--allow-unknown: what could not be determined does not fail the run"
                        .to_owned(),
                );
            }
            Some(ids) => notes.push(format!(
                "--allow-unknown: what could not be determined by {} does not fail the run",
                ids.join(", ")
            )),
            None => {}
        }
        notes
    }
}
