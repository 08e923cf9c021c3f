use serde_json::json;

use super::Run;
use crate::checks::{GROUPS, Group};
use crate::cli::{self, Cli, Command, Global, Judged};
use crate::commands::input::Given;
use crate::commands::wait::Clock;
use crate::commands::{asking, input};
use crate::document::{Role, Source};
use crate::exit::{Exit, Gate};
use crate::output;
use crate::report::Outcome;

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
    Given::Documents(items.map(|item| Source { root: item.clone(), ..whole.clone() }).collect())
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
        context: input::context(&judged.place).unwrap_or_else(|it| panic!("{}", it.message)),
        accepted: Vec::new(),
        recording: None,
        record: None,
        write_accept: None,
        notes: Vec::new(),
        draws: true,
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
    let names: Vec<_> = ended.trails.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["web", "worker", "cron"]);
    let document = output::document(report);
    assert!(document.get("target").is_none());
    assert_eq!(document["targets"][1]["target"]["family"], "worker");
    assert_eq!(document["targets"].as_array().map(Vec::len), Some(3));
}
