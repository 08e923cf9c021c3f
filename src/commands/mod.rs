//! One file per command: arguments in, exit code out.

mod accept;
mod asking;
mod can;
mod catalogue;
mod input;
mod judge;
mod pages;
mod policy;
mod reads;
mod swallowed;

use std::process::ExitCode;

use clap::FromArgMatches;

use crate::cli::{self, Cli, Command, Global};
use crate::exit::Exit;
use crate::output::{self, Colour, Look, Volume};

pub use pages::generated;

/// What can go wrong before there is a report.
pub(crate) struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    /// Usage or input.
    fn usage(message: impl ToString) -> Failure {
        Failure { exit: Exit::Usage, message: message.to_string() }
    }

    /// No verdict can be had.
    fn no_verdict(message: impl ToString) -> Failure {
        Failure { exit: Exit::NoVerdict, message: message.to_string() }
    }
}

/// The program: parses, runs the command, and returns its exit code.
pub fn run() -> ExitCode {
    if let Some(code) = pages::complete() {
        return code;
    }
    let cli = match pages::command().try_get_matches().and_then(|it| Cli::from_arg_matches(&it)) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors, and go to standard output.
            let code = if error.use_stderr() { Exit::Usage } else { Exit::Pass };
            let _closed = error.print();
            return ExitCode::from(code.code());
        }
    };
    let exit = restored(cli).unwrap_or_else(|failure| {
        output::note(&format!("aws-ecs-preflight: {}", failure.message));
        failure.exit
    });
    ExitCode::from(exit.code())
}

/// Runs the command with what the AWS CLI swallowed put back.
fn restored(mut cli: Cli) -> Result<Exit, Failure> {
    let notes = swallowed::restore(&mut cli.global)?;
    dispatch(&cli, notes)
}

fn dispatch(cli: &Cli, notes: Vec<String>) -> Result<Exit, Failure> {
    let global = &cli.global;
    match &cli.command {
        Command::Verify(judged) => judge::run(None, judged, global, notes),
        Command::Definition(judged) => judge::run(Some("definition"), judged, global, notes),
        Command::Image(judged) => judge::run(Some("image"), judged, global, notes),
        Command::Secrets(judged) => judge::run(Some("secrets"), judged, global, notes),
        Command::Kms(judged) => judge::run(Some("kms"), judged, global, notes),
        Command::Roles(judged) => judge::run(Some("roles"), judged, global, notes),
        Command::Can(question) => can::run(question, global),
        Command::Policy(wanted) => policy::run(wanted, global),
        Command::Checks => catalogue::list(global),
        Command::Explain { id } => catalogue::explain(id.as_deref(), global),
        Command::Completions { shell } => pages::completions(*shell, global),
        Command::Man { command } => pages::manual(command.as_deref(), global),
        Command::Version => {
            let text = format!("aws-ecs-preflight {}\n", env!("CARGO_PKG_VERSION"));
            output::say(&text, &look(global));
            Ok(Exit::Pass)
        }
    }
}

/// How this terminal wants its text.
fn look(global: &Global) -> Look {
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

/// Whether the commands' JSON form is wanted.
fn wants_json(global: &Global) -> bool {
    global.output.as_deref() == Some("json") || global.format.iter().any(|it| it == "json")
}
