//! `completions` and `man`, and everything else that is derived from the definitions of the command
//! line and the catalogue.

mod candidates;
mod examples;
mod manual;
mod shells;
mod tables;

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, ValueEnum};
use clap_complete::CompleteEnv;

use super::{Failure, look};
use crate::cli::{Cli, Global, Shell};
use crate::exit::Exit;
use crate::output;

/// The command line, with what its definitions alone cannot know: candidates, examples, exit codes.
pub(super) fn command() -> clap::Command {
    candidates::attach(Cli::command()).mut_subcommands(|command| {
        let examples = examples::of(command.get_name());
        if examples.is_empty() {
            return command;
        }
        let mut text = "Examples:\n".to_owned();
        for (wanted, line) in examples {
            text.push_str(&format!("  # {wanted}\n  {line}\n"));
        }
        if command.get_name() == "verify" {
            text.push_str("\nExit codes:\n");
            for (exit, meaning) in Exit::MEANINGS {
                text.push_str(&format!("  {:>3}  {meaning}\n", exit.code()));
            }
        }
        command.after_help(text)
    })
}

/// Answers the shell's question for completions, if it asked one; then the program ends with this.
/// Says nothing on standard error: that would land in the middle of somebody's command line.
pub(super) fn complete() -> Option<ExitCode> {
    let directory = std::env::current_dir().ok();
    let answered = CompleteEnv::with_factory(command)
        .var(shells::VARIABLE)
        .shells(shells::SHELLS)
        .bin(shells::PROGRAM)
        .completer(shells::PROGRAM)
        .try_complete(std::env::args_os(), directory.as_deref());
    match answered {
        Ok(false) => None,
        Ok(true) => Some(ExitCode::SUCCESS),
        Err(_) => Some(ExitCode::FAILURE),
    }
}

/// The completion script of a shell.
pub(super) fn completions(shell: Shell, global: &Global) -> Result<Exit, Failure> {
    let name = shell.to_possible_value().map(|it| it.get_name().to_owned()).unwrap_or_default();
    let script = shells::script(&name).map_err(Failure::usage)?;
    output::say(&script, &look(global));
    Ok(Exit::Pass)
}

/// The manual page of the program or of one command.
pub(super) fn manual(name: Option<&str>, global: &Global) -> Result<Exit, Failure> {
    let root = built();
    let page = match name {
        None => manual::program_page(&root),
        Some(name) => manual::page(&root, name).ok_or_else(|| {
            Failure::usage(format!(
                "there is no command {name:?}\n  `aws-ecs-preflight help` lists all"
            ))
        })?,
    };
    output::say(&page.map_err(Failure::usage)?, &look(global));
    Ok(Exit::Pass)
}

fn built() -> clap::Command {
    let mut root = command();
    root.build();
    root
}

/// Every committed file that is derived from the code, by its path in the repository. README.md is
/// given, because only parts of it are derived.
///
/// # Errors
/// None that happens: text is written into memory.
pub fn generated(readme: &str) -> io::Result<Vec<(String, String)>> {
    let mut files = vec![("README.md".to_owned(), tables::renewed(readme))];
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let name = match shell {
            "zsh" => format!("_{}", shells::PROGRAM),
            "elvish" => format!("{}.elv", shells::PROGRAM),
            "powershell" => format!("{}.ps1", shells::PROGRAM),
            _ => format!("{}.{shell}", shells::PROGRAM),
        };
        files.push((format!("completions/{name}"), shells::script(shell)?));
    }
    let pages = manual::pages(&built())?;
    files.extend(pages.into_iter().map(|(name, text)| (format!("man/{name}"), text)));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::{built, command, examples, shells};

    /// What is offered for the last of these words.
    fn offered(words: &str) -> Vec<String> {
        let words = words.split(' ').map(Into::into).collect();
        let found = shells::candidates(&mut command(), words, None).unwrap();
        found.iter().map(|it| it.get_value().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn candidates_come_from_the_definitions_and_the_catalogue() {
        let table: &[(&str, &[&str])] = &[
            ("aws-ecs-preflight verif", &["verify"]),
            ("aws-ecs-preflight verify --rep", &["--replay"]),
            ("aws-ecs-preflight verify --color=o", &["--color=on", "--color=off"]),
            ("aws-ecs-preflight explain secret-js", &["secret-json-key"]),
            (
                "aws-ecs-preflight verify --only=secrets,image-pl",
                &["--only=secrets,image-platform"],
            ),
            ("aws-ecs-preflight verify --skip secrets", &["secrets"]),
            (
                "aws-ecs-preflight verify --allow-unknown=image-pl",
                &["--allow-unknown=image-platform"],
            ),
            ("aws-ecs-preflight image -o nd", &["ndjson"]),
            ("aws-ecs-preflight man verif", &["verify"]),
        ];
        for (words, expected) in table {
            assert_eq!(offered(words), *expected, "{words}");
        }
    }

    #[test]
    fn flags_are_offered_only_where_nothing_else_fits() {
        assert!(offered("aws-ecs-preflight ").iter().all(|it| !it.starts_with('-')));
        assert!(offered("aws-ecs-preflight checks ").contains(&"--format".to_owned()));
    }

    #[test]
    fn examples_are_what_the_program_understands() {
        for subcommand in built().get_subcommands() {
            for (_, line) in examples::of(subcommand.get_name()) {
                let start = line.find(shells::PROGRAM).unwrap();
                let words = line[start..].split([' ', '|', ')']).take_while(|it| !it.is_empty());
                let parsed = command().try_get_matches_from(words);
                assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
            }
        }
    }
}
