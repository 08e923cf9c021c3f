//! Which check reports an absence, so that a missing resource fails once.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::spreading::Settlement;
use crate::checks::Check;
use crate::facts::{Row, Table};
use crate::knowledge::{FactId, Ground, Lack, Seen};
use crate::lookup::Call;
use crate::verdict::{Settled, Severity, Verdict};

/// The reporter of each absence.
pub(super) struct Reporters<'t> {
    table: &'t Table,
    checks: HashMap<Missing<'t>, Reporter>,
    excused: HashSet<Missing<'t>>,
}

/// Who reports something that is missing.
pub(super) struct Reporter {
    /// The check.
    pub(super) check: &'static Check,
    /// The subject of its result.
    pub(super) subject: String,
}

/// An absence, for one task. Several calls may report the same absence with one sentence: a missing cluster
/// is reported by its own lookup and by that of its instances.
#[derive(PartialEq, Eq, Hash)]
enum Missing<'t> {
    Thing(usize, &'t str),
    Written(usize, String),
}

/// How an absence is reported.
pub(super) enum Report<'r> {
    /// This check fails with it; the others are skipped.
    By(&'r Reporter),
    /// No check reports it: each one that stopped at it also has a gap.
    Nobody,
    /// Another check has proven that the task does not need it. Both cannot be right.
    Excused,
}

impl<'t> Reporters<'t> {
    /// Of the checks that stopped at an absence, the one whose main call it is (the first of a list of its
    /// calls) reports it, otherwise the first in catalogue order; for a value in a document, also a check
    /// that already failed at the same place.
    pub(super) fn of(settlement: &Settlement<'_>, table: &'t Table) -> Reporters<'t> {
        let (checks, excused) = (HashMap::new(), HashSet::new());
        let failed = failed(settlement);
        let mut reporters = Reporters { table, checks, excused };
        for (probe, (settled, log)) in settlement.each() {
            let Settled::Said(verdict) = settled else { continue };
            for id in &log.excused {
                let missing = Missing::Thing(probe.target, sentence(*id, table));
                reporters.excused.insert(missing);
            }
            let Verdict::Found(findings) = verdict else { continue };
            for finding in findings {
                let place = finding.place.as_ref().unwrap_or(&probe.place);
                let reporter = || Reporter { check: probe.check, subject: place.subject() };
                match &finding.severity {
                    Severity::Absent(lack) => {
                        let own = match &lack.ground {
                            Ground::Written(subject) => failed.get(&(
                                probe.target,
                                subject.clone(),
                                lack.absence.sentence.as_str(),
                            )),
                            _ => None,
                        };
                        let reporter = own.map_or_else(reporter, |check| Reporter {
                            check,
                            subject: subject_of(lack).unwrap_or_else(|| place.subject()),
                        });
                        reporters.stopped(probe.target, lack, reporter);
                    }
                    Severity::Fail => {
                        let missing = Missing::Written(probe.target, place.subject());
                        reporters.checks.entry(missing).or_insert_with(reporter);
                    }
                    Severity::Warn | Severity::Unknown(_) => {}
                }
            }
        }
        reporters
    }

    fn stopped(&mut self, target: usize, lack: &Lack, candidate: Reporter) {
        let missing = self.missing(target, &lack.ground);
        let rank = |it: &Reporter| rank(it.check, &lack.ground, self.table);
        match self.checks.entry(missing) {
            Entry::Vacant(vacant) => {
                vacant.insert(candidate);
            }
            Entry::Occupied(mut known) => {
                if rank(&candidate) < rank(known.get()) {
                    known.insert(candidate);
                }
            }
        }
    }

    /// The reporter of this absence.
    pub(super) fn report(&self, target: usize, lack: &Lack) -> Report<'_> {
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
            Ground::Written(subject) | Ground::Malformed(subject) => {
                Missing::Written(target, subject.clone())
            }
        }
    }
}

/// The checks that fail by themselves, by target, place and sentence. A check that stops at the same place
/// with the same sentence leaves the report to them, also if they come later in the catalogue.
fn failed<'p>(settlement: &'p Settlement<'_>) -> HashMap<(usize, String, &'p str), &'static Check> {
    let mut failed = HashMap::new();
    for (probe, (settled, _)) in settlement.each() {
        let Settled::Said(Verdict::Found(findings)) = settled else { continue };
        for finding in findings.iter().filter(|it| matches!(it.severity, Severity::Fail)) {
            let place = finding.place.as_ref().unwrap_or(&probe.place);
            let key = (probe.target, place.subject(), finding.message.as_str());
            failed.entry(key).or_insert(probe.check);
        }
    }
    failed
}

/// Where an absence in a document is written.
fn subject_of(lack: &Lack) -> Option<String> {
    match &lack.ground {
        Ground::Written(subject) | Ground::Malformed(subject) => Some(subject.clone()),
        Ground::Fact(_) => None,
    }
}

/// The sentence of the absence, without the additions of checks.
fn sentence(id: FactId, table: &Table) -> &str {
    match table.row(id) {
        Row::Asked { answer: Some(Ok(Seen::Absent(absence))), .. } => &absence.sentence,
        Row::Asked { .. } | Row::Derived { .. } => "",
    }
}

/// The rank of the absent lookup among the check's calls: the first of all (0), the first of a further list
/// (1), or one of the others (2).
fn rank(check: &Check, ground: &Ground, table: &Table) -> usize {
    let Ground::Fact(id) = ground else { return 2 };
    let Row::Asked { lookup, .. } = table.row(*id) else { return 2 };
    let leads = |list: &&[Call]| list.first() == Some(&lookup.call());
    check.asks.iter().position(leads).map_or(2, |list| list.min(1))
}
