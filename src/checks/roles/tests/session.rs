//! What a cluster does with sessions of ECS Exec.

use serde_json::{Value, json};

use super::{statuses, task};
use crate::checks::roles::features;
use crate::report::Status::{Pass, Skip, Warn};
use crate::testing::account::{Account, REGION, trusting};

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";
const EXEC: &str = r#"{"serviceName": "web", "cluster": "prod", "enableExecuteCommand": true}"#;

fn cluster(exec: &Value) -> Value {
    json!({"arn": "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", "volume_key": null,
        "fargate_storage_key": null, "execute_command": exec})
}

fn configured(logging: &str, key: Option<&str>) -> Value {
    json!({"key": key, "logging": logging, "log_group": "/exec", "log_group_encrypted": false,
        "bucket": "sessions", "bucket_encrypted": false, "bucket_prefix": "exec"})
}

fn account(exec: &Value, may: &Value) -> Account {
    let ssm = json!({"Effect": "Allow", "Action": "ssmmessages:*", "Resource": "*"});
    let bucket = json!({"region": REGION, "bucket": "sessions"});
    Account::healthy()
        .role("app", "/", &trusting("ecs-tasks.amazonaws.com"), &json!([ssm, may]))
        .lacks("s3:GetBucketPolicy", &bucket, "NoSuchBucketPolicy")
        .says("ecs:DescribeClusters", &json!({"region": REGION, "cluster": "prod"}), &cluster(exec))
}

fn nothing() -> Value {
    json!({"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"})
}

/// The statements of AWS's page for it.
fn writing() -> Value {
    json!({"Effect": "Allow", "Resource": "*", "Action": [
        "logs:DescribeLogGroups", "logs:CreateLogStream", "logs:DescribeLogStreams",
        "logs:PutLogEvents", "s3:PutObject", "s3:GetEncryptionConfiguration"]})
}

#[test]
fn sessions_are_logged_where_the_cluster_says_so_by_the_task_role() {
    let check = &features::ROLE_TASK_FEATURES;
    let at = "service.json#/enableExecuteCommand";
    let story = |exec: &Value, may: &Value| {
        task().served_by(EXEC).in_account(account(exec, may).recorded())
    };
    let override_ = configured("OVERRIDE", None);
    assert_eq!(statuses(&story(&override_, &writing()), check), [Pass]);
    story(&override_, &nothing()).ends(check, &[(Warn, at, "will not be logged")]);
    let narrow = json!({"Effect": "Allow", "Action": "logs:*",
        "Resource": "arn:aws:logs:eu-west-1:111122223333:log-group:/exec:*"});
    story(&override_, &narrow)
        .ends(check, &[(Warn, at, "s3:PutObject on arn:aws:s3:::sessions/exec/")]);
    assert_eq!(statuses(&story(&configured("NONE", None), &nothing()), check), [Pass]);
    assert_eq!(statuses(&story(&json!(null), &nothing()), check), [Pass]);
}

#[test]
fn sessions_are_encrypted_with_a_key_that_the_task_role_may_use() {
    let check = &features::ROLE_TASK_FEATURES;
    let at = "service.json#/enableExecuteCommand";
    let exec = configured("NONE", Some(KEY));
    let decrypt = json!({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY});
    let root = json!([{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "kms:*", "Resource": "*"}]);
    let story = |may: &Value, fields: &Value| {
        let account = account(&exec, may)
            .key_called(KEY, KEY, fields)
            .key_policy(KEY, &root)
            .grants(KEY, &json!([]));
        task().served_by(EXEC).in_account(account.recorded())
    };
    assert_eq!(statuses(&story(&decrypt, &json!({})), check), [Pass]);
    story(&nothing(), &json!({})).ends(check, &[(Warn, at, "cannot decrypt its sessions")]);
    let disabled = story(&decrypt, &json!({"state": "Disabled"}));
    disabled.ends(check, &[(Warn, at, "the state of")]);
}

#[test]
fn given_the_cluster_may_not_be_read_then_its_part_is_skipped_and_the_rest_is_judged() {
    let check = &features::ROLE_TASK_FEATURES;
    let key = json!({"region": REGION, "cluster": "prod"});
    let blind = account(&json!(null), &nothing()).refuses("ecs:DescribeClusters", &key);
    assert_eq!(statuses(&task().served_by(EXEC).in_account(blind.recorded()), check), [Skip]);
}
