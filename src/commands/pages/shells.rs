//! Completion in shells: the script calls the program at every TAB.
//!
//! `clap_complete` finds the candidates. Its script for bash breaks at `=`, `:` and spaces, and the one for
//! zsh answers only from the second TAB on, so these two are replaced by those in `completions/`.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap_complete::engine::{self, CompletionCandidate};
use clap_complete::env::{self, EnvCompleter, Shells};

use crate::cli::PROGRAM;

/// Contains the shell's name when it requests candidates. Not clap's `COMPLETE`, which may be set for other
/// reasons: a gate must not become silent because of that.
pub(super) const VARIABLE: &str = "AWS_ECS_PREFLIGHT_COMPLETE";

/// Every shell with a completion script.
pub(super) const SHELLS: Shells<'static> =
    Shells(&[&BASH, &ZSH, &FISH, &env::Elvish, &env::Powershell]);

/// The completion script of a shell.
pub(super) fn script(shell: &str) -> io::Result<String> {
    let mut script = Vec::new();
    if let Some(shell) = SHELLS.completer(shell) {
        shell.write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut script)?;
    }
    let script = String::from_utf8_lossy(&script);
    Ok(format!("{}\n", script.trim()))
}

/// The same script with live candidates; none for a shell whose script does not set the variable so.
pub(super) fn live(script: &str, shell: &str) -> Option<String> {
    let set = format!("{VARIABLE}={shell} ");
    let both = format!("{set}{}=1 ", super::live::VARIABLE);
    script.contains(&set).then(|| script.replace(&set, &both))
}

/// The candidates for the last word. Flags only if requested, or if there is nothing else: they would hide
/// the files.
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

/// A shell that reads one candidate per line.
struct Reader {
    name: &'static str,
    script: Script,
    /// Converts the last word from the form in which the shell passes it.
    typed: fn(OsString) -> OsString,
    line: fn(&CompletionCandidate) -> String,
}

/// Where the script comes from.
enum Script {
    Ours(&'static [u8]),
    Theirs(&'static dyn EnvCompleter),
}

const BASH: Reader = Reader {
    name: "bash",
    script: Script::Ours(include_bytes!("../../../completions/aws-ecs-preflight.bash")),
    typed: |word| word,
    line: |candidate| candidate.get_value().to_string_lossy().into_owned(),
};

const ZSH: Reader = Reader {
    name: "zsh",
    script: Script::Ours(include_bytes!("../../../completions/_aws-ecs-preflight")),
    typed: |word| word,
    line: described,
};

/// fish passes the last word with its quotes and backslashes, and reads the help after a tab.
const FISH: Reader = Reader {
    name: "fish",
    script: Script::Theirs(&env::Fish),
    typed: |word| word.to_string_lossy().trim_start_matches(['"', '\'']).replace('\\', "").into(),
    line: |candidate| format!("{}\t{}", candidate.get_value().to_string_lossy(), help(candidate)),
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

impl EnvCompleter for Reader {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is(&self, name: &str) -> bool {
        name == self.name
    }

    fn write_registration(
        &self,
        variable: &str,
        name: &str,
        program: &str,
        completer: &str,
        script: &mut dyn Write,
    ) -> io::Result<()> {
        match self.script {
            Script::Ours(text) => script.write_all(text),
            Script::Theirs(it) => it.write_registration(variable, name, program, completer, script),
        }
    }

    fn write_complete(
        &self,
        command: &mut clap::Command,
        mut words: Vec<OsString>,
        directory: Option<&Path>,
        answer: &mut dyn Write,
    ) -> io::Result<()> {
        if let Some(last) = words.pop() {
            words.push((self.typed)(last));
        }
        for candidate in candidates(command, words, directory)? {
            writeln!(answer, "{}", (self.line)(&candidate))?;
        }
        Ok(())
    }
}
