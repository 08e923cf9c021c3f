//! The report for people: a line for each result, and under each that is not a pass what it would
//! become, how to mend it, and where it is written.

use std::collections::HashSet;

use unicode_width::UnicodeWidthStr;

use super::lines::wrap;
use super::style::{Look, Volume, paint, style};
use crate::report::{CheckResult, Outcome, Report, Status, Summary, TargetReport};

pub(super) fn render(report: &Report, look: &Look) -> String {
    let mut page = Page { look, text: String::new(), commands: HashSet::new() };
    page.header(report);
    for target in &report.targets {
        page.target(target, report.targets.len() > 1);
    }
    page.verdict(report);
    page.text
}

struct Page<'a> {
    look: &'a Look,
    text: String,
    /// Those that are printed already: nobody should run one twice.
    commands: HashSet<String>,
}

/// Results that say the same of several places, told once.
struct Told<'r> {
    result: &'r CheckResult,
    /// Further checks of the group that skip for the same reason.
    others: Vec<&'r str>,
    places: Vec<String>,
    containers: Vec<&'r str>,
    commands: Vec<String>,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn header(&mut self, report: &Report) {
        let Some(first) = report.targets.first() else { return };
        let target = &first.target;
        let parts = [
            Some(report.asked_with.clone()),
            target.account.as_ref().map(|account| format!("account {account}")),
            target.region.as_ref().map(|region| format!("region {region}")),
            target.caller.clone(),
        ];
        let line = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        self.paragraph("", &line, anstyle::Style::new().dimmed());
        for note in &report.notes {
            let style = style(Status::Warn);
            self.paragraph("  ! ", note, style);
        }
    }

    fn target(&mut self, target: &TargetReport, several: bool) {
        if several || target.target.family.is_some() {
            let family = target.target.family.as_deref().unwrap_or_default();
            let title = format!("{}  {family}", target.target.source);
            self.line("");
            self.line(&paint(anstyle::Style::new().bold(), title.trim_end()));
        }
        let mut group = "";
        let told = told_once(&target.checks);
        let told = if self.look.volume == Volume::Verbose { told } else { together(told) };
        for told in told {
            let result = told.result;
            let hidden = self.look.volume == Volume::Quiet
                && matches!(result.status, Status::Pass | Status::Skip);
            if hidden {
                continue;
            }
            if group != result.group {
                group = &result.group;
                self.line("");
                self.line(&paint(anstyle::Style::new().underline(), group));
            }
            self.result(&told);
        }
    }

    fn result(&mut self, told: &Told) {
        let result = told.result;
        let style = style(result.status);
        let mark = paint(style, self.look.mark(result.status));
        let whose = match told.containers.as_slice() {
            [] => String::new(),
            containers => format!("{}  ", containers.join(", ")),
        };
        let id = match told.others.len() {
            0 => result.id.clone(),
            others => format!("{} and {others} more", result.id),
        };
        let lead = format!("  {} {whose}{id}  ", self.look.mark(result.status));
        let body = wrap(&result.message, self.look.width, 6, lead.width());
        let dim = result.status == Status::Skip;
        let first = body.first().map(String::as_str).unwrap_or_default();
        let id = paint(anstyle::Style::new().bold(), &id);
        let head = format!("  {mark} {whose}{id}  {first}");
        self.line(&if dim { paint(style, &format!("{lead}{first}")) } else { head });
        for line in body.iter().skip(1) {
            let line = format!("      {line}");
            self.line(&if dim { paint(style, &line) } else { line });
        }
        if matches!(result.status, Status::Fail | Status::Warn | Status::Unknown) {
            self.explanation(told);
        }
        if self.look.volume == Volume::Verbose {
            for evidence in &result.evidence {
                self.labelled("asked", evidence);
            }
        }
    }

    fn explanation(&mut self, told: &Told) {
        let result = told.result;
        if let Some(error) = &result.prevents {
            self.labelled("prevents", error);
        }
        if let Some(remedy) = &result.remedy {
            self.labelled("fix", remedy);
        }
        let all = told.commands.len();
        let new: Vec<&String> = told.commands.iter().filter(|it| self.is_new(it)).collect();
        for command in &new {
            // Commands are for copying: never broken.
            self.line(&format!("                $ {command}"));
        }
        let above = match (all - new.len(), new.len()) {
            (0, _) => "",
            (1, 0) => "(the command is above)",
            (_, 0) => "(the commands are above)",
            _ => "(further commands are above)",
        };
        if !above.is_empty() {
            self.paragraph("                ", above, anstyle::Style::new().dimmed());
        }
        for place in &told.places {
            self.labelled("at", place);
        }
    }

    /// Whether the command is not printed yet, as it will be now.
    fn is_new(&mut self, command: &str) -> bool {
        self.commands.insert(command.to_owned())
    }

    fn labelled(&mut self, label: &str, text: &str) {
        let lead = format!("      {label:<10}");
        self.paragraph(&lead, text, anstyle::Style::new());
    }

    fn paragraph(&mut self, lead: &str, text: &str, style: anstyle::Style) {
        let indent = lead.width();
        for (at, line) in wrap(text, self.look.width, indent, indent).iter().enumerate() {
            let lead = if at == 0 { lead.to_owned() } else { " ".repeat(indent) };
            let label = paint(anstyle::Style::new().dimmed(), &lead);
            self.line(&format!("{label}{}", paint(style, line)));
        }
    }

    fn verdict(&mut self, report: &Report) {
        let summary = report.summary();
        let (word, status) = match report.verdict() {
            _ if summary.is_empty() => ("NO VERDICT: no check was applicable", Status::Skip),
            Outcome::Pass => ("PASS", Status::Pass),
            Outcome::Fail => ("FAIL", Status::Fail),
            Outcome::Unknown => ("UNKNOWN", Status::Unknown),
        };
        let cost = match report.stats.api_calls {
            0 => String::new(),
            1 => ", 1 call".to_owned(),
            calls => format!(", {calls} calls"),
        };
        let seconds = report.stats.elapsed_ms as f64 / 1000.0;
        self.line("");
        self.line(&format!(
            "{}  {} ({seconds:.1} s{cost})",
            paint(style(status).bold(), word),
            counts(&summary)
        ));
    }
}

