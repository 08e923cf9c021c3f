//! One self-contained page: the verdict, what is not a pass, the definition with marks in its margin, what it
//! depends on, the network paths and the container instances. It needs no script, and loads nothing.

mod definition;
mod dependencies;
mod findings;
mod marks;
mod phrases;
mod style;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use super::counts::Counts;
use super::graph::{picture_of_instances, picture_of_paths};
use super::verdict::{counts_and_cost, word};
use super::{answer, assumptions, unchecked};
use crate::diagnosis::Diagnosis;
use crate::report::{Outcome, Report, Status, TargetReport};

use definition::Listing;
use marks::{class, sign};
use phrases::{sentence, shown};

/// How many targets are shown in full.
const TARGETS: usize = 100;

/// How many results the table of all results has.
const RESULTS: usize = 5_000;

/// The page.
pub(super) fn render(report: &Report) -> String {
    let (verdict, _) = word(report);
    let subject = match report.targets.as_slice() {
        [only] => only.target.source.clone(),
        targets => format!("{} task definitions", targets.len()),
    };
    let mut page = begun(verdict, &subject);
    body(report, &mut page);
    page
}

/// The page of a diagnosis: the answer, and what was checked for it.
pub(super) fn of_diagnosis(diagnosis: &Diagnosis, report: &Report) -> String {
    let (word, status) = answer::word(diagnosis.conclusion);
    let mut page = begun(word, &diagnosis.subject);
    let _ = write!(
        page,
        "<header class=\"verdict {}\">\n<h1><span class=\"sign\">{}</span> {word}</h1>\n<p><b>{}</b></p>\n<p>{}</p>\n<dl>\n",
        class(status),
        sign(status),
        shown(&diagnosis.subject),
        sentence(&answer::sentence(diagnosis))
    );
    for it in answer::facts(diagnosis) {
        let _ = writeln!(page, "<div><dt>{}</dt><dd>{}</dd></div>", it.label, sentence(&it.text));
    }
    page.push_str("</dl>\n</header>\n");
    if report.targets.is_empty() {
        end(&mut page);
    } else {
        page.push_str("<h2>What was checked</h2>\n");
        body(report, &mut page);
    }
    page
}

/// The page as far as the body.
fn begun(verdict: &str, subject: &str) -> String {
    let mut page =
        String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let _ = write!(
        page,
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{verdict}: {}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n",
        shown(subject),
        style::CSS
    );
    page
}

/// The report.
fn body(report: &Report, page: &mut String) {
    let (verdict, status) = word(report);
    head(report, verdict, status, page);
    let several = report.targets.len() > 1;
    if several {
        overview(report, page);
    }
    for (nth, target) in report.targets.iter().take(TARGETS).enumerate() {
        section(nth, target, several, page);
    }
    if let Some(more) = report.targets.len().checked_sub(TARGETS + 1) {
        let _ = writeln!(page, "<p>… and {} more: {}</p>", more + 1, super::listing::REST);
    }
    not_checked(report, page);
    end(page);
}

fn end(page: &mut String) {
    let _ = write!(
        page,
        "<footer>{} {}</footer>\n</main>\n</body>\n</html>\n",
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION")
    );
}

/// The verdict, the counts, who asked where, and the notes.
fn head(report: &Report, verdict: &str, status: Status, page: &mut String) {
    let _ = write!(
        page,
        "<header class=\"verdict {}\">\n<h1><span class=\"sign\">{}</span> {verdict}</h1>\n<p>{}</p>\n",
        class(status),
        sign(status),
        shown(&counts_and_cost(report))
    );
    if let Some(TargetReport { target, .. }) = report.targets.first() {
        let known = [
            ("asked with", Some(&report.asked_with)),
            ("account", target.account.as_ref()),
            ("region", target.region.as_ref()),
            ("caller", target.caller.as_ref()),
        ];
        page.push_str("<dl>\n");
        for (name, value) in known {
            if let Some(value) = value.filter(|it| !it.is_empty()) {
                let _ = writeln!(page, "<div><dt>{name}</dt><dd>{}</dd></div>", shown(value));
            }
        }
        page.push_str("</dl>\n");
    }
    page.push_str("</header>\n");
    for note in &report.notes {
        let _ = writeln!(page, "<p class=\"note\"><b>Note:</b> {}</p>", shown(note));
    }
}

