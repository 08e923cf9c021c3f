//! Which check reports an absence, so that a missing thing fails once.

use std::collections::{HashMap, HashSet};

use super::Probe;
use super::spreading::Ended;
use crate::checks::Check;
use crate::facts::{Row, Table};
use crate::knowledge::{FactId, Ground, Lack, Seen};
use crate::lookup::Call;
use crate::verdict::{Settled, Severity, Verdict};

/// Who reports what.
pub(super) struct Reporters<'t> {
    table: &'t Table,
    checks: HashMap<Missing<'t>, &'static Check>,
    excused: HashSet<Missing<'t>>,
}

/// What is missing, for the task that lacks it. Several calls may say so of one thing, in one sentence:
/// that there is no cluster, both the question for it and that for its instances tell.
#[derive(PartialEq, Eq, Hash)]
enum Missing<'t> {
    Thing(usize, &'t str),
    Written(usize, String),
}

/// What becomes of an absence at which a check stopped.
pub(super) enum Report {
    /// This check fails with it; the others are skipped.
    By(&'static Check),
    /// No check reports it: each that stopped at it met a gap as well.
    Nobody,
    /// Another check has proven that the task does without. Both cannot be right.
    Excused,
}

impl<'t> Reporters<'t> {
    /// Of the checks that stopped at an absence, the one whose own question it is (the first of its calls,
    /// or of a further list of them) reports it, otherwise the first in catalogue order; for something
    /// written, also a check that failed at the same place before them.
    pub(super) fn of(probes: &[Probe<'_>], ended: &[Ended], table: &'t Table) -> Reporters<'t> {
        let (checks, excused) = (HashMap::new(), HashSet::new());
        let mut reporters = Reporters { table, checks, excused };
        for (probe, (settled, log)) in probes.iter().zip(ended) {
            let Settled::Said(verdict) = settled else { continue };
            for id in &log.excused {
                let missing = Missing::Thing(probe.target, sentence(*id, table));
                reporters.excused.insert(missing);
            }
            let Verdict::Found(findings) = verdict else { continue };
            for finding in findings {
                match &finding.severity {
                    Severity::Absent(lack) => reporters.stopped(probe, lack),
                    Severity::Fail => {
                        let place = finding.place.as_ref().unwrap_or(&probe.place);
                        let missing = Missing::Written(probe.target, place.subject());
                        reporters.checks.entry(missing).or_insert(probe.check);
                    }
                    Severity::Warn | Severity::Unknown(_) => {}
                }
            }
        }
        reporters
    }

    fn stopped(&mut self, probe: &Probe<'_>, lack: &Lack) {
        let missing = self.missing(probe.target, &lack.ground);
        let reporter = self.checks.entry(missing).or_insert(probe.check);
        let rank = |check: &Check| rank(check, &lack.ground, self.table);
        if rank(probe.check) < rank(reporter) {
            *reporter = probe.check;
        }
    }

    /// Who reports this.
    pub(super) fn report(&self, target: usize, lack: &Lack) -> Report {
        let missing = self.missing(target, &lack.ground);
        match self.checks.get(&missing) {
            _ if self.excused.contains(&missing) => Report::Excused,
            Some(check) => Report::By(check),
            None => Report::Nobody,
        }
    }

    fn missing(&self, target: usize, ground: &Ground) -> Missing<'t> {
        match ground {
            Ground::Fact(id) => Missing::Thing(target, sentence(*id, self.table)),
            Ground::Written(subject) => Missing::Written(target, subject.clone()),
        }
    }
}

/// What the service said: whoever stops at it may tell it in more words.
fn sentence(id: FactId, table: &Table) -> &str {
    match table.row(id) {
        Row::Asked { answer: Some(Ok(Seen::Absent(absence))), .. } => &absence.sentence,
        Row::Asked { .. } | Row::Derived { .. } => "",
    }
}

/// How much the question that was answered with this absence is the check's own: it is the first of all (0),
/// the first of a further list (1), or one of the others (2).
fn rank(check: &Check, ground: &Ground, table: &Table) -> usize {
    let Ground::Fact(id) = ground else { return 2 };
    let Row::Asked { lookup, .. } = table.row(*id) else { return 2 };
    let leads = |list: &&[Call]| list.first() == Some(&lookup.call());
    check.asks.iter().position(leads).map_or(2, |list| list.min(1))
}
