use serde_json::json;

use super::*;

fn doubts(layer: Layer, statement: &Value) -> Vec<String> {
    let document = json!({"Version": "2012-10-17", "Statement": statement});
    let policy = Policy::read(layer, "policy", &document);
    policy.statements.iter().flat_map(|statement| statement.doubts.clone()).collect()
}

#[test]
fn a_statement_knows_its_policy_and_its_position() {
    let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let named = json!({"Sid": "All", "Effect": "Deny", "Action": ["*"], "Resource": ["*"]});
    let document = json!({"Statement": [statement, named]});
    let policy = Policy::read(Layer::Identity, "arn:aws:iam::aws:policy/X", &document);
    let names: Vec<_> = policy.statements.iter().map(|it| it.origin.to_string()).collect();
    assert_eq!(
        names,
        [
            "statement 1 of identity policy `arn:aws:iam::aws:policy/X`",
            "statement `All` of identity policy `arn:aws:iam::aws:policy/X`",
        ]
    );
    assert_eq!(policy.statements[1].effect, Some(Effect::Deny));
}

#[test]
fn one_statement_needs_no_list_and_scalars_stand_for_their_text() {
    let statement = json!({
        "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": true}, "NumericLessThan": {"s3:max-keys": 10}}
    });
    assert_eq!(doubts(Layer::Identity, &statement), [""; 0]);
    let document = json!({"Statement": statement});
    let policy = Policy::read(Layer::Identity, "p", &document);
    let wanted: Vec<_> =
        policy.statements[0].conditions.iter().flat_map(|it| it.wanted()).collect();
    assert_eq!(wanted, ["true", "10"]);
}

#[test]
fn what_aws_would_not_accept_is_a_doubt_of_its_statement() {
    let cases = [
        (json!({"Action": "*", "Resource": "*"}), "`Effect`"),
        (json!({"Effect": "allow", "Action": "*", "Resource": "*"}), "`Effect`"),
        (json!({"Effect": "Allow", "action": "*", "Action": "*", "Resource": "*"}), "`action`"),
        (json!({"Effect": "Allow", "Resource": "*"}), "no `Action`"),
        (json!({"Effect": "Allow", "Action": "*"}), "no `Resource`"),
        (json!({"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}), "both"),
        (json!({"Effect": "Allow", "Action": "GetObject", "Resource": "*"}), "is not an action"),
        (json!({"Effect": "Allow", "Action": "s*:Get", "Resource": "*"}), "is not an action"),
        (json!({"Effect": "Allow", "Action": [], "Resource": "*"}), "empty list"),
        (json!({"Effect": "Allow", "Action": "*", "Resource": "app"}), "nor an ARN"),
        (json!({"Effect": "Allow", "Action": "*", "Resource": {}}), "which is not a string"),
        (
            json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}),
            "cannot have",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Is": {"k": "v"}}}),
            "not a condition operator",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": ["Bool"]}),
            "`Condition` is not an object",
        ),
    ];
    for (statement, part) in cases {
        let found = doubts(Layer::Identity, &statement);
        assert!(found.iter().any(|doubt| doubt.contains(part)), "{statement}: {found:?}");
    }
}

#[test]
fn a_policy_of_a_resource_names_principals_and_may_leave_the_resource_out() {
    let trust = json!({
        "Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        "Action": "sts:AssumeRole"
    });
    assert_eq!(doubts(Layer::Trust, &trust), [""; 0]);
    let nobody = json!({"Effect": "Allow", "Action": "sts:AssumeRole"});
    assert_eq!(doubts(Layer::Trust, &nobody), ["it has no `Principal`"]);
    let wild =
        json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::*:root"}, "Action": "*"});
    assert_eq!(doubts(Layer::Resource, &wild), ["`arn:aws:iam::*:root` is not a principal"]);
}

#[test]
fn what_cannot_be_read_at_all_is_one_unknown_statement() {
    for text in ["", "[]", "{}", "{\"Version\": \"2012-10-17\"}"] {
        let policy = Policy::read_text(Layer::Boundary, "b", text);
        assert_eq!(policy.statements.len(), 1, "{text}");
        assert!(policy.statements[0].is_unread_policy(), "{text}");
        assert_eq!(policy.statements[0].effect, None, "{text}");
    }
}
