//! Where the task will run, from the input of create-service, update-service, run-task or start-task, from a
//! live service, and from flags.

mod request;
mod started;

use std::fmt;

use super::convention::misspelt;
use super::field::{Field, Located, Object};
use super::identity::{CONTEXT_FIELDS, Identity};
use super::input_error::InputError;
use super::node::{Node, Value};
use super::place::{Place, Role};
use super::source::{Dialect, Remark, Source};

pub use request::*;
pub use started::{UNRECORDED, Unrecorded};

/// The source of a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextKind {
    /// The input of `create-service`.
    CreateService,
    /// The input of `update-service`.
    UpdateService,
    /// The input of `run-task`.
    RunTask,
    /// The input of `start-task`.
    StartTask,
    /// A service from `DescribeServices`.
    LiveService,
    /// Flags of this command only.
    Flags,
}

/// Where the task will run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunContext {
    /// Its source; after a merge, the latest document.
    pub kind: ContextKind,
    /// Whether the live service was read, so that the values that an update keeps are known.
    pub live: bool,
    /// The fields of services and tasks.
    pub request: Request,
    /// `networkConfiguration.awsvpcConfiguration`.
    pub network: Network,
    /// `overrides` of a task to run.
    pub overrides: Overrides,
    /// The role for the task's volumes, from a flag.
    pub infrastructure_role: Field<String>,
    /// Its documents, for checks of their form.
    pub inputs: Vec<LaunchInput>,
}

/// A user's document about where the task will run.
#[derive(Clone, PartialEq)]
pub struct LaunchInput {
    /// The request that it belongs to.
    pub kind: ContextKind,
    /// Its content.
    pub root: Node,
    /// What is odd about the document as a whole.
    pub remarks: Vec<Remark>,
    /// What it was written as.
    pub dialect: Dialect,
}

/// Without the content, which may contain plain-text secrets.
impl fmt::Debug for LaunchInput {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("LaunchInput").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl RunContext {
    /// An empty context, for flags.
    pub fn flags() -> RunContext {
        let nothing = Source::from_json_value("flags", Role::Context, &serde_json::json!({}));
        read(&nothing.root, ContextKind::Flags)
    }

    /// Reads the document of `--service-definition`.
    pub fn service_definition(source: &Source) -> Result<RunContext, InputError> {
        let root = &source.root;
        let kind = match (root.has("serviceName"), root.has("service")) {
            _ if Identity::of(root) == Some(Identity::Ecspresso) => {
                return Err(unlike(source, "a service definition", "aws ecs create-service"));
            }
            (false, true) => ContextKind::UpdateService,
            (false, _) if root.has("forceNewDeployment") => ContextKind::UpdateService,
            (true, _) => ContextKind::CreateService,
            _ if is_about_running(root) && !is_task_to_run(root) => ContextKind::CreateService,
            _ => {
                return Err(unlike(source, "a service definition", "aws ecs create-service"));
            }
        };
        Ok(written(source, kind))
    }

    /// Reads the document of `--run-task`.
    pub fn run_task(source: &Source) -> Result<RunContext, InputError> {
        let root = &source.root;
        let is_other = Identity::of(root) == Some(Identity::Ecspresso)
            || ["serviceName", "desiredCount", "containerDefinitions"]
                .iter()
                .any(|it| root.has(it));
        if is_other {
            return Err(unlike(source, "a run-task input", "aws ecs run-task"));
        }
        if root.has("containerInstances") {
            return Ok(written(source, ContextKind::StartTask));
        }
        if is_task_to_run(root) || is_about_running(root) {
            return Ok(written(source, ContextKind::RunTask));
        }
        Err(unlike(source, "a run-task input", "aws ecs run-task"))
    }

    /// The service that a template declares, as input of `create-service`.
    pub fn declared_service(source: &Source) -> RunContext {
        written(source, ContextKind::CreateService)
    }

    /// The same for a service that exists: it is updated, and keeps nothing that the template does not set.
    #[must_use]
    pub fn of_existing(self) -> RunContext {
        RunContext { kind: ContextKind::UpdateService, live: true, ..self }
    }

    /// Reads a service from `DescribeServices`.
    pub fn live_service(source: &Source) -> RunContext {
        let root = &source.root;
        let mut live = read(root, ContextKind::LiveService);
        live.request.cluster = Field::of(root, "clusterArn");
        live.request.role = Field::of(root, "roleArn");
        // The service does not contain these two; its primary deployment does.
        if let Some(primary) = primary(root, "deployments") {
            live.request.service_connect = Field::of(primary, "serviceConnectConfiguration");
            live.request.volume_configurations = Field::of(primary, "volumeConfigurations");
        }
        match primary(root, "taskSets") {
            Some(set) => live.with_task_set(read(set, ContextKind::LiveService)),
            None => live,
        }
    }

    /// With what the primary task set has in place of the service, which CodeDeploy or another controller
    /// deploys (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html>).
    fn with_task_set(mut self, set: RunContext) -> RunContext {
        let (own, set_network, set) = (&mut self.request, set.network, set.request);
        if !(set.launch_type.is_missing() && set.capacity_provider_strategy.is_missing()) {
            own.launch_type = set.launch_type;
            own.capacity_provider_strategy = set.capacity_provider_strategy;
        }
        own.task_definition = set.task_definition.or(own.task_definition.clone());
        own.platform_version = set.platform_version.or(own.platform_version.clone());
        own.load_balancers = set.load_balancers.or(own.load_balancers.clone());
        own.service_registries = set.service_registries.or(own.service_registries.clone());
        if set_network.says_anything() {
            self.network = set_network;
        }
        self
    }

