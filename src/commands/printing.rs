//! How and where output is printed.

use std::ffi::OsString;

use super::failure::Failure;
use crate::cli::{self, Global};
use crate::output::{Colour, Look, Outlet, Volume};

/// The look of text on this terminal.
pub(super) fn look(global: &Global) -> Look {
    let volume = match (global.quiet, global.verbose) {
        (true, _) => Volume::Quiet,
        (_, true) => Volume::Verbose,
        _ => Volume::Normal,
    };
    let colour = match global.color {
        cli::Colour::On => Colour::Always,
        cli::Colour::Off => Colour::Never,
        cli::Colour::Auto => Colour::Auto,
    };
    Look::of_terminal(colour, volume)
}

/// Where the output goes.
pub(super) fn outlet(global: &Global) -> Result<Outlet, Failure> {
    let synonym = global.output.iter().map(OsString::from);
    let formats: Vec<OsString> = synonym.chain(global.format.iter().cloned()).collect();
    Outlet::open(&formats, global.query.as_deref()).map_err(Failure::usage)
}

/// Where the output of a command goes that runs no checks.
pub(super) fn outlet_without_results(global: &Global) -> Result<Outlet, Failure> {
    outlet(global)?.without_results().map_err(Failure::usage)
}
