//! Given these policies and this key, then who pulls is mended where it lacks, and nowhere else.

use serde_json::{Value, json};

use super::permission::IMAGE_PULL_PERMISSION;
use crate::report::CheckResult;
use crate::report::Status::{Fail, Pass};
use crate::testing::account::{Account, ID, REGION, ROLES, index, policy};
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
        let mended: Value = serde_json::from_str(&words[text]).unwrap();
        let statements = mended["Statement"].as_array().unwrap();
        assert_eq!(statements.len(), before + 1, "{command}");
        assert_eq!(statements[before].get("Resource"), None, "a repository's policy names none");
        let remedy = result.remedy.unwrap();
        assert!(remedy.contains("account 444455556666 has to do"), "{remedy}");
        assert!(!remedy.contains("AmazonECSTaskExecutionRolePolicy"), "{remedy}");
        assert_eq!(judged(OTHER, shared(Some(&json!(statements)))).status, Pass);
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
