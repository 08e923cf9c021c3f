mod aliases;
mod fixes;
mod stories;
mod volumes;

use crate::iam::{Grants, Layer};
use crate::names::Region;
use crate::permission::{Guard, ResourceSide, granted, judge};
use serde_json::{Value, json};

use super::*;
use crate::iam::{KeyState, Policy};
use crate::lookup::kms::{self, DescribeKey, Manager};
use crate::permission::tests::{role, told};

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";
const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf";

fn key() -> Key {
    Key {
        arn: KEY.to_owned(),
        state: "Enabled".to_owned(),
        deleted: None,
        spec: "SYMMETRIC_DEFAULT".to_owned(),
        usage: Some("ENCRYPT_DECRYPT".to_owned()),
        manager: Manager::Customer,
        multi_region: false,
    }
}

fn used(region: &str) -> Used {
    let region: crate::names::Region = region.parse().unwrap();
    let known = |value: &str| KeyState::Known(vec![value.to_owned()]);
    Used {
        key: DescribeKey { region: region.clone(), id: KEY.to_owned() },
        region,
        service: "secretsmanager",
        what: "the secret".to_owned(),
        context: vec![
            ("kms:EncryptionContext:SecretARN".to_owned(), known(SECRET)),
            ("kms:EncryptionContext:SecretVersionId".to_owned(), KeyState::Unknown),
        ],
        is_whole: true,
        setting: None,
    }
}

/// Whether a role with this condition on its allow may decrypt under this key policy and these grants.
fn decrypts(
    condition: Option<Value>,
    key_policy: &Value,
    grants: Vec<crate::iam::Grant>,
) -> String {
    let statements = match condition {
        Some(condition) => json!([{
            "Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY, "Condition": condition,
        }]),
        None => json!([]),
    };
    let who = role(statements);
    let wish = wish(&who, "kms:Decrypt", &key(), &used("eu-west-1"));
    let side = ResourceSide {
        resource: Some(Policy::read(Layer::Key, "default", key_policy)),
        grants: Grants::Known(grants),
        ..ResourceSide::default()
    };
    let region: Region = "eu-west-1".parse().unwrap();
    let guard = Guard::Key { arn: KEY.to_owned(), region: region.clone() };
    told(judge(&who, vec![(wish, side)], &region, Some(&guard)))
}

fn statement(principal: &str, condition: &Value) -> Value {
    json!({"Statement": {
        "Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*",
        "Condition": condition,
    }})
}

#[test]
fn key_policy_and_role_decide_in_the_context_that_the_service_sets() {
    let account = statement("arn:aws:iam::111122223333:root", &json!({}));
    let admin = statement("arn:aws:iam::111122223333:role/admin", &json!({}));
    let own = statement("arn:aws:iam::111122223333:role/app", &json!({}));
    let through = |service: &str| {
        statement(
            "*",
            &json!({"StringEquals": {
                "kms:CallerAccount": "111122223333", "kms:ViaService": service,
            }}),
        )
    };
    let equals = |key: &str, value: &str| Some(json!({"StringEquals": {key: value}}));
    let secrets = "secretsmanager.eu-west-1.amazonaws.com";
    let cases = [
        (Some(json!({})), &account, "allowed"),
        (None, &account, "refused"),
        (Some(json!({})), &admin, "refused"),
        (None, &own, "allowed"),
        (None, &through(secrets), "allowed"),
        (None, &through("ssm.eu-west-1.amazonaws.com"), "refused"),
        (equals("kms:ViaService", secrets), &account, "allowed"),
        (equals("kms:ViaService", "secretsmanager.us-west-2.amazonaws.com"), &account, "refused"),
        (equals("kms:EncryptionContext:SecretARN", SECRET), &account, "allowed"),
        (equals("kms:EncryptionContext:SecretARN", "arn:other"), &account, "refused"),
        (equals("kms:EncryptionContext:SecretVersionId", "1"), &account, "unknown"),
        (equals("aws:SourceVpce", "vpce-1"), &account, "unknown"),
        (equals("aws:ViaAWSService", "true"), &account, "unknown"),
    ];
    for (condition, key_policy, expected) in cases {
        let said = format!("{condition:?} under {key_policy}");
        let told = decrypts(condition, key_policy, Vec::new());
        assert!(told.starts_with(expected), "{said}: {told}");
    }
}

#[test]
fn what_the_key_policy_lacks_is_fixed_by_a_grant() {
    let admin = statement("arn:aws:iam::111122223333:role/admin", &json!({}));
    let told = decrypts(Some(json!({})), &admin, Vec::new());
    assert!(told.contains("$ aws kms create-grant --key-id"), "{told}");
}

#[test]
fn a_grant_for_this_secret_is_enough() {
    let admin = statement("arn:aws:iam::111122223333:role/admin", &json!({}));
    let grant = |secret: &str| kms::Grant {
        id: "g-1".to_owned(),
        grantee: "arn:aws:iam::111122223333:role/app".to_owned(),
        operations: vec!["Decrypt".to_owned()],
        context_equals: None,
        context_subset: Some([("SecretARN".to_owned(), secret.to_owned())].into()),
        source_arn: None,
        created: None,
    };
    let with = |secret: &str| decrypts(None, &admin, vec![granted(&grant(secret))]);
    assert_eq!(with(SECRET), "allowed");
    assert!(with("arn:other").starts_with("refused"));
}

#[test]
fn in_china_the_domain_of_a_service_is_not_known() {
    assert_eq!(
        used("eu-west-1").via(),
        KeyState::Known(vec!["secretsmanager.eu-west-1.amazonaws.com".to_owned()])
    );
    assert!(matches!(used("cn-north-1").via(), KeyState::Begins(_)));
}

#[test]
fn the_context_of_a_secret_has_no_other_pair() {
    let account = statement("arn:aws:iam::111122223333:root", &json!({}));
    for (key, value, expected) in [
        ("SecretARN", SECRET, "allowed"),
        ("SecretVersionId", "0000-1", "unknown"),
        ("PARAMETER_ARN", "arn:aws:ssm:eu-west-1:111122223333:parameter/app", "refused"),
    ] {
        let condition = json!({"StringLike": {format!("kms:EncryptionContext:{key}"): value}});
        let told = decrypts(Some(condition), &account, Vec::new());
        assert!(told.starts_with(expected), "{key}: {told}");
    }
}
