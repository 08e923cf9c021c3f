use std::io::Write;
use std::process::{Output, Stdio};

use super::{document, program, text, words};

/// `explain -` with this standard input.
fn explained(input: &str, flags: &[&str]) -> Output {
    let mut command = program(&["explain", "-"]);
    command.args(flags).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

const MISSING: &str = "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1: not found";

#[test]
fn a_text_leads_to_checks_and_commands() {
    let run = program(&["explain", MISSING]).output().unwrap();
    assert_eq!(run.status.code(), Some(0));
    let page = text(&run);
    for part in ["ECS said", "It means", "image-exists: verifies that", "Run", "Documentation"] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(words(&page).contains(MISSING), "{page}");
    assert!(page.contains("--repository-name web --image-ids imageTag=1"), "{page}");
    assert_eq!(page, text(&explained(MISSING, &[])));
}

#[test]
fn as_json_a_text_has_its_symptoms_checks_values_and_commands() {
    let run = explained(MISSING, &["--format", "json"]);
    assert_eq!(run.status.code(), Some(0));
    let it = document(&run);
    assert_eq!(it["schema_version"], 1);
    assert_eq!((&it["recognised"], &it["product"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!(it["symptoms"][0]["said"], MISSING);
    assert_eq!(
        (&it["checks"][0]["id"], &it["checks"][0]["group"]),
        (&"image-exists".into(), &"image".into())
    );
    assert_eq!(
        (&it["variables"]["retries"], &it["variables"]["region"]),
        (&1.into(), &"eu-west-1".into())
    );
    assert!(it["commands"][0].as_str().unwrap().starts_with("aws-ecs-preflight verify"), "{it}");
}

#[test]
fn what_no_check_knows_exits_3_and_says_what_it_is() {
    for (said, part) in [
        ("Essential container in task exited (exit code 137)", "137: killed (SIGKILL)"),
        ("Your Spot Task was interrupted.", "Spot capacity"),
        ("Back-off restarting failed container (kubelet)", "from Kubernetes, not from ECS"),
        ("the task did not work", "no text of ECS that this program knows"),
    ] {
        let run = explained(said, &[]);
        assert_eq!(run.status.code(), Some(3), "{said}");
        assert!(words(&text(&run)).contains(part), "{said}\n{}", text(&run));
    }
    let it =
        document(&explained("Essential container in task exited (exit code 137)", &["-o", "json"]));
    assert_eq!((&it["recognised"], it["checks"].as_array().unwrap().len()), (&true.into(), 0));
    assert_eq!(it["variables"]["exit_codes"][0]["code"], 137);
}

#[test]
fn words_need_no_quotes_and_an_empty_text_is_an_error() {
    let run = program(&["explain", "Task", "failed", "ELB", "health", "checks"]).output().unwrap();
    assert_eq!(run.status.code(), Some(0));
    assert!(text(&run).contains("service-target-group"));
    let run = program(&["explain", "AGENT"]).output().unwrap();
    assert_eq!(run.status.code(), Some(0));
    assert!(text(&run).contains("capacity-agent"));
    let run = explained(" \n", &[]);
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stderr).contains("standard input is empty"));
}

#[test]
fn a_text_cannot_steer_the_terminal() {
    let said = "Essential container in task exited \u{1b}[2J\u{9b}31m \u{202e}evil";
    let page = text(&explained(said, &[]));
    assert!(
        !page.contains(|it: char| it.is_control() && it != '\n' || it == '\u{202e}'),
        "{page:?}"
    );
}

#[test]
fn a_check_lists_the_errors_that_it_prevents() {
    let it = document(&program(&["explain", "image-exists", "-o", "json"]).output().unwrap());
    let errors: Vec<_> =
        it["errors"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    assert!(errors.iter().any(|it| it.contains("pull access denied")), "{errors:?}");
    assert!(errors.len() > it["prevents"].as_array().unwrap().len(), "{errors:?}");
}