    /// This context with the fields of `later` taking precedence.
    #[must_use]
    pub fn merge(mut self, later: RunContext) -> RunContext {
        // A launch type and a strategy exclude each other: a later one replaces the other.
        if !later.request.launch_type.is_missing() {
            self.request.capacity_provider_strategy =
                later.request.capacity_provider_strategy.clone();
        }
        if !later.request.capacity_provider_strategy.is_missing() {
            self.request.launch_type = later.request.launch_type.clone();
        }
        let told = [&later, &self].into_iter().find(|it| it.network.says_anything());
        // A missing configuration is missing in the document, not in the flags.
        let owner = told.unwrap_or(if later.kind == ContextKind::Flags { &self } else { &later });
        let place = owner.network.place.clone();
        RunContext {
            kind: if later.kind == ContextKind::Flags { self.kind } else { later.kind },
            live: self.live || later.live,
            request: later.request.or(self.request),
            network: Network { place, ..later.network.or(self.network) },
            overrides: later.overrides.or(self.overrides),
            infrastructure_role: later.infrastructure_role.or(self.infrastructure_role),
            inputs: [self.inputs, later.inputs].concat(),
        }
    }
}

/// The place of a value from the flag `name`.
pub fn flag_place(name: &str) -> Place {
    Place::whole(name, Role::Context)
}

/// A field from the flag `name`.
pub fn flag<T>(name: &str, value: T) -> Field<T> {
    Field::Given(Located { value, place: flag_place(name) })
}

/// A list from the flag `name`.
pub fn flag_list(
    name: &str,
    values: impl IntoIterator<Item = String>,
) -> Field<Vec<Located<String>>> {
    let place = flag_place(name);
    let items = values.into_iter().map(|value| Located { value, place: place.clone() });
    flag(name, items.collect())
}

/// The capacity provider strategy from the flag `name`.
pub fn strategy(name: &str, providers: &[String]) -> Vec<StrategyItem> {
    let place = flag_place(name);
    let items = providers.iter().map(|provider| {
        let item = serde_json::json!({ "capacityProvider": provider });
        StrategyItem::of(&Source::from_json_value(name, Role::Context, &item).root)
    });
    items.map(|item| StrategyItem { place: place.clone(), ..item }).collect()
}

/// The primary one of the deployments or task sets of a live service.
fn primary<'n>(service: &'n Node, list: &str) -> Option<&'n Node> {
    let all = service.get(list).map_or(&[][..], Node::items);
    all.iter().find(|it| it.get("status").and_then(Node::text) == Some("PRIMARY"))
}

/// Reads a document that a person wrote.
fn written(source: &Source, kind: ContextKind) -> RunContext {
    let (root, remarks) = (Node::clone(&source.root), source.remarks.clone());
    let input = LaunchInput { kind, root, remarks, dialect: source.dialect };
    RunContext { inputs: vec![input], ..read(&source.root, kind) }
}

fn read(root: &Node, kind: ContextKind) -> RunContext {
    let mut request = Request::of(root);
    request.service_name = request.service_name.or(Field::of(root, "service"));
    request.desired_count = request.desired_count.or(Field::of(root, "count"));
    RunContext {
        kind,
        live: kind == ContextKind::LiveService,
        request,
        network: network(root),
        overrides: flattened(Field::of(root, "overrides")),
        infrastructure_role: Field::Missing(root.place.clone()),
        inputs: Vec::new(),
    }
}

impl Network {
    /// Whether any part of it is given.
    fn says_anything(&self) -> bool {
        !(self.subnets.is_missing()
            && self.security_groups.is_missing()
            && self.assign_public_ip.is_missing())
    }
}

fn network(root: &Node) -> Network {
    match Field::<NetworkConfiguration>::of(root, "networkConfiguration") {
        Field::Given(located) => flattened(located.value.awsvpc),
        Field::Missing(place) => flattened(Field::Missing(place)),
        Field::Unreadable(place, why) => Network::unknown(&place, &why),
    }
}

/// The fields of an object that may be missing or unreadable.
fn flattened<T: Object>(field: Field<T>) -> T {
    match field {
        Field::Given(located) => located.value,
        Field::Unreadable(place, why) => T::unknown(&place, &why),
        Field::Missing(place) => T::of(&Node { value: Value::Null, place }),
    }
}

/// Whether any field describes where or how a task runs, and none describes the task.
fn is_about_running(root: &Node) -> bool {
    CONTEXT_FIELDS.iter().any(|name| root.has(name)) && !root.has("containerDefinitions")
}

fn is_task_to_run(root: &Node) -> bool {
    ["count", "overrides", "startedBy", "group", "referenceId"].iter().any(|name| root.has(name))
}

fn unlike(source: &Source, wanted: &str, command: &str) -> InputError {
    if let Some(identity) = Identity::of(&source.root) {
        return identity.out_of_place(source, wanted);
    }
    if let Some(key) = misspelt(&source.root, &CONTEXT_FIELDS) {
        return key.explain(source);
    }
    InputError::new(&source.name, format!("this is not {wanted}"))
        .at_position(source.root.place.position)
        .hint(format!("pass the input of `{command} --cli-input-json`"))
}

#[cfg(test)]
mod tests;
