//! Results in full: what holds or does not, what it would become, how to fix it.

use std::collections::HashSet;

use super::super::arn::Home;
use super::super::findings::Finding;
use super::super::listing::REST;
use super::super::style::{Look, Volume};
use super::page::Page;
use crate::report::Status;

/// How many results are printed in full.
const FULL: usize = 50;

/// How many with `--verbose`.
const FULL_VERBOSE: usize = 5_000;

/// How many lines of evidence are printed of a proof.
const FEW: usize = 4;

/// How many lines of evidence are printed of one result.
const EVIDENCE: usize = 50;

/// Prints results, up to the limit.
pub(super) struct Results {
    left: usize,
    left_out: usize,
    /// The commands that are printed already: nobody should run one twice.
    commands: HashSet<String>,
}

impl Results {
    pub(super) fn new(look: &Look) -> Results {
        let left = if look.volume == Volume::Verbose { FULL_VERBOSE } else { FULL };
        Results { left, left_out: 0, commands: HashSet::new() }
    }

    /// Prints one, unless the limit is reached.
    pub(super) fn print(&mut self, page: &mut Page, finding: &Finding, home: Home) {
        if self.left == 0 {
            self.left_out += 1;
            return;
        }
        self.left -= 1;
        let result = finding.result;
        if matches!(result.status, Status::Pass | Status::Skip) {
            brief(page, finding);
        } else {
            head(page, finding);
            page.indented(&home.shorten(&result.message));
            self.explain(page, finding);
        }
        if page.look().volume == Volume::Verbose {
            background(page, finding);
        }
    }

    /// Prints one with its evidence, whatever the limit is.
    pub(super) fn prove(&mut self, page: &mut Page, finding: &Finding, home: Home) {
        head(page, finding);
        page.indented(&home.shorten(&finding.result.message));
        self.explain(page, finding);
        if page.look().volume == Volume::Verbose {
            return background(page, finding);
        }
        for evidence in finding.result.evidence.iter().take(FEW) {
            page.labelled("asked", &home.shorten(evidence));
        }
    }

    /// Says what the limit left out.
    pub(super) fn close(&mut self, page: &mut Page) {
        if self.left_out > 0 {
            page.blank();
            page.paragraph("", &format!("… and {} more: {REST}", self.left_out));
            self.left_out = 0;
        }
    }

    fn explain(&mut self, page: &mut Page, finding: &Finding) {
        let result = finding.result;
        // Of several checks each would become something else.
        if let (Some(error), 0 | 1) = (&result.prevents, finding.checks.count()) {
            page.recognised("leads to", error);
        }
        if let Some(remedy) = &result.remedy {
            page.labelled("fix", remedy);
        }
        let all: Vec<_> = finding.commands.iter().map(|it| (it, it.to_string())).collect();
        let mut above = 0;
        for (command, text) in &all {
            if self.commands.contains(text) {
                above += 1;
                continue;
            }
            page.command(command, text);
            self.commands.insert(text.clone());
        }
        if finding.has_more_commands {
            page.indented(&format!("… and more commands: {REST}"));
        }
        match (above, all.len() - above) {
            (0, _) => {}
            (1, 0) => page.indented("(the command is above)"),
            (_, 0) => page.indented("(the commands are above)"),
            _ => page.indented("(further commands are above)"),
        }
    }
}

/// What holds, in one sentence.
fn brief(page: &mut Page, finding: &Finding) {
    let result = finding.result;
    let message = &result.message;
    let mark = match result.is_assumed() {
        true => page.look().mark_assumed(),
        false => page.look().mark(result.status),
    };
    match finding.containers.count() {
        0 => page.marked_head(result.status, mark, &format!("{}:", finding.title()), message),
        _ => {
            let text = format!("({}): {message}", finding.containers.list());
            page.marked_head(result.status, mark, &finding.title(), &text);
        }
    }
}

/// The check, the containers, the places, and how many checks are skipped for it.
fn head(page: &mut Page, finding: &Finding) {
    let mut parts = Vec::new();
    if finding.containers.count() > 0 {
        parts.push(format!("({})", finding.containers.list()));
    }
    if finding.services.count() > 0 {
        parts.push(format!("in {}", finding.services.list()));
    }
    let place = finding.place();
    if !place.is_empty() {
        parts.push(format!("at {place}"));
    }
    let mut text = parts.join(" ");
    match finding.followers {
        0 => {}
        1 => text.push_str(", 1 check skipped"),
        count => text.push_str(&format!(", {count} checks skipped")),
    }
    page.head(finding.result.status, &finding.title(), &text);
}

/// What was asked, and what an `--accept` file has to name.
fn background(page: &mut Page, finding: &Finding) {
    let result = finding.result;
    if matches!(result.status, Status::Fail | Status::Warn | Status::Unknown) {
        page.labelled("subject", if result.subject.is_empty() { "\"\"" } else { &result.subject });
    }
    let (assumed, asked): (Vec<&str>, Vec<&str>) =
        result.evidence.iter().map(|line| &**line).partition(|line| line.starts_with("assuming "));
    for evidence in asked.iter().take(EVIDENCE) {
        page.labelled("asked", evidence);
    }
    if let Some(more) = asked.len().checked_sub(EVIDENCE + 1) {
        page.labelled("", &format!("… and {} more: {REST}", more + 1));
    }
    for assumption in assumed.iter().take(EVIDENCE) {
        page.labelled("assumes", assumption.trim_start_matches("assuming "));
    }
}
