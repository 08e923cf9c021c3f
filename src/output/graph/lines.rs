//! The paths as text: one line for all paths with the same hops.

use super::picture::{shown, titled};
use crate::output::style::{paint, style};
use crate::output::{Look, Marks};
use crate::reachability::network_path::{End, Kind, NetworkPath};
use crate::report::Status;

/// `subnet-a → rtb-1 → nat-1 → igw-1 → ecr.api, logs ✔`: one line for the destinations that share hops
/// and end. Filters appear only where a path ends at them, and a path of one hop says what is unknown.
pub fn lines(trails: &[NetworkPath], look: &Look) -> String {
    let mut found: Vec<(Vec<String>, Status, Vec<String>)> = Vec::new();
    for trail in trails {
        let status = match trail.end {
            End::Arrives => Status::Pass,
            End::Lost(_) => Status::Fail,
            End::Open(_) => Status::Unknown,
        };
        let hops = hops(trail, status, look);
        let to = trail.hops.iter().skip(1).last().map_or(String::new(), |hop| shown(&hop.id));
        match found.iter_mut().find(|(known, end, _)| *known == hops && *end == status) {
            Some((_, _, all)) => all.push(to),
            None => found.push((hops, status, vec![to])),
        }
    }
    let mut text = String::new();
    for (mut hops, status, to) in found {
        let to = to.join(", ");
        if to.is_empty() {
            text.push_str(&format!("  {}\n", hops.concat()));
            continue;
        }
        hops.push(to);
        text.push_str(&line(&hops, status, look));
    }
    text
}

/// The hops that packets pass, up to where the path ends.
fn hops(trail: &NetworkPath, status: Status, look: &Look) -> Vec<String> {
    let end = trail.hops.iter().position(|hop| hop.broken).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    for (nth, hop) in trail.hops.iter().enumerate() {
        let is_filter = matches!(hop.kind, Kind::Groups | Kind::Acl | Kind::FarAcl);
        let is_passed = is_filter && !hop.broken;
        if is_passed || nth > end || hop.kind == Kind::Destination {
            continue;
        }
        let name = hop.name.as_deref().filter(|name| *name != hop.id);
        let titled = shown(&titled(&hop.id, name));
        found.push(match hop.broken {
            true => format!("{} {titled}", paint(style(status), look.mark(status))),
            false => titled,
        });
    }
    found
}

/// A line, wrapped before an arrow where it gets too long.
fn line(hops: &[String], status: Status, look: &Look) -> String {
    let arrow = if look.marks == Marks::Unicode { "→" } else { "->" };
    let wide = |text: &str| anstream::adapter::strip_str(text).to_string().chars().count();
    let mut text = String::from("  ");
    let mut column = 2;
    for (nth, hop) in hops.iter().enumerate() {
        let next = if nth == 0 { hop.clone() } else { format!(" {arrow} {hop}") };
        // The mark at the end needs two more columns.
        if nth > 0 && column + wide(&next) + 2 > look.width {
            text.push_str("\n     ");
            column = 5;
        }
        column += wide(&next);
        text.push_str(&next);
    }
    text.push_str(&format!(" {}\n", paint(style(status), look.mark(status))));
    text
}
