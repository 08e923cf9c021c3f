use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::program::{Folder, Said};

/// A program that asks an endpoint which never answers, and the endpoint.
fn waiting(name: &str, line: &str) -> (Child, TcpListener) {
    let endpoint = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = Folder::new(name)
        .with("AWS_REGION", "eu-central-1")
        .with("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .with("AWS_SECRET_ACCESS_KEY", "secret")
        .with("AWS_ENDPOINT_URL", &format!("http://{}", endpoint.local_addr().unwrap()));
    let arguments: Vec<&str> = line.split(' ').collect();
    let mut command = folder.command(&arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    (child, endpoint)
}

/// What it says when Ctrl-C comes while it waits for its first answer.
fn interrupted(name: &str, line: &str) -> Said {
    let (child, endpoint) = waiting(name, line);
    let _asked = endpoint.accept().unwrap();
    let begun = Instant::now();
    let signal = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(signal.success());
    let said = Said::of(child.wait_with_output().unwrap());
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    said
}

#[test]
fn ctrl_c_ends_a_run_with_what_is_known() {
    let said = interrupted("interrupted", "verify healthy.json -o json").ends(130);
    let passed = said.results("pass");
    assert!(passed.iter().any(|it| it.0 == "definition-schema"), "{passed:?}");
    let unknown = said.results("unknown");
    assert!(unknown.iter().any(|it| it.2.contains("the run ended before")), "{unknown:?}");
    assert!(said.report()["notes"].to_string().contains("ended early"), "{}", said.out);
}

#[test]
fn ctrl_c_ends_what_has_no_report_yet() {
    for (name, line) in [
        ("interrupted-registered", "verify web"),
        ("interrupted-can", "can app s3:GetObject arn:aws:s3:::bucket/key"),
        ("interrupted-policy", "policy healthy.json --for execution-role --missing"),
    ] {
        interrupted(name, line).ends(130).says("interrupted");
    }
}
