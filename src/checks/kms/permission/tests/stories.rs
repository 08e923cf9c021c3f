//! Given a key in this state and under this policy, then what is encrypted with it can be used, or cannot.

use serde_json::{Value, json};

use super::volumes::{storing, volumes};
use crate::checks::kms::decrypt::KMS_DECRYPT_PERMISSION;
use crate::checks::kms::usable::KMS_KEY_USABLE;
use crate::checks::kms::volume::KMS_VOLUME_PERMISSION;
use crate::checks::{Check, find};
use crate::report::CheckResult;
use crate::report::Status::{self, Fail, Pass, Skip, Unknown, Warn};
use crate::testing::account::{Account, ID, REGION, ROLES, anything, may};
use crate::testing::story::Story;

pub(super) const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";
pub(super) const FOREIGN_KEY: &str = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd";
const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf";

/// A task on Fargate with the execution role `pull` and this secret or parameter.
fn reading(value_from: &str) -> Story {
    Story::containers_and(
        &format!(
            r#"{{"name": "app", "image": "nginx", "secrets": [{{"name": "A", "valueFrom": "{value_from}"}}]}}"#
        ),
        &format!(r#""executionRoleArn": "{ROLES}/pull""#),
    )
}

#[track_caller]
pub(super) fn told(story: Story, account: Account, check: &'static Check) -> CheckResult {
    let story = story.in_account(account.recorded());
    let mut results = story.judged_by(check);
    assert_eq!(results.len(), 1, "{results:#?}");
    results.swap_remove(0)
}

#[track_caller]
pub(super) fn tells(
    story: Story,
    account: Account,
    check: &'static Check,
    status: Status,
    words: &str,
) {
    let result = told(story, account, check);
    assert_eq!(result.status, status, "{result:#?}");
    assert!(result.message.contains(words), "{words:?} is not in {:?}", result.message);
}

/// An account with a secret under a key that is different in these fields.
fn secret_under(fields: &Value) -> Account {
    Account::healthy().secret(SECRET, Some(KEY)).key_called(KEY, KEY, fields)
}

#[test]
fn a_key_is_usable_in_one_of_its_states() {
    let cases = [
        (json!({}), Pass, "is enabled", ""),
        (json!({"state": "Disabled"}), Fail, "its state is Disabled", "aws kms enable-key"),
        (
            json!({"state": "PendingDeletion", "deleted": "2026-12-01"}),
            Fail,
            "deleted on 2026-12-01",
            "aws kms cancel-key-deletion",
        ),
        (
            json!({"state": "PendingReplicaDeletion"}),
            Fail,
            "PendingReplicaDeletion",
            "aws kms describe-key",
        ),
        (
            json!({"state": "PendingImport"}),
            Fail,
            "PendingImport",
            "aws kms get-parameters-for-import",
        ),
        (json!({"state": "Unavailable"}), Fail, "Unavailable", "aws kms describe-key"),
        (json!({"state": "Creating"}), Warn, "is not ready yet", ""),
        (json!({"state": "Updating"}), Warn, "is not ready yet", ""),
    ];
    for (fields, status, words, command) in cases {
        let result = told(reading(SECRET), secret_under(&fields), &KMS_KEY_USABLE);
        assert_eq!(result.status, status, "{fields}: {result:#?}");
        assert!(result.message.contains(words), "{fields}: {}", result.message);
        let commands: String = result.commands.iter().map(ToString::to_string).collect();
        assert!(commands.contains(command), "{fields}: {commands}");
    }
}

#[test]
fn a_key_has_to_be_symmetric_and_for_encryption() {
    let cases = [
        json!({"spec": "RSA_2048"}),
        json!({"spec": "ECC_NIST_P256", "usage": "SIGN_VERIFY"}),
        json!({"spec": "HMAC_256", "usage": "GENERATE_VERIFY_MAC"}),
    ];
    for fields in cases {
        let spec = fields["spec"].as_str().unwrap();
        tells(reading(SECRET), secret_under(&fields), &KMS_KEY_USABLE, Fail, spec);
    }
    // Not every version of the API tells the usage.
    tells(
        reading(SECRET),
        secret_under(&json!({"usage": null})),
        &KMS_KEY_USABLE,
        Pass,
        "is enabled",
    );
}

#[test]
fn a_missing_key_fails_once() {
    let absent = json!({"region": REGION, "id": KEY});
    let account = Account::healthy().secret(SECRET, Some(KEY)).lacks(
        "kms:DescribeKey",
        &absent,
        "NotFoundException",
    );
    let story = reading(SECRET).in_account(account.recorded());
    let results =
        story.judged(|group, check| group.name == "kms" && check.id != KMS_VOLUME_PERMISSION.id);
    let told: Vec<_> = results.iter().map(|it| (it.id, it.status)).collect();
    assert_eq!(told, [("kms-key-usable", Fail), ("kms-decrypt-permission", Skip)]);
}

#[test]
fn a_key_that_may_not_be_described_is_unknown() {
    let asked = json!({"region": REGION, "id": KEY});
    let account =
        || Account::healthy().secret(SECRET, Some(KEY)).refuses("kms:DescribeKey", &asked);
    for check in [&KMS_KEY_USABLE, &KMS_DECRYPT_PERMISSION] {
        let result = told(reading(SECRET), account(), check);
        assert_eq!(result.status, Unknown, "{result:#?}");
    }
}

#[test]
fn an_alias_leads_to_its_key_and_those_of_aws_take_nothing() {
    let with = |key: &str| Account::healthy().parameter("level", Some(key));
    let alias = with("alias/app").key_called("alias/app", KEY, &json!({"state": "Disabled"}));
    tells(reading("level"), alias, &KMS_KEY_USABLE, Fail, KEY);
    for key in ["alias/aws/ssm", "arn:aws:kms:eu-west-1:111122223333:alias/aws/ssm"] {
        for check in [&KMS_KEY_USABLE, &KMS_DECRYPT_PERMISSION] {
            tells(reading("level"), with(key), check, Skip, "is an AWS managed key");
        }
    }
    // What AWS manages may be called by its ARN too.
    let managed = with(KEY).key_called(KEY, KEY, &json!({"manager": "aws"}));
    tells(reading("level"), managed, &KMS_DECRYPT_PERMISSION, Skip, "is an AWS managed key");
}

#[test]
fn a_key_is_of_the_region_where_it_is_used() {
    let elsewhere = "arn:aws:kms:us-east-1:111122223333:key/1234abcd";
    let account = Account::healthy().secret(SECRET, Some(elsewhere)).key_called(
        elsewhere,
        elsewhere,
        &json!({}),
    );
    tells(reading(SECRET), account, &KMS_KEY_USABLE, Fail, "is in us-east-1");
}

#[test]
fn what_a_key_of_another_region_would_allow_is_not_judged() {
    let elsewhere = "arn:aws:kms:us-east-1:111122223333:key/1234abcd";
    let key = format!(r#""encrypted": true, "kmsKeyId": "{elsewhere}""#);
    let with = |account: Account| account.key_called(elsewhere, elsewhere, &json!({}));
    let of_secret = || with(Account::healthy().secret(SECRET, Some(elsewhere)));
    let cases = [
        (storing(&key), with(volumes(&json!([]))), &KMS_KEY_USABLE, &KMS_VOLUME_PERMISSION),
        (reading(SECRET), of_secret(), &KMS_KEY_USABLE, &KMS_DECRYPT_PERMISSION),
    ];
    for (story, account, usable, permission) in cases {
        let story = story.in_account(account.recorded());
        let told = [usable, permission].map(|check| story.judged_by(check).swap_remove(0));
        assert_eq!(told.each_ref().map(|it| it.status), [Fail, Skip], "{told:#?}");
        assert!(told[1].message.contains("the key is in us-east-1"), "{told:#?}");
    }
}

#[test]
fn a_key_of_another_account_takes_the_allow_of_both() {
    let to = |principal: &str| {
        json!([{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*",
            "Principal": {"AWS": principal}}])
    };
    let account = |role: &Value, policy: &Value| {
        Account::deployed_to_by(&anything())
            .execution_role(role)
            .secret(SECRET, Some(FOREIGN_KEY))
            .key_called(FOREIGN_KEY, FOREIGN_KEY, &json!({}))
            .key_policy(FOREIGN_KEY, policy)
    };
    let (us, role) = (format!("arn:aws:iam::{ID}:root"), format!("{ROLES}/pull"));
    let cases = [
        (anything(), to(&us), Pass),
        (anything(), to(&role), Pass),
        (may("kms:Decrypt", FOREIGN_KEY), to(&role), Pass),
        (json!([]), to(&role), Fail),
        (anything(), to("arn:aws:iam::444455556666:root"), Fail),
        (may("kms:Decrypt", KEY), to(&us), Fail),
    ];
    for (statements, policy, expected) in cases {
        let result = told(reading(SECRET), account(&statements, &policy), &KMS_DECRYPT_PERMISSION);
        assert_eq!(result.status, expected, "{statements} {policy}: {result:#?}");
    }
}

/// A grant to the execution role, different in these fields.
fn grant(fields: &Value) -> Value {
    let mut grant = json!({
        "id": "g-1", "grantee": format!("{ROLES}/pull"), "operations": ["Decrypt"],
        "context_equals": null, "context_subset": null, "source_arn": null, "created": null,
    });
    for (field, value) in fields.as_object().unwrap() {
        grant[field] = value.clone();
    }
    json!([grant])
}

#[test]
fn a_grant_stands_in_for_both_policies_within_what_it_is_limited_to() {
    let account = |grants: &Value| {
        Account::deployed_to_by(&anything())
            .execution_role(&json!([]))
            .secret(SECRET, Some(KEY))
            .key_called(KEY, KEY, &json!({}))
            .key_policy(KEY, &json!([]))
            .grants(KEY, grants)
    };
    let arn = |arn: &str| json!({"SecretARN": arn});
    let volume = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1";
    let cases = [
        (json!([]), Fail),
        (grant(&json!({})), Pass),
        (grant(&json!({"operations": ["Encrypt", "DescribeKey"]})), Fail),
        (grant(&json!({"grantee": format!("{ROLES}/app")})), Fail),
        (grant(&json!({"context_subset": arn(SECRET)})), Pass),
        (grant(&json!({"context_subset": arn("arn:other")})), Fail),
        // Which version is read is not known before.
        (grant(&json!({"context_subset": {"SecretARN": SECRET, "SecretVersionId": "1"}})), Unknown),
        // Secrets Manager names the version besides.
        (grant(&json!({"context_equals": arn(SECRET)})), Fail),
        (grant(&json!({"source_arn": volume})), Unknown),
        (grant(&json!({"source_arn": volume, "operations": ["Encrypt"]})), Fail),
    ];
    for (grants, expected) in cases {
        let result = told(reading(SECRET), account(&grants), &KMS_DECRYPT_PERMISSION);
        assert_eq!(result.status, expected, "{grants}: {result:#?}");
    }
}

#[test]
fn grants_are_asked_for_only_where_nothing_else_allows() {
    let key = json!({"region": REGION, "key": KEY});
    let refused = |account: Account| account.refuses("kms:ListGrants", &key);
    let allowed = told(reading(SECRET), refused(secret_under(&json!({}))), &KMS_DECRYPT_PERMISSION);
    assert_eq!(allowed.status, Pass, "{allowed:#?}");
    let powerless = refused(secret_under(&json!({})).execution_role(&json!([])));
    let open = told(reading(SECRET), powerless, &KMS_DECRYPT_PERMISSION);
    assert_eq!(open.status, Unknown, "{open:#?}");
}

#[test]
fn a_deny_goes_before_every_grant() {
    let deny = json!([{"Effect": "Deny", "Action": "kms:*", "Resource": "*"}]);
    let account = secret_under(&json!({})).execution_role(&deny).grants(KEY, &grant(&json!({})));
    tells(reading(SECRET), account, &KMS_DECRYPT_PERMISSION, Fail, "denied by");
}

#[test]
fn the_context_of_the_call_is_that_of_the_service_and_the_thing() {
    let only = |key: &str, value: &str| {
        json!([{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*",
            "Condition": {"StringEquals": {key: value}}}])
    };
    let parameter = "arn:aws:ssm:eu-west-1:111122223333:parameter/app/key";
    let cases = [
        (only("kms:ViaService", "ssm.eu-west-1.amazonaws.com"), Pass),
        (only("kms:ViaService", "secretsmanager.eu-west-1.amazonaws.com"), Fail),
        (only("kms:EncryptionContext:PARAMETER_ARN", parameter), Pass),
        (only("kms:EncryptionContext:PARAMETER_ARN", "arn:other"), Fail),
        (only("kms:CallerAccount", ID), Pass),
        (only("kms:GrantIsForAWSResource", "true"), Fail),
    ];
    for (statements, expected) in cases {
        let account = Account::deployed_to_by(&anything())
            .execution_role(&statements)
            .parameter("/app/key", Some(KEY))
            .key(KEY);
        let result = told(reading("/app/key"), account, &KMS_DECRYPT_PERMISSION);
        assert_eq!(result.status, expected, "{statements}: {result:#?}");
    }
}

#[test]
fn in_china_the_name_of_the_service_is_known_by_its_beginning_only() {
    let region = "cn-north-1";
    let key = format!("arn:aws-cn:kms:{region}:{ID}:key/1234abcd");
    let only = |service: &str| {
        json!([{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*",
            "Condition": {"StringLike": {"kms:ViaService": service}}}])
    };
    let cases = [
        ("ssm.cn-north-1.amazonaws.com*", Pass),
        ("ssm.*", Pass),
        ("ssm.cn-north-1.amazonaws.com.cn", Unknown),
        ("ssm.cn-north-1.amazonaws.com", Unknown),
        ("secretsmanager.*", Fail),
    ];
    for (service, expected) in cases {
        let account = Account::of_region(region, &anything())
            .execution_role(&only(service))
            .parameter("level", Some(&key))
            .key(&key)
            .recorded();
        let story = Story::containers_and(
            r#"{"name": "app", "image": "nginx", "secrets": [{"name": "A", "valueFrom": "level"}]}"#,
            &format!(r#""executionRoleArn": "arn:aws-cn:iam::{ID}:role/pull""#),
        );
        let results = story.in_account(account).judged_by(&KMS_DECRYPT_PERMISSION);
        assert_eq!(results[0].status, expected, "{service}: {results:#?}");
    }
}

const GROUP: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/web";

#[test]
fn a_key_that_does_not_name_cloudwatch_logs_may_still_be_used_by_whoever_logs() {
    let log = r#""logConfiguration": {"logDriver": "awslogs", "options": {
        "awslogs-group": "/ecs/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "web"}}"#;
    let logs = json!({"Service": "logs.eu-west-1.amazonaws.com"});
    let root = json!({"Effect": "Allow", "Action": "kms:*", "Resource": "*",
        "Principal": {"AWS": format!("arn:aws:iam::{ID}:root")}});
    let to_logs = |effect: &str, actions: Value, group: &str| {
        json!({"Effect": effect, "Principal": logs, "Action": actions, "Resource": "*",
            "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group}}})
    };
    let (all, decrypt) = (json!("kms:*"), json!("kms:Decrypt"));
    let allow = to_logs("Allow", all.clone(), GROUP);
    let of_other = to_logs("Allow", all, &format!("{GROUP}-2"));
    let deny = to_logs("Deny", decrypt, GROUP);
    let unless = "unless the role that writes the logs may use the key";
    let cases = [
        ("Enabled", json!([root, allow]), Pass, "is enabled"),
        ("Enabled", json!([root]), Warn, unless),
        ("Enabled", json!([root, of_other]), Warn, unless),
        ("Enabled", json!([root, allow, deny]), Fail, "not authorized to perform kms:Decrypt"),
        // What is denied goes before what is not allowed.
        ("Enabled", json!([root, deny]), Fail, "not authorized to perform kms:Decrypt"),
        ("Disabled", json!([root, allow]), Fail, "its state is Disabled"),
    ];
    for (state, policy, status, words) in cases {
        let account = Account::healthy()
            .says(
                "logs:DescribeLogGroups",
                &json!({"region": REGION, "name": "/ecs/web"}),
                &json!({"arn": GROUP, "class": null, "kms_key": KEY}),
            )
            .key_called(KEY, KEY, &json!({"state": state}))
            .key_policy(KEY, &policy);
        let result = told(Story::container(log), account, &KMS_KEY_USABLE);
        assert_eq!(result.status, status, "{policy}: {result:#?}");
        assert!(result.message.contains(words), "{policy}: {}", result.message);
        if status != Pass {
            let error = result.prevents.unwrap();
            assert_eq!(
                error,
                "no error text: log events are lost, because logs:PutLogEvents fails with AccessDeniedException",
                "{policy}"
            );
        }
    }
}

#[test]
fn that_the_file_of_a_router_is_there_and_well_named_is_no_matter_of_keys() {
    let router = |target: &str, file: &str| {
        Story::containers_and(
            &format!(
                r#"{{"name": "router", "image": "fluent", "memory": 64, "firelensConfiguration": {{
                    "type": "fluentbit", "options": {{"config-file-type": "s3",
                    "config-file-value": "{file}"}}}}}}"#
            ),
            &format!(
                r#""requiresCompatibilities": ["{target}"], "executionRoleArn": "{ROLES}/pull""#
            ),
        )
    };
    let file = "arn:aws:s3:::config/fluent.conf";
    let (_, firelens) = find("log-firelens").unwrap();
    let cases = [
        (router("EC2", file), Fail),
        (router("EC2", "s3://config/fluent.conf"), Fail),
        (router("FARGATE", file), Skip),
    ];
    for (story, expected) in cases {
        let account = Account::healthy()
            .lacks("s3:GetObject", &json!({"region": REGION, "object": file}), "NotFound")
            .lacks("s3:GetBucketPolicy", &json!({"region": REGION, "bucket": "config"}), "none");
        let wanted = [KMS_KEY_USABLE.id, KMS_DECRYPT_PERMISSION.id, firelens.id];
        let results =
            story.in_account(account.recorded()).judged(|_, check| wanted.contains(&check.id));
        let told: Vec<_> = results.iter().map(|it| (it.id, it.status)).collect();
        let expected = [(wanted[0], Skip), (wanted[1], Skip), (wanted[2], expected)];
        assert_eq!(told, expected, "{results:#?}");
    }
}