fn counts(summary: &Summary) -> String {
    let parts = [
        (summary.fail, "failed"),
        (summary.unknown, "unknown"),
        (summary.warn, if summary.warn == 1 { "warning" } else { "warnings" }),
        (summary.pass, "passed"),
        (summary.skip, "skipped"),
    ];
    let said: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    said.join(", ")
}

fn skips_like(one: &CheckResult, other: &CheckResult) -> bool {
    let skips = |it: &CheckResult| it.status == Status::Skip;
    skips(one) && skips(other) && one.group == other.group && one.message == other.message
}

/// Merges results that differ in their place only.
fn told_once(results: &[CheckResult]) -> Vec<Told<'_>> {
    let mut told: Vec<Told> = Vec::new();
    for result in results {
        let place = match &result.location {
            Some(at) => format!("{}:{}:{}", at.file, at.line, at.column),
            None => result.subject.clone(),
        };
        let same = told.iter_mut().find(|it| {
            it.result.id == result.id
                && it.result.status == result.status
                && it.result.message == result.message
        });
        let container = result.container.as_deref();
        match same {
            Some(it) => {
                it.places.push(place);
                it.containers.extend(container.filter(|name| !it.containers.contains(name)));
                let commands = result.commands.iter().map(ToString::to_string);
                let more: Vec<_> = commands.filter(|more| !it.commands.contains(more)).collect();
                it.commands.extend(more);
            }
            None => told.push(Told {
                result,
                others: Vec::new(),
                places: vec![place],
                containers: container.into_iter().collect(),
                commands: result.commands.iter().map(ToString::to_string).collect(),
            }),
        }
    }
    told
}

/// Merges checks that skip for one reason, as a whole group does that lacks its input.
fn together<'r>(told: Vec<Told<'r>>) -> Vec<Told<'r>> {
    let mut together: Vec<Told<'r>> = Vec::new();
    for it in told {
        match together.last_mut() {
            Some(last) if skips_like(last.result, it.result) => {
                if last.result.id != it.result.id {
                    last.others.push(&it.result.id);
                }
            }
            _ => together.push(it),
        }
    }
    together
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Stats, Target};
    use crate::shell::ShellCommand;

    fn result(id: &str, status: Status, message: &str) -> CheckResult {
        CheckResult {
            id: id.to_owned(),
            group: "network".to_owned(),
            status,
            skip_reason: None,
            subject: String::new(),
            container: None,
            location: None,
            resource: None,
            message: message.to_owned(),
            evidence: Vec::new(),
            prevents: None,
            remedy: None,
            commands: Vec::new(),
            docs: String::new(),
            assumes: false,
        }
    }

    #[test]
    fn a_command_is_printed_once() {
        let failed = |id: &str, message: &str, commands: &[&str]| CheckResult {
            commands: commands.iter().map(|it| ShellCommand::of("open").word(it)).collect(),
            ..result(id, Status::Fail, message)
        };
        let checks = vec![
            failed("a", "of one", &["1", "2"]),
            failed("a", "of one", &["1", "3"]),
            failed("a", "of another", &["1"]),
            failed("b", "of both", &["2", "4"]),
        ];
        let target = Target {
            source: "taskdef.json".to_owned(),
            family: None,
            region: None,
            account: None,
            caller: None,
        };
        let report = Report {
            targets: vec![TargetReport::of(target, checks)],
            stats: Stats::default(),
            asked_with: String::new(),
            notes: Vec::new(),
        };
        let look = Look::plain();
        let text = anstream::adapter::strip_str(&render(&report, &look)).to_string();
        let printed: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("$ ") || line.starts_with('('))
            .collect();
        assert_eq!(
            printed,
            [
                "$ open 1",
                "$ open 2",
                "$ open 3",
                "(the command is above)",
                "$ open 4",
                "(further commands are above)",
            ]
        );
    }

    #[test]
    fn what_is_skipped_for_one_reason_is_told_in_one_line() {
        let results = [
            result("a", Status::Skip, "no subnets"),
            result("b", Status::Skip, "no subnets"),
            result("c", Status::Skip, "another reason"),
            result("d", Status::Pass, "fine"),
            result("e", Status::Pass, "fine"),
        ];
        let told: Vec<_> = together(told_once(&results))
            .iter()
            .map(|it| (it.result.id.clone(), it.others.len()))
            .collect();
        let told: Vec<_> = told.iter().map(|(id, others)| (id.as_str(), *others)).collect();
        assert_eq!(told, [("a", 1), ("c", 0), ("d", 0), ("e", 0)]);
    }
}
