//! Markdown for a comment on a pull request or a merge request, and for the summary of a job: the verdict, a
//! table of what is not a pass, and folded below it the details.

use std::fmt::Write as _;

use super::counts::Counts;
use super::findings::{Finding, findings};
use super::style::Volume;
use super::verdict::{counts_and_cost, word};
use super::xml::escaped;
use super::{answer, assumptions, details, listing::REST, printable, unchecked};
use crate::diagnosis::Diagnosis;
use crate::report::{Outcome, Report, Status, TargetReport};

/// How many bytes it has at most. GitHub accepts comments of 65,536 characters and summaries of 1 MiB.
const MOST: usize = 65_000;

/// How many bytes of them the tables may have.
const TABLES: usize = 24_000;

/// How many bytes of them the answer of a diagnosis may have.
const ANSWER: usize = 10_000;

/// How many bytes remain for what follows the details.
const END: usize = 12_000;

/// How many characters of a message are in the table.
const MESSAGE: usize = 300;

/// How many targets the overview lists.
const TARGETS: usize = 50;

/// The document.
pub(super) fn render(report: &Report) -> String {
    after(head(report), report)
}

/// The answer of a diagnosis, and what was checked for it.
pub(super) fn of_diagnosis(diagnosis: &Diagnosis, report: &Report) -> String {
    let (word, status) = answer::word(diagnosis.conclusion);
    let subject = code(&clipped(&diagnosis.subject, 200));
    let mut text = format!("## {} {word}: {subject}\n\n", symbol(status));
    let _ = writeln!(text, "**{}**\n", inline(&answer::sentence(diagnosis)));
    for it in answer::facts(diagnosis) {
        if text.len() > ANSWER {
            let _ = writeln!(text, "- … {REST}");
            break;
        }
        let _ = writeln!(text, "- **{}:** {}", it.label, inline(&it.text));
    }
    text.push('\n');
    match report.targets.is_empty() {
        true => text,
        // What was checked is a part of the answer.
        false => after(format!("{text}#{}", head(report)), report),
    }
}

/// What follows the head.
fn after(head: String, report: &Report) -> String {
    let mut text = head;
    let mut found: Vec<(&TargetReport, Finding)> = Vec::new();
    for status in [Status::Fail, Status::Unknown, Status::Warn] {
        for target in &report.targets {
            let all = findings(&target.checks, Volume::Normal).into_iter();
            found.extend(all.filter(|it| it.result.status == status).map(|it| (target, it)));
        }
    }
    table(&found, report.targets.len() > 1, &mut text);
    explanations(&found, &mut text);
    end(report, &mut text);
    text
}

/// The verdict, who asked where, the notes, and with several targets the verdict of each.
fn head(report: &Report) -> String {
    let (word, status) = word(report);
    let subject = match report.targets.as_slice() {
        [only] => format!(" {}", title(only)),
        targets => format!(" {} task definitions", targets.len()),
    };
    let mut text = format!("## {} {word}:{subject}\n\n", symbol(status));
    let _ = writeln!(text, "**{}**\n", inline(&counts_and_cost(report)));
    if let Some(TargetReport { target, .. }) = report.targets.first() {
        let known = [
            Some(inline(&report.asked_with)).filter(|it| !it.is_empty()),
            target.account.as_ref().map(|it| format!("account {}", code(it))),
            target.region.as_ref().map(|it| format!("region {}", code(it))),
            target.caller.as_ref().map(|it| code(it)),
        ];
        let known: Vec<String> = known.into_iter().flatten().collect();
        if !known.is_empty() {
            let _ = writeln!(text, "Checked with {}.\n", known.join(", "));
        }
    }
    for note in &report.notes {
        let _ = writeln!(text, "> **Note:** {}\n", inline(note));
    }
    if report.targets.len() > 1 {
        overview(report, &mut text);
    }
    text
}

