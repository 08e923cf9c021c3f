//! What a text says, as JSON.

use serde_json::{Map, Value, json};

use super::page::exit_code;
use crate::checks;
use crate::symptoms::{self, Confidence, Kind, Recognised, Recognition, Variables};

pub(super) fn of(recognition: &Recognition) -> Value {
    let checks = recognition.checks();
    json!({
        "schema_version": 1,
        "recognised": recognition.is_recognised(),
        "product": recognition.product,
        "symptoms": recognition.found.iter().map(symptom).collect::<Vec<_>>(),
        "checks": checks.iter().filter_map(|(id, it)| check(id, it)).collect::<Vec<_>>(),
        "variables": variables(&recognition.variables),
        "commands": symptoms::commands(recognition),
        "nearest": recognition.nearest,
    })
}

fn symptom(it: &Recognised) -> Value {
    let symptom = &it.symptom;
    json!({
        "id": symptom.id,
        "kind": kind(symptom.kind),
        "said": it.said,
        "is_cut_off": it.confidence == Confidence::CutOff,
        "means": symptom.means,
        "why_no_check": (!symptom.why_no_check.is_empty()).then_some(symptom.why_no_check),
        "docs": symptom.docs,
    })
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Cause => "cause",
        Kind::Application => "application",
        Kind::Aws => "aws",
        Kind::Step => "step",
        Kind::Effect => "effect",
        Kind::Event => "event",
    }
}

fn check(id: &str, it: &Recognised) -> Option<Value> {
    let (group, check) = checks::find(id)?;
    Some(json!({
        "id": check.id,
        "group": group.name,
        "why": format!("verifies that {}", check.verifies),
        "symptom": it.symptom.id,
        "remedy": check.remedy,
    }))
}

/// What the text names, without what it does not name.
fn variables(known: &Variables) -> Value {
    let texts = [
        ("region", known.region.as_ref().map(ToString::to_string)),
        ("image", known.image.as_ref().map(|it| it.written().to_owned())),
        ("cluster", known.cluster.clone()),
        ("service", known.service.clone()),
        ("task", known.task.clone()),
        ("container", known.container.clone()),
        ("role", known.role.clone()),
        ("principal", known.principal.clone()),
        ("action", known.action.clone()),
        ("resource", known.resource.clone()),
        ("secret", known.secret.clone()),
        ("parameter", known.parameter.clone()),
        ("key", known.key.clone()),
        ("log_group", known.log_group.clone()),
        ("host", known.host.clone()),
        ("file_system", known.file_system.clone()),
        ("snapshot", known.snapshot.clone()),
        ("target_group", known.target_group.clone()),
    ];
    let mut found = Map::new();
    for (name, text) in texts {
        found.extend(text.map(|text| (name.to_owned(), Value::from(text))));
    }
    for (name, list) in [("subnets", &known.subnets), ("security_groups", &known.security_groups)] {
        if !list.is_empty() {
            found.insert(name.to_owned(), json!(list));
        }
    }
    found.extend(known.retries.map(|it| ("retries".to_owned(), Value::from(it))));
    let codes = known.exit_codes.iter();
    let codes: Vec<Value> =
        codes.map(|it| json!({"code": it, "meaning": exit_code(*it)})).collect();
    if !codes.is_empty() {
        found.insert("exit_codes".to_owned(), Value::from(codes));
    }
    Value::Object(found)
}
