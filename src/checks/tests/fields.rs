//! No field of a task definition goes unread: whatever the API's model has, some check judges it, or it
//! stands in [`SILENT`] with the reason why nothing can be said.
//!
//! That a field is read is proven by what comes of it: in some document, one of its values must give
//! another result (check, status, place) than the document without it. Values and documents are made from
//! the shape of the input, so that what merely does not fit the shape proves nothing.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::document::shape::{Kind, REGISTER_TASK_DEFINITION, Shape};
use crate::report::Text;
use crate::testing::story::Story;

/// Fields of which nothing can be said, and why.
const SILENT: &[(&str, &str)] = &[
    ("/containerDefinitions/*/command/*", "any words may be a command"),
    ("/containerDefinitions/*/entryPoint/*", "any words may be an entry point"),
    ("/containerDefinitions/*/environment/*/value", "any text may be a value, the empty one too"),
    ("/containerDefinitions/*/dockerLabels", "Docker takes any labels"),
    ("/containerDefinitions/*/interactive", "either is accepted everywhere"),
    ("/containerDefinitions/*/pseudoTerminal", "either is accepted everywhere"),
    ("/containerDefinitions/*/versionConsistency", "either is accepted everywhere"),
    ("/containerDefinitions/*/volumesFrom/*/readOnly", "either is accepted everywhere"),
    (
        "/containerDefinitions/*/mountPoints/*/readOnly",
        "decides which rights the volume needs, and those are the account's",
    ),
    ("/containerDefinitions/*/environmentFiles/*/type", "there is only one"),
    ("/containerDefinitions/*/firelensConfiguration/type", "both are offered everywhere"),
    ("/proxyConfiguration/type", "there is only one"),
    ("/containerDefinitions/*/portMappings/*/appProtocol", "for the proxy of Service Connect only"),
    ("/containerDefinitions/*/linuxParameters/devices/*/permissions/*", "each is accepted"),
    ("/containerDefinitions/*/restartPolicy/ignoredExitCodes/*", "a program may end with any code"),
    (
        "/containerDefinitions/*/resourceRequirements/*/sharingStrategy/nvidiaMps/memory",
        "how much a GPU has is known of instances only",
    ),
    ("/volumes/*/dockerVolumeConfiguration/driverOpts", "each driver has options of its own"),
    ("/volumes/*/dockerVolumeConfiguration/labels", "Docker takes any labels"),
];

/// Documents in which a field matters that no plain one shows, merged over the plain one.
const STAGES: &[(&str, &str)] = &[
    (
        "/containerDefinitions/*/portMappings/*/protocol",
        r#"{"networkMode": "awsvpc", "containerDefinitions": [{"portMappings": [{"containerPort": 80}, {"containerPort": 80}]}]}"#,
    ),
    (
        "/containerDefinitions/*/portMappings/*/name",
        r#"{"networkMode": "awsvpc", "containerDefinitions": [{"portMappings": [{"containerPort": 80}, {"containerPort": 81, "name": "x"}]}]}"#,
    ),
    (
        "/containerDefinitions/*/portMappings/*/hostPort",
        r#"{"containerDefinitions": [{"portMappings": [{"containerPort": 80}]}]}"#,
    ),
    (
        "/containerDefinitions/*/dependsOn/*/condition",
        r#"{"containerDefinitions": [{"dependsOn": [{"containerName": "side"}]}, {"name": "side", "image": "nginx", "memory": 128, "essential": false}]}"#,
    ),
    (
        "/containerDefinitions/*/systemControls/*/value",
        r#"{"containerDefinitions": [{"systemControls": [{"namespace": "kernel.sem"}]}]}"#,
    ),
    (
        "/proxyConfiguration/properties/*/value",
        r#"{"networkMode": "awsvpc", "proxyConfiguration": {"containerName": "app", "properties": [{"name": "EgressIgnoredPorts"}]}}"#,
    ),
    (
        "/volumes/*/dockerVolumeConfiguration/scope",
        r#"{"volumes": [{"name": "x", "dockerVolumeConfiguration": {"autoprovision": false}}]}"#,
    ),
    (
        "/volumes/*/efsVolumeConfiguration/transitEncryption",
        r#"{"volumes": [{"name": "x", "efsVolumeConfiguration": {"fileSystemId": "fs-0123456789abcdef0", "authorizationConfig": {"iam": "ENABLED"}}}]}"#,
    ),
    (
        "/volumes/*/s3filesVolumeConfiguration/rootDirectory",
        r#"{"volumes": [{"name": "x", "s3filesVolumeConfiguration": {"accessPointArn": "x"}}]}"#,
    ),
    (
        "/volumes/*/s3filesVolumeConfiguration/accessPointArn",
        r#"{"volumes": [{"name": "x", "s3filesVolumeConfiguration": {"rootDirectory": "/x"}}]}"#,
    ),
    (
        "/trustedExecutionConfiguration/attestationPolicy",
        r#"{"requiresCompatibilities": ["MANAGED_INSTANCES"], "trustedExecutionConfiguration": {"isolationMode": "CONFIDENTIAL_SANDBOX"}}"#,
    ),
];

