//! What is different today: the service since the deployment that started the task.

use std::collections::BTreeSet;

use serde_json::Value;

use super::record::last;
use super::service::ServiceRecord;

/// What changed: its words, and where the value is.
const FIELDS: &[(&str, &str)] = &[
    ("the task definition", "/taskDefinition"),
    ("the launch type", "/launchType"),
    ("the capacity provider strategy", "/capacityProviderStrategy"),
    ("the platform version", "/platformVersion"),
    ("the subnets", "/networkConfiguration/awsvpcConfiguration/subnets"),
    ("the security groups", "/networkConfiguration/awsvpcConfiguration/securityGroups"),
    ("assignPublicIp", "/networkConfiguration/awsvpcConfiguration/assignPublicIp"),
    ("the volumes", "/volumeConfigurations"),
    ("the Service Connect configuration", "/serviceConnectConfiguration"),
];

/// What the newest deployment of a service does otherwise than the one that started the task: one sentence per
/// value. `origin` is that deployment or its revision.
pub fn changes(origin: &Value, service: &ServiceRecord) -> Vec<String> {
    let Some(now) = service.primary() else { return Vec::new() };
    if origin.get("id").and_then(Value::as_str) == Some(now.id()) {
        return Vec::new();
    }
    let differing = |(what, path): &(&str, &str)| {
        let (then, now) = (origin.pointer(path), now.json().pointer(path));
        let (then, now) = (shown(then), shown(now));
        (then != now).then(|| format!("{what}: {then} then, {now} now"))
    };
    FIELDS.iter().filter_map(differing).collect()
}

/// A value in a sentence. The order of a list does not count.
fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "none".to_owned(),
        Some(Value::String(text)) => last(text).to_owned(),
        Some(Value::Array(items)) => {
            let items: BTreeSet<String> = items.iter().map(|it| shown(Some(it))).collect();
            match items.is_empty() {
                true => "none".to_owned(),
                false => items.into_iter().collect::<Vec<_>>().join(", "),
            }
        }
        Some(other) => other.to_string(),
    }
}
