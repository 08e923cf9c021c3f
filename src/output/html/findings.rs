//! What is not a pass, each in a card: what it leads to, how to fix it, and what was asked.

use std::fmt::Write as _;

use super::super::details;
use super::super::findings::Finding;
use super::super::listing::REST;
use super::super::xml::escaped;
use super::definition::Listing;
use super::marks::{badness, class, sign};
use super::phrases::{sentence, shown};

/// How many cards there are.
const CARDS: usize = 500;

/// Prints the cards, the worst first.
pub(super) fn print(target: usize, found: &[Finding], listing: &Listing, page: &mut String) {
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|nth| std::cmp::Reverse(badness(found[*nth].result.status)));
    for nth in order.iter().take(CARDS) {
        card(target, *nth, &found[*nth], listing, page);
    }
    if let Some(more) = order.len().checked_sub(CARDS + 1) {
        let _ = writeln!(page, "<p>… and {} more: {REST}</p>", more + 1);
    }
}

fn card(target: usize, nth: usize, finding: &Finding, listing: &Listing, page: &mut String) {
    let result = finding.result;
    let status = result.status;
    let containers = match finding.containers.count() {
        0 => String::new(),
        _ => format!(" <span class=\"of\">{}</span>", shown(&finding.containers.list())),
    };
    let _ = write!(
        page,
        "<article id=\"t{target}f{nth}\" class=\"{}\">\n<h3><span class=\"sign\">{}</span> {} <span class=\"word\">{}</span>{containers}</h3>\n<p>{}</p>\n<dl>\n",
        class(status),
        sign(status),
        escaped(&finding.title()),
        status.word(),
        sentence(&result.message)
    );
    let mut row = |label: &str, text: &str| {
        let _ = writeln!(page, "<div><dt>{label}</dt><dd>{text}</dd></div>");
    };
    if let (Some(error), 0 | 1) = (&result.prevents, finding.checks.count()) {
        row("leads to", &shown(error));
    }
    if let Some(remedy) = &result.remedy {
        row("fix", &sentence(remedy));
    }
    let place = finding.place();
    if !place.is_empty() {
        let place = shown(&place);
        row(
            "at",
            &match listing.line_of(&result.subject) {
                Some(line) => format!("<a href=\"#t{target}l{line}\">{place}</a>"),
                None => place,
            },
        );
    }
    page.push_str("</dl>\n");
    for command in details::commands(finding.commands.iter().copied()) {
        let _ = writeln!(page, "<pre class=\"command\">{}</pre>", escaped(&command));
    }
    background(finding, page);
    page.push_str("</article>\n");
}

/// The calls and their answers, and the page of AWS.
fn background(finding: &Finding, page: &mut String) {
    let result = finding.result;
    let evidence = details::evidence(result);
    if !evidence.is_empty() {
        page.push_str("<details><summary>What was asked</summary>\n<ul>\n");
        for line in evidence {
            let _ = writeln!(page, "<li>{}</li>", escaped(&line));
        }
        page.push_str("</ul></details>\n");
    }
    if result.docs.starts_with("https://") {
        let docs = escaped(result.docs);
        let _ = writeln!(page, "<p class=\"docs\"><a href=\"{docs}\">AWS documentation</a></p>");
    }
}
