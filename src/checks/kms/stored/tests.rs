//! The keys of disks: volumes, snapshots, the storage of Fargate.

use serde_json::{Value, json};

use crate::checks::kms::usable::KMS_KEY_USABLE;
use crate::checks::kms::volume::KMS_VOLUME_PERMISSION;
use crate::report::CheckResult;
use crate::report::Status::{self, Fail, Pass, Skip, Warn};
use crate::testing::account::volumes::{Account, REGION, ROLE, managed, snapshot};
use crate::testing::story::Story;

const ANYTHING: &str = r#"[{"Effect": "Allow", "Action": "*", "Resource": "*"}]"#;

fn arn(id: &str) -> String {
    format!("arn:aws:kms:{REGION}:111122223333:key/{id}")
}

/// A key that trusts the account, under its ARN.
fn with_key(account: Account, id: &str) -> Account {
    with_key_as(account, id, &json!({}), &trusting_the_account())
}

fn with_key_as(account: Account, id: &str, more: &Value, policy: &Value) -> Account {
    let mut key = json!({
        "arn": arn(id), "state": "Enabled", "deleted": null, "spec": "SYMMETRIC_DEFAULT",
        "usage": "ENCRYPT_DECRYPT", "manager": "customer", "multi_region": false,
    });
    for (name, value) in more.as_object().unwrap() {
        key[name] = value.clone();
    }
    let of_key = json!({"region": REGION, "key": arn(id)});
    account
        .says("kms:DescribeKey", &json!({"region": REGION, "id": arn(id)}), &key)
        .says("kms:GetKeyPolicy", &of_key, policy)
        .says("kms:ListGrants", &of_key, &json!([]))
}

fn trusting_the_account() -> Value {
    json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "kms:*", "Resource": "*"}]})
}

fn anything() -> Account {
    Account::with_role(&serde_json::from_str(ANYTHING).unwrap())
}

/// A service on instances, whose volume is configured so.
fn on_instances(fields: &str) -> Story {
    launched(fields, "EC2")
}

fn launched(fields: &str, launch_type: &str) -> Story {
    let service = format!(
        r#"{{"serviceName": "web", "cluster": "prod", "launchType": "{launch_type}", "volumeConfigurations": [
            {{"name": "data", "managedEBSVolume": {{"roleArn": "{ROLE}", {fields}}}}}]}}"#
    );
    Story::task(r#""volumes": [{"name": "data", "configuredAtLaunch": true}]"#).served_by(&service)
}

/// What is said of the key of the volume itself, before that of its snapshot.
fn of_volume(story: Story, account: Account) -> CheckResult {
    let results = story.in_account(account.recorded()).judged_by(&KMS_KEY_USABLE);
    results.into_iter().find(is_of_disk).unwrap()
}

fn is_of_disk(it: &CheckResult) -> bool {
    it.subject.starts_with("service.json")
}

