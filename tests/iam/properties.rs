use aws_ecs_preflight::iam::{
    Context, Decision, KeyState, Layer, Layers, Policy, Request, Verdict, evaluate,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf";

/// Any JSON at all, with the words of policies in it here and there.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "Version",
        "2012-10-17",
        "Statement",
        "Sid",
        "Effect",
        "Allow",
        "Deny",
        "Principal",
        "AWS",
        "Action",
        "Resource",
        "Condition",
        "StringLike",
        "ForAllValues:ArnLike",
        "IpAddress",
        "DateLessThan",
        "NumericEquals",
        "aws:SourceVpc",
        "${aws:SourceVpc}",
        "${",
        "*",
        "a*:?",
        "",
        "arn:aws:*",
        "::::::",
        "10.0.0.0/8",
        "2026-11-22T12:00é",
        "é",
    ]);
    let leaf = prop_oneof![
        word.clone().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(6, 48, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..5).prop_map(|entries| {
                entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            }),
        ]
    })
}

const KEYS: [&str; 3] = ["aws:SourceVpce", "aws:PrincipalTag/team", "aws:ResourceTag/team"];

/// What a key may be in the world that the brute force asks about; more than policies mention.
const WORLD: [&str; 6] = ["app", "apple", "pay", "PAY", "x", "vpce-1"];

fn condition() -> impl Strategy<Value = Value> {
    let operator = prop::sample::select(vec![
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "StringEqualsIfExists",
        "Null",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringLike",
        "ForAnyValue:StringNotEquals",
    ]);
    let value = prop::sample::select(vec![
        "app",
        "app*",
        "*p*",
        "pay",
        "*",
        "vpce-1",
        "${aws:PrincipalTag/team}",
        "${aws:ResourceTag/team}",
    ]);
    let values = prop::collection::vec(value, 1..3);
    (operator, prop::sample::select(KEYS.as_slice()), values).prop_map(|(operator, key, values)| {
        match operator {
            "Null" => json!({"Null": {key: values.len() == 1}}),
            operator => json!({operator: {key: values}}),
        }
    })
}

fn statement(principal: bool) -> impl Strategy<Value = Value> {
    let effect = prop::sample::select(vec!["Allow", "Allow", "Deny"]);
    let action = prop::sample::select(vec!["*", "secretsmanager:Get*", "s3:*"]);
    let resource = prop::sample::select(vec![
        "*",
        SECRET,
        "arn:aws:secretsmanager:*:*:secret:app/*",
        "arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/team}/*",
        "arn:aws:secretsmanager:*:*:secret:other",
    ]);
    let named = prop::sample::select(vec![
        "*",
        "111122223333",
        "arn:aws:iam::111122223333:role/app",
        "arn:aws:iam::111122223333:role/other",
    ]);
    let condition = prop::option::weighted(0.7, condition());
    (effect, action, resource, named, condition).prop_map(
        move |(effect, action, resource, named, condition)| {
            let mut statement = json!({"Effect": effect, "Action": action, "Resource": resource});
            if principal {
                statement["Principal"] = json!({"AWS": named});
            }
            if let Some(condition) = condition {
                statement["Condition"] = condition;
            }
            statement
        },
    )
}

#[derive(Clone, Debug)]
struct Documents {
    identity: Vec<Value>,
    boundary: Option<Vec<Value>>,
    resource: Vec<Value>,
}

fn documents() -> impl Strategy<Value = Documents> {
    (
        prop::collection::vec(statement(false), 0..4),
        prop::option::weighted(0.3, prop::collection::vec(statement(false), 1..3)),
        prop::collection::vec(statement(true), 0..3),
    )
        .prop_map(|(identity, boundary, resource)| Documents { identity, boundary, resource })
}

impl Documents {
    /// The same with an allow of everything, so that only statements that deny can decide.
    fn granting_all(&self) -> Documents {
        let mut granted = self.clone();
        let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        granted.identity.push(all.clone());
        granted.boundary.iter_mut().for_each(|statements| statements.push(all.clone()));
        granted
    }

    fn layers(&self) -> Layers {
        let read = |layer, statements: &[Value]| {
            let document = json!({"Version": "2012-10-17", "Statement": statements});
            Policy::read(layer, "policy", &document)
        };
        Layers {
            identity: vec![read(Layer::Identity, &self.identity)],
            boundary: self.boundary.as_ref().map(|it| read(Layer::Boundary, it)),
            resource: Some(read(Layer::Resource, &self.resource)),
            ..Layers::default()
        }
    }
}

