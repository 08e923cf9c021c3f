//! What a definition depends on, as a picture: its containers, and the roles, images, secrets and other
//! resources that were judged, each in the colour of its worst result.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::super::arn::Home;
use super::super::printable;
use super::super::style::Look;
use super::super::xml::escaped;
use super::marks::{badness, class, sign};
use crate::report::{CheckResult, Status, TargetReport};

/// How many resources are drawn.
const RESOURCES: usize = 60;

/// The group of what the documents alone decide: their parts are no resources.
const DOCUMENT: &str = "definition";

/// The left edges of the columns, and their widths.
const COLUMNS: [(f64, f64); 3] = [(10.0, 180.0), (250.0, 180.0), (490.0, 460.0)];
const WIDTH: f64 = 960.0;
const HIGH: f64 = 30.0;
const STEP: f64 = 38.0;
const TOP: f64 = 34.0;
/// The width of a letter.
const LETTER: f64 = 7.3;

/// A resource, and what uses it.
struct Resource<'r> {
    name: &'r str,
    group: &'r str,
    status: Status,
    /// The containers, by number; the definition itself if there is none.
    users: Vec<Option<usize>>,
}

/// The picture; none if no result names a resource, or the definition is none that ECS accepts.
pub(super) fn draw(target: &TargetReport) -> Option<String> {
    let (containers, resources) = collect(&target.checks);
    // A task has at most ten containers.
    if resources.is_empty() || containers.len() > RESOURCES {
        return None;
    }
    let rows = resources.len().min(RESOURCES).max(containers.len());
    let left_out = resources.len().saturating_sub(RESOURCES);
    let bottom = TOP + STEP * rows as f64;
    let height = bottom + if left_out > 0 { 26.0 } else { 6.0 };
    let home = Home::of(&target.target, &Look::plain());
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"depends\" width=\"{WIDTH}\" height=\"{height:.0}\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\">\n<title>What the definition depends on</title>\n"
    );
    for ((x, _), head) in COLUMNS.iter().zip(["definition", "containers", "resources"]) {
        let _ = writeln!(text, "<text class=\"column\" x=\"{x}\" y=\"18\">{head}</text>");
    }
    let definition = (TOP + bottom) / 2.0;
    let rows: Vec<(&Resource, f64)> = resources
        .iter()
        .take(RESOURCES)
        .enumerate()
        .map(|(nth, it)| (it, TOP + STEP * (nth as f64 + 0.5)))
        .collect();
    let ys = container_rows(containers.len(), &rows, bottom);
    for ((_, status), y) in containers.iter().zip(&ys) {
        edge(0, definition, 1, *y, *status, &mut text);
    }
    for (resource, y) in &rows {
        for user in &resource.users {
            match user {
                Some(at) => edge(1, ys[*at], 2, *y, resource.status, &mut text),
                None => edge(0, definition, 2, *y, resource.status, &mut text),
            }
        }
    }
    let worst = target.checks.iter().map(|it| it.status).max_by_key(|it| badness(*it));
    let family = target.target.family.as_deref().unwrap_or(&target.target.source);
    node(0, definition, worst.unwrap_or(Status::Skip), "", family, family, &mut text);
    for ((name, status), y) in containers.iter().zip(&ys) {
        node(1, *y, *status, "", name, name, &mut text);
    }
    for (resource, y) in &rows {
        let short = home.shorten(resource.name);
        node(2, *y, resource.status, resource.group, &short, resource.name, &mut text);
    }
    if left_out > 0 {
        let _ = writeln!(
            text,
            "<text class=\"column\" x=\"{}\" y=\"{:.0}\">… and {left_out} more</text>",
            COLUMNS[2].0,
            height - 8.0
        );
    }
    text.push_str("</svg>\n");
    Some(text)
}

/// Where the containers are: each in the middle of what it uses, and none over another.
fn container_rows(count: usize, resources: &[(&Resource, f64)], bottom: f64) -> Vec<f64> {
    let mut ys: Vec<f64> = Vec::new();
    for nth in 0..count {
        let used = resources.iter().filter(|(it, _)| it.users.contains(&Some(nth)));
        let used: Vec<f64> = used.map(|(_, y)| *y).collect();
        let middle = used.iter().sum::<f64>() / used.len().max(1) as f64;
        let highest = ys.last().map_or(TOP + STEP / 2.0, |above| above + STEP);
        ys.push(middle.max(highest));
    }
    // What would be below the picture moves up.
    for (nth, y) in ys.iter_mut().rev().enumerate() {
        *y = y.min(bottom - STEP * (nth as f64 + 0.5));
    }
    ys
}

