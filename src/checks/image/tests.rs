//! Given these policies and this key, then the command adds what the role lacks, and nothing else.

use serde_json::{Value, json};

mod runtime;
mod shared;

use super::permission::IMAGE_PULL_PERMISSION;
use crate::report::Status::{Fail, Pass, Skip, Unknown, Warn};
use crate::report::{CheckResult, Status};
use crate::testing::account::{Account, ID, REGION, ROLES, index, policy, registered};
use crate::testing::story::Story;

const OTHER: &str = "444455556666";

fn pulling(registry: &str) -> Story {
    Story::containers_and(
        &format!(
            r#"{{"name": "app", "image": "{registry}.dkr.ecr.eu-west-1.amazonaws.com/app:1"}}"#
        ),
        &format!(r#""executionRoleArn": "{ROLES}/pull""#),
    )
}

fn judged(registry: &str, account: Account) -> CheckResult {
    let story = pulling(registry).in_account(account.recorded());
    story.judged_by(&IMAGE_PULL_PERMISSION).remove(0)
}

/// A repository of another account, with this policy.
fn shared(statements: Option<&Value>) -> Account {
    let tag = json!({"tag": "1"});
    let account = Account::healthy().image_in(OTHER, REGION, "app", &tag, &index(&[Some("amd64")]));
    let repository = json!({"region": REGION, "registry": OTHER, "name": "app"});
    match statements {
        Some(statements) => account.says(
            "ecr:GetRepositoryPolicy",
            &json!({"repository": repository}),
            &policy(statements),
        ),
        None => account,
    }
}

#[test]
fn a_repository_that_another_account_has_not_shared_is_shared_without_shutting_others_out() {
    let held = json!([{"Sid": "Partner", "Effect": "Allow", "Action": "ecr:*",
        "Principal": {"AWS": "arn:aws:iam::999988887777:root"}}]);
    for (statements, before) in [(None, 0), (Some(&held), 1)] {
        let result = judged(OTHER, shared(statements));
        assert_eq!(result.status, Fail, "{result:#?}");
        let [command] = result.commands.as_slice() else { panic!("{result:#?}") };
        let words = shlex::split(&command.to_string()).unwrap();
        assert_eq!(words[..3], ["aws", "ecr", "set-repository-policy"], "{command}");
        let text = words.iter().position(|word| word == "--policy-text").unwrap() + 1;
        let fixed: Value = serde_json::from_str(&words[text]).unwrap();
        let statements = fixed["Statement"].as_array().unwrap();
        assert_eq!(statements.len(), before + 1, "{command}");
        assert_eq!(statements[before].get("Resource"), None, "a repository's policy names none");
        let remedy = result.remedy.unwrap();
        assert!(remedy.contains("only account 444455556666 can do this"), "{remedy}");
        assert!(!remedy.contains("AmazonECSTaskExecutionRolePolicy"), "{remedy}");
        assert_eq!(judged(OTHER, shared(Some(&json!(statements)))).status, Pass);
    }
}

#[test]
fn an_image_that_ecr_does_not_have_fails_once_by_whatever_it_is_named_and_wherever_it_runs() {
    for (reference, asked) in named() {
        for said in ["ImageNotFoundException", "RepositoryNotFoundException"] {
            for fields in [FARGATE, ""] {
                let results = without_image(&reference, &asked, said, fields);
                let told: Vec<_> = results.iter().map(|it| (it.id, it.status)).collect();
                let context = format!("{reference}, {said}, {fields}: {results:#?}");
                assert!(told.contains(&("image-exists", Fail)), "{context}");
                assert!(told.contains(&("image-platform", Skip)), "{context}");
                assert!(
                    results.iter().all(|it| it.id == "image-exists" || it.status != Fail),
                    "{context}"
                );
                // How large it is nobody knows; that its name may move is true all the same.
                let expected = match (reference.is_empty(), fields.is_empty()) {
                    (false, false) => vec![Skip],
                    (true, false) => vec![Warn, Skip],
                    (true, true) => vec![Warn],
                    (false, true) if reference.contains('@') => vec![Pass],
                    (false, true) => vec![Skip],
                };
                assert_eq!(stability(&results), expected, "{context}");
            }
        }
    }
}

#[test]
fn an_image_that_ecr_does_not_have_may_be_on_a_container_instance() {
    for (reference, asked) in named() {
        for said in ["ImageNotFoundException", "RepositoryNotFoundException"] {
            let attributes = json!({"ecs.cpu-architecture": "x86_64", "ecs.os-type": "linux"});
            let some = json!([registered("1", None, &attributes)]);
            let (exists, platform) = on_instances(&reference, &asked, said, &some);
            let context = format!("{reference}, {said}: {exists:#?}");
            assert_eq!((exists.status, platform), (Unknown, Unknown), "{context}");
            assert!(exists.message.contains("may start it from its copy"), "{context}");
            // An instance that managed scaling adds has no copy.
            let (exists, platform) = on_instances(&reference, &asked, said, &json!([]));
            assert_eq!((exists.status, platform), (Fail, Skip), "{exists:#?}");
        }
    }
}

/// The results of image-exists and image-platform for a missing image in a cluster with these instances.
fn on_instances(
    reference: &str,
    asked: &Value,
    said: &str,
    instances: &Value,
) -> (CheckResult, Status) {
    let cluster = json!({"region": REGION, "cluster": "prod"});
    let account =
        missing_from_ecr(asked, said).says("ecs:DescribeContainerInstances", &cluster, instances);
    let story = of_missing(reference, EC2)
        .run_as(r#"{"cluster": "prod", "launchType": "EC2"}"#)
        .in_account(account.recorded());
    let mut results = story.judged(|_, it| matches!(it.id, "image-exists" | "image-platform"));
    let platform = results.remove(1).status;
    (results.remove(0), platform)
}

const FARGATE: &str = r#", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc""#;

const EC2: &str = r#", "requiresCompatibilities": ["EC2"],
    "runtimePlatform": {"operatingSystemFamily": "LINUX", "cpuArchitecture": "X86_64"}"#;

/// Every form of a reference, with what ECR is asked for.
fn named() -> [(String, Value); 4] {
    let nought = format!("sha256:{}", "0".repeat(64));
    let pinned = json!({"digest": nought});
    [
        (format!("@{nought}"), pinned.clone()),
        (format!(":1@{nought}"), pinned),
        (":1".to_owned(), json!({"tag": "1"})),
        (String::new(), json!({"tag": "latest"})),
    ]
}

fn without_image(reference: &str, asked: &Value, said: &str, fields: &str) -> Vec<CheckResult> {
    of_missing(reference, fields)
        .in_account(missing_from_ecr(asked, said).recorded())
        .judged(|group, it| group.name == "image" && it.id != "image-pull-permission")
}

fn missing_from_ecr(asked: &Value, said: &str) -> Account {
    let repository = json!({"region": REGION, "registry": ID, "name": "app"});
    let key = json!({"repository": repository, "reference": asked});
    Account::healthy().image("app", &json!({"tag": "2"}), "amd64").lacks(
        "ecr:DescribeImages",
        &key,
        said,
    )
}

fn of_missing(reference: &str, fields: &str) -> Story {
    let image = format!("{ID}.dkr.ecr.{REGION}.amazonaws.com/app{reference}");
    Story::containers_and(
        &format!(r#"{{"name": "app", "image": "{image}", "memory": 128}}"#),
        &format!(r#""executionRoleArn": "{ROLES}/pull"{fields}"#),
    )
}

fn stability(results: &[CheckResult]) -> Vec<Status> {
    results.iter().filter(|it| it.id == "image-stability").map(|it| it.status).collect()
}

#[test]
fn an_image_that_is_not_cached_yet_is_missed_by_no_check() {
    let cached = ["docker/library/nginx", "1", "library/nginx"];
    let account = Account::healthy().cached_from("docker", "public.ecr.aws", cached).recorded();
    let image = format!("{ID}.dkr.ecr.{REGION}.amazonaws.com/docker/library/nginx:1");
    let story = Story::containers_and(
        &format!(r#"{{"name": "app", "image": "{image}"}}"#),
        r#""requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc""#,
    );
    let story = story.in_account(account);
    for (check, status) in
        [("image-exists", Pass), ("image-platform", Pass), ("image-stability", Skip)]
    {
        let results = story.judged(|_, it| it.id == check);
        let told: Vec<_> = results.iter().map(|it| it.status).collect();
        assert_eq!(told, [status], "{check}: {results:#?}");
    }
}

#[test]
fn a_repository_whose_key_cannot_be_used_is_opened_from_the_state_of_the_key() {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";
    let sealed = |account: Account| {
        let repository = json!({"region": REGION, "registry": ID, "name": "app"});
        let account = account.image("app", &json!({"tag": "1"}), "amd64").says(
            "ecr:DescribeRepositories",
            &json!({"repository": repository}),
            &json!({"mutable": false, "exclusions": [], "kms_key": key}),
        );
        judged(ID, account)
    };
    let in_state = |state: &str| {
        let fields = json!({"state": state});
        sealed(Account::healthy().key_called(key, key, &fields))
    };
    let enable = format!("aws kms enable-key --key-id {key} --region eu-west-1");
    let cancel =
        format!("aws kms cancel-key-deletion --key-id {key} --region eu-west-1 && {enable}");
    for (state, command) in [("Disabled", enable), ("PendingDeletion", cancel)] {
        let result = in_state(state);
        assert_eq!(result.status, Fail, "{state}");
        assert_eq!(result.commands, [command], "{state}");
    }
    let absent = json!({"region": REGION, "id": key});
    let gone = Account::healthy().lacks("kms:DescribeKey", &absent, "NotFoundException");
    let result = sealed(gone);
    assert_eq!((result.status, result.commands.len()), (Fail, 0), "{result:#?}");
}
