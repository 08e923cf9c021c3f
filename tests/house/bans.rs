use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// What clippy said of the bad code in `tests/house/bans/`, a message each.
///
/// The artefacts of the dependencies are those of the test build, so this takes seconds.
fn clippy_says() -> Vec<Value> {
    // `cargo test` sets variables of this package that would disturb a second cargo; the ones that
    // matter (the target directory among them) are inherited.
    let run = Command::new(env!("CARGO"))
        .args(["clippy", "--quiet", "--locked", "--features", "bans", "--example", "bans"])
        .args(["--message-format", "json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "clippy could not judge the bad code:\n{said}");
    String::from_utf8(run.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["reason"] == "compiler-message")
        .map(|mut line| line["message"].take())
        .collect()
}

/// The paths that `.clippy.toml` bans.
fn banned() -> BTreeSet<&'static str> {
    include_str!("../../.clippy.toml")
        .lines()
        .filter_map(|line| line.trim().strip_prefix("{ path = \"")?.split('"').next())
        .collect()
}

/// The path that a message refuses: "use of a disallowed method `std::env::var`".
fn refused(message: &Value) -> Option<&str> {
    message["message"].as_str()?.strip_prefix("use of a disallowed ")?.split('`').nth(1)
}

/// A misspelt path is a warning that points into the configuration, and fails no build.
fn concerns_configuration(message: &Value) -> bool {
    let spans = message["spans"].as_array().into_iter().flatten();
    spans.filter_map(|span| span["file_name"].as_str()).any(|file| file.ends_with(".clippy.toml"))
}

#[test]
fn every_ban_fires() {
    let messages = clippy_says();
    let misread: Vec<_> =
        messages.iter().filter(|it| concerns_configuration(it)).map(|it| &it["message"]).collect();
    assert!(misread.is_empty(), "clippy does not understand .clippy.toml: {misread:#?}");
    let fired: BTreeSet<_> = messages.iter().filter_map(refused).collect();
    let silent: Vec<_> = banned().into_iter().filter(|path| !fired.contains(path)).collect();
    assert!(
        silent.is_empty(),
        "misspelt in .clippy.toml, or without a line in tests/house/bans/main.rs: {silent:#?}"
    );
}

#[test]
fn every_ban_is_written_as_this_test_reads_it() {
    let entries = include_str!("../../.clippy.toml").matches("path =").count();
    assert_eq!(banned().len(), entries, "one entry a line, each path once");
    assert!(entries > 70, "only {entries} bans are left");
}
