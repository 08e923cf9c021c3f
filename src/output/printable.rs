//! Text of documents, made safe for a terminal: it must not contain control characters, nor fake a line that
//! looks like a result.

use crate::document::printable;
use crate::report::{CheckResult, Report, Target, TargetReport};

/// The same report, without control characters in any text.
pub(super) fn report(report: &Report) -> Report {
    Report {
        targets: report.targets.iter().map(target_report).collect(),
        stats: report.stats,
        asked_with: line(&report.asked_with),
        notes: all(&report.notes),
    }
}

/// A text of several lines, with its line breaks.
pub(super) fn lines(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn line(text: &str) -> String {
    text.chars().map(printable).collect()
}

fn all(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| line(text)).collect()
}

fn some(text: &Option<String>) -> Option<String> {
    text.as_deref().map(line)
}

fn target_report(report: &TargetReport) -> TargetReport {
    let Target { source, family, region, account, caller } = &report.target;
    let target = Target {
        source: line(source),
        family: some(family),
        region: some(region),
        account: some(account),
        caller: some(caller),
    };
    let checks = report.checks.iter().map(result).collect();
    TargetReport { target, verdict: report.verdict, summary: report.summary, checks }
}

fn result(result: &CheckResult) -> CheckResult {
    let location = result.location.clone().map(|mut location| {
        location.file = line(&location.file);
        location
    });
    CheckResult {
        subject: line(&result.subject),
        container: some(&result.container),
        location,
        resource: some(&result.resource),
        message: line(&result.message),
        evidence: all(&result.evidence),
        prevents: some(&result.prevents),
        remedy: some(&result.remedy),
        commands: result.commands.iter().map(|it| it.clone().map_characters(&printable)).collect(),
        ..result.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Look, short, text};
    use crate::report::{CheckResult, Location, Report, Stats, Status, Target, TargetReport};
    use crate::shell::ShellCommand;

    /// A report with this text in every external value.
    fn saying(text: &str) -> Report {
        let text = || text.to_owned();
        let result = CheckResult {
            id: "image-exists".to_owned(),
            group: "image".to_owned(),
            status: Status::Fail,
            skip_reason: None,
            subject: text(),
            container: Some(text()),
            location: Some(Location { file: text(), line: 1, column: 1 }),
            resource: Some(text()),
            message: text(),
            evidence: vec![text()],
            prevents: Some(text()),
            remedy: Some(text()),
            commands: vec![ShellCommand::of("open").word(text())],
            docs: String::new(),
            assumes: false,
        };
        let target = Target {
            source: text(),
            family: Some(text()),
            region: Some(text()),
            account: Some(text()),
            caller: Some(text()),
        };
        let nowhere = CheckResult { location: None, message: String::new(), ..result.clone() };
        Report {
            targets: vec![TargetReport::of(target, vec![result, nowhere])],
            stats: Stats::default(),
            asked_with: text(),
            notes: vec![text()],
        }
    }

    #[test]
    fn a_name_can_neither_steer_the_terminal_nor_fake_a_line() {
        let report = super::report(&saying("a\u{1b}[2J\u{9b}\u{202e}\r\nPASS  everything"));
        let mut look = Look::plain();
        look.volume = super::super::Volume::Verbose;
        for shown in [text::render(&report, &look), short::render(&report, &look)] {
            // Colours of this program are kept; everything else is letters and line breaks.
            let shown = anstream::adapter::strip_str(&shown).to_string();
            assert!(!shown.contains("\nPASS  everything"), "{shown}");
            let strange = |it: char| it != '\n' && (it.is_control() || it == '\u{202e}');
            assert!(!shown.contains(strange), "{shown:?}");
        }
    }

    #[test]
    fn messages_of_several_lines_keep_them() {
        assert_eq!(super::lines("what\n  \u{7}do"), "what\n  \u{fffd}do");
    }
}
