//! What a result says in addition to its sentence, for formats that do not lay out lines.

use super::printable;
use crate::report::{CheckResult, Status};
use crate::shell::ShellCommand;

/// How many lines of evidence are printed of one result.
const EVIDENCE: usize = 50;

/// How many characters of one command are printed: it is whole, or it is not there.
const COMMAND: usize = 20_000;

/// How many characters of one text are printed.
const LETTERS: usize = 1_500;

/// What it leads to, how to fix it, and where it is, each in a line with its label.
pub(super) fn lines(result: &CheckResult) -> Vec<String> {
    let mut lines = Vec::new();
    if !matches!(result.status, Status::Pass | Status::Skip) {
        let labelled = [("leads to", &result.prevents), ("fix", &result.remedy)];
        for (label, text) in labelled {
            lines.extend(text.iter().map(|text| format!("{label}: {}", text_of(text))));
        }
        lines.extend(commands(&result.commands).map(|command| format!("$ {command}")));
    }
    lines.push(format!("at: {}", place(result)));
    lines.extend(result.resource.iter().map(|it| format!("resource: {}", text_of(it))));
    lines
}

/// The calls and their answers, each in a line, up to the limit.
pub(super) fn evidence(result: &CheckResult) -> Vec<String> {
    let mut lines: Vec<String> =
        result.evidence.iter().take(EVIDENCE).map(|line| text_of(line)).collect();
    if let Some(more) = result.evidence.len().checked_sub(EVIDENCE + 1) {
        lines.push(format!("… and {} more: {}", more + 1, super::listing::REST));
    }
    lines
}

/// A text of one line, up to the limit.
pub(super) fn text_of(text: &str) -> String {
    match text.char_indices().nth(LETTERS) {
        None => printable::line(text).into_owned(),
        Some((end, _)) => format!("{}…", printable::line(&text[..end])),
    }
}

/// The commands that can be pasted: none with characters that nobody could see.
pub(super) fn commands<'c>(
    commands: impl IntoIterator<Item = &'c ShellCommand>,
) -> impl Iterator<Item = String> {
    commands.into_iter().filter_map(|command| {
        let text = command.to_string();
        let is_safe = text.len() <= COMMAND && printable::line(&text) == text.as_str();
        is_safe.then_some(text)
    })
}

/// `taskdef.json:7:3 /containerDefinitions/0/image`
pub(super) fn place(result: &CheckResult) -> String {
    let subject = match result.subject.as_str() {
        "" => "the whole document",
        subject => subject,
    };
    let place = match &result.location {
        Some(at) => format!("{}:{}:{} {subject}", at.file, at.line, at.column),
        None => subject.to_owned(),
    };
    text_of(&place)
}
