//! `efs-permission`

use serde_json::{Value, json};

use super::{ec2, efs, fargate, fargate_with, signed_in};
use crate::checks::volumes::efs_permission::EFS_PERMISSION;
use crate::report::Status::{self, Fail, Pass, Unknown, Warn};
use crate::testing::account::mounts::{Account, EFS, FILE_SYSTEM, POINT, REGION};
use crate::testing::story::Story;

const AT: &str = "/volumes/0";

fn allow(principal: &Value, actions: &Value, condition: &Value) -> Value {
    json!([{
        "Effect": "Allow", "Principal": principal, "Action": actions,
        "Resource": format!("{EFS}:file-system/{FILE_SYSTEM}"), "Condition": condition,
    }])
}

fn everyone() -> Value {
    json!({"AWS": "*"})
}

fn app() -> Value {
    json!({"AWS": "arn:aws:iam::111122223333:role/app"})
}

#[track_caller]
fn told(story: &Story, expected: &[(Status, &str)]) {
    let results = story.judged_by(&EFS_PERMISSION);
    let statuses: Vec<_> = results.iter().map(|it| it.status).collect();
    let wanted: Vec<_> = expected.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, wanted, "{results:#?}");
    for (result, (_, words)) in results.iter().zip(expected) {
        assert!(result.message.contains(words), "{words:?} is not in {:?}", result.message);
    }
}

#[test]
fn without_policy_everybody_may_mount_and_write() {
    let open = || Account::healthy().recorded();
    told(
        &fargate(&signed_in()).in_account(open()),
        &[(Pass, "role/app may mount and write arn:aws:elasticfilesystem")],
    );
    told(
        &fargate(&efs("")).in_account(open()),
        &[(Pass, "any client that reaches a mount target may mount and write")],
    );
}

#[test]
fn an_explicit_denial_counts_even_without_policy() {
    let deny = json!([{"Effect": "Deny", "Action": "elasticfilesystem:Client*", "Resource": "*"}]);
    let account = Account::healthy().role("app", &deny).recorded();
    let story = fargate(&signed_in()).in_account(account);
    told(&story, &[(Fail, "elasticfilesystem:ClientMount")]);
    let account = Account::healthy().role("app", &deny).recorded();
    told(
        &fargate(&efs("")).in_account(account),
        &[(Pass, "any client that reaches a mount target")],
    );
}

#[test]
fn an_allow_of_the_role_or_of_the_file_system_is_enough() {
    let other = json!({"AWS": "arn:aws:iam::111122223333:role/other"});
    let all = json!("elasticfilesystem:Client*");
    let nobody_else = allow(&other, &all, &json!({}));
    let to_role = |actions: Value| json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]);
    let cases = [
        (json!([]), nobody_else.clone(), vec![(Fail, "elasticfilesystem:ClientMount")]),
        (to_role(all.clone()), nobody_else.clone(), vec![(Pass, "inline")]),
        (json!([]), allow(&app(), &all, &json!({})), vec![(Pass, "policy of file system")]),
        (
            to_role(json!("elasticfilesystem:ClientMount")),
            nobody_else.clone(),
            vec![(Warn, "elasticfilesystem:ClientWrite")],
        ),
        (
            to_role(json!("elasticfilesystem:ClientWrite")),
            nobody_else,
            vec![(Fail, "elasticfilesystem:ClientMount")],
        ),
    ];
    for (of_role, of_file_system, expected) in cases {
        let account = Account::healthy().role("app", &of_role).guarded(&of_file_system).recorded();
        told(&fargate(&signed_in()).in_account(account), &expected);
    }
}

