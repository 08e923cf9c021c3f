//! Given a policy with a condition on the key or its aliases, then they decide.

use serde_json::{Value, json};

use super::stories::{KEY, tells, told};
use crate::checks::kms::decrypt::KMS_DECRYPT_PERMISSION;
use crate::report::Status::{Fail, Pass, Unknown};
use crate::testing::account::{Account, REGION, ROLES};
use crate::testing::story::Story;

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf";

fn reading() -> Story {
    Story::containers_and(
        &format!(
            r#"{{"name": "app", "image": "nginx", "secrets": [{{"name": "A", "valueFrom": "{SECRET}"}}]}}"#
        ),
        &format!(r#""executionRoleArn": "{ROLES}/pull""#),
    )
}

/// An account whose execution role may decrypt under this condition, with a secret whose key is called so.
fn may_if(condition: &Value, called: &str) -> Account {
    let statements =
        json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}]);
    Account::deployed_to_by(&statements)
        .execution_role(&statements)
        .secret(SECRET, Some(called))
        .key_called(called, KEY, &json!({}))
}

fn of_key() -> Value {
    json!({"region": REGION, "key": KEY})
}

#[test]
fn a_key_is_used_by_one_of_its_aliases_and_all_of_them_are_known() {
    let app = json!({"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/app"}});
    let cases = [
        (json!(["alias/app"]), Pass, ""),
        (json!(["alias/old", "alias/app"]), Pass, ""),
        (json!(["alias/old"]), Fail, "kms:ResourceAliases"),
        (json!([]), Fail, "kms:ResourceAliases"),
    ];
    for (aliases, status, words) in cases {
        let account = may_if(&app, KEY).says("kms:ListAliases", &of_key(), &aliases);
        tells(reading(), account, &KMS_DECRYPT_PERMISSION, status, words);
    }
    let refused = may_if(&app, KEY).refuses("kms:ListAliases", &of_key());
    tells(reading(), refused, &KMS_DECRYPT_PERMISSION, Unknown, "kms:ListAliases");
}

#[test]
fn a_service_that_knows_no_alias_requests_none() {
    let app = json!({"StringEquals": {"kms:RequestAlias": "alias/app"}});
    tells(reading(), may_if(&app, KEY), &KMS_DECRYPT_PERMISSION, Fail, "kms:RequestAlias");
    let by_alias = may_if(&app, "alias/app");
    tells(reading(), by_alias, &KMS_DECRYPT_PERMISSION, Unknown, "kms:RequestAlias");
}

#[test]
fn what_follows_from_the_key_and_the_call_is_known() {
    let equals = |key: &str, value: &str| json!({"StringEquals": {key: value}});
    let cases = [
        (equals("kms:KeySpec", "SYMMETRIC_DEFAULT"), Pass),
        (equals("kms:KeySpec", "RSA_2048"), Fail),
        (equals("kms:KeyUsage", "ENCRYPT_DECRYPT"), Pass),
        (equals("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"), Pass),
        (json!({"Bool": {"kms:MultiRegion": "true"}}), Fail),
        (json!({"Bool": {"kms:GrantIsForAWSResource": "true"}}), Fail),
        (json!({"Null": {"kms:RecipientAttestation:ImageSha384": "false"}}), Fail),
        (json!({"ForAllValues:StringEquals": {"aws:TagKeys": "team"}}), Pass),
        (json!({"Null": {"aws:SourceArn": "true"}}), Pass),
        (equals("kms:KeyOrigin", "AWS_KMS"), Unknown),
    ];
    for (condition, status) in cases {
        let words = condition.to_string();
        let account = may_if(&condition, KEY);
        let result = told(reading(), account, &KMS_DECRYPT_PERMISSION);
        assert_eq!(result.status, status, "{words}: {result:#?}");
    }
}