/// A row for each target.
fn overview(report: &Report, text: &mut String) {
    text.push_str("| | task definition | results |\n|---|---|---|\n");
    for target in report.targets.iter().take(TARGETS) {
        let status = match target.verdict {
            _ if target.summary.is_empty() => Status::Skip,
            Outcome::Fail => Status::Fail,
            Outcome::Unknown => Status::Unknown,
            Outcome::Pass => Status::Pass,
        };
        let counts = Counts::of(&target.checks).line();
        let _ = writeln!(text, "| {} | {} | {counts} |", symbol(status), title(target));
    }
    if let Some(more) = report.targets.len().checked_sub(TARGETS + 1) {
        let _ = writeln!(text, "| | … and {} more | {REST} |", more + 1);
    }
    text.push('\n');
}

/// A row for each finding, the worst first.
fn table(found: &[(&TargetReport, Finding)], several: bool, text: &mut String) {
    if found.is_empty() {
        return;
    }
    let (head, line) = if several { ("| in ", "|---") } else { ("", "") };
    let _ = writeln!(text, "| {head}| check | place | |\n|---{line}|---|---|---|");
    for (nth, (target, finding)) in found.iter().enumerate() {
        let result = finding.result;
        let place = match (finding.containers.count(), finding.short_place()) {
            (0, place) => code(&place),
            (_, place) => format!("{} {}", inline(&finding.containers.short()), code(&place)),
        };
        let target = if several { format!("| {} ", title(target)) } else { String::new() };
        let row = format!(
            "| {} {target}| {} | {place} | {} |\n",
            symbol(result.status),
            code(&finding.short_title()),
            inline(&clipped(&result.message, MESSAGE))
        );
        if text.len() + row.len() > TABLES {
            let _ = writeln!(text, "\n… and {} more: {REST}", found.len() - nth);
            break;
        }
        text.push_str(&row);
    }
    text.push('\n');
}

/// A folded section for each finding: what it leads to, how to fix it, and what was asked.
fn explanations(found: &[(&TargetReport, Finding)], text: &mut String) {
    for (nth, (_, finding)) in found.iter().enumerate() {
        let section = explanation(finding);
        if text.len() + section.len() > MOST - END {
            let _ = writeln!(text, "… the details of {} more: {REST}\n", found.len() - nth);
            break;
        }
        text.push_str(&section);
    }
}

fn explanation(finding: &Finding) -> String {
    let result = finding.result;
    let of = match (finding.containers.count(), &result.resource) {
        (0, Some(resource)) => resource.to_string(),
        _ => finding.containers.list(),
    };
    let of = match of.is_empty() {
        true => String::new(),
        // No Markdown in this line, but HTML.
        false => format!(": <code>{}</code>", escaped(&details::text_of(&of))),
    };
    let mut text = format!(
        "<details><summary>{} <b>{}</b>{of}</summary>\n\n{}\n\n",
        symbol(result.status),
        escaped(&finding.title()),
        inline(&details::text_of(&result.message))
    );
    if let (Some(error), 0 | 1) = (&result.prevents, finding.checks.count()) {
        let _ = writeln!(text, "- **leads to:** {}", inline(&details::text_of(error)));
    }
    if let Some(remedy) = &result.remedy {
        let _ = writeln!(text, "- **fix:** {}", inline(&details::text_of(remedy)));
    }
    let place = finding.place();
    if !place.is_empty() {
        let _ = writeln!(text, "- **at:** {}", code(&details::text_of(&place)));
    }
    for line in details::evidence(result).iter().take(10) {
        let _ = writeln!(text, "- asked: {}", inline(line));
    }
    let commands: Vec<String> = details::commands(finding.commands.iter().copied()).collect();
    if !commands.is_empty() {
        let _ = write!(text, "\n{}", block("sh", &commands.join("\n")));
    }
    if !result.docs.is_empty() {
        let _ = write!(text, "\n[AWS documentation]({})\n", result.docs);
    }
    text.push_str("\n</details>\n\n");
    text
}

