//! Masks values in answers of ECS that often contain secrets and that no check reads, so that they are never
//! recorded. The shape is kept: a masked text is a text, and a masked list has the same length.

use serde_json::Value;

const MASK: &str = "***";

/// A log option with such a name contains a credential: `splunk-token`, `Http_Passwd`, `api_key`.
const CREDENTIALS: &[&str] = &["token", "passw", "secret", "key", "credential"];

/// Masks the secrets of everything below `value`: containers, overrides, log configurations, volumes.
pub(super) fn mask(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(fields) => {
            for (name, value) in fields {
                field(name, value);
            }
        }
        _ => {}
    }
}

fn field(name: &str, value: &mut Value) {
    match name {
        "environment" => blank_variables(value),
        "command" | "entryPoint" | "dockerLabels" | "driverOpts" | "labels" => hide(value),
        "healthCheck" => {
            // The first item states how the others are run, and a check reads it.
            let command = value.get_mut("command").and_then(Value::as_array_mut);
            command.into_iter().flatten().skip(1).for_each(hide);
        }
        "logConfiguration" => {
            let options = value.get_mut("options").and_then(Value::as_object_mut);
            for (name, value) in options.into_iter().flatten() {
                let name = name.to_ascii_lowercase();
                if CREDENTIALS.iter().any(|word| name.contains(word)) {
                    hide(value);
                }
            }
        }
        _ => mask(value),
    }
}

/// Empties the values of environment variables.
fn blank_variables(variables: &mut Value) {
    for variable in variables.as_array_mut().into_iter().flatten() {
        if let Some(value) = variable.get_mut("value") {
            *value = Value::from("");
        }
    }
}

fn hide(value: &mut Value) {
    match value {
        Value::String(text) => MASK.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Object(fields) => fields.values_mut().for_each(hide),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_may_be_a_secret_is_masked_in_the_same_shape() {
        let mut described = json!({"taskDefinition": {"family": "web", "containerDefinitions": [{
            "name": "app",
            "environment": [{"name": "PASSWORD", "value": "hunter2"}],
            "command": ["serve", "--password=hunter2"],
            "entryPoint": ["sh", "-c", "hunter2"],
            "dockerLabels": {"api": "hunter2"},
            "healthCheck": {"command": ["CMD-SHELL", "curl -u me:hunter2 localhost"], "retries": 3},
            "logConfiguration": {"logDriver": "splunk", "options": {
                "splunk-token": "hunter2", "splunk-url": "https://splunk.example", "Http_Passwd": "hunter2",
            }},
        }], "volumes": [{"name": "share", "dockerVolumeConfiguration": {
            "driver": "local", "driverOpts": {"o": "username=me,password=hunter2"},
        }}]}});
        mask(&mut described);
        let masked = json!({"taskDefinition": {"family": "web", "containerDefinitions": [{
            "name": "app",
            "environment": [{"name": "PASSWORD", "value": ""}],
            "command": ["***", "***"],
            "entryPoint": ["***", "***", "***"],
            "dockerLabels": {"api": "***"},
            "healthCheck": {"command": ["CMD-SHELL", "***"], "retries": 3},
            "logConfiguration": {"logDriver": "splunk", "options": {
                "splunk-token": "***", "splunk-url": "https://splunk.example", "Http_Passwd": "***",
            }},
        }], "volumes": [{"name": "share", "dockerVolumeConfiguration": {
            "driver": "local", "driverOpts": {"o": "***"},
        }}]}});
        assert_eq!(described, masked);
    }

    #[test]
    fn a_service_is_masked_as_far_as_its_deployments() {
        let mut service = json!({"serviceName": "web", "deployments": [{"serviceConnectConfiguration": {
            "enabled": true,
            "logConfiguration": {"logDriver": "splunk", "options": {"splunk-token": "hunter2"}},
        }}]});
        mask(&mut service);
        assert!(!service.to_string().contains("hunter2"), "{service}");
        assert!(service.to_string().contains("splunk-token"), "{service}");
    }
}