/// Values that matter, for fields whose kind alone does not suggest them.
fn telling(path: &str) -> Vec<Value> {
    let name = path.trim_end_matches("/*").rsplit('/').next().unwrap_or_default();
    match name {
        "containerPortRange" => vec![json!("90-80")],
        "name" if path.contains("ulimits") => vec![json!("nofile")],
        "command" if path.contains("healthCheck") => vec![json!("NONE")],
        "transitEncryptionPort" => vec![json!(70_000)],
        "options" => vec![json!({"config-file-type": "s3"}), json!({"x": "y"})],
        "value" if path.contains("resourceRequirements") => vec![json!("one")],
        "value" if path.contains("proxyConfiguration") => {
            vec![json!("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16")]
        }
        "value" if path.starts_with("/tags") => vec![json!("aws:x")],
        _ => Vec::new(),
    }
}

/// The plain documents: every place to run, and every network mode.
fn worlds() -> Vec<Value> {
    let app = json!([{"name": "app", "image": "nginx", "memory": 128}]);
    let windows = json!({"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"});
    vec![
        json!({"containerDefinitions": app}),
        json!({"containerDefinitions": app, "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}),
        json!({"containerDefinitions": app, "runtimePlatform": windows}),
        json!({"containerDefinitions": app, "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "1024", "memory": "2048", "runtimePlatform": windows}),
        json!({"containerDefinitions": app, "networkMode": "awsvpc"}),
        json!({"containerDefinitions": app, "requiresCompatibilities": ["EXTERNAL"]}),
        json!({"containerDefinitions": app, "networkMode": "host", "ipcMode": "host"}),
    ]
}

/// Every value that no object holds further fields in: its path, and what belongs there.
fn leaves(shape: &'static Shape, path: &str, found: &mut Vec<(String, &'static Kind)>) {
    for field in shape.fields {
        leaf(&field.kind, format!("{path}/{}", field.name), found);
    }
}

fn leaf(kind: &'static Kind, path: String, found: &mut Vec<(String, &'static Kind)>) {
    match kind {
        Kind::Object(shape) => leaves(shape, &path, found),
        Kind::List(item) | Kind::NonEmpty(item) => leaf(item, format!("{path}/*"), found),
        _ => found.push((path, kind)),
    }
}

/// Values of the kind that belongs in a field.
fn values(kind: &Kind) -> Vec<Value> {
    match kind {
        Kind::Text => vec![json!(""), json!("x"), json!("x y"), json!("/"), json!("${X}")],
        Kind::Filled => vec![json!("x"), json!("aws:x")],
        Kind::OneOf(values) => values.iter().map(|it| json!(it)).collect(),
        Kind::Whole => [-1, 0, 1, 50, 100_000].map(|it| json!(it)).to_vec(),
        Kind::From(least) => vec![json!(least), json!(100_000)],
        Kind::Decimal => vec![json!(0.5), json!(1000.0)],
        Kind::Truth => vec![json!(true), json!(false)],
        Kind::Map(_) => vec![json!({}), json!({"x": "y"})],
        Kind::Object(_) | Kind::List(_) | Kind::NonEmpty(_) | Kind::Anything => Vec::new(),
    }
}

/// An object with its required fields only.
fn least(shape: &Shape) -> Map<String, Value> {
    let required = shape.fields.iter().filter(|field| field.required);
    required.map(|field| (field.name.to_owned(), sample(field.name, &field.kind))).collect()
}

fn sample(name: &str, kind: &Kind) -> Value {
    match (name, kind) {
        ("fileSystemId", _) => json!("fs-0123456789abcdef0"),
        ("fileSystemArn", _) => {
            json!("arn:aws:s3files:eu-west-1:111122223333:file-system/fs-0123456789abcdef0")
        }
        ("name", Kind::Text | Kind::Filled) => json!("x"),
        (_, Kind::Text | Kind::Filled) => json!("/x"),
        (_, Kind::OneOf(values)) => json!(values[0]),
        (_, Kind::Whole | Kind::From(_)) => json!(1),
        (_, Kind::Decimal) => json!(1.5),
        (_, Kind::Truth) => json!(true),
        (_, Kind::Object(shape)) => Value::Object(least(shape)),
        (_, Kind::List(item) | Kind::NonEmpty(item)) => json!([sample("", item)]),
        (_, Kind::Map(_) | Kind::Anything) => json!({}),
    }
}

/// The part of a document down to `path`: with the required fields of the objects on the way, or with a
/// value at its end and nothing else.
fn branch(shape: &'static Shape, path: &str, value: Option<&Value>) -> Value {
    let path = path.trim_start_matches('/');
    let (name, rest) = path.split_once('/').unwrap_or((path, ""));
    let mut object = if value.is_none() { least(shape) } else { Map::new() };
    let field = shape.fields.iter().find(|field| field.name == name).unwrap();
    if let Some(below) = below(&field.kind, rest, value) {
        object.insert(name.to_owned(), below);
    }
    Value::Object(object)
}

fn below(kind: &'static Kind, rest: &str, value: Option<&Value>) -> Option<Value> {
    match kind {
        Kind::Object(shape) => Some(branch(shape, rest, value)),
        Kind::List(item) | Kind::NonEmpty(item) => {
            let rest = rest.trim_start_matches('*').trim_start_matches('/');
            Some(Value::Array(below(item, rest, value).into_iter().collect()))
        }
        _ => value.cloned(),
    }
}

/// `over` laid over `under`: objects field by field, lists of objects at their first item.
fn merged(under: &Value, over: &Value) -> Value {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            let mut both = under.clone();
            for (key, value) in over {
                let value = under.get(key).map_or_else(|| value.clone(), |it| merged(it, value));
                both.insert(key.clone(), value);
            }
            Value::Object(both)
        }
        (Value::Array(under), Value::Array(over))
            if under.first().is_some_and(Value::is_object)
                && over.first().is_some_and(Value::is_object) =>
        {
            let rest = if over.len() > 1 { &over[1..] } else { &under[1..] };
            let mut both = vec![merged(&under[0], &over[0])];
            both.extend_from_slice(rest);
            Value::Array(both)
        }
        _ => over.clone(),
    }
}

