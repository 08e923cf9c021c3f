//! `verify` and the group commands: read, connect, check, report.

mod drawn;
mod exhibits;
mod rounds;
mod targets;

use std::ffi::OsString;
use std::path::Path;

use super::given::{need_definition, templates_of};
use super::input::Given;
use super::live::Chosen;
use super::parameters::Inputs;
use super::wait::Clock;
use super::{Failure, accept, arns, asking, catalogue, input, look, outlet, parameters};
use crate::checks::{self, Group};
use crate::cli::{Global, Judged};
use crate::exit::{Exit, Gate};
use crate::output::graph::Drawn;
use crate::output::{self, Format, Outlet, OutputFile};
use crate::report::Report;
use rounds::{Ended, Run};
pub(super) use rounds::{caller, completed};
pub(super) use targets::target;

pub(super) use drawn::Draws;

/// Runs the checks of `only_group`, or all.
pub(super) fn run(
    only_group: Option<&'static Group>,
    judged: &Judged,
    global: &Global,
    notes: Vec<String>,
) -> Result<Exit, Failure> {
    run_and(only_group, judged, global, notes, None)
}

/// Prints what is drawn of each task, and the report.
pub(super) type Drawing<'d> = &'d dyn Fn(&[Drawn], &Report, &Outlet) -> Result<(), Failure>;

/// Runs the checks, and prints the report with what is drawn.
pub(super) fn run_and(
    only_group: Option<&'static Group>,
    judged: &Judged,
    global: &Global,
    notes: Vec<String>,
    drawing: Option<(Draws, Drawing)>,
) -> Result<Exit, Failure> {
    let mut clock = Clock::start(judged.run.wait, judged.run.timeout);
    let gate = gate(judged)?;
    let accepted = judged.gate.accept.as_deref().map(accept::read).transpose()?;
    let accepted = accepted.unwrap_or_default();
    let recording = judged.run.replay.as_deref().map(asking::replayed).transpose()?;
    let given = input::read_all(&judged.definitions)?;
    let arns = arns::given(&judged.place, &judged.live.services, &given)?;
    let mut place = arns::resolved(&judged.place)?;
    let live = Chosen::of(&judged.live, &mut place)?;
    if live.is_none() {
        need_definition(&given)?;
    }
    let judged = &Judged { place, ..judged.clone() };
    let context = input::context(&judged.place)?;
    let images = parameters::images(&judged.template)?;
    let inputs = parameters::given(&judged.template, given.iter().any(Given::is_template))?;
    let inputs = Inputs { passed: input::templates(&given), ..inputs };
    inputs.examine(&templates_of(&given))?;
    let outlet = outlet(global)?;
    let record = judged.run.record.as_deref().map(OutputFile::open_private).transpose();
    let record = record.map_err(Failure::usage)?;
    let write_accept = judged.gate.write_accept.as_deref().map(OutputFile::open).transpose();
    let write_accept = write_accept.map_err(Failure::usage)?;
    let run = Run {
        only_group,
        judged,
        global,
        given,
        arns,
        live,
        context,
        images,
        inputs,
        accepted,
        recording,
        record,
        write_accept,
        notes,
        draws: drawing.map_or(Draws::Nothing, |(draws, _)| draws),
        exhibits: outlet.has(Format::Html),
    };
    let Ended { report, drawn, interrupted, .. } =
        asking::wait_for(async |signals| run.repeat(&mut clock, &signals, &gate).await)?;
    match drawing {
        Some((_, draw)) => draw(&drawn, &report, &outlet)?,
        None => output::print(&report, &outlet, &look(global)).map_err(Failure::usage)?,
    }
    if report.summary().is_empty() {
        output::note("aws-ecs-preflight: no verdict, because no check was applicable");
    }
    Ok(interrupted.map_or_else(|| gate.exit(&report), Exit::by))
}

fn gate(judged: &Judged) -> Result<Gate, Failure> {
    let mut named = judged.gate.only.iter().chain(&judged.gate.skip);
    if let Some(id) = named.find(|id| !is_known(id)) {
        return Err(Failure::usage(catalogue::unknown(id)));
    }
    let allow_unknown = judged
        .gate
        .allow_unknown
        .clone()
        .map(|ids| ids.into_iter().filter(|id| !id.is_empty()).collect::<Vec<_>>());
    if let Some(id) = allow_unknown.iter().flatten().find(|id| checks::find(id).is_none()) {
        return Err(Failure::usage(catalogue::unknown(id)));
    }
    let is_any = allow_unknown.iter().flatten().next().is_none() && allow_unknown.is_some();
    let is_check = |it: &&OsString| {
        it.to_str().is_some_and(|it| checks::find(it).is_some()) && !Path::new(it).exists()
    };
    if let (true, Some(check)) = (is_any, judged.definitions.iter().find(is_check)) {
        let check = check.display();
        return Err(Failure::usage(format!(
            "--allow-unknown {check} allows every check, and names {check} as a task definition\n  Write --allow-unknown={check}"
        )));
    }
    Ok(Gate { strict: judged.gate.strict, allow_unknown })
}

fn is_known(id: &str) -> bool {
    checks::find(id).is_some() || checks::GROUPS.iter().any(|group| group.name == id)
}

#[cfg(test)]
mod tests;
