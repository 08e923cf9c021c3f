mod deployment;
mod infrastructure;
mod organization;
mod session;
mod trust;
mod witness;

use serde_json::{Value, json};

use super::GROUP;
use crate::checks::Check;
use crate::report::CheckResult;
use crate::report::Status::{self, Fail, Pass, Skip, Unknown, Warn};
use crate::testing::account::{
    Account, REGION, ROLES, anything, policy, trusting, trusting_tasks_if,
};
use crate::testing::story::Story;

/// A task with an execution role `pull` and a task role `app`.
fn task() -> Story {
    Story::task(&format!(
        r#""networkMode": "awsvpc", "executionRoleArn": "{ROLES}/pull", "taskRoleArn": "{ROLES}/app""#
    ))
}

fn told(results: &[CheckResult]) -> Vec<(&str, Status, &str)> {
    results.iter().map(|it| (it.id, it.status, it.subject.as_str())).collect()
}

fn statuses(story: &Story, check: &'static Check) -> Vec<Status> {
    story.judged_by(check).iter().map(|it| it.status).collect()
}

#[test]
fn given_roles_as_they_should_be_then_nothing_is_wrong() {
    let results =
        task().in_account(Account::healthy().recorded()).judged(|it, _| it.name == GROUP.name);
    let wrong: Vec<_> = results.iter().filter(|it| !matches!(it.status, Pass | Skip)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let passed = results.iter().filter(|it| it.status == Pass).count();
    assert_eq!(passed, 9, "two roles by four checks, and the deployer: {results:#?}");
}

#[test]
fn given_a_missing_role_then_it_fails_once() {
    let account = Account::healthy().without_role("pull").recorded();
    let results = task().in_account(account).judged(|it, _| it.name == GROUP.name);
    let of_pull: Vec<_> =
        results.into_iter().filter(|it| it.subject == "/executionRoleArn").collect();
    assert_eq!(
        told(&of_pull),
        [
            ("role-exists", Fail, "/executionRoleArn"),
            ("role-trust", Skip, "/executionRoleArn"),
            ("role-pass", Skip, "/executionRoleArn"),
            ("role-recent", Skip, "/executionRoleArn"),
        ]
    );
}

#[test]
fn a_missing_role_is_created_under_its_path() {
    for (role, options) in [
        ("svc/ecs/pull", "--role-name pull --path /svc/ecs/ --assume-role-policy-document"),
        ("pull", "--role-name pull --assume-role-policy-document"),
    ] {
        let story = Story::task(&format!(r#""executionRoleArn": "{ROLES}/{role}""#));
        let story = story.in_account(Account::healthy().without_role("pull").recorded());
        let failed = story.judged_by(&super::exists::ROLE_EXISTS);
        let command = failed[0].commands[0].to_string();
        assert!(command.starts_with(&format!("aws iam create-role {options}")), "{command}");
    }
}

#[test]
fn a_role_is_of_this_account_partition_and_path() {
    let cases = [
        ("arn:aws:iam::444455556666:role/app", "is in account 444455556666"),
        ("arn:aws-cn:iam::111122223333:role/app", "is in partition aws-cn"),
        ("arn:aws:iam::111122223333:role/team/app", "the ARN must include the path"),
    ];
    for (arn, words) in cases {
        let story = Story::task(&format!(r#""taskRoleArn": "{arn}""#))
            .in_account(Account::healthy().recorded());
        story.ends(&super::exists::ROLE_EXISTS, &[(Fail, "/taskRoleArn", words)]);
        let results = story.judged(|it, _| it.name == GROUP.name);
        let failed: Vec<_> =
            results.iter().filter(|it| it.status == Fail).map(|it| it.id).collect();
        assert_eq!(failed, ["role-exists"], "{arn}: one fault is told once");
    }
}

#[test]
fn a_task_role_may_be_named_without_its_arn() {
    let story = Story::task(r#""taskRoleArn": "app""#).in_account(Account::healthy().recorded());
    for check in [&super::exists::ROLE_EXISTS, &super::trust::ROLE_TRUST, &super::pass::ROLE_PASS] {
        assert_eq!(statuses(&story, check), [Pass], "{}", check.id);
    }
}

#[test]
fn a_trust_policy_lets_the_right_service_in_on_conditions_that_hold() {
    let source = |arn: &str| trusting_tasks_if(&json!({"ArnLike": {"aws:SourceArn": arn}}));
    let account = |id: &str| trusting_tasks_if(&json!({"StringEquals": {"aws:SourceAccount": id}}));
    let denying = policy(&json!([
        {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:*"},
        {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"},
    ]));
    let cases = [
        (trusting("ecs-tasks.amazonaws.com"), Pass, "trusts ecs-tasks"),
        (trusting("ecs.amazonaws.com"), Fail, "it names `ecs.amazonaws.com`"),
        (denying, Fail, "denied by statement 2"),
        (account("111122223333"), Pass, ""),
        (account("444455556666"), Fail, "aws:SourceAccount"),
        (source("arn:aws:ecs:eu-west-1:111122223333:*"), Pass, ""),
        (source("arn:aws:ecs:*:111122223333:*"), Pass, ""),
        (source("arn:aws:ecs:us-east-1:111122223333:*"), Fail, "aws:SourceArn"),
        (source("arn:aws:ecs:eu-west-1:111122223333:cluster/prod"), Fail, "a single cluster"),
        (source("arn:aws:ecs:eu-west-1:111122223333:task/*"), Unknown, "aws:SourceArn"),
        (
            trusting_tasks_if(&json!({"StringEquals": {"aws:SourceOrgID": "o-1"}})),
            Unknown,
            "aws:SourceOrgID",
        ),
        (
            trusting_tasks_if(&json!({"StringEquals": {"sts:ExternalId": "x"}})),
            Unknown,
            "ExternalId",
        ),
    ];
    for (trust, status, words) in cases {
        let account = Account::healthy().role("app", "/", &trust, &json!([])).recorded();
        let story = Story::task(r#""taskRoleArn": "app""#).in_account(account);
        story.ends(&super::trust::ROLE_TRUST, &[(status, "/taskRoleArn", words)]);
    }
}

#[test]
fn given_run_task_replaces_a_role_then_only_the_other_is_assumed() {
    let story = task().run_as(r#"{"overrides": {"taskRoleArn": "debug"}, "count": 1}"#).in_account(
        Account::healthy()
            .role("app", "/", &trusting("ec2.amazonaws.com"), &json!([]))
            .role("debug", "/", &trusting("ecs-tasks.amazonaws.com"), &json!([]))
            .recorded(),
    );
    story.ends(
        &super::trust::ROLE_TRUST,
        &[
            (Pass, "/executionRoleArn", ""),
            (Skip, "/taskRoleArn", "replaced by the role in the overrides"),
            (Pass, "run.json#/overrides/taskRoleArn", ""),
        ],
    );
}

#[test]
fn a_role_is_passed_to_the_service_that_it_is_for() {
    let service = format!(
        r#"{{"serviceName": "web", "volumeConfigurations": [
            {{"name": "data", "managedEBSVolume": {{"roleArn": "{ROLES}/volumes"}}}}]}}"#
    );
    let passing = |to: &str| {
        json!([{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
            "Condition": {"StringEquals": {"iam:PassedToService": to}}}])
    };
    let cases = [
        (passing("ecs-tasks.amazonaws.com"), [Pass, Pass, Fail]),
        (passing("ecs.amazonaws.com"), [Fail, Fail, Pass]),
        (json!([{"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}]), [Fail, Fail, Fail]),
        (anything(), [Pass, Pass, Pass]),
    ];
    for (statements, expected) in cases {
        let account = Account::deployed_to_by(&statements)
            .with_task_roles()
            .role("volumes", "/", &trusting("ecs.amazonaws.com"), &json!([]))
            .recorded();
        let story = task().served_by(&service).in_account(account);
        assert_eq!(statuses(&story, &super::pass::ROLE_PASS), expected, "{statements}");
        assert_eq!(statuses(&story, &super::trust::ROLE_TRUST), [Pass; 3]);
    }
}

#[test]
fn given_a_role_that_may_not_be_passed_then_the_command_grants_no_more_than_that() {
    let account = Account::deployed_to_by(&json!([])).with_task_roles().recorded();
    let results = task().in_account(account).judged_by(&super::pass::ROLE_PASS);
    let command = results[1].commands[0].to_string();
    let words = ["--role-name deploy", "iam:PassRole", "role/app", "ecs-tasks.amazonaws.com"];
    assert!(words.iter().all(|word| command.contains(word)), "{command}");
}

#[test]
fn a_role_of_a_moment_ago_is_a_warning_and_without_a_time_nothing_is_said() {
    let created = |at: &str| {
        let fact = json!({
            "arn": format!("{ROLES}/app"), "id": "AROAEXAMPLE", "path": "/", "created": at,
            "trust": trusting("ecs-tasks.amazonaws.com"), "boundary": null, "tags": {},
        });
        let key = json!({"region": REGION, "name": "app"});
        Account::healthy().says("iam:GetRole", &key, &fact).recorded()
    };
    let story = |account| Story::task(r#""taskRoleArn": "app""#).in_account(account);
    let check = &super::recent::ROLE_RECENT;
    let cases = [
        ("2026-11-22T12:00:00Z", Warn),
        ("2026-11-22T11:56:00.5Z", Warn),
        ("2026-11-22T11:55:00Z", Pass),
        ("2026-11-22T12:00:30Z", Warn),
        ("lately", Skip),
    ];
    for (at, status) in cases {
        assert_eq!(statuses(&story(created(at)), check), [status], "{at}");
    }
    let mut timeless = created("2026-11-22T12:00:00Z");
    timeless.now = None;
    assert_eq!(statuses(&story(timeless), check), [Skip]);
}

#[test]
fn the_service_linked_role_exists_or_may_be_created_or_is_not_needed() {
    let check = &super::service_linked::ROLE_SERVICE_LINKED;
    let absent =
        |may: &Value| Account::deployed_to_by(may).without_role("AWSServiceRoleForECS").recorded();
    let present = Account::healthy()
        .role(
            "AWSServiceRoleForECS",
            "/aws-service-role/ecs.amazonaws.com/",
            &json!({}),
            &json!([]),
        )
        .recorded();
    let create = json!([{"Effect": "Allow", "Action": "iam:CreateServiceLinkedRole",
        "Resource": "arn:aws:iam::*:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS*",
        "Condition": {"StringLike": {"iam:AWSServiceName": "ecs.amazonaws.com"}}}]);
    let service = r#"{"serviceName": "web"}"#;
    let cases = [
        (present, Pass),
        (absent(&create), Warn),
        (absent(&json!([])), Fail),
        (Account::deployed_to_by(&anything()).recorded(), Unknown),
    ];
    for (account, status) in cases {
        let story = task().served_by(service).in_account(account);
        assert_eq!(statuses(&story, check), [status]);
    }
    let placeless = task().in_account(absent(&json!([])));
    assert_eq!(statuses(&placeless, check), [Skip]);
    let bridge = Story::task(r#""networkMode": "bridge""#).served_by(service);
    assert_eq!(statuses(&bridge.in_account(absent(&json!([]))), check), [Skip]);
}

#[test]
fn ecs_exec_takes_a_task_role_with_four_actions() {
    let check = &super::features::ROLE_TASK_FEATURES;
    let exec = r#"{"serviceName": "web", "enableExecuteCommand": true}"#;
    let may = |actions: &Value| {
        let trust = trusting("ecs-tasks.amazonaws.com");
        let statements = json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]);
        let cluster = json!({"arn": "arn:aws:ecs:eu-west-1:111122223333:cluster/default",
            "volume_key": null, "fargate_storage_key": null, "execute_command": null});
        Account::healthy()
            .role("app", "/", &trust, &statements)
            .says(
                "ecs:DescribeClusters",
                &json!({"region": REGION, "cluster": "default"}),
                &cluster,
            )
            .recorded()
    };
    let roleless = Story::task(r#""networkMode": "awsvpc""#).served_by(exec);
    roleless.ends(check, &[(Fail, "service.json#/enableExecuteCommand", "no task role")]);
    let story = |account| task().served_by(exec).in_account(account);
    assert_eq!(statuses(&story(may(&json!("ssmmessages:*"))), check), [Pass]);
    let at = "service.json#/enableExecuteCommand";
    story(may(&json!("ssmmessages:Create*")))
        .ends(check, &[(Warn, at, "ssmmessages:OpenControlChannel, ssmmessages:OpenDataChannel")]);
    let idle = task().served_by(r#"{"serviceName": "web"}"#);
    assert_eq!(statuses(&idle, check), [Skip]);
}

#[test]
fn firelens_writes_as_the_task_role() {
    let check = &super::features::ROLE_TASK_FEATURES;
    let story = |options: &str| {
        let log = format!(
            r#"{{"name": "app", "image": "nginx", "logConfiguration": {{"logDriver": "awsfirelens", "options": {options}}}}}"#
        );
        let trust = trusting("ecs-tasks.amazonaws.com");
        let statements = json!([{"Effect": "Allow", "Action": "firehose:PutRecordBatch",
            "Resource": "arn:aws:firehose:eu-west-1:111122223333:deliverystream/web"}]);
        let account = Account::healthy().role("app", "/", &trust, &statements).recorded();
        Story::containers_and(&log, r#""taskRoleArn": "app""#).in_account(account)
    };
    let cases = [
        (r#"{"Name": "firehose", "delivery_stream": "web"}"#, Pass),
        (r#"{"Name": "firehose", "delivery_stream": "web", "region": "us-east-1"}"#, Warn),
        (r#"{"Name": "cloudwatch", "log_group_name": "/web"}"#, Warn),
        (r#"{"Name": "cloudwatch", "log_group_name": "/$(name)"}"#, Skip),
        (r#"{"Name": "datadog"}"#, Skip),
    ];
    for (options, status) in cases {
        assert_eq!(statuses(&story(options), check), [status], "{options}");
    }
}

#[test]
fn firelens_writes_to_the_stream_that_its_options_name() {
    let check = &super::features::ROLE_TASK_FEATURES;
    let story = |options: &str, stream: &str| {
        let container = format!(
            r#"{{"name": "app", "image": "nginx", "logConfiguration": {{"logDriver": "awsfirelens",
                "options": {{"Name": "cloudwatch_logs", "log_group_name": "/web", {options}}}}}}}"#
        );
        let group = "arn:aws:logs:eu-west-1:111122223333:log-group:/web";
        let statements = json!([{"Effect": "Allow", "Action": "logs:*",
            "Resource": format!("{group}:log-stream:{stream}")}]);
        let trust = trusting("ecs-tasks.amazonaws.com");
        let account = Account::healthy().role("app", "/", &trust, &statements).recorded();
        Story::containers_and(&container, r#""taskRoleArn": "app""#).in_account(account)
    };
    let cases = [
        (r#""log_stream_prefix": "fluent-""#, "fluent-*", Pass),
        (r#""log_stream_prefix": "fluent-""#, "fluent-app-firelens-*", Pass),
        (r#""log_stream_prefix": "fluent-""#, "app*", Warn),
        (r#""log_stream_name": "main""#, "main", Pass),
        (r#""log_stream_name": "main", "log_stream_prefix": "fluent-""#, "main", Pass),
        (r#""log_stream_name": "main""#, "app*", Warn),
        // It is made up at run time.
        (r#""log_stream_name": "$(ecs_task_id)""#, "app*", Skip),
    ];
    for (options, stream, status) in cases {
        assert_eq!(statuses(&story(options, stream), check), [status], "{options} {stream}");
    }
    let results = story(r#""log_stream_prefix": "fluent-""#, "app*").judged_by(check);
    let command = results[0].commands[0].to_string();
    assert!(command.contains(":log-stream:fluent-app-firelens-*\""), "{command}");
    assert!(!command.contains("0123456789abcdef"), "{command}");
    assert!(results[0].message.contains("fluent-app-firelens-<id>"), "{results:#?}");
}

#[test]
fn a_deployment_takes_the_calls_of_its_kind() {
    let check = &super::deployer::ROLE_DEPLOYER;
    let cases = [
        (json!(["ecs:RegisterTaskDefinition", "ecs:CreateService"]), vec![Pass]),
        (json!(["ecs:RegisterTaskDefinition", "ecs:UpdateService"]), vec![Fail]),
        (json!(["ecs:CreateService"]), vec![Fail]),
        (json!(["ecr:*"]), vec![Fail, Fail]),
    ];
    for (actions, expected) in cases {
        let may = json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]);
        let story = task()
            .served_by(r#"{"serviceName": "web", "cluster": "prod"}"#)
            .in_account(Account::deployed_to_by(&may).recorded());
        assert_eq!(statuses(&story, check), expected, "{actions}");
    }
}

#[test]
fn a_deployer_may_be_held_to_a_cluster_or_to_a_family() {
    let check = &super::deployer::ROLE_DEPLOYER;
    let run = |cluster: &str, family: &str| {
        let ecs = "arn:aws:ecs:eu-west-1:111122223333";
        let may = json!([
            {"Effect": "Allow", "Action": "ecs:RegisterTaskDefinition", "Resource": "*"},
            {"Effect": "Allow", "Action": "ecs:RunTask",
                "Resource": format!("{ecs}:task-definition/{family}:*"),
                "Condition": {"ArnEquals": {"ecs:cluster": format!("{ecs}:cluster/{cluster}")}}},
        ]);
        let story = task()
            .run_as(r#"{"taskDefinition": "web", "cluster": "prod", "count": 1}"#)
            .in_account(Account::deployed_to_by(&may).recorded());
        statuses(&story, check)
    };
    assert_eq!(run("prod", "web"), [Pass]);
    assert_eq!(run("test", "web"), [Fail]);
    assert_eq!(run("prod", "api"), [Fail]);
}

#[test]
fn given_iam_may_not_be_read_then_what_rests_on_it_is_unknown() {
    let key = json!({"region": REGION, "name": "pull"});
    let account = Account::healthy().refuses("iam:GetRole", &key).recorded();
    let story = task().in_account(account);
    for check in [&super::exists::ROLE_EXISTS, &super::trust::ROLE_TRUST, &super::pass::ROLE_PASS] {
        assert_eq!(statuses(&story, check), [Unknown, Pass], "{}", check.id);
    }
    assert_eq!(statuses(&story, &super::recent::ROLE_RECENT), [Skip, Pass]);
}

#[test]
fn a_role_of_another_account_fails_once_and_what_needs_it_is_skipped() {
    let definition = r#"{"family": "web", "executionRoleArn": "arn:aws:iam::444455556666:role/pull",
        "containerDefinitions": [{"name": "app", "memory": 128, "image": "nginx",
            "secrets": [{"name": "A", "valueFrom": "/app/level"}]}]}"#;
    let account = Account::healthy().parameter("/app/level", None);
    let story = Story::given(definition).in_account(account.recorded());
    let results = story.judged(|_, check| {
        ["parameter-permission", "role-exists", "role-trust", "role-pass"].contains(&check.id)
    });
    let told: Vec<_> = results.iter().map(|it| (it.id, it.status)).collect();
    assert_eq!(
        told,
        [
            ("parameter-permission", Skip),
            ("role-exists", Fail),
            ("role-trust", Skip),
            ("role-pass", Skip)
        ],
        "{results:#?}"
    );
}
