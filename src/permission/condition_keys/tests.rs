//! The table and the evaluation agree.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Known::{
    AbsentWith, Call, InSessionOfPerson, Listed, Never, NotOfTask, OnlyWith, Path, Principal,
    Unknown,
};
use super::*;
use crate::account::rights::Session;
use crate::iam::Decision;
use crate::permission::tests::role;
use crate::permission::{ResourceSide, Wish, may};
use crate::reachability::origin::KEYS;

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf";

fn keys() -> impl Iterator<Item = &'static ConditionKey> {
    PAGES.iter().flat_map(|page| page.keys)
}

/// Whether a request of a role has a key: true, false or unknown.
fn has(key: &str, action: &str, session: Session) -> Option<bool> {
    let allowed_if_absent = |absent: bool| {
        let statements = json!([{"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"Null": {key: absent.to_string()}}}]);
        let mut who = role(statements);
        if let crate::account::rights::Policies::Held(set) = &mut who {
            set.beyond.session = session;
            set.beyond.now = Some(1_800_000_000);
        }
        let region = "eu-west-1".parse().unwrap();
        let wish = Wish::new(action, SECRET);
        let evaluation = may(&who, &wish, ResourceSide::default(), &region).unwrap().unwrap();
        evaluation.decision == Decision::Allow
    };
    match (allowed_if_absent(true), allowed_if_absent(false)) {
        (true, false) => Some(false),
        (false, true) => Some(true),
        _ => None,
    }
}

fn named(key: &ConditionKey) -> String {
    if key.is_prefix() { format!("{}any", key.name) } else { key.name.to_owned() }
}

#[test]
fn what_the_table_says_of_a_key_is_what_a_condition_on_it_finds() {
    let action = "secretsmanager:GetSecretValue";
    for key in keys() {
        let found = |session| has(&named(key), action, session);
        let in_task = found(Session::Service);
        match key.known {
            // The user name is known to be absent.
            Principal => assert!(in_task.is_some(), "{}", key.name),
            Never => {
                assert_eq!(in_task, Some(false), "{}", key.name);
                assert_eq!(found(Session::Anybody), Some(false), "{}", key.name);
            }
            InSessionOfPerson => {
                assert_eq!(in_task, Some(false), "{}", key.name);
                assert_eq!(found(Session::Instance), Some(false), "{}", key.name);
                assert_eq!(found(Session::Anybody), None, "{}", key.name);
            }
            NotOfTask => {
                assert_eq!(in_task, Some(false), "{}", key.name);
                assert_eq!(found(Session::Instance), None, "{}", key.name);
            }
            AbsentWith(_) | OnlyWith(_) => assert_eq!(in_task, Some(false), "{}", key.name),
            Path | Unknown => assert_eq!(in_task, None, "{}", key.name),
            // The call or what is read of the resource decides; other tests show how.
            Call | Listed => {}
        }
    }
}

#[test]
fn a_key_of_some_actions_is_unknown_with_those_and_absent_with_others() {
    for (key, action, expected) in [
        ("kms:GrantOperations", "kms:CreateGrant", None),
        ("kms:GrantOperations", "kms:Decrypt", Some(false)),
        ("kms:ReEncryptOnSameKey", "kms:ReEncryptFrom", None),
        ("s3:VersionId", "s3:GetObjectVersion", None),
        ("s3:VersionId", "s3:GetObject", Some(false)),
        ("aws:RequestTag/team", "ecs:RunTask", None),
        ("aws:RequestTag/team", "kms:GenerateDataKeyWithoutPlaintext", Some(false)),
        ("aws:TagKeys", "ecr:BatchGetImage", Some(false)),
        ("aws:TagKeys", "dynamodb:CreateTable", None),
    ] {
        assert_eq!(has(key, action, Session::Service), expected, "{key} with {action}");
    }
}

#[test]
fn the_keys_of_the_network_path_are_those_that_the_path_determines() {
    let listed: BTreeSet<&str> =
        keys().filter(|key| key.known == Known::Path).map(|key| key.name).collect();
    assert_eq!(listed, KEYS.into_iter().collect());
}

#[test]
fn no_key_is_listed_twice() {
    let mut seen = BTreeSet::new();
    for key in keys() {
        assert!(seen.insert(key.name.to_lowercase()), "{}", key.name);
    }
}

#[test]
fn every_key_that_a_call_carries_is_in_the_table() {
    let mut missing = BTreeSet::new();
    visit(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path(), &mut |text| {
        for call in ["carrying(", "knowing(", "with_value(", ".set("] {
            for rest in text.split(call).skip(1) {
                let Some(name) = rest.trim_start().strip_prefix('"') else { continue };
                let name = name.split('"').next().unwrap_or_default();
                let is_key = name.split_once(':').is_some_and(|(service, _)| {
                    !service.is_empty() && service.bytes().all(|it| it.is_ascii_alphanumeric())
                });
                let is_listed = |key: &ConditionKey| match key.is_prefix() {
                    true => name.to_lowercase().starts_with(&key.name.to_lowercase()),
                    false => name.eq_ignore_ascii_case(key.name),
                };
                if is_key && !keys().any(is_listed) {
                    missing.insert(name.to_owned());
                }
            }
        }
    });
    assert!(missing.is_empty(), "{missing:?}");
}

/// Shows the text of every source file but those of tests.
fn visit(folder: &std::path::Path, show: &mut impl FnMut(&str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" && name != "testing" {
            visit(&path, show);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            let text = std::fs::read_to_string(&path).unwrap();
            show(text.split("#[cfg(test)]").next().unwrap_or_default());
        }
    }
}

/// A role whose one statement has this condition, in a session of a task at a time in November 2026.
fn reads_if(condition: &Value, effect: &str) -> bool {
    let statements = json!([
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition},
    ]);
    let mut who = role(statements);
    if let crate::account::rights::Policies::Held(set) = &mut who {
        set.beyond.session = Session::Service;
        set.beyond.now = Some(1_796_000_000);
    }
    let region = "eu-west-1".parse().unwrap();
    let wish = Wish::new("secretsmanager:GetSecretValue", SECRET);
    let evaluation = may(&who, &wish, ResourceSide::default(), &region).unwrap().unwrap();
    match evaluation.decision {
        Decision::Allow => true,
        Decision::ExplicitDeny => false,
        other => panic!("{condition}: {other:?}"),
    }
}

#[test]
fn sessions_that_were_revoked_are_not_those_of_a_task_that_starts() {
    for (condition, reads) in [
        (json!({"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}}), true),
        (json!({"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}), false),
        (json!({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}), false),
        (json!({"NumericLessThan": {"aws:EpochTime": "1700000000"}}), true),
        (json!({"Null": {"ec2:SourceInstanceARN": "false"}}), true),
        (json!({"StringNotEqualsIfExists": {"aws:SourceAccount": "444455556666"}}), false),
    ] {
        assert_eq!(reads_if(&condition, "Deny"), reads, "{condition}");
    }
}
