//! One file per command: arguments in, exit code out.

mod accept;
mod alias;
mod arns;
mod asking;
mod awscli_flags;
mod can;
mod catalogue;
mod cdk_out;
mod created;
mod diagnose;
mod doctor;
mod drawing;
mod ecspresso;
mod elsewhere;
mod explain;
mod failure;
mod files;
mod given;
mod input;
mod judge;
mod live;
mod nested;
mod pages;
mod parameters;
mod passed;
mod policy;
mod printing;
mod reads;
mod signals;
mod stack;
mod templates;
mod wait;

use std::io::ErrorKind;
use std::process::ExitCode;

use clap::parser::ValueSource;

use crate::checks::GROUPS;
use crate::cli::{Cli, Command, Global, Other, PROGRAM};
use crate::exit::Exit;
use crate::output::{self, OutputError};

use failure::Failure;
use printing::{look, outlet, outlet_without_results};

pub use pages::generated;

/// The program: parses, runs the command, and returns its exit code.
pub fn run() -> ExitCode {
    if let Some(code) = pages::complete() {
        return code;
    }
    let parsed = pages::command(GROUPS).try_get_matches();
    let parsed = parsed.and_then(|it| Ok((Cli::of(&it, GROUPS)?, it.value_source("format"))));
    let (cli, format) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version are not errors, and go to standard output.
            let code = if error.use_stderr() { Exit::Usage } else { Exit::Pass };
            return ExitCode::from(printed(&error, code).code());
        }
    };
    let exit = restored(cli, format).unwrap_or_else(|failure| {
        output::note(&format!("aws-ecs-preflight: {}", failure.message));
        failure.exit
    });
    ExitCode::from(exit.code())
}

/// Prints help, the version or a usage error.
fn printed(error: &clap::Error, code: Exit) -> Exit {
    match error.print() {
        Err(why) if why.kind() != ErrorKind::BrokenPipe => {
            output::note(&format!("{PROGRAM}: {}", OutputError::Stdout(why)));
            Exit::Usage
        }
        _ => code,
    }
}

/// Runs the command with the options that the AWS CLI consumed.
fn restored(mut cli: Cli, format: Option<ValueSource>) -> Result<Exit, Failure> {
    settle_format(&mut cli.global, format)?;
    let notes = awscli_flags::restore(&mut cli.global)?;
    dispatch(&cli, notes)
}

fn dispatch(cli: &Cli, notes: Vec<String>) -> Result<Exit, Failure> {
    let global = &cli.global;
    // Reports contain the notes.
    if matches!(&cli.command, Command::Other(other) if !matches!(other, Other::Diagnose(_))) {
        notes.iter().for_each(|note| output::note(&format!("{PROGRAM}: {note}")));
    }
    match &cli.command {
        Command::Judge(group, judged) => judge::run(*group, judged, global, notes),
        Command::Draw(group, reached) => drawing::run(group, reached, global, notes),
        Command::Other(Other::Can(question)) => can::run(question, global),
        Command::Other(Other::Diagnose(wanted)) => diagnose::run(wanted, global, notes),
        Command::Other(Other::Policy(wanted)) => policy::run(wanted, global),
        Command::Other(Other::Checks) => catalogue::list(global),
        Command::Other(Other::Explain { text }) => explain::run(text, global),
        Command::Other(Other::Doctor(wanted)) => doctor::run(wanted, global),
        Command::Other(Other::Alias(wanted)) => alias::run(wanted, global),
        Command::Other(Other::Completions { shell, live }) => {
            pages::completions(*shell, *live, global)
        }
        Command::Other(Other::Man { command }) => pages::manual(command.as_deref(), global),
        Command::Other(Other::Version) => {
            let text = format!("{PROGRAM} {}\n", env!("CARGO_PKG_VERSION"));
            output::say(&text, &look(global)).map_err(Failure::usage)?;
            Ok(Exit::Pass)
        }
    }
}

/// Decides between `--format` and its synonym: a flag wins over the environment, two flags are an error.
fn settle_format(global: &mut Global, source: Option<ValueSource>) -> Result<(), Failure> {
    if source == Some(ValueSource::EnvVariable) {
        let flagged = global.output.is_some();
        global.format.retain(|it| !flagged && !it.is_empty());
    }
    match (&global.output, global.format.is_empty()) {
        (Some(_), false) => {
            Err(Failure::usage("--output is a synonym of --format: pass only one of them"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    #[test]
    fn a_flag_wins_over_the_environment_and_two_flags_contradict() {
        let (flag, environment) = (ValueSource::CommandLine, ValueSource::EnvVariable);
        let table = [
            (Some("text"), "json", environment, Ok(vec!["text"])),
            (None, "json", environment, Ok(vec!["json"])),
            (None, "", environment, Ok(vec![])),
            (None, "short", flag, Ok(vec!["short"])),
            (Some("text"), "json", flag, Err(Exit::Usage)),
        ];
        for (output, format, source, expected) in table {
            let (output, format) = (output.map(str::to_owned), vec![OsString::from(format)]);
            let mut global = Global { output, format, ..Global::default() };
            let settled = settle_format(&mut global, Some(source)).map_err(|it| it.exit);
            let formats = || {
                let given = global.format.iter().filter_map(|it| it.to_str());
                global.output.iter().map(String::as_str).chain(given)
            };
            assert_eq!(settled.map(|()| formats().collect::<Vec<_>>()), expected);
        }
    }

    #[test]
    fn the_parser_takes_output_beside_a_format_to_be_settled() {
        let line = ["aws-ecs-preflight", "checks", "--output", "text", "--format", "json"];
        let matches = pages::command(GROUPS).try_get_matches_from(line).unwrap();
        assert_eq!(matches.value_source("format"), Some(ValueSource::CommandLine));
    }
}