fn request(context: Context) -> Request {
    let principal = "arn:aws:sts::111122223333:assumed-role/app/task".parse().unwrap();
    Request::new(principal, "secretsmanager:GetSecretValue", SECRET, context)
}

fn verdict(decision: &Decision) -> Verdict {
    match decision {
        Decision::Allow => Verdict::Allow,
        Decision::ExplicitDeny => Verdict::ExplicitDeny,
        Decision::ImplicitDeny => Verdict::ImplicitDeny,
        Decision::Depends(_) => Verdict::Open,
    }
}

/// Every state that a key may have in the small world: absent, one value, or two.
fn states() -> Vec<KeyState> {
    let mut states = vec![KeyState::Absent];
    states.extend(WORLD.map(|value| KeyState::Known(vec![value.to_owned()])));
    let pairs = [["app", "pay"], ["app", "x"], ["apple", "vpce-1"]];
    states.extend(pairs.map(|pair| KeyState::Known(pair.map(str::to_owned).to_vec())));
    states
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_json_is_read_and_evaluated_without_a_panic(
        document in any_json(),
        statement in any_json(),
        unknown in any::<bool>(),
    ) {
        let context = if unknown { Context::partial() } else { Context::complete() };
        let policies = [document, json!({"Version": "2012-10-17", "Statement": [statement]})];
        let resource = Policy::read(Layer::Resource, "resource", &policies[0]);
        let layers = Layers {
            identity: policies.iter().map(|it| Policy::read(Layer::Identity, "id", it)).collect(),
            resource: Some(resource),
            ..Layers::default()
        };
        let evaluation = evaluate(&request(context), &layers);
        prop_assert!(!evaluation.sentences().is_empty());
    }

    #[test]
    fn one_more_deny_never_lets_a_request_pass(
        documents in documents(),
        mut deny in statement(false),
        team in prop::sample::select(WORLD.as_slice()),
    ) {
        let context = Context::complete().with_value("aws:PrincipalTag/team", team);
        let before = evaluate(&request(context.clone()), &documents.layers()).decision;
        deny["Effect"] = json!("Deny");
        let mut with_deny = documents.clone();
        with_deny.identity.push(deny);
        let after = evaluate(&request(context), &with_deny.layers()).decision;
        if before != Decision::Allow {
            prop_assert_ne!(after, Decision::Allow);
        }
    }

    #[test]
    fn a_policy_that_cannot_be_read_never_adds_certainty(documents in documents()) {
        let mut layers = documents.layers();
        let before = evaluate(&request(Context::complete()), &layers).decision;
        layers.identity.push(Policy::unreadable(Layer::Identity, "hidden", "AccessDenied"));
        let after = evaluate(&request(Context::complete()), &layers).decision;
        prop_assert!(after != Decision::Allow);
        prop_assert!(after == before || matches!(after, Decision::Depends(_)));
    }

    #[test]
    fn whatever_unknown_keys_turn_out_to_be_a_definite_answer_was_right(
        documents in documents(),
        hidden in prop::collection::btree_set(0..3_usize, 1..3),
    ) {
        let layers = documents.layers();
        let unknown = |at: &usize| (KEYS[*at], KeyState::Unknown);
        let context = hidden.iter().map(unknown).fold(
            Context::complete(), |context, (key, state)| context.with(key, state));
        let before = verdict(&evaluate(&request(context), &layers).decision);
        let worlds = hidden.iter().fold(vec![(Context::complete(), false)], |contexts, at| {
            let with = |(context, several): &(Context, bool)| {
                let world = |it: KeyState| {
                    let more = matches!(&it, KeyState::Known(values) if values.len() > 1);
                    (context.clone().with(KEYS[*at], it), *several || more)
                };
                states().into_iter().map(world).collect::<Vec<_>>()
            };
            contexts.iter().flat_map(with).collect()
        });
        for (world, several) in worlds {
            let truth = verdict(&evaluate(&request(world.clone()), &layers).decision);
            let right = match before {
                Verdict::Open => true,
                // Several values without set operator are open in themselves: a statement that denies by
                // them decides nothing, and what no statement allows is denied all the same.
                _ if truth == Verdict::Open => true,
                // With an allow of everything, it shows that the statement is open there.
                Verdict::ExplicitDeny if several && truth == Verdict::ImplicitDeny => {
                    let granted = documents.granting_all().layers();
                    verdict(&evaluate(&request(world.clone()), &granted).decision) == Verdict::Open
                }
                Verdict::ImplicitDeny => truth != Verdict::Allow,
                before => truth == before,
            };
            prop_assert!(right, "{:?} but {:?} in {:?}", before, truth, world);
        }
    }
}
