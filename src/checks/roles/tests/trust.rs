//! Given a role that does not let ECS in, then the command lets it in, and shuts nobody out.

use serde_json::{Value, json};

use super::task;
use crate::checks::roles::trust::ROLE_TRUST;
use crate::report::CheckResult;
use crate::report::Status::{Fail, Pass, Unknown};
use crate::testing::account::{Account, ROLES, policy, trusting};
use crate::testing::story::Story;

/// What is said of each use of the roles, where `app` has this trust policy.
fn judged(story: Story, trust: &Value) -> Vec<CheckResult> {
    let account = Account::healthy().role("app", "/", trust, &json!([])).recorded();
    story.in_account(account).judged_by(&ROLE_TRUST)
}

/// The trust policy that a command writes.
fn written(result: &CheckResult) -> Value {
    let [command] = result.commands.as_slice() else { panic!("{result:#?}") };
    let words = shlex::split(&command.to_string()).unwrap();
    let start = ["aws", "iam", "update-assume-role-policy", "--role-name", "app"];
    assert_eq!(words[..5], start, "{command}");
    assert_eq!(words[5], "--policy-document", "{command}");
    serde_json::from_str(&words[6]).unwrap()
}

fn named() -> Story {
    Story::task(r#""taskRoleArn": "app""#)
}

#[test]
fn whom_the_role_trusts_already_it_trusts_still() {
    let held = json!([
        {"Sid": "Lambda", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole"},
        {"Sid": "NotThem", "Effect": "Deny", "Action": "sts:AssumeRole",
            "Principal": {"AWS": "arn:aws:iam::111122223333:user/mallory"}},
    ]);
    let result = judged(named(), &policy(&held)).remove(0);
    assert_eq!(result.status, Fail, "{result:#?}");
    let fixed = written(&result);
    let [lambda, deny, added] = fixed["Statement"].as_array().unwrap().as_slice() else {
        panic!("{fixed}")
    };
    assert_eq!(json!([lambda, deny]), held);
    let own_account = json!({"StringEquals": {"aws:SourceAccount": "111122223333"}});
    assert_eq!(added["Condition"], own_account, "no condition on the region");
    assert_eq!(judged(named(), &fixed)[0].status, Pass);
    assert!(result.remedy.unwrap().contains("keeps the current statements and adds this one"));
}

#[test]
fn a_condition_on_a_single_cluster_is_left_as_it_is() {
    let trust = crate::testing::account::trusting_tasks_if(
        &json!({"ArnLike": {"aws:SourceArn": "arn:aws:ecs:eu-west-1:111122223333:cluster/prod"}}),
    );
    let fixed = written(&judged(named(), &trust)[0]);
    assert_eq!(fixed["Statement"][0], trust["Statement"][0]);
    assert_eq!(judged(named(), &fixed)[0].status, Pass);
}

#[test]
fn no_allow_outweighs_a_statement_that_denies() {
    let trust = policy(&json!([
        {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:*"},
        {"Sid": "Fence", "Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"},
    ]));
    let result = judged(named(), &trust).remove(0);
    assert_eq!(result.status, Fail);
    assert!(result.commands.is_empty(), "{result:#?}");
    assert!(result.message.contains("Fence"), "{}", result.message);
    assert!(result.remedy.unwrap().starts_with("Narrow the denying statement"));
}

#[test]
fn a_role_of_two_duties_is_fixed_for_both_by_either_command() {
    let service = format!(
        r#"{{"serviceName": "web", "volumeConfigurations": [
            {{"name": "data", "managedEBSVolume": {{"roleArn": "{ROLES}/app"}}}}]}}"#
    );
    let story = || task().served_by(&service);
    let results = judged(story(), &trusting("ec2.amazonaws.com"));
    let failed: Vec<_> = results.iter().filter(|it| it.status == Fail).collect();
    let [of_task, of_volume] = failed.as_slice() else { panic!("{results:#?}") };
    let fixed = written(of_task);
    assert_eq!(fixed, written(of_volume));
    let statuses: Vec<_> = judged(story(), &fixed).iter().map(|it| it.status).collect();
    assert_eq!(statuses, [Pass; 3]);
    // AWS shows no condition on the roles of infrastructure.
    let of_ecs = fixed["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["Principal"]["Service"] == "ecs.amazonaws.com");
    assert_eq!(of_ecs.unwrap().get("Condition"), None);
}

#[test]
fn what_a_service_does_not_have_is_known() {
    let trusts_if = |condition: &Value| crate::testing::account::trusting_tasks_if(condition);
    for (condition, status) in [
        (json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}), Fail),
        (json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}), Pass),
        (json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}), Fail),
        (json!({"StringEquals": {"aws:PrincipalTag/team": "shop"}}), Fail),
        (json!({"Null": {"sts:SourceIdentity": "true"}}), Pass),
        (json!({"ForAllValues:StringEquals": {"sts:TransitiveTagKeys": ["team"]}}), Pass),
        (json!({"StringEquals": {"sts:ExternalId": "x"}}), Unknown),
    ] {
        let result = judged(named(), &trusts_if(&condition)).remove(0);
        assert_eq!(result.status, status, "{condition}: {result:#?}");
    }
}
