//! The end of the report: what failed, a line each, and the verdict.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::super::arn::Home;
use super::super::findings::Finding;
use super::super::listing::REST;
use super::super::style::{Look, Volume};
use super::super::verdict::{counts_and_cost, word};
use super::page::Page;
use super::shown::{Shown, shown};
use crate::report::{Report, Status};

/// How many lines repeat what failed.
const ROWS: usize = 20;

/// How many columns of a row name the subject, at least.
const SUBJECT: usize = 12;

pub(super) fn print(page: &mut Page, report: &Report, targets: &[Shown]) {
    page.blank();
    match page.look().volume {
        // What failed is right above; what only warns has not been named yet.
        Volume::Quiet => warnings(page, report),
        _ => repeat(page, targets, |status| matches!(status, Status::Fail | Status::Unknown)),
    }
    verdict(page, report);
}

fn warnings(page: &mut Page, report: &Report) {
    let targets = shown(report, Volume::Normal);
    repeat(page, &targets, |status| status == Status::Warn);
}

/// One line for each finding of these statuses: check, subject and place.
fn repeat(page: &mut Page, targets: &[Shown], is_meant: impl Fn(Status) -> bool) {
    let look = page.look();
    let all = targets.iter().flat_map(|Shown { target, findings, .. }| {
        let home = Home::of(target, look);
        findings.iter().filter(|it| is_meant(it.result.status)).map(move |it| (it, home))
    });
    let (mut rows, mut left_out) = (Vec::new(), 0);
    for (finding, home) in all {
        match rows.len() {
            0..ROWS => rows.push(Row::of(finding, home, look)),
            _ => left_out += 1,
        }
    }
    let columns = Columns::of(&rows, look);
    for row in &rows {
        page.row(row.status, &columns.line(row));
    }
    if left_out > 0 {
        page.paragraph("", &format!("… and {left_out} more: {REST}"));
    }
}

/// What one line says.
struct Row {
    status: Status,
    check: String,
    subject: String,
    place: String,
}

impl Row {
    fn of(finding: &Finding, home: Home, look: &Look) -> Row {
        let result = finding.result;
        let subject = match (finding.containers.count(), &result.resource) {
            _ if finding.services.count() > 0 => finding.services.short(),
            (0, Some(resource)) => home.shorten(resource).into_owned(),
            _ => finding.containers.short(),
        };
        Row {
            status: result.status,
            check: finding.short_title(),
            subject: look.shown(&subject).into_owned(),
            place: look.shown(&finding.short_place()).into_owned(),
        }
    }
}

/// How wide the columns are.
struct Columns<'l> {
    check: usize,
    subject: usize,
    look: &'l Look,
}

impl<'l> Columns<'l> {
    /// Every column as wide as its texts, and the subject no wider than the line allows.
    fn of(rows: &[Row], look: &'l Look) -> Columns<'l> {
        let widest = |text: fn(&Row) -> &str| rows.iter().map(|it| text(it).width()).max();
        let check = widest(|it| &it.check).unwrap_or_default();
        let place = widest(|it| &it.place).unwrap_or_default();
        let room = look.width.saturating_sub(2 + check + 2 + 2 + place).max(SUBJECT);
        let subject = widest(|it| &it.subject).unwrap_or_default().min(room);
        Columns { check, subject, look }
    }

    fn line(&self, row: &Row) -> String {
        let subject = ending(&row.subject, self.subject, &self.look.shown("…"));
        let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(text.width()));
        let check = format!("{}{}", row.check, pad(&row.check, self.check));
        match self.subject {
            0 => format!("{check}  {}", row.place),
            width => format!("{check}  {subject}{}  {}", pad(&subject, width), row.place),
        }
    }
}

/// The end of a text that is too long: names in one account differ at their end.
pub(super) fn ending(text: &str, width: usize, ellipsis: &str) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept: Vec<char> = Vec::new();
    let mut columns = ellipsis.width();
    for letter in text.chars().rev() {
        columns += letter.width().unwrap_or_default();
        if columns > width {
            break;
        }
        kept.push(letter);
    }
    format!("{ellipsis}{}", kept.iter().rev().collect::<String>())
}

/// The verdict of the checks, with the counts.
pub(super) fn verdict(page: &mut Page, report: &Report) {
    let (word, status) = word(report);
    page.verdict(status, word, &counts_and_cost(report));
}