#[test]
fn the_command_grants_what_the_containers_do() {
    let other = json!({"AWS": "arn:aws:iam::111122223333:role/other"});
    let policy = allow(&other, &json!("elasticfilesystem:Client*"), &json!({}));
    let command = |mount: &str| {
        let container = format!(
            r#""mountPoints": [{{"sourceVolume": "data", "containerPath": "/data" {mount}}}]"#
        );
        let account = Account::healthy().guarded(&policy).recorded();
        let story = fargate_with(&signed_in(), &container).in_account(account);
        let results = story.judged_by(&EFS_PERMISSION);
        assert_eq!((results.len(), results[0].status), (1, Fail), "{results:#?}");
        results[0].commands[0].to_string()
    };
    let both = r#""Action":["elasticfilesystem:ClientMount","elasticfilesystem:ClientWrite"]"#;
    assert!(command("").contains(both), "{}", command(""));
    let reading = command(r#", "readOnly": true"#);
    assert!(!reading.contains("ClientWrite"), "{reading}");
}

#[test]
fn who_only_reads_needs_no_right_to_write() {
    let reading =
        r#""mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readOnly": true}]"#;
    let policy = allow(&app(), &json!("elasticfilesystem:ClientMount"), &json!({}));
    let account = Account::healthy().guarded(&policy).recorded();
    told(&fargate_with(&signed_in(), reading).in_account(account), &[(Pass, "may mount arn:")]);
}

#[test]
fn who_does_not_sign_in_needs_a_policy_for_everybody() {
    let all = json!("elasticfilesystem:Client*");
    let via = json!({"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}});
    let tls = json!({"Bool": {"aws:SecureTransport": "true"}});
    let vpc = json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}});
    let own = json!({"StringEquals": {"aws:PrincipalAccount": "111122223333"}});
    let plain = efs("");
    let encrypted = efs(r#", "transitEncryption": "ENABLED""#);
    let cases = [
        (&plain, allow(&everyone(), &all, &json!({})), Pass),
        (&plain, allow(&everyone(), &all, &via), Pass),
        (&plain, allow(&everyone(), &all, &tls), Fail),
        (&encrypted, allow(&everyone(), &all, &tls), Pass),
        (&plain, allow(&everyone(), &all, &vpc), Unknown),
        (&plain, allow(&everyone(), &all, &own), Fail),
        (&encrypted, allow(&app(), &all, &json!({})), Fail),
    ];
    for (volume, policy, status) in cases {
        let account = Account::healthy().guarded(&policy).recorded();
        told(&fargate(volume).in_account(account), &[(status, "")]);
    }
}

#[test]
fn where_encryption_is_all_that_is_lacking_that_is_what_fixes() {
    let all = json!("elasticfilesystem:Client*");
    let mut policy = allow(&everyone(), &all, &json!({}));
    policy.as_array_mut().unwrap().push(json!({
        "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }));
    let plain = efs(r#", "transitEncryption": "DISABLED""#);
    let judged = |policy: &Value| {
        let account = Account::healthy().guarded(policy).recorded();
        fargate(&plain).in_account(account).judged_by(&EFS_PERMISSION).remove(0)
    };
    let result = judged(&policy);
    assert_eq!(result.status, Fail);
    assert_eq!(result.subject, "/volumes/0/efsVolumeConfiguration/transitEncryption");
    assert_eq!(result.remedy.as_deref(), Some("Set transitEncryption to ENABLED"));
    assert!(result.commands.is_empty(), "{result:#?}");
    // Who only may not write is fixed the same way.
    policy[1]["Action"] = json!("elasticfilesystem:ClientWrite");
    let result = judged(&policy);
    assert_eq!(result.status, Warn);
    assert_eq!(result.remedy.as_deref(), Some("Set transitEncryption to ENABLED"));
    // And with the name of a role, it is not encryption alone.
    policy[0]["Principal"] = app();
    let result = judged(&policy);
    assert!(result.remedy.unwrap().contains("authorizationConfig.iam"));
}

#[test]
fn a_policy_may_ask_for_an_access_point() {
    let through = |point: &str| {
        json!({"StringEquals": {
            "elasticfilesystem:AccessPointArn": format!("{EFS}:access-point/{point}")}})
    };
    let all = json!("elasticfilesystem:Client*");
    let pointless =
        efs(r#", "transitEncryption": "ENABLED", "authorizationConfig": {"iam": "ENABLED"}"#);
    let cases = [
        (signed_in(), POINT, Pass),
        (signed_in(), "fsap-fedcba98", Fail),
        (pointless, POINT, Fail),
    ];
    for (volume, point, status) in cases {
        let policy = allow(&app(), &all, &through(point));
        let account = Account::healthy().guarded(&policy).recorded();
        told(&fargate(&volume).in_account(account), &[(status, "")]);
    }
}

#[test]
fn root_is_nobody_where_it_may_not_be_root() {
    let actions = json!(["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]);
    let policy = allow(&app(), &actions, &json!({}));
    let container = |user: &str| {
        format!(r#"{user} "mountPoints": [{{"sourceVolume": "data", "containerPath": "/data"}}]"#)
    };
    let pointless =
        efs(r#", "transitEncryption": "ENABLED", "authorizationConfig": {"iam": "ENABLED"}"#);
    let cases = [
        (&pointless, r#""user": "root:root","#, Warn),
        (&pointless, r#""user": "0","#, Warn),
        (&pointless, r#""user": "1000","#, Pass),
        (&pointless, "", Pass),
        (&signed_in(), r#""user": "root","#, Pass),
    ];
    for (volume, user, status) in cases {
        let account = Account::healthy().guarded(&policy).recorded();
        told(&fargate_with(volume, &container(user)).in_account(account), &[(status, "")]);
    }
}

#[test]
fn who_is_to_sign_in_needs_a_role() {
    let volume = signed_in();
    let task = |kind: &str| {
        Story::task(&format!(
            r#""requiresCompatibilities": ["{kind}"], "networkMode": "awsvpc", "cpu": "256", "memory": "512",
               "volumes": [{{"name": "data", {volume}}}]"#
        ))
        .in_account(Account::healthy().recorded())
    };
    let at = "/volumes/0/efsVolumeConfiguration/authorizationConfig/iam";
    task("FARGATE").ends(&EFS_PERMISSION, &[(Fail, at, "the task has none")]);
    task("EC2").ends(&EFS_PERMISSION, &[(Warn, at, "only the instance role is left")]);
}

#[test]
fn the_role_of_run_task_takes_the_place_of_the_other() {
    let policy = allow(&app(), &json!("elasticfilesystem:*"), &json!({}));
    let account = Account::healthy().role("debug", &json!([])).guarded(&policy).recorded();
    let story = ec2(&signed_in(), "")
        .run_as(r#"{"count": 1, "overrides": {"taskRoleArn": "debug"}}"#)
        .in_account(account);
    told(
        &story,
        &[(Fail, "role/debug is not authorized to perform elasticfilesystem:ClientMount")],
    );
}

#[test]
fn a_policy_that_is_not_shown_may_forbid() {
    let key = json!({"region": REGION, "file_system": FILE_SYSTEM});
    let call = "elasticfilesystem:DescribeFileSystemPolicy";
    let account = Account::healthy().refuses(call, &key).recorded();
    fargate(&signed_in()).in_account(account).ends(&EFS_PERMISSION, &[(Unknown, AT, call)]);
}