/// The containers with their worst status, and the resources, those of one container near each other.
fn collect(results: &[CheckResult]) -> (Vec<(&str, Status)>, Vec<Resource<'_>>) {
    let mut containers: Vec<(&str, Status)> = Vec::new();
    let mut resources: Vec<Resource> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut known_containers: HashMap<&str, usize> = HashMap::new();
    for result in results.iter().filter(|it| it.status != Status::Skip) {
        let user = result.container.as_deref().map(|name| {
            let at = *known_containers.entry(name).or_insert_with(|| {
                containers.push((name, result.status));
                containers.len() - 1
            });
            containers[at].1 = worse(containers[at].1, result.status);
            at
        });
        let outside = result.resource.as_deref().filter(|_| result.group != DOCUMENT);
        let Some(name) = outside else { continue };
        let at = *known.entry(name).or_insert_with(|| {
            let (group, status) = (result.group, result.status);
            resources.push(Resource { name, group, status, users: Vec::new() });
            resources.len() - 1
        });
        let resource = &mut resources[at];
        resource.status = worse(resource.status, result.status);
        if !resource.users.contains(&user) {
            resource.users.push(user);
        }
    }
    for resource in &mut resources {
        // What a container uses is not said again of the definition.
        if resource.users.iter().any(Option::is_some) {
            resource.users.retain(Option::is_some);
        }
    }
    let uses = |it: &Resource| {
        let users: Vec<usize> = it.users.iter().flatten().copied().collect();
        let mean = users.iter().sum::<usize>() as f64 / users.len().max(1) as f64;
        if users.is_empty() { f64::MAX } else { mean }
    };
    resources.sort_by(|one, other| uses(one).total_cmp(&uses(other)));
    // What is left out is not what failed.
    if resources.len() > RESOURCES {
        resources.sort_by_key(|it| std::cmp::Reverse(badness(it.status)));
    }
    (containers, resources)
}

fn worse(one: Status, other: Status) -> Status {
    if badness(other) > badness(one) { other } else { one }
}

/// A line that turns before the next column, so that it passes no box that it does not concern.
fn edge(from: usize, y1: f64, to: usize, y2: f64, status: Status, text: &mut String) {
    let x1 = COLUMNS[from].0 + COLUMNS[from].1;
    let (turned, x2) = (COLUMNS[from + 1].0, COLUMNS[to].0);
    let middle = (x1 + turned) / 2.0;
    let _ = writeln!(
        text,
        "<path class=\"line {}\" d=\"M{x1:.1} {y1:.1} C{middle:.1} {y1:.1} {middle:.1} {y2:.1} {turned:.1} {y2:.1} H{x2:.1}\"/>",
        class(status)
    );
}

/// A box with its mark, its kind and its name; the whole name is in its tooltip.
fn node(
    column: usize,
    y: f64,
    status: Status,
    kind: &str,
    name: &str,
    whole: &str,
    text: &mut String,
) {
    let (x, wide) = COLUMNS[column];
    let kind_wide = if kind.is_empty() { 0.0 } else { LETTER * (kind.chars().count() + 2) as f64 };
    let room = ((wide - 40.0 - kind_wide) / LETTER) as usize;
    let short = super::super::graph::shortened(&printable::line(name), room);
    let _ = writeln!(
        text,
        "<g class=\"box {}\"><title>{}</title><rect x=\"{x}\" y=\"{:.1}\" width=\"{wide}\" height=\"{HIGH}\" rx=\"6\"/><text class=\"sign\" x=\"{:.1}\" y=\"{:.1}\">{}</text><text x=\"{:.1}\" y=\"{:.1}\">{}<tspan class=\"kind\" dx=\"8\">{}</tspan></text></g>",
        class(status),
        escaped(&printable::line(whole)),
        y - HIGH / 2.0,
        x + 10.0,
        y + 4.5,
        sign(status),
        x + 28.0,
        y + 4.5,
        escaped(&short),
        escaped(kind)
    );
}
