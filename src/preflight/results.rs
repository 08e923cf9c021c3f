//! From settled judgements to results, in the order of the catalogue and the document.

use std::cell::RefCell;
use std::iter::Peekable;

use super::Probe;
use super::merge_commands::merge_commands;
use super::number_entries::number_entries;
use super::reporters::{Report, Reporter, Reporters};
use super::run_loop::RunLoop;
use super::spreading::Settlement;
use super::wording::Wording;
use crate::document::Place;
use crate::facts::{Log, Table};
use crate::knowledge::{Gap, Ground, Lack};
use crate::lookup::CallerIdentity;
use crate::lookup::ec2::network_acl::NetworkAcls;
use crate::names::{AccountId, Arn, Owner};
use crate::report::{CheckResult, Location, SkipReason, Status};
use crate::verdict::{Finding, Settled, Severity, Skip, Verdict, mend};

/// How many probes are judged together: those of some dozen definitions, which is enough for all that is asked of an
/// account at once, and few enough that their judgements take little memory.
const PART: usize = 10_000;

/// Evaluates the probes, which come target by target, and renders their results: one list for each target.
pub async fn report<'t>(
    run: &mut RunLoop<'_>,
    probes: impl IntoIterator<Item = Probe<'t>>,
    targets: usize,
) -> Vec<Vec<CheckResult>> {
    let mut results: Vec<Vec<CheckResult>> = (0..targets).map(|_| Vec::new()).collect();
    let wording = RefCell::default();
    let mut probes = probes.into_iter().peekable();
    while let Some(first) = probes.next() {
        let settlement = run.settle_all(part(first, &mut probes, PART)).await;
        let mut sizes = vec![0; targets];
        settlement.each().for_each(|(probe, _)| sizes[probe.target] += 1);
        results.iter_mut().zip(sizes).for_each(|(known, more)| known.reserve_exact(more));
        write_each(settlement, run.table(), &wording, |probe, of_probe| {
            results[probe.target].extend(of_probe);
        });
    }
    run.take_what_is_near().await;
    merge_commands(&mut results);
    number_entries(&mut results, run.table().all_found::<NetworkAcls>().flatten());
    results
}

/// The probes of whole targets, at least `enough` if there are as many: a check may leave its report to another one
/// of the same target.
pub(super) fn part<'t>(
    first: Probe<'t>,
    rest: &mut Peekable<impl Iterator<Item = Probe<'t>>>,
    enough: usize,
) -> Vec<Probe<'t>> {
    let mut target = first.target;
    let mut part = vec![first];
    while let Some(next) = rest.next_if(|it| it.target == target || part.len() < enough) {
        target = next.target;
        part.push(next);
    }
    part
}

/// Gives the results of each probe to `take`.
pub(super) fn write_each<'t>(
    settlement: Settlement<'t>,
    table: &Table,
    wording: &RefCell<Wording>,
    mut take: impl FnMut(&Probe<'t>, Vec<CheckResult>),
) {
    let reporters = &Reporters::of(&settlement, table);
    settlement.drain(|probe, (settled, log)| {
        let log = &log;
        take(probe, Writer { probe, log, table, reporters, wording }.results(&settled));
    });
}

/// What becomes of a value that no client accepts.
const REFUSED_BY_CLIENTS: &str =
    "Parameter validation failed: the AWS CLI and the SDKs refuse the input before they send it";

fn contradiction(sentence: &str) -> Gap {
    Gap::Defect {
        why: format!(
            "contradiction: one check passed without it, another one needs it ({sentence})"
        ),
    }
}

struct Writer<'a, 't> {
    probe: &'a Probe<'t>,
    log: &'a Log,
    table: &'a Table,
    reporters: &'a Reporters<'a>,
    wording: &'a RefCell<Wording>,
}

impl Writer<'_, '_> {
    fn result(&self, status: Status, message: &str) -> CheckResult {
        let Probe { check, group, place, container, resource, .. } = self.probe;
        let mut wording = self.wording.borrow_mut();
        CheckResult {
            id: check.id,
            group: group.name,
            status,
            skip_reason: None,
            subject: wording.text(&place.subject()),
            container: container.as_deref().map(|it| wording.text(it)),
            location: location(place, &mut wording),
            resource: resource.as_deref().map(|it| wording.text(it)),
            message: wording.text(message),
            evidence: wording.evidence(&self.log.touched, &self.log.assumptions, self.table),
            prevents: None,
            remedy: None,
            commands: Vec::new(),
            docs: check.docs,
            assumes: self.log.assumptions.clone(),
        }
    }

