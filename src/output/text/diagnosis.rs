//! The answer of `diagnose`: what ECS said, what it means, and what proves it.

use super::super::answer;
use super::super::arn::Home;
use super::super::findings::{Finding, findings};
use super::super::style::{Look, Volume};
use super::page::Page;
use super::results::Results;
use super::shown::Shown;
use super::{assumed, ending, groups, header, not_checked};
use crate::diagnosis::{Conclusion, Diagnosis, Said};
use crate::report::{CheckResult, Report, Status, TargetReport};

/// The text of a diagnosis with the report of its checks.
pub(in crate::output) fn render(diagnosis: &Diagnosis, report: &Report, look: &Look) -> String {
    let mut page = Page::new(look);
    header(&mut page, report);
    page.bold(&diagnosis.subject);
    for fact in &diagnosis.state {
        page.paragraph("  ", fact);
    }
    if diagnosis.conclusion != Conclusion::SteadyState {
        said(&mut page, &diagnosis.said);
        means(&mut page, diagnosis, !report.targets.is_empty());
    }
    let mut results = Results::new(look);
    let mut all = Vec::new();
    for target in &report.targets {
        let is_proof = |it: &CheckResult| {
            diagnosis.conclusion == Conclusion::CauseProven && diagnosis.proof.contains(it)
        };
        let (proof, rest): (Vec<_>, Vec<_>) = target.checks.iter().cloned().partition(is_proof);
        let home = Home::of(&target.target, look);
        if !proof.is_empty() {
            page.blank();
            page.bold("What proves it");
        }
        for finding in &findings(&proof, look.volume) {
            results.prove(&mut page, finding, home);
        }
        all.push(TargetReport::of(target.target.clone(), rest));
    }
    for it in &all {
        page.blank();
        page.bold(match diagnosis.conclusion {
            Conclusion::CauseProven => "What else was checked",
            _ => "What was checked",
        });
        let shown = Shown {
            target: &it.target,
            results: it.checks.iter().collect(),
            findings: shown(&it.checks, diagnosis.conclusion, look.volume),
        };
        groups(&mut page, &mut results, &shown);
    }
    if look.volume != Volume::Quiet {
        not_checked(&mut page, report);
        assumed(&mut page, report);
    }
    if !report.targets.is_empty() {
        page.blank();
        ending::verdict(&mut page, report);
    }
    let (word, status) = answer::word(diagnosis.conclusion);
    page.verdict(status, word, &diagnosis.sentence());
    page.text()
}

/// One line in the format of editors: the conclusion.
pub(in crate::output) fn short(diagnosis: &Diagnosis, look: &Look) -> String {
    let task = look.shown(&diagnosis.subject).into_owned();
    let sentence = diagnosis.sentence();
    let word = diagnosis.conclusion.word();
    format!("{task}: {word}: {}\n", look.shown(&sentence))
}

/// The width of most labels.
const LABEL: usize = 14;

/// What is shown of the other results: if the cause is proven, only what fails too.
fn shown(results: &[CheckResult], conclusion: Conclusion, volume: Volume) -> Vec<Finding<'_>> {
    let mut found = findings(results, volume);
    if conclusion == Conclusion::CauseProven && volume == Volume::Normal {
        found.retain(|it| it.result.status == Status::Fail);
    }
    found
}

fn said(page: &mut Page, said: &[Said]) {
    page.blank();
    page.bold("What ECS said");
    for it in said {
        let name = it.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        let label = format!("{}{name}", it.source.label());
        page.paragraph(&format!("  {label:<LABEL$} "), &format!("\"{}\"", it.text));
    }
    if said.is_empty() {
        page.paragraph("  ", "no reason is in the record");
    }
}

fn means(page: &mut Page, diagnosis: &Diagnosis, was_checked: bool) {
    page.blank();
    page.bold("What it means");
    for it in &diagnosis.meanings {
        page.paragraph("  ", &it.text);
        if !it.checks.is_empty() {
            page.paragraph("  ", &format!("checked by {}", it.checks.join(", ")));
        }
        if let Some(why) = &it.why_no_check {
            page.paragraph("  ", &format!("no check knows it: {why}"));
        }
    }
    for it in &diagnosis.outside {
        let container = it.container.as_ref().map(|name| format!("container {name}: "));
        page.paragraph("  ", &format!("{}{}", container.unwrap_or_default(), it.text));
    }
    if was_checked && diagnosis.meanings.is_empty() && diagnosis.outside.is_empty() {
        page.paragraph("  ", "no text in the record is known: every check that applies was run");
    }
    for change in &diagnosis.changes {
        page.marked(Status::Warn, 2, &format!("changed since: {change}"));
    }
    for note in &diagnosis.notes {
        page.marked(Status::Warn, 2, note);
    }
}
