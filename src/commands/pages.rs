//! `completions` and `man`, and everything else that is generated from the command line and the catalogue.

mod cache;
mod candidates;
mod examples;
mod live;
mod manual;
mod semantics;
mod shells;
mod tables;

use std::io;
use std::process::ExitCode;

use clap::ValueEnum;
use clap_complete::CompleteEnv;

use super::{Failure, look};
use crate::checks::{GROUPS, Groups};
use crate::cli::{self, Global, PROGRAM, Shell, VERIFY};
use crate::exit::Exit;
use crate::output::{self, Colour, Look, Volume};

/// The command line with candidates, examples and exit codes.
pub(super) fn command(groups: Groups) -> clap::Command {
    // Wrapped here as wide as clap wraps: it would break a command so that half of it is pasted.
    let mut look = Look::of_terminal(Colour::Auto, Volume::Normal);
    look.width = look.width.min(100);
    let command = cli::command(groups).term_width(look.width);
    candidates::attach(command, groups).mut_subcommands(|command| {
        let examples = examples::of(command.get_name(), groups);
        if examples.is_empty() {
            return command;
        }
        let mut text = "Examples:\n".to_owned();
        for (wanted, line) in examples {
            text.push_str(&output::hanging("  # ", 2, wanted, &look).replace("\n  ", "\n  # "));
            text.push_str(&output::folded(line, 2, look.width));
        }
        if command.get_name() == VERIFY {
            text.push_str("\nExit codes:\n");
            for (exit, meaning) in Exit::MEANINGS {
                let lead = format!("  {:>3}  ", exit.code());
                text.push_str(&output::hanging(&lead, lead.len(), meaning, &look));
            }
        }
        command.after_help(text)
    })
}

/// Answers a completion request of the shell, if there is one, with the exit code of the program. Writes
/// nothing to standard error, which would appear in the middle of the user's command line.
pub(super) fn complete() -> Option<ExitCode> {
    let directory = std::env::current_dir().ok();
    #[expect(
        clippy::disallowed_methods,
        reason = "set by the completion script, for this purpose only"
    )]
    let is_live = std::env::var_os(live::VARIABLE).is_some();
    let words = || std::env::args_os().filter_map(|it| it.into_string().ok()).collect();
    let answered = CompleteEnv::with_factory(|| match is_live {
        true => live::attach(command(GROUPS), words()),
        false => command(GROUPS),
    })
    .var(shells::VARIABLE)
    .shells(shells::SHELLS)
    .bin(PROGRAM)
    .completer(PROGRAM)
    .try_complete(std::env::args_os(), directory.as_deref());
    match answered {
        Ok(false) => None,
        Ok(true) => Some(ExitCode::SUCCESS),
        Err(_) => Some(ExitCode::FAILURE),
    }
}

/// The completion script of a shell.
pub(super) fn completions(shell: Shell, live: bool, global: &Global) -> Result<Exit, Failure> {
    let name = shell.to_possible_value().map(|it| it.get_name().to_owned()).unwrap_or_default();
    let mut script = shells::script(&name).map_err(Failure::usage)?;
    if live {
        script = shells::live(&script, &name).ok_or_else(|| {
            Failure::usage(format!("--live works in bash, zsh and fish, not in {name}"))
        })?;
    }
    output::say(&script, &look(global)).map_err(Failure::usage)?;
    Ok(Exit::Pass)
}

/// The manual page of the program or of one command.
pub(super) fn manual(name: Option<&str>, global: &Global) -> Result<Exit, Failure> {
    let root = built(GROUPS);
    let page = match name {
        None => manual::program_page(&root, GROUPS),
        Some(name) => manual::page(&root, GROUPS, name).ok_or_else(|| {
            Failure::usage(format!(
                "there is no command {name:?}\n  Run `aws-ecs-preflight help` for the list"
            ))
        })?,
    };
    output::say(&page.map_err(Failure::usage)?, &look(global)).map_err(Failure::usage)?;
    Ok(Exit::Pass)
}

fn built(groups: Groups) -> clap::Command {
    let mut root = command(groups);
    root.build();
    root
}

/// Every committed file that is generated from the code, by its path in the repository. README.md is an
/// argument, because only parts of it are generated.
///
/// # Errors
/// None in practice: text is written into memory.
pub fn generated(readme: &str) -> io::Result<Vec<(String, String)>> {
    generated_of(readme, GROUPS)
}

fn generated_of(readme: &str, groups: Groups) -> io::Result<Vec<(String, String)>> {
    let mut files = vec![
        ("README.md".to_owned(), tables::renewed(readme, groups)),
        (".github/SEMANTICS.md".to_owned(), semantics::document(groups)),
    ];
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let name = match shell {
            "zsh" => format!("_{}", PROGRAM),
            "elvish" => format!("{}.elv", PROGRAM),
            "powershell" => format!("{}.ps1", PROGRAM),
            _ => format!("{}.{shell}", PROGRAM),
        };
        files.push((format!("completions/{name}"), shells::script(shell)?));
    }
    let pages = manual::pages(&built(groups), groups)?;
    files.extend(pages.into_iter().map(|(name, text)| (format!("man/{name}"), text)));
    Ok(files)
}

#[cfg(test)]
mod tests;
