//! From settled judgements to results, in the order of the catalogue and the document.

use std::collections::{HashMap, HashSet};

use super::merge_commands::merge_commands;
use super::run_loop::{Ended, Loop};
use super::{Probe, plan::Probe as Planned};
use crate::checks::Check;
use crate::facts::{Log, Row, Table};
use crate::knowledge::{Absence, Gap, Ground};
use crate::report::{CheckResult, Location, Status};
use crate::verdict::{Finding, Settled, Severity, Verdict, mend};

/// Evaluates the probes and renders their results: one list for each target.
pub async fn report(
    run: &mut Loop<'_>,
    probes: &[Probe<'_>],
    targets: usize,
) -> Vec<Vec<CheckResult>> {
    let (probes, ended) = &run.settle_all(probes).await;
    let table = run.table();
    let tellers = tellers(probes, ended, table);
    let denied = contradicted(probes, ended);
    let mut results: Vec<Vec<CheckResult>> = (0..targets).map(|_| Vec::new()).collect();
    for (probe, (settled, log)) in probes.iter().zip(ended) {
        let writer = Writer { probe, log, table };
        let found = match settled {
            Settled::Said(verdict) => writer.said(verdict),
            Settled::Unknown(gap) => vec![writer.unknown(gap)],
            Settled::NotYet => vec![writer.unknown(&Gap::Wanted)],
            Settled::Stopped { ground, absence, .. }
                if denied.contains(&(probe.target, ground.clone())) =>
            {
                vec![writer.unknown(&contradiction(&absence.sentence))]
            }
            Settled::Stopped { ground, absence, beside } => {
                let teller = tellers.get(&(probe.target, ground.clone())).copied();
                vec![writer.stopped(ground, absence, beside.as_ref(), teller)]
            }
        };
        results[probe.target].extend(found);
    }
    merge_commands(&mut results);
    results
}

/// Who tells of an absence: of the checks that stopped at it, the one whose own question it is (the
/// first of its calls), otherwise the first in catalogue order; for something written, also a check
/// that failed at the same place before them.
fn tellers(
    probes: &[Planned<'_>],
    ended: &[Ended],
    table: &Table,
) -> HashMap<(usize, Ground), &'static Check> {
    let mut tellers: HashMap<(usize, Ground), &'static Check> = HashMap::new();
    for (probe, (settled, _)) in probes.iter().zip(ended) {
        match settled {
            Settled::Stopped { ground, beside: None, .. } => {
                let teller = tellers.entry((probe.target, ground.clone())).or_insert(probe.check);
                if asks_for(probe.check, ground, table) && !asks_for(teller, ground, table) {
                    *teller = probe.check;
                }
            }
            Settled::Said(Verdict::Found(findings)) => {
                for finding in findings.iter().filter(|f| f.severity == Severity::Fail) {
                    let place = finding.place.as_ref().unwrap_or(&probe.place);
                    let ground = Ground::Written(place.subject());
                    tellers.entry((probe.target, ground)).or_insert(probe.check);
                }
            }
            _ => {}
        }
    }
    tellers
}

/// Whether the check's first question is the one that was answered with this absence.
fn asks_for(check: &Check, ground: &Ground, table: &Table) -> bool {
    let Ground::Fact(id) = ground else { return false };
    match table.row(*id) {
        Row::Asked { lookup, .. } => {
            check.asks.first().and_then(|own| own.first()) == Some(&lookup.call())
        }
        Row::Derived { .. } => false,
    }
}

/// Absences that a check saw and passed all the same: whoever stops at one of them contradicts it, and
/// neither is to be believed.
fn contradicted(probes: &[Planned<'_>], ended: &[Ended]) -> HashSet<(usize, Ground)> {
    let passed = probes
        .iter()
        .zip(ended)
        .filter(|(_, (settled, _))| matches!(settled, Settled::Said(Verdict::Pass(_))));
    passed
        .flat_map(|(probe, (_, log))| log.absent.iter().map(|id| (probe.target, Ground::Fact(*id))))
        .collect()
}

fn contradiction(sentence: &str) -> Gap {
    Gap::Defect { why: format!("one check passed and another stopped, although {sentence}") }
}

struct Writer<'a, 't> {
    probe: &'a Planned<'t>,
    log: &'a Log,
    table: &'a Table,
}

impl Writer<'_, '_> {
    fn result(&self, status: Status, message: String) -> CheckResult {
        let Planned { check, group, place, container, resource, .. } = self.probe;
        CheckResult {
            id: check.id.to_owned(),
            group: group.name.to_owned(),
            status,
            subject: place.subject(),
            container: container.clone(),
            location: location(place),
            resource: resource.clone(),
            message,
            evidence: self.evidence(),
            prevents: None,
            remedy: None,
            commands: Vec::new(),
            docs: check.docs.to_owned(),
            assumes: !self.log.assumptions.is_empty(),
        }
    }

    /// The questions that were asked, then what was assumed in place of an answer.
    fn evidence(&self) -> Vec<String> {
        let questions = self.table.questions(&self.log.touched);
        let asked = questions.into_iter().map(|id| self.table.evidence(id));
        let assumed = self.log.assumptions.iter().map(|text| format!("assuming {text}"));
        asked.chain(assumed).collect()
    }

    fn said(&self, verdict: &Verdict) -> Vec<CheckResult> {
        match verdict {
            Verdict::Pass(because) => vec![self.result(Status::Pass, because.clone())],
            Verdict::NotApplicable(because) => vec![self.result(Status::Skip, because.clone())],
            Verdict::Found(findings) => findings.iter().map(|it| self.found(it)).collect(),
        }
    }

    fn found(&self, finding: &Finding) -> CheckResult {
        let check = self.probe.check;
        let mut result = match &finding.severity {
            Severity::Unknown(gap) => self.unknown(gap),
            Severity::Fail => self.mended(Status::Fail, finding.message.clone()),
            Severity::Warn => self.mended(Status::Warn, finding.message.clone()),
        };
        if let Some(place) = &finding.place {
            result.subject = place.subject();
            result.location = location(place);
        }
        if let Some(resource) = &finding.resource {
            result.resource = Some(resource.clone());
        }
        if let Some(error) = &finding.prevents {
            result.prevents = Some(error.clone());
        }
        if !matches!(finding.severity, Severity::Unknown(_)) {
            result.remedy = Some(finding.remedy.clone().unwrap_or_else(|| check.remedy.to_owned()));
            result.commands.clone_from(&finding.commands);
        }
        result
    }

    /// A result that tells the error it would become, and how to mend it.
    fn mended(&self, status: Status, message: String) -> CheckResult {
        let check = self.probe.check;
        let mut result = self.result(status, message);
        result.prevents = check.prevents.first().map(|error| (*error).to_owned());
        result.remedy = Some(check.remedy.to_owned());
        result
    }

    fn unknown(&self, gap: &Gap) -> CheckResult {
        let check = self.probe.check;
        if check.advises {
            return self.result(Status::Skip, format!("not checked: {gap}"));
        }
        let mut result = self.result(Status::Unknown, gap.to_string());
        result.prevents = check.prevents.first().map(|error| (*error).to_owned());
        result.remedy = Some(remedy(gap));
        result
    }

    fn stopped(
        &self,
        ground: &Ground,
        absence: &Absence,
        beside: Option<&Gap>,
        teller: Option<&'static Check>,
    ) -> CheckResult {
        match (teller, beside) {
            (Some(teller), _) if !std::ptr::eq(teller, self.probe.check) => {
                self.result(Status::Skip, format!("not judged: needs {}, which failed", teller.id))
            }
            (_, Some(gap)) => self.unknown(gap),
            (_, None) => {
                let mut result = self.mended(Status::Fail, absence.sentence.clone());
                let mend = mend(ground, absence, &result.subject, self.table);
                result.remedy = mend.remedy.or(result.remedy);
                result.commands = mend.commands;
                result
            }
        }
    }
}

fn location(place: &crate::document::Place) -> Option<Location> {
    place.position.map(|position| Location {
        file: place.document.to_string(),
        line: position.line,
        column: position.column,
    })
}

/// What would make it determinable.
fn remedy(gap: &Gap) -> String {
    match gap {
        Gap::Refused { action, resource, .. } if !action.starts_with("registry:") => format!(
            "Allow the caller to look: {{\"Effect\": \"Allow\", \"Action\": \"{action}\", \"Resource\": \"{resource}\"}}"
        ),
        Gap::Refused { .. } => "Let the registry answer this machine, or check from where it does".to_owned(),
        Gap::Unreachable { .. } => "Run again when the service answers, or check the way to it (proxy, --ca-bundle, endpoint)".to_owned(),
        Gap::Throttled { .. } => "Run again later, or with a lower --max-concurrency".to_owned(),
        Gap::NotRecorded { .. } => "Record again with this version of the program".to_owned(),
        Gap::Interrupted { .. } => "Run again with a longer --timeout".to_owned(),
        Gap::Unresolved { .. } => "Give the definition as it will be registered, with its placeholders filled in".to_owned(),
        Gap::Undecidable { .. } => "Give what is missing, or decide it yourself and say so with --allow-unknown".to_owned(),
        Gap::Wanted | Gap::Defect { .. } => "Please report this, with the output of --record".to_owned(),
    }
}
