//! What a deployment sets and runs: tags, and a revision that nobody knows yet.

use serde_json::{Value, json};

use super::{statuses, task};
use crate::checks::roles::deployer;
use crate::report::Status::{Fail, Pass, Skip, Unknown, Warn};
use crate::testing::account::{Account, REGION, anything};
use crate::testing::story::Story;

const ECS: &str = "arn:aws:ecs:eu-west-1:111122223333";

fn everything_but(statement: &Value) -> Value {
    json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}, statement])
}

fn settled(account: Account, settings: &Value) -> Account {
    account.says("ecs:ListAccountSettings", &json!({"region": REGION}), settings)
}

#[test]
fn tags_take_a_permission_of_their_own_unless_the_account_says_otherwise() {
    let check = &deployer::ROLE_DEPLOYER;
    let service = r#"{"serviceName": "web", "tags": [{"key": "team", "value": "web"}]}"#;
    let deny = json!({"Effect": "Deny", "Action": "ecs:TagResource", "Resource": "*"});
    let on = json!({"tagResourceAuthorization": "on", "serviceLongArnFormat": "enabled"});
    let off = json!({"tagResourceAuthorization": "off", "serviceLongArnFormat": "enabled"});
    let short = json!({"serviceLongArnFormat": "disabled"});
    let story = |statements: &Value, settings: &Value, service: &str| {
        let account = settled(Account::deployed_to_by(statements), settings);
        task().served_by(service).in_account(account.recorded())
    };
    let at = "service.json#/tags";
    let silent = json!({"serviceLongArnFormat": "enabled"});
    for settings in [&on, &silent] {
        let story = story(&everything_but(&deny), settings, service);
        story.ends(check, &[(Fail, at, "ecs:TagResource")]);
    }
    story(&anything(), &short, service).ends(check, &[(Warn, at, "serviceLongArnFormat")]);
    assert_eq!(statuses(&story(&everything_but(&deny), &off, service), check), [Pass]);
    assert_eq!(statuses(&story(&anything(), &on, service), check), [Pass]);
    let untagged = r#"{"serviceName": "web"}"#;
    assert_eq!(statuses(&story(&everything_but(&deny), &on, untagged), check), [Pass]);
    // The condition of AWS's own statement for it holds.
    let created = json!({"Effect": "Deny", "Action": "ecs:TagResource", "Resource": "*",
        "Condition": {"StringNotEquals": {"ecs:CreateAction": ["CreateService", "RunTask"]}}});
    assert_eq!(statuses(&story(&everything_but(&created), &on, service), check), [Pass]);
}

