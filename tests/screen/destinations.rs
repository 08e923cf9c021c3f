use std::fs::File;
use std::process::Stdio;

use serde_json::Value;

use super::{demo, document, file, program};

/// Everything that prints a result, help or a document.
const PRINTING: &[&[&str]] = &[
    &["verify", "demo/broken.json", "--replay", "demo/account.json"],
    &["verify", "demo/broken.json", "--replay", "demo/account.json", "-o", "json"],
    &["verify", "demo/broken.json", "--replay", "demo/account.json", "-o", "ndjson"],
    &["verify", "demo/broken.json", "--replay", "demo/account.json", "-o", "short"],
    &["checks"],
    &["explain", "secret-exists"],
    &["policy", "--for", "preflight"],
    &["completions", "bash"],
    &["man", "verify"],
    &["verify", "--help"],
    &["version"],
    &["--version"],
];

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_exits_2_and_says_so() {
    for arguments in PRINTING {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let run = program(arguments).stdout(full).output().unwrap();
        let complaint = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(2), "{arguments:?}: {complaint}");
        assert!(complaint.contains("cannot write standard output"), "{arguments:?}: {complaint}");
        assert!(complaint.contains("No space left"), "{arguments:?}: {complaint}");
    }
    let run = demo("broken", &["-o", "json=/dev/full"]);
    let complaint = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(2), "{complaint}");
    assert!(complaint.contains("cannot write /dev/full"), "{complaint}");
}

#[test]
fn a_closed_pipe_is_silent_and_keeps_the_exit_code() {
    for arguments in PRINTING {
        let whole = program(arguments).output().unwrap();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let run = program(arguments)
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&run.stderr), "", "{arguments:?}");
        assert_eq!(run.status.code(), whole.status.code(), "{arguments:?}");
    }
}

/// A definition whose names are not ASCII, and which fails.
fn foreign() -> String {
    let definition = r#"{
        "family": "caf\u00e9",
        "containerDefinitions": [
            {"name": "日本", "image": "r\u00e9gistre/ö:→", "memory": 64, "übrig": "…"},
            {"name": "dep", "image": "a", "memory": 64, "dependsOn": [{"containerName": "dep", "condition": "START"}]}
        ]
    }"#;
    file("café.json", definition)
}

#[test]
fn in_the_c_locale_and_without_colour_everything_is_ascii() {
    let foreign = foreign();
    let verify = ["verify", &foreign, "--replay", "demo/account.json"];
    let runs: Vec<Vec<&str>> =
        [&[][..], &["-v"], &["-q"], &["-o", "short"], &["-o", "json"], &["-o", "ndjson"]]
            .iter()
            .map(|flags| verify.iter().chain(flags.iter()).copied().collect())
            .chain(PRINTING.iter().map(|arguments| arguments.to_vec()))
            .collect();
    for arguments in runs {
        let locale = program(&arguments).env("LC_ALL", "C").output().unwrap();
        let no_colour = program(&arguments).args(["--color", "off"]).output().unwrap();
        for (why, run) in [("LC_ALL=C", locale), ("--color off", no_colour)] {
            let shown = String::from_utf8(run.stdout).unwrap();
            let strange = shown.lines().find(|line| !line.is_ascii());
            assert_eq!(strange, None, "{why} {arguments:?}");
            assert!(!shown.contains('\u{1b}'), "{why} {arguments:?}");
        }
    }
}

#[test]
fn json_is_the_same_document_in_ascii() {
    let foreign = foreign();
    let run = |flags: &[&str]| -> Value {
        let arguments =
            [&["verify", &foreign, "--replay", "demo/account.json", "-o", "json"], flags].concat();
        let mut document = document(&program(&arguments).output().unwrap());
        document["stats"].take();
        document
    };
    let whole = run(&[]);
    assert_eq!(whole["target"]["family"], "café");
    assert_eq!(run(&["--color", "off"]), whole);
}

#[test]
fn a_shell_reads_each_example_of_the_help_as_one_command() {
    for command in ["verify", "can", "policy", "image", "network"] {
        let run = program(&[command, "--help"]).output().unwrap();
        let help = String::from_utf8(run.stdout).unwrap();
        let examples = help.split("Examples:\n").nth(1).unwrap().split("\n\n").next().unwrap();
        let joined = examples.replace("\\\n", " ");
        for line in joined.lines() {
            let line = line.trim_start();
            assert!(
                line.starts_with("# ") || line.starts_with("aws-ecs-preflight "),
                "{line}\n{help}"
            );
        }
    }
}
