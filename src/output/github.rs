//! Annotations of GitHub Actions: workflow commands, which the runner reads from the log of the step
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>).

use std::collections::HashMap;

use super::findings::{Finding, findings};
use super::style::Volume;
use super::verdict::{counts_and_cost, word};
use super::{answer, assumptions, details, unchecked};
use crate::diagnosis::Diagnosis;
use crate::report::{Report, Status};

/// How many annotations of one kind GitHub shows of a step; it drops the others without a word
/// (<https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations>).
const MOST: usize = 10;

/// How many characters an annotation has at most. GitHub rejects more than 64 KB.
const MESSAGE: usize = 8_000;

/// How many characters its title has at most. GitHub rejects more than 255.
const TITLE: usize = 200;

/// One annotation.
struct Annotation {
    title: String,
    message: String,
    /// The file, the line and the column.
    at: Option<(String, u32, u32)>,
}

/// The annotations, the worst first, and the verdict as a line of the log.
pub(super) fn render(report: &Report) -> String {
    with(None, report)
}

/// The same after the answer of a diagnosis.
pub(super) fn of_diagnosis(diagnosis: &Diagnosis, report: &Report) -> String {
    with(Some(diagnosis), report)
}

fn with(diagnosis: Option<&Diagnosis>, report: &Report) -> String {
    let answer = |is_bad: bool| {
        let meant = diagnosis.filter(|it| is_bad != is_good(it)).into_iter();
        meant.map(conclusion)
    };
    let all: Vec<Finding> =
        report.targets.iter().flat_map(|target| findings(&target.checks, Volume::Normal)).collect();
    let of_status = |status: Status| {
        all.iter().filter(move |finding| finding.result.status == status).map(annotation)
    };
    let results = of_status(Status::Fail).chain(of_status(Status::Unknown));
    let errors: Vec<_> = answer(true).chain(results).collect();
    let warnings: Vec<_> = of_status(Status::Warn).collect();
    let mut text = String::new();
    print("error", &errors, &mut text);
    print("warning", &warnings, &mut text);
    let notices: Vec<_> = answer(false).chain(notices(report)).collect();
    print("notice", &notices, &mut text);
    // Nothing of a document is in this line, which no command may be hidden in.
    text.push_str(&match diagnosis.filter(|_| report.targets.is_empty()) {
        Some(it) => format!("{}  nothing was checked\n", answer::word(it.conclusion).0),
        None => format!("{}  {}\n", word(report).0, counts_and_cost(report)),
    });
    text
}

/// Whether the task would start, or the service is steady.
fn is_good(diagnosis: &Diagnosis) -> bool {
    answer::word(diagnosis.conclusion).1 == Status::Pass
}

/// The answer of a diagnosis. It is about a task, and in no file.
fn conclusion(diagnosis: &Diagnosis) -> Annotation {
    let facts = answer::facts(diagnosis).into_iter();
    let facts = facts.map(|it| format!("{}: {}", it.label, it.text));
    let lines: Vec<String> = [answer::sentence(diagnosis)].into_iter().chain(facts).collect();
    Annotation {
        title: format!("{}: {}", answer::word(diagnosis.conclusion).0, diagnosis.subject),
        message: lines.join("\n"),
        at: None,
    }
}

/// What was not checked, and what passes rest on.
fn notices(report: &Report) -> Vec<Annotation> {
    let notice = |title: &str, message| Annotation { title: title.to_owned(), message, at: None };
    let notes = report.notes.iter().map(|note| notice("note", note.clone()));
    let unchecked = unchecked::for_lack_of_input(report).into_iter();
    let unchecked = unchecked.map(|sentence| notice("not checked", sentence));
    let assumed = assumptions::sentences(report).into_iter();
    let assumed = assumed.map(|sentence| notice("assumed", sentence));
    notes.chain(unchecked).chain(assumed).collect()
}

fn annotation(finding: &Finding) -> Annotation {
    let result = finding.result;
    let state = match result.status {
        Status::Fail => "failed",
        Status::Unknown => "unknown",
        _ => "warning",
    };
    let mut lines = Vec::new();
    if finding.containers.count() > 0 {
        lines.push(format!("({}) {}", finding.containers.list(), result.message));
    } else {
        lines.push(result.message.to_string());
    }
    if let (Some(error), 0 | 1) = (&result.prevents, finding.checks.count()) {
        lines.push(format!("leads to: {error}"));
    }
    lines.extend(result.remedy.iter().map(|remedy| format!("fix: {remedy}")));
    let commands = details::commands(finding.commands.iter().copied());
    lines.extend(commands.map(|command| format!("$ {command}")));
    lines.push(format!("at: {}", finding.place()));
    let lines: Vec<String> = lines.iter().map(|line| super::printable::line(line).into()).collect();
    Annotation {
        title: format!("{}: {state}", finding.short_title()),
        message: lines.join("\n"),
        at: result.location.as_ref().and_then(|at| {
            let file = at.file.strip_prefix("./").unwrap_or(&at.file);
            let file = super::printable::line(file).into_owned();
            (file != "<stdin>").then_some((file, at.line, at.column))
        }),
    }
}

/// Prints annotations of one kind, and in place of the last one how many more there are.
fn print(kind: &str, annotations: &[Annotation], text: &mut String) {
    let shown = match annotations.len() {
        0..=MOST => annotations.len(),
        _ => MOST - 1,
    };
    let (shown, rest) = annotations.split_at(shown);
    shown.iter().for_each(|annotation| text.push_str(&command(kind, annotation)));
    if !rest.is_empty() {
        let message = format!("{}: {}", counted(rest), super::listing::REST);
        let title = format!("{} more", rest.len());
        text.push_str(&command(kind, &Annotation { title, message, at: None }));
    }
}

/// `secret-exists: failed (12), role-trust: failed`
fn counted(annotations: &[Annotation]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for Annotation { title, .. } in annotations {
        let at = *known.entry(title).or_insert_with(|| {
            counts.push((title, 0));
            counts.len() - 1
        });
        counts[at].1 += 1;
    }
    let counted = counts.iter().map(|(title, count)| match count {
        1 => (*title).to_owned(),
        count => format!("{title} ({count})"),
    });
    counted.collect::<Vec<_>>().join(", ")
}

/// The command: `::error file=a.json,line=7,col=3,title=…::…`
fn command(kind: &str, annotation: &Annotation) -> String {
    let mut properties = Vec::new();
    if let Some((file, line, column)) = &annotation.at {
        properties.push(format!("file={},line={line},col={column}", property(file)));
    }
    properties.push(format!("title={}", property(&cut(&annotation.title, TITLE))));
    format!("::{kind} {}::{}\n", properties.join(","), data(&cut(&annotation.message, MESSAGE)))
}

/// The text without characters that could steer the terminal of the log, up to the limit.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => super::printable::lines(text),
        Some((end, _)) => format!("{}…", super::printable::lines(&text[..end])),
    }
}

/// A message, as the runner reads it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, as the runner reads it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
