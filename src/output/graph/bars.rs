//! Container instances as SVG: a row for each one, with a bar for each resource.

use std::fmt::Write as _;

use super::layout::{MARGIN, shortened};
use super::picture::{State, class, mark, shown};
use super::svg::{LINE, Picture, SMALL_LETTER, page, wrapped};
use crate::names::words;
use crate::output::xml::escaped;
use crate::placement::chart::{self, Bar, Chart, Instance, Part, Resource};
use crate::placement::demand::Demand;

/// The width of the column with the id of an instance.
const NAMES: f64 = 190.0;
/// The width of a bar.
const WIDE: f64 = 168.0;
const HIGH: f64 = 12.0;
/// Between two bars of a row.
const GAP: f64 = 26.0;
/// The height of a row without reasons.
const ROW: f64 = 54.0;
const BETWEEN_ROWS: f64 = 8.0;
/// The first row.
const TOP: f64 = 116.0;

const STYLE: &str = "
rect.track{fill:#d8dee4;stroke:none}rect.taken{fill:#8c959f;stroke:none}
rect.asked{fill:#2da44e;stroke:none}rect.short{fill:#cf222e;stroke:none}
rect.unknown{fill:none;stroke:#8c959f;stroke-width:1;stroke-dasharray:3 4}
@media (prefers-color-scheme:dark){
rect.track{fill:#30363d}rect.taken{fill:#8b949e}rect.asked{fill:#3fb950}rect.short{fill:#f85149}
rect.unknown{stroke:#8b949e}
}
.key.text-bad{fill:#cf222e}
@media (prefers-color-scheme:dark){.key.text-bad{fill:#ff7b72}}
";

/// One picture below the other, each with its title.
pub(super) fn draw(charts: &[(&str, &Chart)]) -> String {
    let pictures: Vec<Picture> =
        charts.iter().map(|(title, chart)| picture(&shown(title), chart)).collect();
    let titles: Vec<&str> = charts.iter().map(|(title, _)| *title).collect();
    page(&pictures, &titles, STYLE)
}

fn picture(title: &str, chart: &Chart) -> Picture {
    let columns: Vec<Resource> = chart
        .instances
        .first()
        .map_or(&[][..], |it| &it.bars)
        .iter()
        .map(|bar| bar.resource)
        .collect();
    let width = 2.0 * MARGIN + NAMES + columns.len() as f64 * (WIDE + GAP) + 20.0;
    let width = width.max(760.0);
    let mut rows = Rows { width, y: TOP, text: String::new() };
    let digest = chart.digest();
    if let Some(note) = &chart.note {
        rows.y = 70.0;
        rows.paragraph(State::Open, note);
    } else {
        rows.say(62.0, "why", &asks(&chart.demand));
        for (nth, resource) in columns.iter().enumerate() {
            let _ = writeln!(
                rows.text,
                "<text class=\"head\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                left(nth),
                TOP - 12.0,
                resource.name().to_uppercase()
            );
        }
    }
    rows.part(&digest.fitting, State::Good, &|part| {
        format!("{} more fit; {} tasks in all", part.more.len(), grouped(digest.times))
    });
    rows.part(&digest.unknown, State::Open, &|part| {
        format!("{} more cannot be determined", part.more.len())
    });
    rows.part(&digest.lacking, State::Bad, &|part| {
        let reasons = part.reasons().into_iter().map(|(reason, count)| format!("{reason} {count}"));
        let reasons: Vec<String> = reasons.collect();
        format!(
            "{} more lack something, the nearest first: {}",
            part.more.len(),
            reasons.join(", ")
        )
    });
    if chart.note.is_none() {
        rows.legend();
    }
    let said = said(chart);
    Picture::card((width, rows.y + 6.0), title, (said.0, &said.1), &rows.text)
}

/// How many fit, at the right edge.
fn said(chart: &Chart) -> (State, String) {
    let digest = chart.digest();
    let (fit, all) = (digest.fitting.count(), chart.instances.len());
    let state = match (fit, digest.unknown.count()) {
        (0, 0) if all > 0 => State::Bad,
        (0, _) => State::Open,
        _ => State::Good,
    };
    if chart.note.is_some() || all == 0 {
        return (State::Open, mark(State::Open).to_owned());
    }
    let tasks = match digest.times {
        0 => String::new(),
        u64::MAX => ", for any number of tasks".to_owned(),
        1 => ", for 1 task".to_owned(),
        times => format!(", for {} tasks", grouped(times)),
    };
    (state, format!("{} {fit} of {} fit{tasks}", mark(state), grouped(all as u64)))
}

/// "One task requires 512 CPU units, 1,024 MiB and 1 network interface".
pub(super) fn asks(demand: &Demand) -> String {
    let mut asked = vec![
        format!("{} CPU units", grouped(demand.cpu)),
        format!("{} MiB of memory", grouped(demand.memory)),
    ];
    if demand.interfaces > 0 {
        asked.push("1 network interface".to_owned());
    }
    match demand.gpus {
        0 => {}
        1 => asked.push("1 GPU".to_owned()),
        gpus => asked.push(format!("{gpus} GPUs")),
    }
    let ports = demand.tcp.iter().map(|port| format!("TCP port {port}"));
    asked.extend(ports.chain(demand.udp.iter().map(|port| format!("UDP port {port}"))));
    format!("One task requires {}", words::and(&asked))
}

/// A number with its thousands apart: `7,680`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The left edge of a bar.
fn left(nth: usize) -> f64 {
    MARGIN + NAMES + nth as f64 * (WIDE + GAP)
}

/// The picture as far as it is drawn.
struct Rows {
    width: f64,
    y: f64,
    text: String,
}

impl Rows {
    fn say(&mut self, y: f64, class: &str, said: &str) {
        let most = ((self.width - 2.0 * MARGIN) / SMALL_LETTER) as usize;
        let _ = writeln!(
            self.text,
            "<text class=\"{class}\" x=\"{MARGIN}\" y=\"{y:.1}\">{}</text>",
            escaped(&shortened(&shown(said), most))
        );
    }

    /// A text in lines that fit.
    fn paragraph(&mut self, state: State, said: &str) {
        let most = ((self.width - 2.0 * MARGIN - 20.0) / SMALL_LETTER) as usize;
        for line in wrapped(&shown(said), most) {
            let _ = writeln!(
                self.text,
                "<text class=\"why text-{}\" x=\"{MARGIN}\" y=\"{:.1}\">{}</text>",
                class(state),
                self.y,
                escaped(&line)
            );
            self.y += LINE;
        }
        self.y += BETWEEN_ROWS;
    }

    /// The instances in one state, and the others of it in one line.
    fn part(&mut self, part: &Part, state: State, rest: &dyn Fn(&Part) -> String) {
        for it in &part.shown {
            self.row(it, state);
        }
        if !part.more.is_empty() {
            self.y += 10.0;
            self.paragraph(state, &format!("… {}", rest(part)));
        }
    }

    fn row(&mut self, it: &Instance, state: State) {
        let most = ((self.width - 2.0 * MARGIN - 40.0) / SMALL_LETTER) as usize;
        let reasons: Vec<String> = match &it.state {
            chart::State::Lacks { what, .. } => {
                what.iter().flat_map(|it| wrapped(&shown(it), most)).collect()
            }
            chart::State::Fits(_) | chart::State::Unknown => Vec::new(),
        };
        let high = ROW + LINE * reasons.len() as f64;
        let (x, y, class) = (MARGIN - 12.0, self.y, class(state));
        let _ = writeln!(
            self.text,
            "<g class=\"node {class}\"><title>{}</title><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{high:.1}\" rx=\"8\"/>",
            escaped(&shown(&it.id)),
            self.width - 2.0 * MARGIN + 24.0
        );
        let where_: Vec<&str> =
            [&it.kind, &it.zone].into_iter().flatten().map(|it| &**it).collect();
        for (class, dy, text) in
            [("id", 22.0, shortened(&shown(&it.id), 20)), ("why", 40.0, where_.join(" · "))]
        {
            let _ = write!(
                self.text,
                "<text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                x + 14.0,
                y + dy,
                escaped(&shortened(&shown(&text), 26))
            );
        }
        let times = match it.state {
            chart::State::Fits(times) if times > 1 && times < u64::MAX => format!("×{times}"),
            _ => String::new(),
        };
        let _ = write!(
            self.text,
            "<text class=\"mark text-{class}\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{} {times}</text>",
            left(0) - 16.0,
            y + 40.0,
            mark(state)
        );
        for (nth, bar) in it.bars.iter().enumerate() {
            self.bar(bar, (left(nth), y + 14.0));
        }
        for (nth, reason) in reasons.iter().enumerate() {
            let _ = write!(
                self.text,
                "<text class=\"why text-{class}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                x + 14.0,
                y + ROW + LINE * nth as f64 + 6.0,
                escaped(reason)
            );
        }
        self.text.push_str("</g>\n");
        self.y += high + BETWEEN_ROWS;
    }

    /// What is taken, then what one task requires, of the whole.
    fn bar(&mut self, bar: &Bar, (x, y): (f64, f64)) {
        let mut piece = |class: &str, from: f64, to: f64| {
            if to - from > 0.05 {
                let _ = write!(
                    self.text,
                    "<rect class=\"{class}\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{HIGH}\" rx=\"2\"/>",
                    x + from,
                    to - from
                );
            }
        };
        let said = match (bar.all, bar.free) {
            (Some(all), Some(free)) => {
                // Nothing is left of nothing.
                let share = |amount: u64| WIDE * (amount as f64 / all.max(1) as f64).min(1.0);
                let taken = if all == 0 { 0.0 } else { share(all.saturating_sub(free)) };
                piece("track", 0.0, WIDE);
                piece("taken", 0.0, taken);
                match bar.is_short() {
                    true => piece("short", taken.min(WIDE - 6.0), WIDE),
                    false => piece("asked", taken, taken + share(bar.asked)),
                }
                match bar.is_short() {
                    true => format!("{} free, {} required", grouped(free), grouped(bar.asked)),
                    false => format!("{} of {} free", grouped(free), grouped(all)),
                }
            }
            _ => {
                let _ = write!(
                    self.text,
                    "<rect class=\"unknown\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{WIDE}\" height=\"{HIGH}\" rx=\"2\"/>"
                );
                "not known".to_owned()
            }
        };
        let class = if bar.is_short() { "key text-bad" } else { "key" };
        let _ = write!(
            self.text,
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\">{said}</text>",
            y + HIGH + 15.0
        );
    }

    fn legend(&mut self) {
        let mut x = MARGIN;
        self.y += 18.0;
        for (class, meaning) in [
            ("taken", "taken by running tasks"),
            ("asked", "required by one task"),
            ("short", "not enough left"),
            ("track", "free"),
        ] {
            let _ = writeln!(
                self.text,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"14\" height=\"9\" rx=\"2\"/><text class=\"key\" x=\"{:.1}\" y=\"{:.1}\">{meaning}</text>",
                self.y - 8.0,
                x + 20.0,
                self.y
            );
            x += 48.0 + SMALL_LETTER * meaning.chars().count() as f64;
        }
        self.y += 12.0;
    }
}
