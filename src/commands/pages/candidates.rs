//! The candidates for each argument, for completions.

use std::ffi::OsStr;
use std::path::Path;

use clap::{Arg, Command};
use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter,
};

use crate::checks::{Groups, checks_of};
use crate::cli;
use crate::output::Format;

/// The command line with its candidates attached.
pub(super) fn attach(command: Command, groups: Groups) -> Command {
    command.mut_args(|arg| attach_to_flag(arg, groups)).mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        command.mut_args(|arg| attach_to_flag(arg, groups)).mut_args(|arg| match name.as_str() {
            "explain" if arg.is_positional() => {
                arg.add(ArgValueCandidates::new(move || groups_and_ids(groups)))
            }
            "man" if arg.is_positional() => {
                arg.add(ArgValueCandidates::new(move || commands(groups)))
            }
            _ => arg,
        })
    })
}

fn attach_to_flag(arg: Arg, groups: Groups) -> Arg {
    match arg.get_id().as_str() {
        "definitions" | "service_definition" | "run_task" | "accept" | "replay" | "from" => {
            arg.add(ArgValueCompleter::new(documents))
        }
        "format" => arg.add(ArgValueCompleter::new(formats)),
        "only" | "skip" => arg.add(ArgValueCandidates::new(move || groups_and_ids(groups))),
        "allow_unknown" => arg.add(ArgValueCandidates::new(move || ids(groups))),
        _ => arg,
    }
}

fn commands(groups: Groups) -> Vec<CompletionCandidate> {
    cli::command(groups)
        .get_subcommands()
        .map(|it| CompletionCandidate::new(it.get_name()).help(it.get_about().cloned()))
        .collect()
}

fn ids(groups: Groups) -> Vec<CompletionCandidate> {
    checks_of(groups)
        .map(|(_, check)| {
            CompletionCandidate::new(check.id).help(Some(check.verifies.to_owned().into()))
        })
        .collect()
}

fn groups_and_ids(groups: Groups) -> Vec<CompletionCandidate> {
    let named = groups.iter().map(|group| {
        CompletionCandidate::new(group.name).help(Some(format!("group: {}", group.about).into()))
    });
    named.chain(ids(groups)).collect()
}

/// `json`, or after `json=` a file.
fn formats(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let known = Format::ALL.iter().map(|(name, _)| *name);
    match typed.split_once('=') {
        None => known.filter(|it| it.starts_with(&*typed)).map(CompletionCandidate::new).collect(),
        Some((format, file)) => {
            let files = directories_first(PathCompleter::any().complete(OsStr::new(file)));
            files.into_iter().map(|it| it.add_prefix(format!("{format}="))).collect()
        }
    }
}

/// Files that may contain a document, with or without the AWS CLI's `file://`.
pub(super) fn documents(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let (scheme, path) = match typed.strip_prefix("file://") {
        Some(path) => ("file://", path),
        None => ("", &*typed),
    };
    let files = PathCompleter::any().filter(is_document).complete(OsStr::new(path));
    directories_first(files).into_iter().map(|it| it.add_prefix(scheme)).collect()
}

fn is_document(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    path.is_file() && ["json", "yaml", "yml"].contains(&extension.to_ascii_lowercase().as_str())
}

fn directories_first(files: Vec<CompletionCandidate>) -> Vec<CompletionCandidate> {
    let (mut directories, files): (Vec<_>, Vec<_>) = files
        .into_iter()
        .filter(|it| it.get_value() != ".")
        .partition(|it| it.get_value().as_encoded_bytes().ends_with(b"/"));
    directories.extend(files);
    directories
}