#[test]
fn the_key_of_the_volume_goes_before_that_of_the_cluster_and_that_before_the_accounts() {
    let default = |account: Account| {
        account.says(
            "ec2:GetEbsDefaultKmsKeyId",
            &json!({"region": REGION}),
            &json!(arn("account")),
        )
    };
    let all = |by_default: bool, snapshot_key: Option<&str>, cluster_key: Option<&str>| {
        let encrypted = json!({"encrypted": snapshot_key.is_some(), "key": snapshot_key.map(arn)});
        let account = default(Account::healthy())
            .encrypts_by_default(by_default)
            .snapshot(&snapshot(&encrypted))
            .cluster(&json!({"volume_key": cluster_key.map(arn)}));
        ["own", "cluster", "snapshot", "account"].into_iter().fold(account, with_key)
    };
    let own = format!(r#""sizeInGiB": 20, "kmsKeyId": "{}""#, arn("own"));
    let off = format!(r#"{own}, "encrypted": false"#);
    let (plain, no) = (r#""sizeInGiB": 20"#, r#""sizeInGiB": 20, "encrypted": false"#);
    let (yes, copy) = (r#""sizeInGiB": 20, "encrypted": true"#, r#""snapshotId": "snap-1""#);
    let cases: [(&str, Account, Result<&str, &str>); 13] = [
        (&own, all(true, None, Some("cluster")), Ok("own")),
        (plain, all(true, None, Some("cluster")), Ok("cluster")),
        (copy, all(true, Some("snapshot"), Some("cluster")), Ok("cluster")),
        (copy, all(true, Some("snapshot"), None), Ok("snapshot")),
        (copy, all(false, Some("snapshot"), None), Ok("snapshot")),
        (copy, all(false, None, None), Err("nor the account asks for it")),
        (yes, all(false, None, None), Ok("account")),
        (plain, all(true, None, None), Ok("account")),
        (plain, all(false, None, None), Err("nor the account asks for it")),
        // What the volume says is overridden by the account, not by the cluster.
        (no, all(true, None, Some("cluster")), Ok("account")),
        (no, all(false, None, Some("cluster")), Err("encrypted is false")),
        (&off, all(false, None, None), Err("encrypted is false")),
        (&off, all(true, None, None), Ok("account")),
    ];
    for (fields, account, expected) in cases {
        let result = of_volume(on_instances(fields), account);
        let message = &result.message;
        match expected {
            Ok(key) => {
                assert_eq!(result.status, Pass, "{fields}: {message}");
                assert!(message.contains(&format!("key/{key} is enabled")), "{fields}: {message}");
            }
            Err(words) => {
                assert_eq!(result.status, Skip, "{fields}: {message}");
                assert!(message.contains(words), "{fields}: {message}");
            }
        }
    }
}

#[test]
fn what_the_account_does_by_default_is_assumed_where_it_may_not_be_read() {
    let (key, on) = ("ec2:GetEbsDefaultKmsKeyId", "ec2:GetEbsEncryptionByDefault");
    let cases = [
        (r#""sizeInGiB": 20, "encrypted": true"#, key, "assumed to be alias/aws/ebs"),
        (r#""sizeInGiB": 20, "encrypted": false"#, on, "assumed off"),
        (r#""sizeInGiB": 20"#, on, "assumed off"),
    ];
    for (fields, call, words) in cases {
        let refused = json!({"Err": {"refused": {"action": call, "resource": "*",
            "said": "UnauthorizedOperation"}}});
        // The last answer counts.
        let account =
            Account::healthy().answers(call, &json!({"region": REGION}), &refused).recorded();
        let story = on_instances(fields).in_account(account);
        for check in [&KMS_KEY_USABLE, &KMS_VOLUME_PERMISSION] {
            let result = story.judged_by(check).into_iter().find(is_of_disk).unwrap();
            assert_eq!(result.status, Skip, "{fields}: {result:#?}");
            assert!(result.message.contains(words), "{fields}: {result:#?}");
            let assumed = result.evidence.iter().any(|it| it.contains("assuming that"));
            assert!(assumed, "{fields}: {result:#?}");
        }
    }
}

#[test]
fn a_key_of_a_volume_that_is_not_there_fails_once_with_the_error_of_volumes() {
    let id = json!({"region": REGION, "id": "alias/gone"});
    let absence = json!({"Ok": {"absent":
        {"sentence": "there is no KMS key alias/gone in eu-west-1", "said": "NotFoundException"}}});
    let account = Account::healthy().answers("kms:DescribeKey", &id, &absence).recorded();
    let results = on_instances(r#""sizeInGiB": 20, "kmsKeyId": "alias/gone""#)
        .in_account(account)
        .judged(|group, _| group.name == "kms");
    let told: Vec<_> =
        results.iter().filter(|it| is_of_disk(it)).map(|it| (it.id, it.status)).collect();
    assert_eq!(told, [("kms-key-usable", Fail), ("kms-volume-permission", Skip)], "{results:#?}");
    let failed = results.iter().find(|it| it.status == Fail).unwrap();
    assert!(failed.prevents.as_ref().unwrap().contains("IdempotentParameterMismatch"));
}

#[test]
fn the_keys_of_a_cluster_are_of_one_region_and_fargate_takes_no_alias() {
    let check = &KMS_KEY_USABLE;
    let multi = json!({"multi_region": true});
    let policy = trusting_the_account();
    let at = "service.json#/volumeConfigurations/0/managedEBSVolume";
    let account = with_key_as(anything(), "cluster", &multi, &policy)
        .cluster(&json!({"volume_key": arn("cluster")}));
    let story = on_instances(r#""sizeInGiB": 20"#).in_account(account.recorded());
    let result = story.judged_by(check).into_iter().find(is_of_disk).unwrap();
    assert_eq!((result.status, result.subject.as_str()), (Fail, at), "{result:#?}");
    assert!(
        result.message.contains("multi-Region")
            && result.commands[0].to_string().contains("update-cluster")
    );

    let alias = json!({"region": REGION, "id": "alias/storage"});
    let key = json!({"arn": arn("storage"), "state": "Enabled", "deleted": null,
        "spec": "SYMMETRIC_DEFAULT", "usage": "ENCRYPT_DECRYPT", "manager": "customer",
        "multi_region": false});
    let account = anything()
        .says("kms:DescribeKey", &alias, &key)
        .cluster(&json!({"fargate_storage_key": "alias/storage"}));
    let story = Story::task(r#""cpu": "256""#)
        .run_as(r#"{"launchType": "FARGATE", "cluster": "prod"}"#)
        .in_account(account.recorded());
    let result = story.judged_by(check).pop().unwrap();
    assert_eq!(
        (result.status, result.subject.as_str()),
        (Fail, "run.json#/cluster"),
        "{result:#?}"
    );
}

#[test]
fn the_infrastructure_role_needs_the_key_of_the_account_where_that_applies() {
    let region = json!({"region": REGION});
    let account = |role: Account| {
        with_key(role, "account").encrypts_by_default(true).says(
            "ec2:GetEbsDefaultKmsKeyId",
            &region,
            &json!(arn("account")),
        )
    };
    let judged = |role: Account| {
        on_instances(r#""sizeInGiB": 20"#)
            .in_account(account(role).recorded())
            .judged_by(&KMS_VOLUME_PERMISSION)
            .remove(0)
    };
    assert_eq!(judged(anything()).status, Pass);
    let result = judged(Account::with_role(&managed()["Statement"]));
    assert_eq!(result.status, Fail, "{result:#?}");
    assert!(result.message.contains("kms:GenerateDataKeyWithoutPlaintext"), "{}", result.message);
}

/// A role that may do these on the key of the volume, and those on the key of the snapshot.
fn with_both(own: &[&str], of_snapshot: &[&str]) -> Vec<(Status, String)> {
    let role = json!([
        {"Effect": "Allow", "Action": own, "Resource": arn("own")},
        {"Effect": "Allow", "Action": of_snapshot, "Resource": arn("snapshot")},
    ]);
    let encrypted = json!({"encrypted": true, "key": arn("snapshot")});
    let account = Account::with_role(&role).snapshot(&snapshot(&encrypted));
    let account = with_key(with_key(account, "own"), "snapshot").recorded();
    let fields =
        format!(r#""snapshotId": "snap-1", "kmsKeyId": "{}", "encrypted": true"#, arn("own"));
    let results = on_instances(&fields).in_account(account).judged_by(&KMS_VOLUME_PERMISSION);
    results.into_iter().map(|it| (it.status, it.subject.to_string())).collect()
}

#[test]
fn the_key_of_the_snapshot_has_to_be_readable_too() {
    let ebs = "service.json#/volumeConfigurations/0/managedEBSVolume";
    let told = |own: Status, snapshot: Status| {
        vec![(own, format!("{ebs}/kmsKeyId")), (snapshot, format!("{ebs}/snapshotId"))]
    };
    assert_eq!(with_both(&["kms:*"], &["kms:*"]), told(Pass, Pass));
    assert_eq!(with_both(&["kms:*"], &["kms:Decrypt", "kms:ReEncrypt*"]), told(Pass, Pass));
    assert_eq!(with_both(&["kms:*"], &["kms:DescribeKey"]), told(Pass, Fail));
    let create = [
        "kms:DescribeKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:Decrypt",
        "kms:CreateGrant",
    ];
    assert_eq!(with_both(&create, &["kms:*"]), told(Fail, Pass), "an encrypted snapshot");
}

#[test]
fn without_an_encrypted_snapshot_nothing_is_encrypted_again() {
    let create = json!([{"Effect": "Allow", "Resource": "*", "Action": ["kms:DescribeKey",
        "kms:GenerateDataKeyWithoutPlaintext", "kms:Decrypt", "kms:CreateGrant"]}]);
    for fields in [r#""sizeInGiB": 20"#, r#""snapshotId": "snap-1""#] {
        let account = with_key(Account::with_role(&create).snapshot(&snapshot(&json!({}))), "own");
        let fields = format!(r#"{fields}, "kmsKeyId": "{}", "encrypted": true"#, arn("own"));
        let results =
            on_instances(&fields).in_account(account.recorded()).judged_by(&KMS_VOLUME_PERMISSION);
        assert_eq!(results[0].status, Warn, "{:#?}", results[0]);
    }
}

/// AWS's example of a key policy for the storage of Fargate, for this cluster.
fn for_fargate(cluster: &str, account: &str) -> Vec<Value> {
    let service = json!({"Service": "fargate.amazonaws.com"});
    let context = json!({
        "kms:EncryptionContext:aws:ecs:clusterAccount": [account],
        "kms:EncryptionContext:aws:ecs:clusterName": [cluster],
    });
    vec![
        json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "kms:*", "Resource": "*"}),
        json!({"Effect": "Allow", "Principal": service, "Resource": "*",
            "Action": "kms:GenerateDataKeyWithoutPlaintext",
            "Condition": {"StringEquals": context}}),
        json!({"Effect": "Allow", "Principal": service, "Resource": "*",
            "Action": "kms:CreateGrant", "Condition": {"StringEquals": context,
                "ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt"]}}}),
    ]
}

#[test]
fn fargate_uses_the_key_of_its_storage_in_the_name_of_the_cluster() {
    let judged = |statements: &[Value]| {
        let policy = json!({"Version": "2012-10-17", "Statement": statements});
        let account = with_key_as(Account::healthy(), "storage", &json!({}), &policy)
            .cluster(&json!({"fargate_storage_key": arn("storage")}));
        Story::task(r#""cpu": "256""#)
            .run_as(r#"{"launchType": "FARGATE", "cluster": "prod"}"#)
            .in_account(account.recorded())
            .judged_by(&KMS_VOLUME_PERMISSION)
            .remove(0)
    };
    let own = "111122223333";
    assert_eq!(judged(&for_fargate("prod", own)).status, Pass);
    for (statements, words) in [
        (for_fargate("test", own), "kms:GenerateDataKeyWithoutPlaintext, kms:CreateGrant"),
        (for_fargate("prod", "444455556666"), "kms:CreateGrant"),
        (for_fargate("prod", own)[..2].to_vec(), "not authorized to perform kms:CreateGrant on"),
        (
            for_fargate("prod", own)[..1].to_vec(),
            "fargate.amazonaws.com is not authorized to perform",
        ),
    ] {
        let result = judged(&statements);
        assert_eq!(result.status, Fail, "{result:#?}");
        assert!(result.message.contains(words), "{words}: {}", result.message);
        // What fixes leaves all that the policy says, and adds AWS's example for this cluster.
        let words = shlex::split(&result.commands[0].to_string()).unwrap();
        let at = words.iter().position(|word| word == "--policy").unwrap() + 1;
        let fixed: Value = serde_json::from_str(&words[at]).unwrap();
        let fixed = fixed["Statement"].as_array().unwrap();
        assert_eq!(fixed[..statements.len()], statements);
        assert!(for_fargate("prod", own).ends_with(&fixed[statements.len()..]), "{fixed:#?}");
        assert_eq!(judged(fixed).status, Pass);
    }
    let mut denied = for_fargate("prod", own);
    denied.push(json!({"Effect": "Deny", "Principal": "*", "Action": "kms:CreateGrant",
        "Resource": "*"}));
    let commands = judged(&denied).commands;
    assert!(commands[0].to_string().starts_with("aws kms get-key-policy"), "{commands:?}");
}

#[test]
fn a_cluster_without_keys_and_a_task_elsewhere_need_none() {
    let run =
        |launch_type: &str| format!(r#"{{"launchType": "{launch_type}", "cluster": "prod"}}"#);
    let story = |launch_type: &str| {
        Story::task(r#""cpu": "256""#)
            .run_as(&run(launch_type))
            .in_account(Account::healthy().recorded())
    };
    story("FARGATE").ends(&KMS_VOLUME_PERMISSION, &[(Skip, "run.json#/cluster", "sets no key")]);
    story("EC2").ends(&KMS_VOLUME_PERMISSION, &[(Skip, "", "has no EBS volume")]);
}
