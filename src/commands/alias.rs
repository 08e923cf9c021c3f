//! `alias`: this program as a command of the AWS CLI.

mod entries;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Failure, look};
use crate::cli::{Alias, Global, PROGRAM};
use crate::exit::Exit;
use crate::output::{self, OutputFile};
use entries::{ENTRIES, Entry, Flaw};

/// For the manual: what the AWS CLI does with its options, by heading.
pub(super) const MANUAL: &[(&str, &[&str])] = &[
    (
        "ALIASES",
        &[
            "The file is ~/.aws/cli/alias: the AWS CLI has no setting for another one. \
             `aws ecs-preflight` works with version 1 and 2 of the AWS CLI, `aws ecs preflight` with version 2 only. \
             The program must be on PATH.",
            "--install adds to an existing file and keeps everything else in it. An alias of the same name that \
             does something else is not replaced, and a file that the AWS CLI cannot read is not changed. \
             --remove restores the file as it was.",
        ],
    ),
    (
        "OPTIONS OF THE AWS CLI",
        &[
            "The AWS CLI keeps its own options to itself, wherever they are: `aws --profile prod ecs preflight` \
             and `aws ecs preflight --profile prod`, also abbreviated. This program reads them from the \
             command line of the `aws` process, applies them and says so: --profile, --region, --endpoint-url, \
             --ca-bundle, --no-verify-ssl, --cli-connect-timeout, --cli-read-timeout, --query, --output, \
             --color and --debug. Its own flag wins over the same option of the AWS CLI.",
            "--no-sign-request is refused. --output table, yaml and the like have no counterpart here: \
             the output is text, and a note says so. --no-paginate, --no-cli-pager, --cli-binary-format, \
             --cli-auto-prompt and --v2-debug change nothing here.",
            "If the options cannot be read without doubt, the run ends with exit code 2. What follows -- is passed \
             on as it is: `aws ecs preflight -- verify taskdef.json --region eu-west-1`.",
            "Not recovered: the options of an `aws` command whose alias runs another `aws` command. Help is \
             `aws ecs-preflight help`, and the version `aws ecs-preflight version`: the AWS CLI answers \
             --version itself.",
        ],
    ),
];

/// Prints, adds or removes the aliases.
pub(super) fn run(wanted: &Alias, global: &Global) -> Result<Exit, Failure> {
    let said = match (wanted.install, wanted.remove) {
        (true, _) => install(&file()?)?,
        (_, true) => remove(&file()?)?,
        _ => entries::printed(),
    };
    output::say(&said, &look(global)).map_err(Failure::usage)?;
    Ok(Exit::Pass)
}

/// The alias file, as the AWS CLI finds it.
fn file() -> Result<PathBuf, Failure> {
    let home = std::env::home_dir().filter(|it| !it.as_os_str().is_empty());
    let home = home.ok_or_else(|| {
        Failure::usage("cannot find the alias file of the AWS CLI: HOME is not set")
    })?;
    Ok(home.join(".aws").join("cli").join("alias"))
}

fn install(path: &Path) -> Result<String, Failure> {
    let before = read(path)?;
    let text = before.as_deref().unwrap_or_default();
    let edited = entries::with_entries(text, before.is_some()).map_err(|it| refused(path, it))?;
    let shown = path.display();
    let mut said = if edited == text {
        format!("{shown} already has both aliases\n")
    } else {
        write(path, &edited)?;
        format!("added to {shown}:\n{}", listed(&ENTRIES))
    };
    if !is_on_path() {
        said.push_str(&format!(
            "note: {PROGRAM} is not on your PATH, so the aliases cannot run it\n"
        ));
    }
    Ok(said)
}

fn remove(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let Some(before) = read(path)? else { return Ok(format!("{shown} does not exist\n")) };
    let (edited, others) = entries::without_entries(&before).map_err(|it| refused(path, it))?;
    let mut said = String::new();
    if edited == before {
        said.push_str(&format!("{shown} has no alias for {PROGRAM}\n"));
    } else if edited.is_empty() && entries::is_created(&before) && !path.is_symlink() {
        check_writable(path)?;
        fs::remove_file(path)
            .map_err(|error| Failure::usage(format!("cannot remove {shown}: {error}")))?;
        said.push_str(&format!("removed {shown}\n"));
    } else {
        write(path, &edited)?;
        said.push_str(&format!("removed the aliases from {shown}\n"));
    }
    for Entry { section, key } in others {
        said.push_str(&format!("kept {key} in [{section}]: it is another alias\n"));
    }
    Ok(said)
}

/// What was added, one line each.
fn listed(entries: &[Entry]) -> String {
    let line = |it: &Entry| match it.section {
        "toplevel" => format!("  aws {} verify taskdef.json\n", it.key),
        section => {
            let command = section.trim_start_matches("command ");
            format!("  aws {command} {} verify taskdef.json   (AWS CLI version 2)\n", it.key)
        }
    };
    entries.iter().map(line).collect()
}

/// The contents; nothing if there is no file.
fn read(path: &Path) -> Result<Option<String>, Failure> {
    let shown = path.display();
    match fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| {
            Failure::usage(format!("{shown} is not UTF-8, so that it was not changed"))
        }),
        Err(error) if error.kind() == ErrorKind::NotFound && path.is_symlink() => {
            Err(Failure::usage(format!(
                "{shown} is a link to a file that does not exist\n  Create the file or remove the link"
            )))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::usage(format!("cannot read {shown}: {error}"))),
    }
}

fn check_writable(path: &Path) -> Result<(), Failure> {
    if fs::metadata(path).is_ok_and(|it| it.permissions().readonly()) {
        return Err(Failure::usage(format!(
            "{} is read-only, so that it was not changed\n  Make it writable: chmod u+w {0}",
            path.display()
        )));
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    check_writable(path)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| {
            Failure::usage(format!("cannot create {}: {error}", folder.display()))
        })?;
    }
    OutputFile::open(path).and_then(|file| file.write(text)).map_err(Failure::usage)
}

fn refused(path: &Path, flaw: Flaw) -> Failure {
    let shown = path.display();
    Failure::usage(match flaw {
        Flaw::Unreadable { line, why } => format!(
            "{shown}:{line}: the AWS CLI cannot read this line: {why}\n  Fix it first: every aws command fails on it. The file was not changed"
        ),
        Flaw::Taken { line, entry: Entry { section, key }, value } => {
            let value = value.lines().next().unwrap_or_default().to_owned();
            format!(
                "{shown}:{line}: [{section}] already has another alias {key}: {value}\n  Rename it, then try again; or add what `{PROGRAM} alias` prints under another name. The file was not changed"
            )
        }
    })
}

fn is_on_path() -> bool {
    #[expect(clippy::disallowed_methods, reason = "the AWS CLI finds the program by it")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let name = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).any(|folder| folder.join(&name).is_file())
}
