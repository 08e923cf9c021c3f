use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What a run printed, by the format, without what differs from run to run.
pub type Printed = Vec<(&'static str, String)>;

/// The formats of every report.
pub const FORMS: &[&str] = &["text", "short", "json"];

/// The formats of the demo in addition.
pub const OTHER_FORMS: &[&str] = &["junit", "github", "markdown", "sarif", "html"];

/// `verify` on definitions of the demo.
pub fn on_demo(names: &[&str]) -> Printed {
    let demo = root().join("demo");
    let folder = folder(&names.join("-"));
    let files: Vec<String> = names.iter().map(|name| format!("{name}.json")).collect();
    let mut arguments = vec!["verify"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(["--replay", "account.json"]);
    for file in arguments.iter().filter(|it| it.ends_with(".json")) {
        fs::copy(demo.join(file), folder.join(file)).unwrap();
    }
    print(&folder, &arguments, &[FORMS, OTHER_FORMS].concat())
}

/// The formats of live services: their JSON would be longer than all others together.
pub const FLEET_FORMS: &[&str] = &["text", "short"];

/// `verify` on the live services of a cluster.
pub fn on_fleet() -> Printed {
    let folder = folder("fleet");
    fs::copy(root().join("tests/reports/fleet.json"), folder.join("account.json")).unwrap();
    let arguments =
        ["verify", "--cluster", "production", "--all-services", "--replay", "account.json"];
    print(&folder, &arguments, FLEET_FORMS)
}

/// A group that asks nobody, on a definition.
pub fn on_definition(group: &str, definition: &str) -> Printed {
    let folder = folder(group);
    fs::write(folder.join("taskdef.json"), definition).unwrap();
    print(&folder, &[group, "taskdef.json"], FORMS)
}

/// A group on one of tests/replay/, with the flags that it was recorded with.
pub fn on_recording(group: &str, name: &str) -> Printed {
    let file = root().join(format!("tests/replay/{name}.json"));
    let written: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let folder = folder(name);
    let write = |file: &str, value: &Value| {
        fs::write(folder.join(file), serde_json::to_string_pretty(value).unwrap()).unwrap();
    };
    write("taskdef.json", &written["definition"]);
    write("recording.json", &written["recording"]);
    let flags = &written["flags"];
    let mut arguments = vec![group, "taskdef.json", "--replay", "recording.json"];
    if let Some(cluster) = flags["cluster"].as_str() {
        arguments.extend(["--cluster", cluster]);
    }
    if flags["read_secrets"] == true {
        arguments.push("--read-secrets");
    }
    if flags["service"].is_object() {
        write("service.json", &flags["service"]);
        arguments.extend(["--service-definition", "service.json"]);
    }
    print(&folder, &arguments, FORMS)
}

/// Runs the program in a folder, with nothing around it: no terminal, no configuration, no network.
fn print(folder: &Path, arguments: &[&str], forms: &[&'static str]) -> Printed {
    let (first, others) = forms.split_first().unwrap();
    let files = others.iter().map(|form| format!("--format={form}={form}"));
    let run = Command::new(env!("CARGO_BIN_EXE_aws-ecs-preflight"))
        .args(arguments)
        .args(["--format", first])
        .args(files)
        .env_clear()
        .current_dir(folder)
        .output()
        .unwrap();
    let (said, complaint) = (utf8(run.stdout), utf8(run.stderr));
    assert_eq!(complaint, "", "{arguments:?}");
    let command = format!("$ aws-ecs-preflight {}", arguments.join(" "));
    let code = run.status.code().unwrap();
    let said = format!("{command}\n{}exit code {code}\n", without_seconds(&said));
    let read = |form: &&'static str| {
        let text = fs::read_to_string(folder.join(form)).unwrap();
        let text = match *form {
            "json" => without_run(&text),
            "junit" => without_time(&text),
            "sarif" => text.replace(env!("CARGO_PKG_VERSION"), "…"),
            "html" => without_seconds(&text).replace(env!("CARGO_PKG_VERSION"), "…"),
            "github" | "markdown" => without_seconds(&text),
            _ => text,
        };
        (*form, text)
    };
    std::iter::once((*first, said)).chain(others.iter().map(read)).collect()
}

/// A folder for one story, empty.
fn folder(story: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reports").join(story);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn utf8(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// `(0.1 s, 3 calls)` at the end of a verdict, without the seconds. A narrow screen breaks the line after them.
fn without_seconds(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let seconds = line.rsplit_once('(').and_then(|(said, cost)| {
            let (number, rest) = cost.find(" s").map_or((cost, ""), |at| cost.split_at(at));
            number.parse::<f64>().ok().map(|_| format!("{said}(…{rest}"))
        });
        seconds.unwrap_or_else(|| line.to_owned()) + "\n"
    });
    lines.collect()
}

/// The JUnit document without its time.
fn without_time(text: &str) -> String {
    let (before, rest) = text.split_once(" time=\"").unwrap();
    let (time, after) = rest.split_once('"').unwrap();
    assert!(time.parse::<f64>().is_ok(), "{time}");
    format!("{before} time=\"…\"{after}")
}

/// The JSON document without its time, and without the version of the program.
fn without_run(text: &str) -> String {
    let mut document: Value = serde_json::from_str(text).unwrap();
    let took = document["stats"]["elapsed_ms"].take();
    assert!(took.is_u64(), "{took}");
    let version = document["tool"]["version"].take();
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    serde_json::to_string_pretty(&document).unwrap() + "\n"
}

#[test]
fn only_the_seconds_are_taken_out() {
    let said =
        "a (1.2.3 s)\nb (see 2 s)\nPASS  3 passed (0.2 s, 5 calls)\nFAIL  1 failed (0.3\n  s)\n";
    let without =
        "a (1.2.3 s)\nb (see 2 s)\nPASS  3 passed (… s, 5 calls)\nFAIL  1 failed (…\n  s)\n";
    assert_eq!(without_seconds(said), without);
}
