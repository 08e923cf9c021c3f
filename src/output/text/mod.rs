//! The report for people: a line for each group, in full what is not a pass, once what was not checked,
//! and at the end what failed, a line each, before the verdict.

pub(super) mod diagnosis;
mod ending;
mod page;
mod results;
mod services;
mod shown;

use super::arn::Home;
use super::counts::Counts;
use super::style::{Look, Volume};
use super::{assumptions, unchecked};
use crate::report::{CheckResult, Report, Status, Target, TargetReport};

use page::Page;
use results::Results;
use shown::{Shown, shown};

/// The text of a report. It takes time in proportion to the number of results, and its length is bounded.
pub(super) fn render(report: &Report, look: &Look) -> String {
    let mut page = Page::new(look);
    header(&mut page, report);
    let targets = shown(report, look.volume);
    let several = targets.len() > 1;
    let mut results = Results::new(look);
    for shown in &targets {
        match shown::are_services(report) {
            true => services::table(&mut page, report),
            false => title(&mut page, shown.target, several),
        }
        groups(&mut page, &mut results, shown);
    }
    not_checked(&mut page, report);
    assumed(&mut page, report);
    ending::print(&mut page, report, &targets);
    page.text()
}

/// With what, and where the run asked.
fn header(page: &mut Page, report: &Report) {
    let Some(TargetReport { target, .. }) = report.targets.first() else { return };
    let caller =
        target.caller.as_deref().map(|caller| Home::of(target, page.look()).shorten(caller));
    let line = |account: &str, region: &str| {
        let parts = [
            Some(report.asked_with.clone()),
            target.account.as_ref().map(|it| format!("{account}{it}")),
            target.region.as_ref().map(|it| format!("{region}{it}")),
            caller.as_ref().map(ToString::to_string),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().filter(|it| !it.is_empty()).collect();
        parts.join(" · ")
    };
    let labelled = line("account ", "region ");
    // An account and a region are known by their looks: the labels go before the line breaks.
    let line = if page.fits(&labelled) { labelled } else { line("", "") };
    page.paragraph("", &line);
    for note in &report.notes {
        page.marked(Status::Warn, 0, note);
    }
}

fn title(page: &mut Page, target: &Target, several: bool) {
    if several {
        page.blank();
    }
    let family = target.family.as_deref().unwrap_or_default();
    page.bold(format!("{} {family}", target.source).trim_end());
}

/// Each group with its counts, and below it what is shown of its results.
fn groups<'r>(page: &mut Page, results: &mut Results, shown: &Shown<'r>) {
    let findings = &shown.findings;
    let groups = by_group(&shown.results);
    let (idle, groups) = without_idle(page.look().volume, groups);
    let widest = groups.iter().map(|(group, _)| group.len()).max().unwrap_or_default();
    let home = Home::of(shown.target, page.look());
    let marks: Vec<&str> = groups.iter().map(|(_, counts)| mark(page.look(), *counts)).collect();
    let column = marks.iter().map(|mark| mark.chars().count()).max().unwrap_or_default();
    for ((group, counts), mark) in groups.iter().zip(marks) {
        let shown = findings.iter().filter(|it| it.group() == *group);
        if page.look().volume == Volume::Verbose {
            page.blank();
        }
        if page.look().volume != Volume::Quiet {
            let (mark, name) = (format!("{mark:<column$}"), format!("{group:<widest$}"));
            page.group(counts.worst(), &mark, &name, &counts.line());
        }
        shown.for_each(|finding| results.print(page, finding, home));
    }
    if let Some((names, counts)) = idle {
        let mark = format!("{:<column$}", mark(page.look(), counts));
        page.group(counts.worst(), &mark, &names, &counts.line());
    }
    results.close(page);
}

/// What was not checked, with the flag that would let it be.
fn not_checked(page: &mut Page, report: &Report) {
    page.blank();
    for sentence in unchecked::for_lack_of_input(report) {
        page.sentence("not checked: ", &sentence);
    }
    for sentence in unchecked::undetermined_advice(report) {
        page.marked(Status::Skip, 0, &sentence);
    }
}

/// What passes rest on.
fn assumed(page: &mut Page, report: &Report) {
    let sentences = assumptions::sentences(report);
    if !sentences.is_empty() {
        page.blank();
    }
    sentences.iter().for_each(|sentence| page.assumed(sentence));
}

/// Groups with their counts.
type Counted<'r> = Vec<(&'r str, Counts)>;

/// Groups in which nothing was judged share one row, with the counts of all. With `--verbose` each has its own.
fn without_idle(volume: Volume, groups: Counted<'_>) -> (Option<(String, Counts)>, Counted<'_>) {
    let (idle, rest): (Counted, Counted) =
        groups.iter().copied().partition(|(_, counts)| counts.worst() == Status::Skip);
    if volume != Volume::Normal || idle.len() < 2 {
        return (None, groups);
    }
    let names: Vec<&str> = idle.iter().map(|(group, _)| *group).collect();
    let counts = idle.iter().fold(Counts::default(), |sum, (_, counts)| sum.and(counts));
    (Some((names.join(", "), counts)), rest)
}

/// The mark of a group.
fn mark(look: &Look, counts: Counts) -> &'static str {
    match counts.worst() {
        Status::Pass if counts.is_assumed() => look.mark_assumed(),
        worst => look.mark(worst),
    }
}

/// The groups in the order of the results, with the counts of each.
fn by_group<'r>(results: &[&'r CheckResult]) -> Counted<'r> {
    let mut groups: Counted = Vec::new();
    for result in results {
        let at = groups.iter().position(|(group, _)| *group == result.group);
        let at = at.unwrap_or_else(|| {
            groups.push((result.group, Counts::default()));
            groups.len() - 1
        });
        groups[at].1.add(result);
    }
    groups
}

#[cfg(test)]
mod tests;
