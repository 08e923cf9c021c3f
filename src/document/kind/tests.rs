use super::*;
use crate::document::place::Role;
use crate::knowledge::Stop;

fn source(text: &str) -> Source {
    Source::read("web.json", Role::Definition, text.as_bytes()).unwrap()
}

const CONTAINER: &str = r#"{"name": "app", "image": "nginx", "essential": true}"#;

#[test]
fn a_task_definition_is_recognised_in_each_of_its_forms() {
    let c = CONTAINER;
    for (text, kind, image) in [
        (
            format!(r#"{{"family": "web", "containerDefinitions": [{c}]}}"#),
            Kind::Input,
            "/containerDefinitions/0/image",
        ),
        (
            format!(r#"{{"revision": 3, "registeredAt": 1.5e9, "containerDefinitions": [{c}]}}"#),
            Kind::Described,
            "/containerDefinitions/0/image",
        ),
        (
            format!(
                r#"{{"taskDefinition": {{"containerDefinitions": [{c}]}}, "tags": [{{"key": "a"}}]}}"#
            ),
            Kind::Wrapped,
            "/taskDefinition/containerDefinitions/0/image",
        ),
        (format!("[{c}]"), Kind::Containers, "/0/image"),
        (c.to_owned(), Kind::Container, "/image"),
    ] {
        let source = source(&text);
        assert_eq!(Kind::of(&source), Ok(kind), "{text}");
        let task = TaskDefinition::from_source(&source).unwrap();
        let containers = task.container_definitions.items().unwrap();
        assert_eq!(containers[0].image.place().subject(), image);
        assert_eq!(containers[0].name.get().unwrap().unwrap(), "app");
        if kind == Kind::Wrapped {
            assert_eq!(task.tags.items().unwrap().len(), 1);
        }
    }
}

#[test]
fn of_bare_containers_nothing_else_is_known() {
    let task = TaskDefinition::from_source(&source(&format!("[{CONTAINER}]"))).unwrap();
    let stop = task.execution_role_arn.get().unwrap_err();
    assert_eq!(
        stop,
        Stop::Gap(Gap::Unresolved { why: "the file holds only container definitions".into() })
    );
}

#[test]
fn a_definition_without_containers_is_still_judged_as_one() {
    assert_eq!(Kind::of(&source(r#"{"family": "web", "networkMode": "awsvpc"}"#)), Ok(Kind::Input));
}

#[test]
fn another_document_is_named_with_the_way_to_use_it() {
    for (text, message, hint) in [
        (
            r#"{"serviceName": "web", "taskDefinition": "web:1", "desiredCount": 1}"#,
            "service definition",
            "--service-definition",
        ),
        (
            r#"{"serviceName": "web", "loadBalancers": []}"#,
            "service definition",
            "--service-definition",
        ),
        (
            r#"{"taskDefinition": "web", "cluster": "c", "count": 1}"#,
            "run-task input",
            "--run-task",
        ),
        (r#"{"containerOverrides": []}"#, "overrides", "--run-task"),
        (r#"{"AWSTemplateFormatVersion": "2010-09-09"}"#, "CloudFormation", "as TASKDEF"),
        (
            r#"{"Resources": {"Task": {"Type": "AWS::ECS::TaskDefinition"}}}"#,
            "CloudFormation",
            "as TASKDEF",
        ),
        (r#"{"terraform_version": "1.9"}"#, "Terraform", "as TASKDEF"),
        (
            r#"{"version": "3", "services": {}}"#,
            "not a task definition",
            "register-task-definition",
        ),
        (r#"{"version": 1, "facts": []}"#, "a recording", "--replay"),
        (r#"[{"check": "a", "subject": ""}]"#, "accepted findings", "--accept"),
        (r#"{"Statement": []}"#, "an IAM policy", "account"),
        (
            r#"{"cluster": "c", "containerInstances": ["i"], "taskDefinition": "web"}"#,
            "a start-task input",
            "--run-task",
        ),
        (
            r#"{"Family": "web", "ContainerDefinitions": []}"#,
            "`ContainerDefinitions` is written `containerDefinitions`, and 1 more key",
            "CloudFormation",
        ),
        (
            r#"{"family": "web", "networkMode": "host", "container_definitions": []}"#,
            "`container_definitions` is written `containerDefinitions`",
            "Terraform",
        ),
        (r#"{"container-definitions": []}"#, "`container-definitions`", "AWS CLI"),
        ("[]", "not a task definition", "register-task-definition"),
        ("3", "neither JSON", ""),
    ] {
        let error = match Source::read("-", Role::Definition, text.as_bytes()) {
            Ok(source) => Kind::of(&source).unwrap_err(),
            Err(error) => error,
        };
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(error.hint.clone().unwrap().contains(hint), "{text}: {error}");
    }
}

#[test]
fn the_value_of_an_environment_variable_is_not_kept() {
    let text =
        r#"[{"image": "a", "name": "b", "environment": [{"name": "KEY", "value": "hunter2"}]}]"#;
    let task = TaskDefinition::from_source(&source(text)).unwrap();
    assert!(!format!("{task:?}").contains("hunter2"));
    let containers = task.container_definitions.items().unwrap();
    assert_eq!(containers[0].environment.items().unwrap()[0].name.get().unwrap().unwrap(), "KEY");
}
