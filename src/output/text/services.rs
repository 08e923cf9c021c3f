//! Live services: a line for each, and what is found of them together.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::super::arn::Home;
use super::super::counts::Counts;
use super::super::findings::findings;
use super::super::style::{Look, Volume};
use super::ending::ending;
use super::page::Page;
use crate::report::{LiveService, Outcome, Report, Status, TargetReport};

/// How many columns the name of a service takes at most, and that of its revision.
const NAME: usize = 32;

/// One line for each service: its revision, and the first cause if it would not start.
pub(super) fn table(page: &mut Page, report: &Report) {
    let rows: Vec<Row> = report.targets.iter().filter_map(|it| Row::of(it, page.look())).collect();
    let Some(first) = report.targets.iter().find_map(|it| it.target.service.as_ref()) else {
        return;
    };
    let number = rows.len();
    let noun = if number == 1 { "service" } else { "services" };
    page.bold(&format!("cluster {}: {number} {noun}{}", first.cluster, verdicts(report)));
    let widest = |text: fn(&Row) -> &str| {
        rows.iter().map(|it| text(it).width()).max().unwrap_or_default().min(NAME)
    };
    let (name, revision) = (widest(|it| &it.name), widest(|it| &it.revision));
    let look = page.look();
    let cell = |text: &str, width: usize| {
        let text = ending(text, width, &look.shown("…"));
        format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
    };
    for row in rows.iter().filter(|it| is_shown(it.status, look.volume)) {
        let cells = format!("{}  {}  ", cell(&row.name, name), cell(&row.revision, revision));
        let room = look.width.saturating_sub(cells.width() + 2);
        let said = beginning(&row.said, room, &look.shown("…"));
        page.row(row.status, &format!("{cells}{said}"));
    }
    page.blank();
}

/// `, 2 fail, 1 unknown, 3 pass`
fn verdicts(report: &Report) -> String {
    let all = [
        (Some(Outcome::Fail), "fail"),
        (Some(Outcome::Unknown), "unknown"),
        (Some(Outcome::Pass), "pass"),
        (None, "not checked"),
    ];
    let counts = all.map(|(outcome, word)| {
        let verdict = |it: &TargetReport| (!it.summary.is_empty()).then_some(it.verdict);
        (report.targets.iter().filter(|it| verdict(it) == outcome).count(), word)
    });
    counts.iter().filter(|it| it.0 > 0).map(|(count, word)| format!(", {count} {word}")).collect()
}

fn is_shown(status: Status, volume: Volume) -> bool {
    volume != Volume::Quiet || matches!(status, Status::Fail | Status::Unknown)
}

/// What one line says.
struct Row {
    status: Status,
    name: String,
    revision: String,
    said: String,
}

impl Row {
    fn of(target: &TargetReport, look: &Look) -> Option<Row> {
        let service = target.target.service.as_ref()?;
        let status = Counts::of(&target.checks).worst();
        let said = [notes(service), cause(target, status, look)];
        let said: Vec<String> = said.into_iter().flatten().collect();
        let shown = |text: &str| look.shown(text).into_owned();
        Some(Row {
            status,
            name: shown(&service.name),
            revision: shown(service.task_definition.as_deref().unwrap_or_default()),
            said: shown(&said.join("; ")),
        })
    }
}

/// What is unusual about the service.
fn notes(service: &LiveService) -> Option<String> {
    let is_daemon = service.scheduling_strategy.as_deref() == Some("DAEMON");
    let notes = [
        is_daemon.then_some("daemon"),
        (service.desired_count == Some(0)).then_some("desiredCount 0"),
    ];
    let notes: Vec<&str> = notes.into_iter().flatten().collect();
    (!notes.is_empty()).then(|| notes.join(", "))
}

/// The first finding that decides about the service, and how many more there are.
fn cause(target: &TargetReport, status: Status, look: &Look) -> Option<String> {
    let home = Home::of(&target.target, look);
    match status {
        Status::Pass => None,
        // Nothing was judged: the only result says why.
        Status::Skip => target.checks.first().map(|it| home.shorten(&it.message).into_owned()),
        Status::Fail | Status::Unknown | Status::Warn => {
            let found = findings(&target.checks, Volume::Normal);
            let same = || found.iter().filter(|it| it.result.status == status);
            let more = match same().count() {
                0 | 1 => String::new(),
                count => format!(" (+{})", count - 1),
            };
            let first = same().next()?;
            let message = home.shorten(&first.result.message);
            Some(format!("{}{more}: {message}", first.result.id))
        }
    }
}

/// The beginning of a text that is too long.
fn beginning(text: &str, width: usize, ellipsis: &str) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (mut kept, mut columns) = (String::new(), ellipsis.width());
    for letter in text.chars() {
        columns += letter.width().unwrap_or_default();
        if columns > width {
            break;
        }
        kept.push(letter);
    }
    format!("{}{ellipsis}", kept.trim_end())
}

#[cfg(test)]
mod tests;
