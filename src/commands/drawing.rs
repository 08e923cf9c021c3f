//! The commands that also draw: `network` the paths of a task's calls, as lines or as a picture, `capacity` the
//! container instances.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use anstream::adapter::strip_str;

use super::judge::Draws;
use super::{Failure, judge, look};
use crate::checks::{Group, find};
use crate::cli::{Global, Reached};
use crate::exit::Exit;
use crate::output::graph::{Drawn, Form, Subject, draw, lines};
use crate::output::{self, Look, Outlet, OutputFile};
use crate::reachability::network_path::{End, NetworkPath};
use crate::report::Report;

pub(super) fn run(
    group: &'static Group,
    reached: &Reached,
    global: &Global,
    notes: Vec<String>,
) -> Result<Exit, Failure> {
    let (draws, forms) = match group.chart {
        Some(chart) => (Draws::Instances(chart), Form::OF_INSTANCES),
        None => (Draws::Paths, Form::OF_PATHS),
    };
    // The paths are also printed without a picture.
    let is_drawn = group.chart.is_none() || !reached.graph.is_empty();
    let draws = if is_drawn { draws } else { Draws::Nothing };
    let pictures = reached.graph.iter().map(|given| Picture::open(given, forms));
    let pictures = pictures.collect::<Result<Vec<_>, _>>()?;
    let on_output = pictures.iter().filter(|picture| picture.file.is_none()).count();
    let takes_output = |format: &OsString| {
        let format = format.to_string_lossy();
        !format.contains('=') || format.ends_with("=-")
    };
    let is_taken = global.format.iter().any(takes_output)
        || global.query.is_some()
        || global.output.as_deref() == Some("json");
    if on_output > 1 || (on_output == 1 && is_taken) {
        let why = "only one output can go to standard output: pass --graph FORMAT=FILE or --format FORMAT=FILE";
        return Err(Failure::usage(why));
    }
    let print = |drawn: &[Drawn], report: &Report, outlet: &Outlet| {
        // With a picture on standard output, the report is printed only where --format sends it.
        if on_output == 0 || !global.format.is_empty() {
            output::print(report, outlet, &look(global)).map_err(Failure::usage)?;
        }
        for picture in &pictures {
            picture.fill(drawn, global)?;
        }
        let is_text = global.format.is_empty() || global.format.iter().any(|it| it == "text");
        if on_output == 0
            && is_text
            && global.query.is_none()
            && global.output.as_deref() != Some("json")
        {
            output::say_text(&summary(drawn, global), &look(global)).map_err(Failure::usage)?;
        }
        Ok(())
    };
    judge::run_and(Some(group), &reached.judged, global, notes, Some((draws, &print)))
}

/// The paths as lines; with --quiet only those that do not arrive.
fn summary(drawn: &[Drawn], global: &Global) -> String {
    let mut text = String::new();
    for Drawn { title, subject } in drawn {
        let Subject::Paths(trails) = subject else { continue };
        let wanted: Vec<NetworkPath> = trails
            .iter()
            .filter(|trail| !global.quiet || trail.end != End::Arrives)
            .cloned()
            .collect();
        if !wanted.is_empty() {
            text.push_str(&format!("\n{title}\n{}", lines(&wanted, &look(global))));
            text.push_str(&judged_elsewhere(&wanted));
        }
    }
    text
}

/// The checks of other groups that decide about paths that do not arrive.
fn judged_elsewhere(trails: &[NetworkPath]) -> String {
    let lost = trails.iter().filter(|trail| trail.end != End::Arrives);
    let checks: BTreeSet<&str> = lost.filter_map(|trail| trail.judged_by).collect();
    checks.into_iter().filter_map(find).fold(String::new(), |text, (group, check)| {
        let (id, group) = (check.id, group.name);
        text + &format!("  (see {id}, which decides the result: aws-ecs-preflight {group})\n")
    })
}

/// A requested picture, and where it goes.
struct Picture {
    form: Form,
    file: Option<OutputFile>,
}

impl Picture {
    fn open(given: &str, forms: &[(&str, Form)]) -> Result<Picture, Failure> {
        let (word, path) = match given.split_once('=') {
            Some((word, path)) => (word, Some(Path::new(path))),
            None => (given, None),
        };
        let named = forms.iter().find(|(name, _)| *name == word);
        let form = named.map(|(_, form)| *form).ok_or_else(|| {
            let words: Vec<&str> = forms.iter().map(|(word, _)| *word).collect();
            Failure::usage(format!("--graph {word}: unknown format; use {}", words.join(", ")))
        })?;
        let file = path.map(OutputFile::open).transpose().map_err(Failure::usage)?;
        Ok(Picture { form, file })
    }

    fn fill(&self, drawn: &[Drawn], global: &Global) -> Result<(), Failure> {
        let is_text = self.form == Form::Text;
        let failed = match &self.file {
            Some(file) => {
                let text = draw(self.form, drawn, &Look::plain());
                let text = if is_text { strip_str(&text).to_string() } else { text };
                file.write(&text)
            }
            None => {
                let look = look(global);
                let text = draw(self.form, drawn, &look);
                if is_text { output::say_text(&text, &look) } else { output::say(&text, &look) }
            }
        };
        failed.map_err(Failure::usage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_checks_that_decide_about_a_lost_path_are_named() {
        let trail = |end, judged_by| NetworkPath { hops: Vec::new(), end, judged_by };
        let lost = || End::Lost("closed".to_owned());
        let mount = Some("efs-mount-target");
        assert_eq!(judged_elsewhere(&[trail(lost(), None), trail(End::Arrives, mount)]), "");
        let said = judged_elsewhere(&[trail(lost(), mount), trail(lost(), mount)]);
        assert_eq!(
            said,
            "  (see efs-mount-target, which decides the result: aws-ecs-preflight volumes)\n"
        );
    }
}
