//! Completion in the shells: each asks the program itself at every TAB.
//!
//! `clap_complete` finds the candidates. Its own scripts for bash break at `=`, `:` and blanks, and the
//! one for zsh answers only from the second TAB on, so those two are ours, in `completions/`.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap_complete::engine::{self, CompletionCandidate};
use clap_complete::env::{self, EnvCompleter, Shells};

/// The program's name, and how the scripts call it.
pub(super) const PROGRAM: &str = "aws-ecs-preflight";

/// Holds the shell's name when it asks for candidates. Not clap's `COMPLETE`, which anybody may have
/// set: a gate must not fall silent because of that.
pub(super) const VARIABLE: &str = "AWS_ECS_PREFLIGHT_COMPLETE";

/// Every shell with a completion script.
pub(super) const SHELLS: Shells<'static> =
    Shells(&[&BASH, &ZSH, &Fish, &env::Elvish, &env::Powershell]);

/// The script that makes a shell ask.
pub(super) fn script(shell: &str) -> io::Result<String> {
    let mut script = Vec::new();
    if let Some(shell) = SHELLS.completer(shell) {
        shell.write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut script)?;
    }
    let script = String::from_utf8_lossy(&script);
    Ok(format!("{}\n", script.trim()))
}

/// What could stand in the place of the last word. Flags only if asked for, or if there is nothing
/// else: they would bury the files.
pub(super) fn candidates(
    command: &mut clap::Command,
    words: Vec<OsString>,
    directory: Option<&Path>,
) -> io::Result<Vec<CompletionCandidate>> {
    let last = words.len().saturating_sub(1);
    let is_flag = |it: &CompletionCandidate| it.get_value().as_encoded_bytes().starts_with(b"-");
    let mut found = engine::complete(command, words, last, directory)?;
    if !found.iter().all(is_flag) {
        found.retain(|it| !is_flag(it));
    }
    Ok(found)
}

/// The first line of a candidate's help.
fn help(candidate: &CompletionCandidate) -> String {
    let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
    help.lines().next().unwrap_or_default().to_owned()
}

/// A shell whose script is ours: it reads a candidate a line.
struct Own {
    name: &'static str,
    script: &'static [u8],
    line: fn(&CompletionCandidate) -> String,
}

const BASH: Own = Own {
    name: "bash",
    script: include_bytes!("../../../completions/aws-ecs-preflight.bash"),
    line: |candidate| candidate.get_value().to_string_lossy().into_owned(),
};

const ZSH: Own = Own {
    name: "zsh",
    script: include_bytes!("../../../completions/_aws-ecs-preflight"),
    line: described,
};

/// A candidate, then a colon and its help: the form that `_describe` of zsh reads.
fn described(candidate: &CompletionCandidate) -> String {
    let value = candidate.get_value().to_string_lossy();
    let value = value.replace('\\', r"\\").replace(':', r"\:");
    match help(candidate).as_str() {
        "" => value,
        help => format!("{value}:{}", help.replace('\\', r"\\")),
    }
}

impl EnvCompleter for Own {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is(&self, name: &str) -> bool {
        name == self.name
    }

    fn write_registration(
        &self,
        _variable: &str,
        _name: &str,
        _program: &str,
        _completer: &str,
        script: &mut dyn Write,
    ) -> io::Result<()> {
        script.write_all(self.script)
    }

    fn write_complete(
        &self,
        command: &mut clap::Command,
        words: Vec<OsString>,
        directory: Option<&Path>,
        answer: &mut dyn Write,
    ) -> io::Result<()> {
        for candidate in candidates(command, words, directory)? {
            writeln!(answer, "{}", (self.line)(&candidate))?;
        }
        Ok(())
    }
}

struct Fish;

impl EnvCompleter for Fish {
    fn name(&self) -> &'static str {
        "fish"
    }

    fn is(&self, name: &str) -> bool {
        name == self.name()
    }

    fn write_registration(
        &self,
        variable: &str,
        name: &str,
        program: &str,
        completer: &str,
        script: &mut dyn Write,
    ) -> io::Result<()> {
        env::Fish.write_registration(variable, name, program, completer, script)
    }

    /// A candidate a line, then a tab and its help. The last word comes as it is typed, with its
    /// quotes and backslashes.
    fn write_complete(
        &self,
        command: &mut clap::Command,
        mut words: Vec<OsString>,
        directory: Option<&Path>,
        answer: &mut dyn Write,
    ) -> io::Result<()> {
        if let Some(typed) = words.pop() {
            let typed = typed.to_string_lossy();
            words.push(typed.trim_start_matches(['"', '\'']).replace('\\', "").into());
        }
        for candidate in candidates(command, words, directory)? {
            writeln!(answer, "{}\t{}", candidate.get_value().to_string_lossy(), help(&candidate))?;
        }
        Ok(())
    }
}
