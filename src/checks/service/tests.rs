//! What the checks say of services, from the documents alone.

mod account;
mod deployment;
mod discovery;
mod names;
mod shifted;
mod stacks;

use super::container_port::SERVICE_CONTAINER_PORT;
use super::deployment::SERVICE_DEPLOYMENT;
use super::discovery::SERVICE_DISCOVERY;
use crate::checks::Check;
use crate::report::Status;
use crate::testing::story::Story;

/// A task in awsvpc mode whose container `app` listens on port 80, called `web`.
const FARGATE: &str = r#""networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512""#;
/// The same in bridge mode, for instances.
const BRIDGE: &str = r#""networkMode": "bridge", "memory": "512""#;
const APP: &str = r#"{"name": "app", "image": "nginx", "memory": 128, "portMappings": [{"containerPort": 80, "name": "web"}]}"#;

/// The fields of a service on instances that has nothing to be warned of.
const WHOLE: &str = r#""serviceName": "web", "launchType": "EC2", "desiredCount": 2, "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}}"#;

fn service(mode: &str, fields: &str) -> Story {
    Story::containers_and(APP, mode).served_by(&format!("{{{fields}}}"))
}

/// Each line: the mode, fields of the service, the status, where, and words of the runtime error.
type Line<'l> = (&'l str, &'l str, &'l str, &'l str, &'l str);

#[track_caller]
fn tell(check: &'static Check, lines: &[Line]) {
    tell_of(check, |story| story, lines);
}

/// The same for stories that are changed so.
#[track_caller]
fn tell_of(check: &'static Check, change: impl Fn(Story) -> Story, lines: &[Line]) {
    for (mode, fields, status, at, error) in lines {
        let results = change(service(mode, fields)).judged_by(check);
        let found: Vec<_> = results.iter().map(|it| (it.status.word(), &*it.subject)).collect();
        assert_eq!(found, [(*status, *at)], "{fields}: {results:#?}");
        let prevents = results[0].prevents.as_deref().unwrap_or_default();
        assert!(prevents.contains(error), "{error:?} is not in {prevents:?}");
    }
}

#[test]
fn a_load_balancer_uses_a_container_and_a_port_of_the_definition() {
    let balancer = |name: &str, port: &str| {
        format!(
            r#"{WHOLE}, "loadBalancers": [{{"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef"{name}{port}}}]"#
        )
    };
    let app = r#", "containerName": "app""#;
    tell(
        &SERVICE_CONTAINER_PORT,
        &[
            (
                FARGATE,
                &balancer(app, r#", "containerPort": 80"#),
                "pass",
                "service.json#/loadBalancers/0",
                "",
            ),
            (
                FARGATE,
                &balancer(r#", "containerName": "nope""#, r#", "containerPort": 80"#),
                "fail",
                "service.json#/loadBalancers/0/containerName",
                "The container nope does not exist in the task definition.",
            ),
            (
                FARGATE,
                &balancer(app, r#", "containerPort": 8080"#),
                "fail",
                "service.json#/loadBalancers/0/containerPort",
                "The container app did not have a container port 8080 defined.",
            ),
            (FARGATE, &balancer(app, ""), "fail", "service.json#/loadBalancers/0", ""),
            (
                FARGATE,
                &balancer("", r#", "containerPort": 80"#),
                "fail",
                "service.json#/loadBalancers/0",
                "",
            ),
            (
                FARGATE,
                &balancer(r#", "containerName": "${NAME}""#, r#", "containerPort": 80"#),
                "unknown",
                "service.json#/loadBalancers/0",
                "",
            ),
            (FARGATE, WHOLE, "skip", "", ""),
        ],
    );
}

#[test]
fn a_classic_load_balancer_needs_a_port_of_the_instances() {
    for (host, expected) in [
        ("", Status::Fail),
        (r#", "hostPort": 0"#, Status::Fail),
        (r#", "hostPort": 8080"#, Status::Pass),
    ] {
        let mapped = format!(
            r#"{{"name": "app", "image": "nginx", "memory": 128, "portMappings": [{{"containerPort": 80{host}}}]}}"#
        );
        let story = Story::containers_and(&mapped, BRIDGE).served_by(&format!(
            r#"{{{WHOLE}, "loadBalancers": [{{"loadBalancerName": "old", "containerName": "app", "containerPort": 80}}]}}"#
        ));
        assert_eq!(story.judged_by(&SERVICE_CONTAINER_PORT)[0].status, expected, "{host}");
    }
}

#[test]
fn without_any_port_mapping_ecs_accepts_the_service_on_instances() {
    let bare = r#"{"name": "app", "image": "nginx", "memory": 128}"#;
    for (mode, expected) in [(BRIDGE, Status::Warn), (FARGATE, Status::Fail)] {
        let story = Story::containers_and(bare, mode).served_by(&format!(
            r#"{{{WHOLE}, "loadBalancers": [{{"targetGroupArn": "a", "containerName": "app", "containerPort": 80}}]}}"#
        ));
        assert_eq!(story.judged_by(&SERVICE_CONTAINER_PORT)[0].status, expected, "{mode}");
    }
}

#[test]
fn a_port_in_a_range_is_not_decided() {
    let ranged = r#"{"name": "app", "image": "nginx", "memory": 128, "portMappings": [{"containerPortRange": "8000-8010"}]}"#;
    for (port, expected) in [(8005, Status::Unknown), (8011, Status::Fail)] {
        let story = Story::containers_and(ranged, FARGATE).served_by(&format!(
            r#"{{{WHOLE}, "loadBalancers": [{{"targetGroupArn": "a", "containerName": "app", "containerPort": {port}}}]}}"#
        ));
        assert_eq!(story.judged_by(&SERVICE_CONTAINER_PORT)[0].status, expected, "{port}");
    }
}

#[test]
fn a_task_without_a_service_is_not_judged() {
    for check in [&SERVICE_CONTAINER_PORT, &SERVICE_DEPLOYMENT, &SERVICE_DISCOVERY] {
        let alone = Story::containers_and(APP, FARGATE);
        let needs = alone.judged_by(check);
        assert!(needs[0].message.contains("--service-definition"), "{}", needs[0].message);
        let run = Story::containers_and(APP, FARGATE).run_as(r#"{"count": 1}"#);
        assert_eq!(run.judged_by(check)[0].status, Status::Skip);
    }
}