    fn skip(&self, reason: SkipReason, message: &str) -> CheckResult {
        CheckResult { skip_reason: Some(reason), ..self.result(Status::Skip, message) }
    }

    fn results(&self, settled: &Settled) -> Vec<CheckResult> {
        match settled {
            Settled::Said(verdict) => self.said(verdict),
            Settled::Unknown { gap, lacks } => {
                let reported = lacks.iter().find_map(|lack| self.skipped(lack));
                vec![reported.unwrap_or_else(|| self.unknown(gap))]
            }
            Settled::NotYet => vec![self.unknown(&Gap::Pending)],
        }
    }

    fn said(&self, verdict: &Verdict) -> Vec<CheckResult> {
        match verdict {
            Verdict::Pass(because) => vec![self.result(Status::Pass, because)],
            Verdict::Skipped(Skip { because, needs }) => {
                let reason = needs
                    .map_or(SkipReason::NotApplicable, |input| SkipReason::NeedsInput { input });
                vec![self.skip(reason, because)]
            }
            Verdict::Found(findings) => findings.iter().map(|it| self.found(it)).collect(),
        }
    }

    fn found(&self, finding: &Finding) -> CheckResult {
        let mut result = match &finding.severity {
            Severity::Unknown(gap) => self.unknown(gap),
            Severity::Absent(lack) => return self.lacking(lack, finding),
            Severity::Fail => self.with_fix(Status::Fail, &finding.message),
            Severity::Warn => self.with_fix(Status::Warn, &finding.message),
        };
        self.put(&mut result, finding);
        if let Some(resource) = &finding.resource {
            result.resource = Some(self.wording.borrow_mut().text(resource));
        }
        if let Some(error) = &finding.prevents {
            result.prevents = Some(error.clone());
        }
        // An unknown result of a check that only warns is a skip, which has nothing to fix.
        if let (Some(_), Some(remedy)) = (&result.remedy, &finding.remedy) {
            result.remedy = Some(remedy.clone());
        }
        if !matches!(finding.severity, Severity::Unknown(_)) {
            result.commands.clone_from(&finding.commands);
        }
        result
    }

    /// Sets the place of the finding, if it is more exact than that of the probe.
    fn put(&self, result: &mut CheckResult, finding: &Finding) {
        if let Some(place) = &finding.place {
            let mut wording = self.wording.borrow_mut();
            result.subject = wording.text(&place.subject());
            result.location = location(place, &mut wording);
        }
    }

    /// A result with its runtime error and its fix.
    fn with_fix(&self, status: Status, message: &str) -> CheckResult {
        let check = self.probe.check;
        let mut result = self.result(status, message);
        result.prevents = check.prevents.first().map(|error| (*error).to_owned());
        result.remedy = Some(check.remedy.to_owned());
        result
    }

    fn unknown(&self, gap: &Gap) -> CheckResult {
        let check = self.probe.check;
        if check.advises {
            return self.skip(SkipReason::NotDetermined, &format!("not checked: {gap}"));
        }
        let mut result = self.result(Status::Unknown, &gap.to_string());
        result.prevents = check.prevents.first().map(|error| (*error).to_owned());
        result.remedy = Some(remedy(gap, self.table));
        result
    }

    /// An absence: a failure of the check that reports it, and the reason why the others are skipped.
    fn lacking(&self, lack: &Lack, finding: &Finding) -> CheckResult {
        let sentence = &lack.absence.sentence;
        let mut result = match self.reporters.report(self.probe.target, lack) {
            Report::Excused => self.unknown(&contradiction(sentence)),
            _ => self.skipped(lack).unwrap_or_else(|| self.with_fix(Status::Fail, sentence)),
        };
        self.put(&mut result, finding);
        // The check's error and remedy are about its own claim.
        match (result.status, &lack.ground) {
            (Status::Fail, Ground::Fact(_)) => {
                let mend = mend(lack, self.table);
                result.prevents = mend.prevents;
                result.remedy = mend.remedy;
                result.commands = mend.commands;
            }
            (Status::Fail, Ground::Malformed(_)) => {
                result.prevents = Some(REFUSED_BY_CLIENTS.to_owned());
                result.remedy =
                    Some("Write the field as the API reference describes it".to_owned());
            }
            _ => {}
        }
        result
    }

