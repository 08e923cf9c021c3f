//! Container instances as a table for the terminal.

use super::bars::{asks, grouped};
use super::picture::shown;
use crate::output::Look;
use crate::output::style::{paint, style};
use crate::placement::chart::{Bar, Chart, Instance, Part, State};
use crate::report::Status;

/// So much of an id is shown.
const ID: usize = 14;

/// A line for each instance, and what each lacks below it: `1,024/2,048` is what is left of the whole.
pub fn table(title: &str, chart: &Chart, look: &Look) -> String {
    let mut text = format!("{}\n", shown(title));
    if let Some(note) = &chart.note {
        text.push_str(&format!("  {}\n", shown(note)));
        return text;
    }
    let digest = chart.digest();
    text.push_str(&format!("  {}\n", asks(&chart.demand)));
    let parts = [
        (&digest.fitting, Status::Pass),
        (&digest.unknown, Status::Unknown),
        (&digest.lacking, Status::Fail),
    ];
    let rows: Vec<(Vec<String>, Status, &Instance)> = parts
        .iter()
        .flat_map(|(part, status)| part.shown.iter().map(|it| (cells(it), *status, *it)))
        .collect();
    let mut head = vec!["instance".to_owned(), "type".to_owned(), "zone".to_owned()];
    let bars = chart.instances.first().map_or(&[][..], |it| &it.bars);
    head.extend(bars.iter().map(|bar| bar.resource.name().to_owned()));
    head.push("fits".to_owned());
    let wide = |nth: usize| {
        let cells = rows.iter().map(|(cells, ..)| &cells[nth]).chain([&head[nth]]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(wide).collect();
    let line = |cells: &[String]| {
        let padded: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, wide)| format!("{cell:<wide$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    if !rows.is_empty() {
        text.push_str(&format!("    {}\n", line(&head)));
    }
    let mut rows = rows.into_iter();
    for (part, status) in parts {
        for (cells, _, it) in rows.by_ref().take(part.shown.len()) {
            let mark = paint(style(status), look.mark(status));
            text.push_str(&format!("  {mark} {}\n", line(&cells)));
            if let State::Lacks { what, .. } = &it.state {
                for reason in what {
                    text.push_str(&format!("      {}\n", paint(style(status), &shown(reason))));
                }
            }
        }
        if !part.more.is_empty() {
            text.push_str(&format!("    ... {}\n", rest(part, status)));
        }
    }
    let fit = digest.fitting.count();
    let all = chart.instances.len();
    let tasks = match digest.times {
        u64::MAX => "any number of".to_owned(),
        times => grouped(times),
    };
    text.push_str(&format!("  {fit} of {all} have room, for {tasks} more tasks\n"));
    text
}

/// The other instances in one state.
fn rest(part: &Part, status: Status) -> String {
    let more = part.more.len();
    match status {
        Status::Pass => format!("{more} more fit"),
        Status::Fail => {
            let reasons = part.reasons();
            let reasons: Vec<String> =
                reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
            format!("{more} more lack something: {}", reasons.join(", "))
        }
        _ => format!("{more} more cannot be determined"),
    }
}

fn cells(it: &Instance) -> Vec<String> {
    let id: String = it.id.chars().take(ID).collect();
    let id = if id.len() < it.id.len() { format!("{id}...") } else { id };
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let mut cells = vec![shown(&id), shown(&or_none(&it.kind)), shown(&or_none(&it.zone))];
    cells.extend(it.bars.iter().map(amount));
    cells.push(match it.state {
        State::Fits(u64::MAX) => "any number".to_owned(),
        State::Fits(times) => grouped(times),
        State::Lacks { .. } => "0".to_owned(),
        State::Unknown => "?".to_owned(),
    });
    cells
}

fn amount(bar: &Bar) -> String {
    match (bar.free, bar.all) {
        (Some(free), Some(all)) => format!("{}/{}", grouped(free), grouped(all)),
        _ => "?".to_owned(),
    }
}