#[test]
fn given_the_settings_may_not_be_read_then_that_is_assumed_and_only_where_something_is_tagged() {
    let check = &deployer::ROLE_DEPLOYER;
    let account = || {
        let refused = json!({"region": REGION});
        Account::healthy().refuses("ecs:ListAccountSettings", &refused).recorded()
    };
    let told = |service: &str| {
        task().served_by(service).in_account(account()).judged_by(check).swap_remove(0)
    };
    let tagged = told(r#"{"serviceName": "web", "propagateTags": "SERVICE"}"#);
    assert_eq!(tagged.status, Pass);
    assert!(tagged.evidence.iter().any(|it| it.contains("ecs:ListAccountSettings")), "{tagged:#?}");
    // Nor is a caller without the permission failed for a setting that nobody saw.
    let deny = json!({"Effect": "Deny", "Action": "ecs:TagResource", "Resource": "*"});
    let unseen = Account::deployed_to_by(&everything_but(&deny))
        .refuses("ecs:ListAccountSettings", &json!({"region": REGION}));
    let story = task().served_by(r#"{"serviceName": "web", "tags": [{"key": "a", "value": "b"}]}"#);
    assert_eq!(statuses(&story.in_account(unseen.recorded()), check), [Unknown]);
    let untagged = told(r#"{"serviceName": "web", "propagateTags": "NONE"}"#);
    assert!(untagged.evidence.iter().all(|it| !it.contains("Settings")), "{untagged:#?}");
}

#[test]
fn the_tags_that_are_set_are_keys_of_conditions_and_no_others_are() {
    let check = &deployer::ROLE_DEPLOYER;
    let unless_tagged = everything_but(&json!({
        "Effect": "Deny", "Action": "ecs:CreateService", "Resource": "*",
        "Condition": {"Null": {"aws:RequestTag/team": "true"}}}));
    let story = |service: &str| {
        task().served_by(service).in_account(Account::deployed_to_by(&unless_tagged).recorded())
    };
    let cases = [
        (r#"{"serviceName": "web", "tags": [{"key": "team", "value": "web"}]}"#, Pass),
        (r#"{"serviceName": "web", "tags": [{"key": "cost", "value": "1"}]}"#, Fail),
        (r#"{"serviceName": "web"}"#, Fail),
        (r#"{"serviceName": "web", "propagateTags": "TASK_DEFINITION"}"#, Unknown),
    ];
    for (service, status) in cases {
        assert_eq!(statuses(&story(service), check), [status], "{service}");
    }
}

#[test]
fn a_revision_that_is_not_registered_yet_may_be_any() {
    let check = &deployer::ROLE_DEPLOYER;
    let run = |revisions: &[&str]| {
        let named: Vec<String> =
            revisions.iter().map(|it| format!("{ECS}:task-definition/{it}")).collect();
        let may = json!([
            {"Effect": "Allow", "Action": "ecs:RegisterTaskDefinition", "Resource": "*"},
            {"Effect": "Allow", "Action": "ecs:RunTask", "Resource": named},
        ]);
        let story = task()
            .run_as(r#"{"taskDefinition": "web", "count": 1}"#)
            .in_account(Account::deployed_to_by(&may).recorded());
        statuses(&story, check)
    };
    assert_eq!(run(&["web:*"]), [Pass]);
    assert_eq!(run(&["*"]), [Pass]);
    assert_eq!(run(&["web:7"]), [Unknown]);
    assert_eq!(run(&["web:1?"]), [Unknown]);
    assert_eq!(run(&["web:*", "web:7"]), [Pass]);
    assert_eq!(run(&["api:7"]), [Fail]);
    // Revisions begin at 1, and a resource without one is no revision.
    assert_eq!(run(&["web:0"]), [Fail]);
    assert_eq!(run(&["web"]), [Fail]);
    let registered = Story::registered(
        r#"{"taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7",
            "family": "web", "revision": 7, "status": "ACTIVE", "containerDefinitions": []}"#,
    );
    let may = json!([{"Effect": "Allow", "Action": "ecs:RunTask",
        "Resource": format!("{ECS}:task-definition/web:7")}]);
    let story = registered
        .run_as(r#"{"taskDefinition": "web:7", "count": 1}"#)
        .in_account(Account::deployed_to_by(&may).recorded());
    assert_eq!(statuses(&story, check), [Pass]);
    assert_eq!(
        statuses(
            &Story::registered(
                r#"{"taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7", "family": "web", "revision": 7, "containerDefinitions": []}"#
            ),
            check
        ),
        [Skip]
    );
}

#[test]
fn no_revision_that_nobody_registered_is_printed_or_allowed() {
    let check = &deployer::ROLE_DEPLOYER;
    let may = json!([{"Effect": "Allow", "Action": "ecs:RegisterTaskDefinition", "Resource": "*"}]);
    let story = task()
        .run_as(r#"{"taskDefinition": "web", "count": 1}"#)
        .in_account(Account::deployed_to_by(&may).recorded());
    let result = story.judged_by(check).swap_remove(0);
    assert_eq!(result.status, Fail);
    assert!(result.message.contains("task-definition/web:REVISION"), "{}", result.message);
    let command = result.commands[0].to_string();
    assert!(command.contains(&format!("{ECS}:task-definition/web:*")), "{command}");
}
