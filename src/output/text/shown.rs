//! What is shown of a report: each target, or all live services together.

use super::super::findings::{Finding, across, findings};
use super::super::style::Volume;
use crate::report::{CheckResult, Report, Target};

/// What is shown of a target, or of all services together.
pub(super) struct Shown<'r> {
    /// The target, or the first of the services.
    pub(super) target: &'r Target,
    pub(super) results: Vec<&'r CheckResult>,
    pub(super) findings: Vec<Finding<'r>>,
}

/// The targets with their findings. Services are shown as one, since one cause often concerns many of them.
pub(super) fn shown(report: &Report, volume: Volume) -> Vec<Shown<'_>> {
    let targets = report.targets.iter().map(|it| Shown {
        target: &it.target,
        results: it.checks.iter().collect(),
        findings: findings(&it.checks, volume),
    });
    match are_services(report) {
        true => together(targets.collect(), volume),
        false => targets.collect(),
    }
}

/// Whether live services were judged.
pub(super) fn are_services(report: &Report) -> bool {
    report.targets.iter().any(|it| it.target.service.is_some())
}

/// All services as one target, with each finding once.
fn together(services: Vec<Shown<'_>>, volume: Volume) -> Vec<Shown<'_>> {
    let (mut first, mut results, mut found) = (None, Vec::new(), Vec::new());
    for Shown { target, results: own, findings } in services {
        first.get_or_insert(target);
        results.extend(own);
        let name = target.service.as_ref().map_or(target.source.as_str(), |it| it.name.as_str());
        found.push((name, findings));
    }
    let all = first.map(|target| Shown { target, results, findings: across(found, volume) });
    all.into_iter().collect()
}