    /// A skip, if another check reports the absence.
    fn skipped(&self, lack: &Lack) -> Option<CheckResult> {
        match self.reporters.report(self.probe.target, lack) {
            Report::By(Reporter { check, subject }) if !std::ptr::eq(*check, self.probe.check) => {
                let message = format!("not judged: needs {}, which failed", check.id);
                let (check, subject) = (check.id, self.wording.borrow_mut().text(subject));
                Some(self.skip(SkipReason::NeedsCheck { check, subject }, &message))
            }
            _ => None,
        }
    }
}

fn location(place: &Place, wording: &mut Wording) -> Option<Location> {
    place.position.map(|position| Location {
        file: wording.text(&place.document),
        line: position.line,
        column: position.column,
    })
}

/// What makes a value known that a document does not have.
fn of_value(why: &str) -> String {
    // The reason names the flag.
    if let Some((_, flag)) = why.split_once("pass --") {
        return format!("Pass --{flag}");
    }
    let has = |words: &[&str]| {
        // The text of a placeholder is the user's.
        !why.contains("is a placeholder") && words.iter().any(|it| why.contains(it))
    };
    if has(&["no stack of this region exports"]) {
        "Deploy the stack that exports it first: CloudFormation refuses the template until then. If it is deployed, check --region and the parameters in the name"
            .to_owned()
    } else if has(&["is exported by another stack"]) {
        "Run verify, which reads what other stacks export, or accept it with --allow-unknown"
            .to_owned()
    } else if has(&["this template creates", "only after the deployment", "CloudFormation"]) {
        "Pass --stack NAME once the stack exists, or accept it with --allow-unknown".to_owned()
    } else if has(&["only after the apply", "this plan changes"]) {
        "Run again after the apply, or accept it with --allow-unknown".to_owned()
    } else {
        "Pass the value as it will be registered: replace placeholders, correct what cannot be read"
            .to_owned()
    }
}

/// What is needed to determine it.
fn remedy(gap: &Gap, table: &Table) -> String {
    match gap {
        Gap::Refused { action, resource, .. } if let Some(owner) = other_owner(resource, table) => {
            format!(
                "Ask account {owner} to allow {action} on {resource} in the resource's policy; the caller's own policy must allow it too"
            )
        }
        Gap::Refused { action, resource, .. } if !action.starts_with("registry:") => format!(
            "Allow the caller to read it: {{\"Effect\": \"Allow\", \"Action\": \"{action}\", \"Resource\": \"{resource}\"}}"
        ),
        Gap::Refused { .. } => "Allow this machine to reach the registry, or run the check from a machine that can".to_owned(),
        Gap::Unreachable { .. } => "Run again when the service answers, or check the connection (proxy, --ca-bundle, endpoint)".to_owned(),
        Gap::Rejected { remedy, .. } => remedy.clone(),
        Gap::Throttled { .. } => "Run again later, or with a lower --max-concurrency".to_owned(),
        Gap::NotRecorded { .. } => "Record again with this version of the program".to_owned(),
        Gap::Interrupted { .. } | Gap::Unjudged { .. } => "Run again with a longer --timeout".to_owned(),
        Gap::Unresolved { why } => of_value(why),
        Gap::Undecidable { .. } => "Pass what is missing, or accept it with --allow-unknown".to_owned(),
        Gap::Pending | Gap::Defect { .. } => "Please report this, with the output of --record".to_owned(),
    }
}

/// The owner of a resource in another account than the caller's. No policy of the caller alone opens it.
fn other_owner(resource: &str, table: &Table) -> Option<AccountId> {
    let caller = table.found::<CallerIdentity>()?;
    match resource.parse::<Arn>().ok()?.owner {
        Owner::Account(owner) => Some(owner).filter(|owner| *owner != caller.account),
        Owner::Unnamed | Owner::Aws => None,
    }
}
