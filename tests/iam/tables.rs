use aws_ecs_preflight::iam::{
    Constraint, Context, Decision, Evaluation, Grant, Grants, KeyState, Layer, Layers, Policy,
    Request, evaluate,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A case of a table. `ROLE`, `SESSION`, `SECRET`, `FOREIGN_SECRET` and `KEY` stand for ARNs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    request: Asked,
    /// By layer the statements of its policy, or why it could not be read.
    policies: Map<String, Value>,
    expected: String,
    /// The Sids of the statements that decide.
    #[serde(default)]
    deciding: Vec<String>,
    /// The keys that it depends on.
    #[serde(default)]
    unknown: Vec<String>,
    /// A part of the explanation.
    because: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    principal: String,
    action: String,
    resource: String,
    owner: Option<String>,
    #[serde(default)]
    context: Map<String, Value>,
    #[serde(default)]
    unknown: Vec<String>,
}

const SHORT: [(&str, &str); 5] = [
    ("ROLE", "arn:aws:iam::111122223333:role/app"),
    ("SESSION", "arn:aws:sts::111122223333:assumed-role/app/task-1"),
    ("FOREIGN_SECRET", "arn:aws:secretsmanager:eu-west-1:444455556666:secret:app/db-AbCdEf"),
    ("SECRET", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf"),
    ("KEY", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
];

#[test]
fn every_layer_has_its_say() {
    check(include_str!("layers.json"));
}

#[test]
fn actions_and_resources_match_as_aws_matches_them() {
    check(include_str!("matching.json"));
}

#[test]
fn keys_have_rules_of_their_own() {
    check(include_str!("keys.json"));
}

#[test]
fn principals_are_named_in_many_ways() {
    check(include_str!("trust.json"));
}

#[test]
fn the_examples_of_the_user_guide_come_out_as_it_says() {
    check(include_str!("documented.json"));
}

#[test]
fn what_is_not_known_stays_so_unless_it_does_not_matter() {
    check(include_str!("unknown.json"));
}

fn check(table: &str) {
    let table = SHORT.iter().fold(table.to_owned(), |table, (short, arn)| {
        table.replace(&format!("\"{short}\""), &format!("\"{arn}\""))
    });
    let cases: Vec<Case> = serde_json::from_str(&table).unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let evaluation = evaluate(&case.request.to_request(), &layers(&case.policies));
        let found = describe(&evaluation);
        assert_eq!(found, (case.expected.as_str(), case.unknown), "{}\n{evaluation:#?}", case.name);
        let deciding: Vec<_> = evaluation.deciding.iter().filter_map(|it| it.sid.clone()).collect();
        for sid in &case.deciding {
            assert!(deciding.contains(sid), "{}: {sid} is not in {deciding:?}", case.name);
        }
        let sentences = evaluation.sentences().join("\n");
        let because = case.because.unwrap_or_default();
        assert!(sentences.contains(&because), "{}\n{sentences}", case.name);
        assert!(!sentences.is_empty(), "{}", case.name);
    }
}

/// The decision, and the keys that it depends on if the case tells them.
fn describe(evaluation: &Evaluation) -> (&'static str, Vec<String>) {
    match &evaluation.decision {
        Decision::Allow => ("allow", Vec::new()),
        Decision::ExplicitDeny => ("explicit_deny", Vec::new()),
        Decision::ImplicitDeny => ("implicit_deny", Vec::new()),
        Decision::Depends(depends) => {
            ("depends", depends.keys.iter().map(|asked| asked.key.clone()).collect())
        }
    }
}

impl Asked {
    fn to_request(&self) -> Request {
        let mut context = Context::complete();
        for (key, value) in &self.context {
            let state = match value {
                Value::String(value) => KeyState::Known(vec![value.clone()]),
                Value::Object(start) => {
                    KeyState::Begins(start["begins"].as_str().unwrap().to_owned())
                }
                values => KeyState::Known(serde_json::from_value(values.clone()).unwrap()),
            };
            context.set(key, state);
        }
        for key in &self.unknown {
            context.set(key, KeyState::Unknown);
        }
        let principal = self.principal.parse().unwrap();
        let request = Request::new(principal, &self.action, &self.resource, context);
        match &self.owner {
            Some(owner) => request.owned_by(owner.parse().unwrap()),
            None => request,
        }
    }
}

fn layers(policies: &Map<String, Value>) -> Layers {
    let mut layers = Layers::default();
    for (name, policy) in policies {
        let read = |layer| read(layer, name, policy);
        match name.as_str() {
            "identity" => layers.identity.push(read(Layer::Identity)),
            "boundary" => layers.boundary = Some(read(Layer::Boundary)),
            "session" => layers.session.push(read(Layer::Session)),
            "resource" => layers.resource = Some(read(Layer::Resource)),
            "key" => layers.resource = Some(read(Layer::Key)),
            "trust" => layers.resource = Some(read(Layer::Trust)),
            "endpoint" => layers.endpoint = Some(read(Layer::Endpoint)),
            "scp" => layers.service_control = levels(policy, name, Layer::ServiceControl),
            "rcp" => layers.resource_control = levels(policy, name, Layer::ResourceControl),
            "grants" => layers.grants = grants(policy),
            other => panic!("there is no layer {other}"),
        }
    }
    layers
}

fn read(layer: Layer, name: &str, statements: &Value) -> Policy {
    match statements {
        Value::String(why) => Policy::unreadable(layer, name, why),
        statements => {
            let document = json!({"Version": "2012-10-17", "Statement": statements});
            Policy::read(layer, name, &document)
        }
    }
}

fn levels(levels: &Value, name: &str, layer: fn(usize) -> Layer) -> Vec<Vec<Policy>> {
    let levels = levels.as_array().unwrap().iter().enumerate();
    levels.map(|(at, statements)| vec![read(layer(at + 1), name, statements)]).collect()
}

fn grants(grants: &Value) -> Grants {
    if let Value::String(why) = grants {
        return Grants::Unreadable(why.clone());
    }
    let grants = grants.as_array().unwrap().iter().map(|grant| Grant {
        id: "grant".to_owned(),
        grantee: grant["grantee"].as_str().unwrap().to_owned(),
        operations: serde_json::from_value(grant["operations"].clone()).unwrap(),
        constraint: constraint(grant),
    });
    Grants::Known(grants.collect())
}

fn constraint(grant: &Value) -> Constraint {
    if let Some(pairs) = grant["subset"].as_object() {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        return Constraint::Subset(pairs.iter().map(|(key, it)| (key.clone(), text(it))).collect());
    }
    match grant["source"].as_str() {
        Some(source) => Constraint::Source(source.to_owned()),
        None => Constraint::None,
    }
}
