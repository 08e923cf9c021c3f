//! Stories of `definition-container-resources`.

use super::DEFINITION_CONTAINER_RESOURCES;
use crate::report::Status::{Fail, Pass, Unknown, Warn};
use crate::testing::story::{Story, Told};

const HELD: &[Told] = &[(Pass, "", "fit into the task")];

fn two(app: &str, side: &str, task: &str) -> Story {
    Story::containers_and(
        &format!(
            r#"{{"name": "app", "image": "i", {app}}}, {{"name": "side", "image": "i", {side}}}"#
        ),
        task,
    )
}

#[test]
fn containers_fit_into_the_cpu_of_the_task() {
    let memory = r#""memory": 100, "cpu""#;
    for (app, side, task, told) in [
        ("128", "128", r#""cpu": "256""#, HELD),
        ("128", "128", r#""cpu": ".25 vCPU""#, HELD),
        ("4096", "4096", r#""tags": []"#, HELD),
        (
            "128",
            "129",
            r#""cpu": "256""#,
            &[(Fail, "/cpu", "257 CPU units together, and the task has 256")],
        ),
        ("128", "129", r#""cpu": "${CPU}""#, &[(Unknown, "/cpu", "`${CPU}`")]),
        ("128", "129", r#""cpu": "a quarter""#, &[(Unknown, "/cpu", "cannot be read")]),
    ] {
        two(&format!("{memory}: {app}"), &format!("{memory}: {side}"), task)
            .ends(&DEFINITION_CONTAINER_RESOURCES, told);
    }
}

#[test]
fn containers_fit_into_the_memory_of_the_task() {
    let task = r#""memory": "1 GB""#;
    for (app, side, told) in [
        (r#""memory": 512"#, r#""memory": 512"#, HELD),
        (r#""cpu": 0"#, r#""cpu": 0"#, HELD),
        (
            r#""memory": 1025"#,
            r#""cpu": 0"#,
            &[(Fail, "/containerDefinitions/0/memory", "limit of 1025 MiB")],
        ),
        (
            r#""memoryReservation": 600"#,
            r#""memoryReservation": 600"#,
            &[(Fail, "/memory", "reserve 1200 MiB")],
        ),
        (r#""memory": 600"#, r#""memory": 600"#, &[(Warn, "/memory", "may use 1200 MiB")]),
        (
            r#""memory": 256, "memoryReservation": 512"#,
            r#""cpu": 0"#,
            &[(Fail, "/containerDefinitions/0/memoryReservation", "more than memory")],
        ),
        (
            r#""memory": 1"#,
            r#""memoryReservation": 5"#,
            &[
                (Fail, "/containerDefinitions/0/memory", "no container with less"),
                (Fail, "/containerDefinitions/1/memoryReservation", "no container with less"),
            ],
        ),
    ] {
        two(app, side, task).ends(&DEFINITION_CONTAINER_RESOURCES, told);
    }
}

#[test]
fn the_container_or_the_task_has_memory_set() {
    let none = r#"{"name": "app", "image": "i"}"#;
    let fails: &[Told] = &[(Fail, "/containerDefinitions/0", "has memory set")];
    for (task, told) in [
        (r#""requiresCompatibilities": ["EC2"]"#, fails),
        (r#""memory": "512""#, HELD),
        (r#""memory": "${MEMORY}""#, &[(Unknown, "/memory", "placeholder")]),
        // Fargate's own rule is another check's.
        (r#""requiresCompatibilities": ["FARGATE"]"#, HELD),
        (r#""requiresCompatibilities": "${KIND}""#, &[(Unknown, "", "placeholder")]),
    ] {
        Story::containers_and(none, task).ends(&DEFINITION_CONTAINER_RESOURCES, told);
    }
}

#[test]
fn an_override_counts_instead() {
    let story = two(r#""memory": 512"#, r#""memory": 256"#, r#""memory": "1024""#);
    let run = r#"{"overrides": {"containerOverrides": [{"name": "side", "memory": 2048}]}}"#;
    let at = "run.json#/overrides/containerOverrides/0/memory";
    story.run_as(run).ends(&DEFINITION_CONTAINER_RESOURCES, &[(Fail, at, "2048 MiB")]);
}
