//! The launch input that a task was started with: from its record, and the deployment that started it.

use serde_json::{Map, Value, json};

use super::record::TaskRecord;
use super::service::ServiceRecord;
use crate::document::{RunContext, Source, Unrecorded};

/// What a task was started with.
pub struct Launch {
    /// As the checks read it.
    pub context: RunContext,
    /// For people and scripts.
    pub summary: Value,
    /// What is not known of it.
    pub notes: Vec<String>,
}

/// The fields of a service that each deployment or revision sets anew.
const OF_DEPLOYMENT: &[&str] = &[
    "capacityProviderStrategy",
    "launchType",
    "loadBalancers",
    "networkConfiguration",
    "platformVersion",
    "serviceConnectConfiguration",
    "serviceRegistries",
    "taskDefinition",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
];

/// The fields that only a revision repeats: those of a deployment that lacks them are those of the service.
const OF_SERVICE: &[&str] = &["loadBalancers", "serviceRegistries", "vpcLatticeConfigurations"];

/// The launch input of a task: `service` is that of its group as it is today, `revision` the service revision
/// that started it.
pub fn launch(
    task: &TaskRecord,
    service: Option<&ServiceRecord>,
    revision: Option<&Value>,
) -> Launch {
    let mut notes = Vec::new();
    let started_by = task.deployment().zip(service).and_then(|(id, it)| it.deployment(id));
    let origin = started_by.map(|it| it.json()).or(revision);
    let live = service.map(|service| {
        let mut json = service.json().clone();
        match (origin, json.as_object_mut()) {
            (Some(origin), Some(object)) => renew(object, origin),
            (None, Some(object)) => {
                notes.push("the deployment that started the task is not listed any more: what the task's record does not contain is not known".to_owned());
                for name in OF_DEPLOYMENT {
                    object.remove(*name);
                }
                object.remove("deployments");
            }
            (_, None) => {}
        }
        json
    });
    let mut own = of_task(task);
    let is_known = origin.is_some();
    if !is_known && let Some(volumes) = volumes(task) {
        own.insert("volumeConfigurations".to_owned(), volumes);
    }
    // A task without an interface has that of its instance, or ended before it had one.
    let may_have_one = task.interface().is_some() || task.text("launchType") != Some("EC2");
    if !is_known && may_have_one {
        notes.push("the record of the task does not contain its security groups: pass --security-groups, and --assign-public-ip ENABLED if it had a public address".to_owned());
    }
    let has_subnets = own.contains_key("networkConfiguration");
    if !is_known && may_have_one && !has_subnets {
        notes.push("the task ended before it had a network interface, so that its subnets are not known: pass --subnets".to_owned());
    }
    let source =
        |json: &Value| Source::from_json_value("task", crate::document::Role::Context, json);
    let summary = summary(&own, live.as_ref());
    let network = !is_known && may_have_one;
    let unrecorded = Unrecorded { network, subnets: network && !has_subnets, volumes: !is_known };
    let started = RunContext::started_task(&source(&Value::Object(own)), &unrecorded);
    let context = match &live {
        Some(json) => RunContext::live_service(&source(json)).merge(started).into_live_service(),
        None => started,
    };
    Launch { context, summary, notes }
}

/// The launch input of the tasks of a deployment.
pub fn launch_of(service: &ServiceRecord, deployment: Option<&Value>) -> Launch {
    let mut json = service.json().clone();
    if let (Some(origin), Some(object)) = (deployment, json.as_object_mut()) {
        renew(object, origin);
    }
    let name = format!("service {}", service.name());
    let source = Source::from_json_value(&name, crate::document::Role::Context, &json);
    Launch {
        context: RunContext::live_service(&source),
        summary: summary(&Map::new(), Some(&json)),
        notes: Vec::new(),
    }
}

impl Launch {
    /// Nothing is known.
    pub fn unknown() -> Launch {
        Launch { context: RunContext::flags(), summary: Value::Null, notes: Vec::new() }
    }
}

/// Sets the fields of a service to those of the deployment, which is then its only one.
fn renew(service: &mut Map<String, Value>, origin: &Value) {
    for name in OF_DEPLOYMENT {
        match origin.get(*name) {
            Some(value) => _ = service.insert((*name).to_owned(), value.clone()),
            None if OF_SERVICE.contains(name) => {}
            None => _ = service.remove(*name),
        }
    }
    let mut only = origin.clone();
    if let Some(object) = only.as_object_mut() {
        object.insert("status".to_owned(), json!("PRIMARY"));
    }
    service.insert("deployments".to_owned(), json!([only]));
}

/// The fields of a launch input that the record of a task contains.
fn of_task(task: &TaskRecord) -> Map<String, Value> {
    let mut input = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            input.insert(name.to_owned(), value);
        }
    };
    let text = |name| task.text(name).map(Value::from);
    put("cluster", text("clusterArn"));
    put("taskDefinition", text("taskDefinitionArn"));
    match task.text("capacityProviderName") {
        Some(name) => {
            put("capacityProviderStrategy", Some(json!([{"capacityProvider": name}])));
        }
        None => put("launchType", text("launchType")),
    }
    // On EC2 it is not given.
    if task.text("launchType") == Some("FARGATE") {
        put("platformVersion", text("platformVersion"));
    }
    put("group", text("group"));
    put("startedBy", text("startedBy"));
    put("enableExecuteCommand", task.value("enableExecuteCommand").cloned());
    put("overrides", task.value("overrides").map(filled));
    let subnet = task.interface().and_then(|it| it.detail("subnetId"));
    put(
        "networkConfiguration",
        subnet.map(|subnet| json!({"awsvpcConfiguration": {"subnets": [subnet]}})),
    );
    input
}

/// Overrides without the empty lists that a record always has.
fn filled(overrides: &Value) -> Value {
    let is_empty = |it: &Value| it.as_array().is_some_and(Vec::is_empty);
    let fields = overrides.as_object().cloned().unwrap_or_default();
    Value::Object(fields.into_iter().filter(|(_, value)| !is_empty(value)).collect())
}

/// The EBS volumes that a record names: the name and the role.
fn volumes(task: &TaskRecord) -> Option<Value> {
    let volumes = task.attachments().filter(|it| it.is_volume());
    let volumes: Vec<Value> = volumes
        .filter_map(|it| {
            let (name, role) = (it.detail("volumeName")?, it.detail("roleArn")?);
            Some(json!({"name": name, "managedEBSVolume": {"roleArn": role}}))
        })
        .collect();
    (!volumes.is_empty()).then(|| Value::from(volumes))
}

/// What the task was started with, for people and scripts.
fn summary(own: &Map<String, Value>, live: Option<&Value>) -> Value {
    let field = |name: &str| {
        let it = own.get(name).or_else(|| live.and_then(|live| live.get(name)));
        it.cloned().unwrap_or(Value::Null)
    };
    let network = |name: &str| {
        let of_live = || live.and_then(|live| live.get("networkConfiguration"));
        let of = |it: &Value| it.get("awsvpcConfiguration")?.get(name).cloned();
        let own = own.get("networkConfiguration").and_then(of);
        own.or_else(|| of_live().and_then(of)).unwrap_or(Value::Null)
    };
    json!({
        "task_definition": field("taskDefinition"),
        "launch_type": field("launchType"),
        "capacity_provider_strategy": field("capacityProviderStrategy"),
        "platform_version": field("platformVersion"),
        "subnets": network("subnets"),
        "security_groups": network("securityGroups"),
        "assign_public_ip": network("assignPublicIp"),
    })
}
