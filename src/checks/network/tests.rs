//! Stories: a task, a VPC, and the expected results. One for each fault that the group detects.

mod agents;
mod china;
mod configuration;
mod connect;
mod doubts;
mod endpoints;
mod filters;
mod interfaces;
mod mending;
mod policies;
mod pulled;
mod refused;
mod remedies;
mod senders;
mod trails;
mod ways;

use serde_json::json;

use super::GROUP;
use crate::report::CheckResult;
use crate::report::Status::{Fail, Pass, Skip, Unknown};
use crate::testing::story::Story;
use crate::testing::vpc::{ACCOUNT, REGION, Vpc};

const IMAGE: &str = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1";

/// A task on Fargate with an image of ECR, a secret, a parameter and logs.
fn task() -> Story {
    task_of(IMAGE, "")
}

fn task_of(image: &str, more: &str) -> Story {
    Story::given(&definition_of(image, more))
}

fn definition() -> String {
    definition_of(IMAGE, "")
}

fn definition_of(image: &str, more: &str) -> String {
    format!(
        r#"{{
        "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
        "cpu": "256", "memory": "512", "executionRoleArn": "arn:aws:iam::{ACCOUNT}:role/pull",
        "containerDefinitions": [{{
            "name": "app", "image": "{image}",
            "secrets": [
                {{"name": "A", "valueFrom": "arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"}},
                {{"name": "B", "valueFrom": "/app/level"}}
            ],
            "logConfiguration": {{"logDriver": "awslogs", "options": {{
                "awslogs-group": "/app", "awslogs-region": "{REGION}", "awslogs-stream-prefix": "app"}}}}
        }}] {more} }}"#
    )
}

/// In these subnets, on Fargate.
fn on_fargate(subnets: &str, more: &str) -> String {
    let subnets = json!(subnets.split(',').collect::<Vec<_>>());
    format!(
        r#"{{"launchType": "FARGATE", "count": 1, "networkConfiguration": {{"awsvpcConfiguration": {{"subnets": {subnets}, "securityGroups": ["sg-app"] {more} }}}}}}"#
    )
}

fn private() -> Story {
    task().run_as(&on_fargate("subnet-a,subnet-b", ""))
}

/// What the group says of it in this VPC.
fn told(story: Story, vpc: &Vpc) -> Vec<CheckResult> {
    story.in_account(vpc.recorded()).judged(|group, _| group.name == GROUP.name)
}

/// What is neither a pass nor a skip: `network-route fail`, each once, in the order of the catalogue.
fn wrong(results: &[CheckResult]) -> Vec<String> {
    let mut said: Vec<String> = results
        .iter()
        .filter(|it| !matches!(it.status, Pass | Skip))
        .map(|it| format!("{} {}", it.id, it.status.word()))
        .collect();
    said.dedup();
    said
}

/// The same with its sentences.
fn brief(results: &[CheckResult]) -> String {
    let wrong = results.iter().filter(|it| !matches!(it.status, Pass | Skip));
    let lines = wrong.map(|it| format!("\n{} {}: {}", it.id, it.status.word(), it.message));
    lines.collect()
}

/// Asserts that exactly this is wrong, and that some sentence of it has these words.
#[track_caller]
fn ends(story: Story, vpc: &Vpc, expected: &[&str], words: &[&str]) {
    let results = told(story, vpc);
    assert_eq!(wrong(&results), expected, "{}", brief(&results));
    for word in words {
        let has =
            |it: &&CheckResult| !matches!(it.status, Pass | Skip) && it.message.contains(word);
        assert!(results.iter().any(|it| has(&it)), "{word:?} is in none of {}", brief(&results));
    }
}

#[test]
fn given_a_healthy_vpc_then_nothing_is_wrong_and_most_is_proven() {
    let public = on_fargate("subnet-pa,subnet-pb", r#", "assignPublicIp": "ENABLED""#);
    for (name, story, vpc) in [
        ("nat", private(), Vpc::with_nat()),
        ("public", task().run_as(&public), Vpc::with_nat()),
        ("endpoints", private(), Vpc::with_endpoints()),
        ("both families", private(), Vpc::with_both_families()),
        // N11: useless, but it does no harm.
        (
            "public address behind NAT",
            task().run_as(&on_fargate("subnet-a", r#", "assignPublicIp": "ENABLED""#)),
            Vpc::with_nat(),
        ),
    ] {
        let results = told(story, &vpc);
        assert_eq!(wrong(&results), Vec::<String>::new(), "{name}: {}", brief(&results));
        let passed = |id: &str| results.iter().any(|it| it.id == id && it.status == Pass);
        for id in ["network-configuration", "network-addresses", "network-route"] {
            assert!(passed(id), "{name}: {id} of {}", brief(&results));
        }
        for id in ["network-security-group", "network-nacl", "network-dns", "network-zone"] {
            assert!(passed(id), "{name}: {id} of {}", brief(&results));
        }
        let by_endpoints = name == "endpoints";
        for id in
            ["network-endpoints", "network-endpoint-security-group", "network-endpoint-policy"]
        {
            assert_eq!(passed(id), by_endpoints, "{name}: {id} of {}", brief(&results));
        }
    }
}

#[test]
fn what_is_not_told_is_skipped_and_the_flag_is_named() {
    let results = told(task(), &Vpc::with_nat());
    assert!(results.iter().all(|it| it.status == Skip), "{}", brief(&results));
    assert!(results.iter().all(|it| it.message.contains("--subnets")), "{}", brief(&results));
    let on_instances = Story::task(r#""networkMode": "bridge""#);
    let results = told(on_instances, &Vpc::with_nat());
    assert!(results.iter().all(|it| it.status == Skip), "{}", brief(&results));
    assert!(
        results.iter().skip(1).all(|it| it.message.contains("--cluster")),
        "{}",
        brief(&results)
    );
}

#[test]
fn a_placeholder_leaves_open_what_hangs_on_it() {
    let run = on_fargate("${SUBNET}", "");
    let results = told(task().run_as(&run), &Vpc::with_nat());
    assert!(results.iter().all(|it| it.status != Pass && it.status != Fail), "{}", brief(&results));
    assert!(results.iter().any(|it| it.status == Unknown), "{}", brief(&results));
    let image = task_of("${IMAGE}", "").run_as(&on_fargate("subnet-a,subnet-b", ""));
    let results = told(image, &Vpc::with_nat());
    let route: Vec<_> = results.iter().filter(|it| it.id == "network-route").collect();
    assert!(route.iter().any(|it| it.message.contains("${IMAGE}")), "{route:?}");
}
