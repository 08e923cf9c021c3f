//! The state of the task in the first lines of the answer.

use serde_json::Value;

use crate::diagnosis::{ContainerRecord, DeploymentRecord, ServiceRecord, TaskRecord};

/// One fact each.
pub(super) fn of(
    task: Option<&TaskRecord>,
    service: Option<&ServiceRecord>,
    started_with: &Value,
) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(task) = task {
        facts.push(status(task));
        facts.extend(containers(task));
    }
    facts.push(started(started_with));
    if let Some(service) = service {
        facts.extend(service.deployments().into_iter().map(deployment));
    }
    facts.retain(|fact| !fact.is_empty());
    facts
}

fn status(task: &TaskRecord) -> String {
    let mut parts = vec![task.status().to_owned()];
    parts.extend(task.stop_code().map(str::to_owned));
    for (name, word) in
        [("createdAt", "created"), ("startedAt", "started"), ("stoppedAt", "stopped")]
    {
        parts.extend(task.time(name).map(|time| format!("{word} {time}")));
    }
    parts.join(", ")
}

fn containers(task: &TaskRecord) -> Vec<String> {
    let of = |it: ContainerRecord<'_>| {
        let mut parts = Vec::new();
        parts.extend(it.exit_code().map(|code| format!("exit code {code}")));
        parts.extend(it.health().filter(|it| *it != "UNKNOWN").map(str::to_owned));
        (!parts.is_empty()).then(|| format!("container {}: {}", it.name(), parts.join(", ")))
    };
    task.containers().filter_map(of).collect()
}

fn started(with: &Value) -> String {
    let text = |name: &str| match with.get(name) {
        Some(Value::String(text)) => Some(text.rsplit('/').next().unwrap_or(text).to_owned()),
        Some(Value::Array(items)) => {
            let of = |it: &Value| {
                let name = it.as_str().or_else(|| it.get("capacityProvider")?.as_str())?;
                Some(name.to_owned())
            };
            let items: Vec<String> = items.iter().filter_map(of).collect();
            (!items.is_empty()).then(|| items.join(", "))
        }
        _ => None,
    };
    let version = text("platform_version").map(|it| format!("platform version {it}"));
    let place = text("launch_type").or(text("capacity_provider_strategy"));
    let parts = [text("task_definition"), place, version, text("subnets"), text("security_groups")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.is_empty() {
        true => String::new(),
        false => format!("started with {}", parts.join(", ")),
    }
}

/// `deployment ecs-svc/1 (PRIMARY, FAILED): 2 desired, 0 running, 1 pending, 3 failed`
pub(super) fn deployment(it: DeploymentRecord<'_>) -> String {
    let counts = it.counts();
    let state = it.rollout_state().map(|state| format!(", {state}")).unwrap_or_default();
    format!(
        "deployment {} ({}{state}): {} desired, {} running, {} pending, {} failed",
        it.id(),
        it.status(),
        counts.desired,
        counts.running,
        counts.pending,
        counts.failed
    )
}
