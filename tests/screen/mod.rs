//! What a reader of the text output may rely on, whatever the sentences are: each run is of the real
//! program, on the demo or on a definition that needs nobody.

/// Where the output goes: a full disk, a closed pipe, a terminal that knows ASCII only.
mod destinations;
/// What the text of an error leads to.
mod explain;
/// Why something was skipped: a fact of the result, not a sentence.
mod reasons;
/// How much is printed: by default, with `--quiet`, with `--verbose`, and of very many findings.
mod volume;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The program with these arguments, with nothing around it: no terminal, no configuration, no network.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aws-ecs-preflight"));
    command.args(arguments).env_clear().current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// `verify` on a definition of the demo.
fn demo(name: &str, flags: &[&str]) -> Output {
    let definition = format!("demo/{name}.json");
    let mut arguments = vec!["verify", &definition, "--replay", "demo/account.json"];
    arguments.extend(flags);
    program(&arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn document(output: &Output) -> Value {
    serde_json::from_str(&text(output)).unwrap()
}

/// The words of a text, however its lines are broken.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A file with this text, for one test.
fn file(name: &str, text: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screen");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}