/// What is said of a document, as far as it decides anything.
type Said = BTreeSet<(&'static str, &'static str, Text)>;

fn said(document: &Value, of_definition: bool) -> Said {
    let story = Story::given(&document.to_string());
    let results = story.judged(|group, _| !of_definition || group.name == "definition");
    results.into_iter().map(|it| (it.id, it.status.word(), it.subject)).collect()
}

/// Whether any value of the field changes what is said of any document.
fn is_judged(path: &str, kind: &'static Kind) -> bool {
    let mut candidates = telling(path);
    candidates.extend(values(kind));
    let stages = STAGES.iter().filter(|(staged, _)| *staged == path);
    let plain = worlds();
    let documents: Vec<Value> = stages
        .map(|(_, text)| merged(&plain[0], &serde_json::from_str(text).unwrap()))
        .chain(worlds())
        .map(|world| merged(&json!({"family": "web"}), &world))
        .collect();
    // The checks of the definition answer at once; what only others judge is rare.
    [true, false].into_iter().any(|of_definition| {
        documents.iter().any(|world| {
            let without = merged(&branch(&REGISTER_TASK_DEFINITION, path, None), world);
            let said_without = said(&without, of_definition);
            candidates.iter().any(|value| {
                let with = branch(&REGISTER_TASK_DEFINITION, path, Some(value));
                said(&merged(&without, &with), of_definition) != said_without
            })
        })
    })
}

#[test]
fn every_field_of_a_definition_is_judged_or_known_to_say_nothing() {
    let mut fields = Vec::new();
    leaves(&REGISTER_TASK_DEFINITION, "", &mut fields);
    assert!(fields.len() > 120, "{}", fields.len());
    let silent = |path: &str| SILENT.iter().any(|(it, _)| *it == path);
    for (path, _) in SILENT {
        assert!(fields.iter().any(|(it, _)| it == path), "{path} is no field");
    }
    let (mut unread, mut stale) = (Vec::new(), Vec::new());
    for (path, kind) in &fields {
        match (is_judged(path, kind), silent(path)) {
            (false, false) => unread.push(path),
            (true, true) => stale.push(path),
            _ => {}
        }
    }
    assert!(
        unread.is_empty(),
        "no check judges these fields, and SILENT gives no reason: {unread:#?}"
    );
    assert!(stale.is_empty(), "a check judges these fields: take them off SILENT: {stale:#?}");
}
