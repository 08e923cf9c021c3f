use serde_json::json;

use super::rounds::completed;
use super::{Draws, Run};
use crate::checks::{GROUPS, Group};
use crate::cli::{self, Cli, Command, Global, Judged};
use crate::commands::input::Given;
use crate::commands::parameters::Inputs;
use crate::commands::wait::Clock;
use crate::commands::{asking, input};
use crate::document::{Role, Source};
use crate::exit::{Exit, Gate};
use crate::facts::Recording;
use crate::output;
use crate::report::Outcome;
use crate::shell::ShellCommand;

fn parsed(line: &str) -> (Option<&'static Group>, Judged, Global) {
    let matches = cli::command(GROUPS).try_get_matches_from(line.split(' ')).unwrap();
    let cli = Cli::of(&matches, GROUPS).unwrap();
    let Command::Judge(group, judged) = cli.command else { panic!("{line} judges nothing") };
    (group, judged, cli.global)
}

/// A reader of lists: each item is a task definition.
fn read(name: &str, text: &str) -> Given {
    let whole = Source::read(name, Role::Definition, text.as_bytes()).unwrap();
    let items = whole.root.items().iter();
    let documents = items.map(|item| Source { root: item.clone().into(), ..whole.clone() }.into());
    Given::Documents(documents.collect())
}

fn definition(family: &str, cpu: &str) -> serde_json::Value {
    json!({
        "family": family,
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": cpu,
        "memory": "512",
        "containerDefinitions": [{"name": "app", "image": "nginx:1.27", "essential": true}],
    })
}

#[test]
fn each_definition_of_an_argument_is_a_target() {
    let (only_group, judged, global) = parsed("aws-ecs-preflight definition all.json more.json");
    let all = json!([definition("web", "256"), definition("worker", "257")]).to_string();
    let more = json!([definition("cron", "256")]).to_string();
    let run = Run {
        only_group,
        judged: &judged,
        global: &global,
        given: vec![read("all.json", &all), read("more.json", &more)],
        arns: Vec::new(),
        live: None,
        context: input::context(&judged.place).unwrap_or_else(|it| panic!("{}", it.message)),
        images: Vec::new(),
        inputs: Inputs::default(),
        accepted: Vec::new(),
        recording: None,
        record: None,
        write_accept: None,
        notes: Vec::new(),
        draws: Draws::Paths,
        exhibits: false,
    };
    let gate = Gate::default();
    let mut clock = Clock::start(None, None);
    let ended = asking::wait_for(async |signals| run.repeat(&mut clock, &signals, &gate).await);
    let ended = ended.unwrap_or_else(|failure| panic!("{}", failure.message));

    let report = &ended.report;
    let targets: Vec<_> = report
        .targets
        .iter()
        .map(|it| (it.target.source.as_str(), it.target.family.as_deref(), it.verdict))
        .collect();
    assert_eq!(
        targets,
        [
            ("all.json", Some("web"), Outcome::Pass),
            ("all.json", Some("worker"), Outcome::Fail),
            ("more.json", Some("cron"), Outcome::Pass),
        ]
    );
    for (target, pointer) in report.targets.iter().zip(["/0", "/1", "/0"]) {
        assert!(!target.checks.is_empty());
        for check in &target.checks {
            assert!(check.subject.starts_with(pointer), "{} at {}", check.id, check.subject);
        }
    }
    assert_eq!(gate.exit(report), Exit::Fail);
    let titles: Vec<_> = ended.drawn.iter().map(|drawn| drawn.title.as_str()).collect();
    assert_eq!(
        titles,
        ["network paths of web", "network paths of worker", "network paths of cron"]
    );
    let document = output::document(report);
    assert!(document.get("target").is_none());
    assert_eq!(document["targets"][1]["target"]["family"], "worker");
    assert_eq!(document["targets"].as_array().map(Vec::len), Some(3));
}

/// Why there is no run, with these flags over this recording.
fn refused(flags: &str, recording: &serde_json::Value) -> (Exit, String) {
    let (only_group, judged, global) = parsed(&format!("aws-ecs-preflight {flags}"));
    let run = Run {
        only_group,
        judged: &judged,
        global: &global,
        given: vec![read("all.json", &json!([definition("web", "256")]).to_string())],
        arns: Vec::new(),
        live: None,
        context: input::context(&judged.place).unwrap_or_else(|it| panic!("{}", it.message)),
        images: Vec::new(),
        inputs: Inputs::default(),
        accepted: Vec::new(),
        recording: Some(Recording::parse(&recording.to_string()).unwrap()),
        record: None,
        write_accept: None,
        notes: Vec::new(),
        draws: Draws::Nothing,
        exhibits: false,
    };
    let gate = Gate::default();
    let mut clock = Clock::start(None, None);
    let ended = asking::wait_for(async |signals| run.repeat(&mut clock, &signals, &gate).await);
    match ended {
        Err(failure) => (failure.exit, failure.message),
        Ok(ended) => (gate.exit(&ended.report), String::new()),
    }
}

#[test]
fn a_caller_that_does_not_exist_is_an_error_of_the_input() {
    let region = "eu-west-1";
    let caller = json!({"account": "111122223333", "arn": "arn:aws:iam::111122223333:user/jane"});
    let facts = json!([
        {"call": "sts:GetCallerIdentity", "key": {"region": region}, "answer": {"Ok": {"found": caller}}},
        {"call": "iam:GetRole", "key": {"region": region, "name": "none"},
            "answer": {"Ok": {"absent": {"sentence": "there is no IAM role none", "said": "NoSuchEntity"}}}},
    ]);
    let recording = json!({"version": 1, "region": region, "facts": facts});
    let none = "arn:aws:iam::111122223333:role/none";
    for (arn, words) in [
        (none, "there is no IAM role none"),
        ("nope", "nope is not an ARN"),
        ("arn:aws:iam::111122223333:group/all", "is neither a role nor a user"),
    ] {
        let (exit, message) = refused(&format!("roles all.json --caller-arn {arn}"), &recording);
        assert_eq!(exit, Exit::Usage, "{arn}: {message}");
        assert!(message.contains(words), "{message}");
    }
    // Another account does not show its roles, and other checks do not ask for the caller.
    let foreign = "arn:aws:iam::444455556666:role/none";
    for line in [
        format!("roles all.json --caller-arn {foreign}"),
        format!("image all.json --caller-arn {none}"),
    ] {
        let (exit, message) = refused(&line, &recording);
        assert_ne!(exit, Exit::Usage, "{line}: {message}");
    }
}

#[test]
fn a_command_that_fixes_has_the_profile_and_outside_the_commercial_regions_the_region() {
    let create = "aws iam create-role --role-name app";
    for (profile, region, expected) in [
        (None, None, create),
        (None, Some("eu-west-1"), create),
        (Some("prod"), Some("eu-west-1"), "aws --profile prod iam create-role --role-name app"),
        (None, Some("cn-north-1"), "aws iam create-role --role-name app --region cn-north-1"),
        (
            Some("prod"),
            Some("us-gov-west-1"),
            "aws --profile prod iam create-role --role-name app --region us-gov-west-1",
        ),
    ] {
        let region = region.map(|it| it.parse().unwrap());
        let command = ShellCommand::of("aws iam create-role").option("--role-name", "app");
        let command = completed(command, profile, region.as_ref());
        assert_eq!(command.to_string(), expected);
    }
}
