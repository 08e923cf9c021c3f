//! The keys of volumes, as the infrastructure role uses them.

use serde_json::{Value, json};

use super::stories::{FOREIGN_KEY, KEY, tells, told};
use crate::checks::kms::volume::KMS_VOLUME_PERMISSION;
use crate::report::Status::{Fail, Pass, Skip, Unknown, Warn};
use crate::testing::account::{Account, ID, REGION, ROLES, may, trusting};
use crate::testing::story::Story;

/// A service whose infrastructure role `volumes` makes a volume with these fields.
pub(super) fn storing(ebs: &str) -> Story {
    let service = format!(
        r#"{{"serviceName": "web", "volumeConfigurations": [{{"name": "data",
            "managedEBSVolume": {{"roleArn": "{ROLES}/volumes", "sizeInGiB": 10, {ebs}}}}}]}}"#
    );
    Story::task(r#""volumes": [{"name": "data", "configuredAtLaunch": true}]"#).served_by(&service)
}

/// The infrastructure role may do this with the key of a volume.
pub(super) fn volumes(statements: &Value) -> Account {
    Account::healthy().role("volumes", "/", &trusting("ecs.amazonaws.com"), statements).key(KEY)
}

/// What EBS does with a key for a volume without a snapshot.
fn using_key(more: &[&str]) -> Value {
    let mut actions = vec!["kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:Decrypt"];
    actions.extend(more);
    json!([
        {"Effect": "Allow", "Action": actions, "Resource": KEY},
        {"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": KEY,
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}},
    ])
}

#[test]
fn a_volume_takes_a_grant_for_ebs_and_nothing_that_only_aws_resources_have() {
    let key = format!(r#""encrypted": true, "kmsKeyId": "{KEY}""#);
    let reencrypt = ["kms:ReEncrypt*"];
    let for_aws_only = json!([{"Effect": "Allow", "Action": "kms:*", "Resource": KEY,
        "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}}]);
    let for_others = json!([
        {"Effect": "Allow", "Action": "kms:*", "Resource": KEY},
        {"Effect": "Deny", "Action": "kms:CreateGrant", "Resource": "*",
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}},
    ]);
    let by_ebs = json!([{"Effect": "Allow", "Action": "kms:*", "Resource": KEY,
        "Condition": {"StringEquals": {"kms:ViaService": "ec2.eu-west-1.amazonaws.com"}}}]);
    let cases = [
        (using_key(&reencrypt), Pass, ""),
        (using_key(&[]), Warn, "needs no re-encryption"),
        (by_ebs, Pass, ""),
        (may("kms:CreateGrant", KEY), Fail, "kms:GenerateDataKeyWithoutPlaintext"),
        // On any other action the key is absent, so that a plain Bool does not hold.
        (for_aws_only, Fail, "kms:Decrypt"),
        (for_others, Fail, "kms:CreateGrant"),
        (json!([]), Fail, "kms:CreateGrant"),
    ];
    for (statements, expected, words) in cases {
        let result = told(storing(&key), volumes(&statements), &KMS_VOLUME_PERMISSION);
        assert_eq!(result.status, expected, "{statements}: {result:#?}");
        assert!(result.message.contains(words), "{statements}: {}", result.message);
    }
    let restored = format!(r#"{key}, "snapshotId": "snap-1""#);
    let account = volumes(&using_key(&[])).snapshot(Some(KEY)).recorded();
    let results = storing(&restored).in_account(account).judged_by(&KMS_VOLUME_PERMISSION);
    let told: Vec<_> = results.iter().map(|it| it.status).collect();
    assert_eq!(told, [Warn, Skip], "both are under one key: {results:#?}");
    assert!(results[0].message.contains("with the key of its snapshot"), "{results:#?}");
    let other = FOREIGN_KEY.replace("444455556666", ID).replace("1234abcd", "5678");
    let account = volumes(&using_key(&[])).snapshot(Some(&other)).key(&other).recorded();
    let results = storing(&restored).in_account(account).judged_by(&KMS_VOLUME_PERMISSION);
    assert_eq!(results[0].status, Fail, "the snapshot is under another key: {results:#?}");
}

#[test]
fn the_command_allows_grants_for_ebs_alone_and_all_that_it_takes() {
    let key = format!(r#""encrypted": true, "kmsKeyId": "{KEY}""#);
    let result = told(storing(&key), volumes(&json!([])), &KMS_VOLUME_PERMISSION);
    let [command] = result.commands.as_slice() else { panic!("{result:#?}") };
    let command = command.to_string();
    let document = command.split('\'').nth(1).unwrap();
    let document: Value = serde_json::from_str(document).unwrap();
    let granting: Vec<_> = document["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["Action"].to_string().contains("CreateGrant"))
        .collect();
    assert_eq!(granting.len(), 1, "{command}");
    assert_eq!(granting[0]["Condition"]["Bool"]["kms:GrantIsForAWSResource"], "true");
    let fixed = volumes(&document["Statement"]);
    tells(storing(&key), fixed, &KMS_VOLUME_PERMISSION, Pass, "may create");
}

#[test]
fn a_volume_is_known_by_the_beginning_of_its_id() {
    let key = format!(r#""encrypted": true, "kmsKeyId": "{KEY}""#);
    let only = |pattern: &str| {
        json!([
            {"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": KEY},
            {"Effect": "Allow", "Action": "kms:*", "Resource": KEY,
                "Condition": {"StringLike": {"kms:EncryptionContext:aws:ebs:id": pattern}}},
        ])
    };
    for (pattern, expected) in [("vol-*", Pass), ("vol-0123", Unknown), ("snap-*", Fail)] {
        let result = told(storing(&key), volumes(&only(pattern)), &KMS_VOLUME_PERMISSION);
        assert_eq!(result.status, expected, "{pattern}: {result:#?}");
    }
}

#[test]
fn a_volume_without_a_key_of_its_own_takes_no_permission_on_one() {
    let cases = [
        r#""encrypted": true, "kmsKeyId": "alias/aws/ebs""#,
        &format!(r#""encrypted": false, "kmsKeyId": "{KEY}""#),
    ];
    for ebs in cases {
        let account = volumes(&json!([])).says(
            "ec2:GetEbsEncryptionByDefault",
            &json!({"region": REGION}),
            &json!(false),
        );
        let result = told(storing(ebs), account, &KMS_VOLUME_PERMISSION);
        assert_eq!(result.status, Skip, "{ebs}: {result:#?}");
    }
}
