//! What policies cost that are as large as AWS allows, or larger, and made to be slow.

use serde_json::{Value, json};

use super::*;
use crate::iam::{Context, Policy};

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf";

/// Of AWS's policies those of KMS keys may be the largest: 32 KB
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>).
const LARGEST: usize = 32_768;

/// What the statements of a secret's policy decide for a role that may read it, and in how many steps.
fn decide(statements: &[Value]) -> (Decision, usize) {
    let allow = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let policy = |layer, statements: &[Value]| {
        let document = json!({"Version": "2012-10-17", "Statement": statements});
        Policy::read(layer, "app", &document)
    };
    let layers = Layers {
        identity: vec![policy(Layer::Identity, &[allow])],
        resource: Some(policy(Layer::Resource, statements)),
        ..Layers::default()
    };
    let role = "arn:aws:iam::111122223333:role/app".parse().unwrap();
    let request = Request::new(role, "secretsmanager:GetSecretValue", SECRET, Context::partial());
    let mut effort = Effort::of_evaluation();
    let decision = evaluate_with(&request, &layers, &mut effort).decision;
    (decision, effort.spent())
}

/// A statement with one condition.
fn statement(effect: &str, operator: &str, key: &str, values: &Value) -> Value {
    json!({"Effect": effect, "Principal": "*", "Action": "*", "Resource": "*",
           "Condition": {operator: {key: values}}})
}

/// `*a*b*c*…*`, from another letter each.
fn stars(first: usize, stars: usize) -> String {
    let letter = |nth: usize| char::from(b'a' + u8::try_from(nth % 26).unwrap());
    let parts: Vec<String> = (first..first + stars).map(|nth| letter(nth).to_string()).collect();
    format!("*{}*", parts.join("*"))
}

/// As many statements as fit into the largest policy.
fn as_many_as_fit(statement: impl Fn(usize) -> Value) -> Vec<Value> {
    let mut size = 0;
    let fits = |it: &Value| {
        size += it.to_string().len();
        size < LARGEST
    };
    (0..).map(statement).take_while(fits).collect()
}

fn depends_on(decision: &Decision, key: &str) -> bool {
    matches!(decision, Decision::Depends(depends) if depends.keys.iter().any(|it| it.key == key))
}

#[test]
fn forty_negated_patterns_on_an_unknown_key_are_settled_by_two_values() {
    let patterns: Vec<String> = (0..40).map(|nth| stars(nth, 8)).collect();
    let deny = statement("Deny", "StringNotLike", "aws:SourceVpce", &json!(patterns));
    let (decision, steps) = decide(&[deny]);
    let Decision::Depends(depends) = decision else { panic!("{decision:?}") };
    let verdicts: Vec<Verdict> = depends.outcomes.iter().map(|it| it.verdict).collect();
    assert_eq!(verdicts, [Verdict::ExplicitDeny, Verdict::ExplicitDeny, Verdict::Allow]);
    assert!(steps < 1_500_000, "{steps}");
}

#[test]
fn a_condition_and_its_negation_leave_nothing_unknown_however_long_they_are() {
    let patterns: Vec<String> = (0..400).map(|nth| stars(nth, 8)).collect();
    let deny = |operator| statement("Deny", operator, "aws:SourceVpce", &json!(patterns));
    let (decision, steps) = decide(&[deny("StringNotLike"), deny("StringLike")]);
    assert_eq!(decision, Decision::ExplicitDeny);
    assert!(steps < 1_500_000, "{steps}");
}

#[test]
fn a_policy_as_large_as_aws_allows_costs_no_more_than_an_evaluation_may() {
    let many = |nth: usize| json!([format!("vpce-{nth:017x}"), stars(nth, 12)]);
    let spread = |nth: usize| json!(format!("{}{}", "*a".repeat(nth % 7 + 1), stars(nth, 5)));
    let kinds: [(&str, Vec<Value>); 5] = [
        (
            "ids",
            as_many_as_fit(|nth| {
                statement(
                    "Deny",
                    "StringEquals",
                    "aws:SourceVpce",
                    &json!(format!("vpce-{nth:017x}")),
                )
            }),
        ),
        (
            "stars",
            as_many_as_fit(|nth| statement("Deny", "StringLike", "aws:SourceVpce", &many(nth))),
        ),
        (
            "few keys",
            as_many_as_fit(|nth| {
                let key = ["aws:SourceVpce", "aws:SourceVpc", "aws:UserAgent"][nth % 3];
                statement("Deny", "StringNotLike", key, &spread(nth))
            }),
        ),
        (
            "one set",
            as_many_as_fit(|nth| {
                statement("Deny", "ForAnyValue:StringLike", "aws:TagKeys", &json!(stars(nth, 3)))
            }),
        ),
        (
            "variables",
            as_many_as_fit(|nth| {
                let tag = format!("${{aws:PrincipalTag/t{}}}", nth % 3);
                let resource =
                    format!("arn:aws:secretsmanager:*:*:secret:*{tag}*b-{}", "*".repeat(nth));
                json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": resource})
            }),
        ),
    ];
    for (name, statements) in kinds {
        let (decision, steps) = decide(&statements);
        assert!(matches!(decision, Decision::Depends(_)), "{name}: {decision:?}");
        assert!(steps < 6_500_000, "{name}: {steps}");
    }
}

#[test]
fn ten_thousand_statements_end_and_name_their_keys() {
    let values = |nth: usize| json!(format!("vpce-{nth}"));
    let one_key: Vec<Value> = (0..10_000)
        .map(|nth| statement("Deny", "StringEquals", "aws:SourceVpce", &values(nth)))
        .collect();
    let (decision, steps) = decide(&one_key);
    assert!(depends_on(&decision, "aws:SourceVpce"));
    assert!(steps < 1_500_000, "{steps}");

    let key = |nth: usize| format!("aws:PrincipalTag/t{nth}");
    let keys: Vec<Value> =
        (0..10_000).map(|nth| statement("Deny", "StringEquals", &key(nth), &json!("x"))).collect();
    let (decision, steps) = decide(&keys);
    let Decision::Depends(depends) = decision else { panic!("{decision:?}") };
    assert_eq!((depends.keys.len(), steps), (10_000, 0));
    assert_eq!(depends.keys[9_999].by.len(), 1);
}

#[test]
fn an_id_among_eight_hundred_is_told_from_all_others() {
    let ids: Vec<String> = (0..800).map(|nth| format!("vpce-{nth:017x}")).collect();
    let (decision, steps) =
        decide(&[statement("Deny", "StringNotEquals", "aws:SourceVpce", &json!(ids))]);
    let Decision::Depends(depends) = decision else { panic!("{decision:?}") };
    assert_eq!(depends.outcomes.len(), 3);
    assert!(steps < 400_000, "{steps}");
}