/// The targets, each with its verdict and a link.
fn overview(report: &Report, page: &mut String) {
    page.push_str("<nav><h2>Task definitions</h2>\n<table class=\"list\">\n");
    for (nth, target) in report.targets.iter().enumerate() {
        let status = verdict_of(target);
        let name = title(target);
        let name = match nth < TARGETS {
            true => format!("<a href=\"#t{nth}\">{name}</a>"),
            false => name,
        };
        let _ = writeln!(
            page,
            "<tr class=\"{}\"><td class=\"sign\">{}</td><td>{name}</td><td>{}</td></tr>",
            class(status),
            sign(status),
            Counts::of(&target.checks).line()
        );
    }
    page.push_str("</table>\n</nav>\n");
}

/// Everything about one target.
fn section(nth: usize, target: &TargetReport, several: bool, page: &mut String) {
    let _ = writeln!(page, "<section id=\"t{nth}\">");
    let status = verdict_of(target);
    let counts = match several {
        true => format!(" <small>{}</small>", Counts::of(&target.checks).line()),
        false => String::new(),
    };
    let _ = writeln!(
        page,
        "<h2 class=\"{}\"><span class=\"sign\">{}</span> {}{counts}</h2>",
        class(status),
        sign(status),
        title(target)
    );
    let found = super::findings::findings(&target.checks, super::style::Volume::Normal);
    let listing = target.exhibit.definition.as_ref().map(Listing::of).unwrap_or_default();
    findings::print(nth, &found, &listing, page);
    if !listing.is_empty() {
        definition::print(nth, &listing, &target.checks, &found, page);
    }
    if let Some(picture) = dependencies::draw(target) {
        figure("What it depends on", &picture, page);
    }
    let name = target.target.family.as_deref().unwrap_or(&target.target.source);
    let paths = &target.exhibit.paths;
    // Without subnets there is nothing to draw; what was not checked says so.
    if paths.iter().any(|path| path.hops.len() > 1) {
        let picture = picture_of_paths(&format!("network paths of {name}"), paths);
        figure("Network paths", &picture, page);
    }
    if let Some(chart) = &target.exhibit.chart {
        let picture = picture_of_instances(
            &format!("container instances of cluster {} for {name}", chart.cluster),
            chart,
        );
        figure("Container instances", &picture, page);
    }
    results(target, page);
    page.push_str("</section>\n");
}

fn figure(heading: &str, picture: &str, page: &mut String) {
    let _ = writeln!(
        page,
        "<h3>{heading}</h3>\n<figure class=\"scroll\" tabindex=\"0\">\n{picture}</figure>"
    );
}

/// Every result, folded.
fn results(target: &TargetReport, page: &mut String) {
    let _ = write!(
        page,
        "<details class=\"all\"><summary>All {} results</summary>\n<div class=\"scroll\"><table class=\"list\">\n",
        target.checks.len()
    );
    for result in target.checks.iter().take(RESULTS) {
        let container = result.container.as_deref().map_or_else(String::new, shown);
        let mut message = sentence(&result.message);
        for assumption in result.assumes.iter().filter(|_| result.is_assumed()) {
            let _ = write!(message, "<br/><small>assuming {}</small>", shown(assumption));
        }
        let _ = writeln!(
            page,
            "<tr class=\"{}\"><td class=\"sign\" title=\"{}\">{}</td><td><code>{}</code></td><td>{container}</td><td>{message}</td></tr>",
            class(result.status),
            result.status.word(),
            sign(result.status),
            result.id,
        );
    }
    page.push_str("</table></div>\n</details>\n");
}

/// What was not checked, and what passes rest on.
fn not_checked(report: &Report, page: &mut String) {
    let unchecked =
        [unchecked::for_lack_of_input(report), unchecked::undetermined_advice(report)].concat();
    let assumed = assumptions::sentences(report);
    for (heading, sentences) in [("Not checked", unchecked), ("Assumed", assumed)] {
        if sentences.is_empty() {
            continue;
        }
        let _ = writeln!(page, "<h2>{heading}</h2>\n<ul>");
        for it in sentences {
            let _ = writeln!(page, "<li>{}</li>", sentence(&it));
        }
        page.push_str("</ul>\n");
    }
}

fn title(target: &TargetReport) -> String {
    let source = shown(&target.target.source);
    match &target.target.family {
        Some(family) => format!("{source} <small>{}</small>", shown(family)),
        None => source,
    }
}

fn verdict_of(target: &TargetReport) -> Status {
    match target.verdict {
        _ if target.summary.is_empty() => Status::Skip,
        Outcome::Fail => Status::Fail,
        Outcome::Unknown => Status::Unknown,
        Outcome::Pass => Status::Pass,
    }
}
