//! How many results there are of each kind, as a reader counts them.

use crate::report::{CheckResult, SkipReason, Status};

/// The results of a group, or of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    fail: usize,
    unknown: usize,
    warn: usize,
    pass: usize,
    /// Those of them that rest on an assumption.
    assumed: usize,
    not_checked: usize,
    not_applicable: usize,
}

impl Counts {
    pub(super) fn of<'r>(results: impl IntoIterator<Item = &'r CheckResult>) -> Counts {
        let mut counts = Counts::default();
        results.into_iter().for_each(|result| counts.add(result));
        counts
    }

    pub(super) fn add(&mut self, result: &CheckResult) {
        let count = match (result.status, &result.skip_reason) {
            (Status::Fail, _) => &mut self.fail,
            (Status::Unknown, _) => &mut self.unknown,
            (Status::Warn, _) => &mut self.warn,
            (Status::Pass, _) => &mut self.pass,
            (Status::Skip, None | Some(SkipReason::NotApplicable)) => &mut self.not_applicable,
            (Status::Skip, Some(_)) => &mut self.not_checked,
        };
        *count += 1;
        self.assumed += usize::from(result.is_assumed());
    }

    /// These and others.
    pub(super) fn and(self, others: &Counts) -> Counts {
        Counts {
            fail: self.fail + others.fail,
            unknown: self.unknown + others.unknown,
            warn: self.warn + others.warn,
            pass: self.pass + others.pass,
            assumed: self.assumed + others.assumed,
            not_checked: self.not_checked + others.not_checked,
            not_applicable: self.not_applicable + others.not_applicable,
        }
    }

    /// Whether a pass rests on an assumption.
    pub(super) fn is_assumed(&self) -> bool {
        self.assumed > 0
    }

    /// The status that marks them.
    pub(super) fn worst(&self) -> Status {
        match self {
            Counts { fail: 1.., .. } => Status::Fail,
            Counts { unknown: 1.., .. } => Status::Unknown,
            Counts { warn: 1.., .. } => Status::Warn,
            Counts { pass: 1.., .. } => Status::Pass,
            _ => Status::Skip,
        }
    }

    /// `2 failed, 7 passed`
    pub(super) fn line(&self) -> String {
        let warnings = if self.warn == 1 { "warning" } else { "warnings" };
        let counts = [
            (self.fail, "failed"),
            (self.unknown, "unknown"),
            (self.warn, warnings),
            (self.pass, "passed"),
            (self.not_checked, "not checked"),
            (self.not_applicable, "not applicable"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        counts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
    }
}