/// What was not checked, what passes rest on, and the counts of each group.
fn end(report: &Report, text: &mut String) {
    let mut lines = Vec::new();
    for sentence in unchecked::for_lack_of_input(report) {
        lines.push(format!("- **not checked:** {}\n", inline(&clipped(&sentence, MESSAGE * 2))));
    }
    for sentence in unchecked::undetermined_advice(report) {
        lines.push(format!("- not checked: {}\n", inline(&clipped(&sentence, MESSAGE))));
    }
    for sentence in assumptions::sentences(report) {
        lines.push(format!("- passes, {}\n", inline(&clipped(&sentence, MESSAGE))));
    }
    for line in lines {
        if text.len() + line.len() < MOST - END / 2 {
            text.push_str(&line);
        }
    }
    let mut groups: Vec<(&str, Counts)> = Vec::new();
    for result in report.checks() {
        match groups.iter_mut().find(|(group, _)| *group == result.group) {
            Some((_, counts)) => counts.add(result),
            None => groups.push((result.group, Counts::of([result]))),
        }
    }
    text.push_str(
        "\n<details><summary>All groups</summary>\n\n| | group | results |\n|---|---|---|\n",
    );
    for (group, counts) in groups {
        let symbol = symbol(counts.worst());
        let _ = writeln!(text, "| {symbol} | {} | {} |", inline(group), counts.line());
    }
    text.push_str("\n</details>\n");
}

/// The definition, with its family if that says more.
fn title(target: &TargetReport) -> String {
    let source = code(&clipped(&target.target.source, 200));
    match &target.target.family {
        Some(family) => format!("{source} {}", inline(&clipped(family, 200))),
        None => source,
    }
}

fn symbol(status: Status) -> &'static str {
    match status {
        Status::Fail => "❌",
        Status::Unknown => "❔",
        Status::Warn => "⚠️",
        Status::Pass => "✅",
        Status::Skip => "➖",
    }
}

/// The first characters.
fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// A fenced block, which nothing in it can end.
fn block(language: &str, text: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for letter in text.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{text}\n{fence}\n")
}

/// A text as code. GitHub leaves it alone: no mention, no reference, no emoji.
fn code(text: &str) -> String {
    format!("<code>{}</code>", literal(&printable::line(text)))
}

/// A text of one line, without Markdown or HTML; what is in backquotes is code. Words that GitHub
/// would take for a mention, a reference, a link or an emoji are code too.
pub(super) fn inline(text: &str) -> String {
    let text = printable::line(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return prose(&text);
    }
    let parts = parts.iter().enumerate().map(|(nth, part)| match (nth % 2, part.is_empty()) {
        (0, _) => prose(part),
        (_, true) => "``".replace('`', "\\`"),
        (_, false) => format!("<code>{}</code>", literal(part)),
    });
    parts.collect()
}

/// Words in which nothing is Markdown.
fn prose(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let is_read = word.contains(['@', '#'])
            || word.contains("://")
            || word.contains("www.")
            || word.matches(':').count() > 1;
        if !is_read {
            return literal(word);
        }
        let inner = word.trim_end_matches([',', '.', ';', ':', ')']);
        format!("<code>{}</code>{}", literal(inner), literal(&word[inner.len()..]))
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Characters that have no meaning in Markdown or HTML.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    // GitHub links addresses even in code.
    let text = text.replace("://", ":\u{0}//").replace("www.", "www\u{0}.");
    for letter in text.chars() {
        match letter {
            '\u{0}' => literal.push_str("<!-- -->"),
            '&' => literal.push_str("&amp;"),
            '<' => literal.push_str("&lt;"),
            '>' => literal.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' | '!' => {
                literal.extend(['\\', letter]);
            }
            letter => literal.push(letter),
        }
    }
    literal
}
