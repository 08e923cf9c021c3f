//! The user's input: task definitions from files, standard input or the registry of ECS, and where the task
//! will run.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;

use super::Failure;
use super::cdk_out::cdk_out;
use super::ecspresso;
use super::files::{file, source};
use super::passed::PassedTemplates;
use super::templates::{Document, Template};

pub(super) use super::files::{bounded, meant, open};
use crate::cli::PlaceToRun;
use crate::document::node::{Entry, Node, Value};
use crate::document::overlay::{ImageOverlay, image_definitions};
use crate::document::run_context::{flag, flag_list, strategy};
use crate::document::template::{appspec, is_plan};
use crate::document::{ContextKind, Field, Identity, Role, RunContext, Source};
use crate::exit::Exit;
use crate::names::without_prefix;

/// One TASKDEF argument, read as far as possible without AWS.
pub(super) enum Given {
    /// The task definitions of a document, one document each.
    Documents(Vec<Document>),
    /// Images that are laid over the definitions of the other arguments.
    Images(Vec<ImageOverlay>),
    /// Where the tasks of the other arguments run.
    Service {
        /// The file.
        name: Arc<str>,
        /// What it says.
        context: Box<RunContext>,
    },
    /// Templates. Which definitions they declare also depends on the account and the region.
    Templates(Vec<Template>),
    /// A template that one of the others nests, if that stack is deployed.
    Nested(Box<Template>),
    /// A family, family:revision or ARN.
    Registered(String),
}

/// Reads a TASKDEF argument. A path that exists wins over a family of that name.
pub(super) fn read(given: &OsStr) -> Result<Given, Failure> {
    read_any(given)?.examined()
}

/// The same of all; a template without a task definition may be nested in one of the others.
pub(super) fn read_all(definitions: &[OsString]) -> Result<Vec<Given>, Failure> {
    let all = definitions.iter().map(|it| read_any(it)).collect::<Result<Vec<_>, _>>()?;
    told_apart(all).into_iter().map(Given::examined).collect()
}

/// The templates among the arguments, without those of folders.
pub(super) fn templates(given: &[Given]) -> PassedTemplates {
    PassedTemplates::of(given.iter().filter_map(single).map(|it| it.source.clone()))
}

/// The one template of an argument that is a file.
fn single(given: &Given) -> Option<&Template> {
    match given {
        Given::Templates(all) => match all.as_slice() {
            [only] if only.stack.is_none() && !is_plan(&only.source) => Some(only),
            _ => None,
        },
        Given::Nested(template) => Some(template),
        _ => None,
    }
}

/// The same arguments; a template that another one nests is no longer one on its own.
pub(super) fn told_apart(given: Vec<Given>) -> Vec<Given> {
    if given.iter().filter_map(single).count() < 2 {
        return given;
    }
    let nested = templates(&given).nested();
    let told = |given: Given| match single(&given) {
        Some(it) if nested.contains(&it.source.name) => Given::Nested(Box::new(it.clone())),
        _ => given,
    };
    given.into_iter().map(told).collect()
}

fn read_any(given: &OsStr) -> Result<Given, Failure> {
    let shown = given.to_string_lossy();
    if given == "-" {
        let bytes = bounded(std::io::stdin(), "standard input")?;
        return documents(source("-", Role::Definition, &bytes)?);
    }
    if let Some(path) = without_prefix(given, "file://") {
        return documents(file(Path::new(path), Role::Definition)?);
    }
    if shown.starts_with("fileb://") {
        return Err(Failure::usage(
            "fileb:// is for binary input; pass the task definition as file://PATH",
        ));
    }
    if Path::new(given).is_dir() {
        return cdk_out(Path::new(given)).map(Given::Templates);
    }
    if Path::new(given).exists() {
        return documents(file(Path::new(given), Role::Definition)?);
    }
    if let Some(flag) = flag_of_resource(&shown) {
        return Err(Failure::usage(format!(
            "{shown} is given as a task definition, and there is no such file\n  Separate the values of {flag} with commas, or repeat the flag: {flag} A,B or {flag} A {flag} B"
        )));
    }
    if is_registered_name(&shown) {
        return Ok(Given::Registered(shown.into_owned()));
    }
    Err(Failure::usage(format!(
        "there is no file {shown}{}\n  Pass a task definition file, - for standard input, or the name of a registered family (family, family:revision or ARN)",
        meant(Path::new(given))
    )))
}

/// The flag whose value this is, for what a list with spaces leaves over: `--subnets subnet-1 subnet-2`.
fn flag_of_resource(given: &str) -> Option<&'static str> {
    let is_id = |id: &str| id.len() >= 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    match given.split_once('-')? {
        ("subnet", id) if is_id(id) => Some("--subnets"),
        ("sg", id) if is_id(id) => Some("--security-groups"),
        _ => None,
    }
}

/// What failed for a name that may as well be a mistyped file: says so first.
pub(super) fn about_name(given: &[Given], failure: Failure) -> Failure {
    let name = given.iter().find_map(|it| match it {
        Given::Registered(name) if !name.starts_with("arn:") => Some(name),
        _ => None,
    });
    let Some(name) = name.filter(|_| failure.exit == Exit::NoVerdict) else { return failure };
    let message = format!(
        "there is no file {name}{}\nnor can a registered task definition of that name be read: {}",
        meant(Path::new(name)),
        failure.message
    );
    Failure { message, ..failure }
}

fn documents(source: Source) -> Result<Given, Failure> {
    let refused = |error| Failure::input(&source, error);
    match Identity::of(&source.root) {
        Some(Identity::CloudFormation | Identity::Terraform) => {
            Ok(Given::Templates(vec![Template::of(source)]))
        }
        Some(Identity::ImageDefinitions) => {
            image_definitions(&source).map(Given::Images).map_err(refused)
        }
        Some(Identity::AppSpec) => {
            let service = appspec::service(&source).map_err(refused)?;
            // CodeDeploy creates the task set with its role: the caller updates no service, and the file
            // names neither the service nor its cluster.
            let kind = ContextKind::Flags;
            let context = RunContext { kind, ..RunContext::declared_service(&service) };
            Ok(Given::Service { name: source.name.clone(), context: Box::new(context) })
        }
        Some(Identity::Ecspresso) => Ok(Given::Documents(vec![ecspresso::document(&source)?])),
        _ => {
            let definitions = source.clone().definitions().map_err(refused)?;
            Ok(Given::Documents(definitions.into_iter().map(Document::from).collect()))
        }
    }
}

/// Whether ECS could know a definition by this name: a family of letters, digits, `-` and `_`, a revision,
/// or an ARN (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html>).
fn is_registered_name(given: &str) -> bool {
    if given.starts_with("arn:") {
        return given.contains(":ecs:") && given.contains(":task-definition/");
    }
    let (family, revision) = match given.split_once(':') {
        Some((family, revision)) => (family, Some(revision)),
        None => (given, None),
    };
    let named = !family.is_empty()
        && family.len() <= 255
        && family.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let numbered =
        revision.is_none_or(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit()));
    named && numbered
}

/// Where the task will run, from files and flags: the later one wins.
pub(super) fn context(place: &PlaceToRun) -> Result<RunContext, Failure> {
    let mut context = RunContext::flags();
    if let Some(path) = &place.service_definition {
        let source = context_file(path)?;
        let read = RunContext::service_definition(&source);
        context = context.merge(read.map_err(|error| Failure::input(&source, error))?);
    }
    if let Some(path) = &place.run_task {
        let source = context_file(path)?;
        let read = RunContext::run_task(&source);
        context = context.merge(read.map_err(|error| Failure::input(&source, error))?);
    }
    if let Some(text) = &place.overrides {
        let source = overrides(text)?;
        let read = RunContext::run_task(&source);
        context = context.merge(read.map_err(|error| Failure::input(&source, error))?);
    }
    Ok(context.merge(flags(place)))
}

/// The value of `--overrides` as input of run-task.
fn overrides(text: &str) -> Result<Source, Failure> {
    let source = match text.strip_prefix("file://") {
        Some(path) => file(Path::new(path), Role::Context)?,
        None => source("--overrides", Role::Context, text.as_bytes())?,
    };
    if source.root.entries().is_empty() {
        let what = match &source.root.value {
            Value::Map(_) => "empty",
            _ => source.root.kind(),
        };
        return Err(Failure::usage(format!(
            "--overrides is {what}, not the overrides of a task\n  Write it as for aws ecs run-task: '{{\"containerOverrides\": [{{\"name\": \"web\"}}]}}', or file://PATH"
        )));
    }
    let place = source.root.place.clone();
    let entry = Entry {
        key: "overrides".into(),
        key_place: place.clone(),
        node: Node::clone(&source.root),
    };
    let root = Node { value: Value::Map(vec![entry]), place };
    Ok(Source { root: root.into(), ..source })
}

fn context_file(given: &Path) -> Result<Source, Failure> {
    let given = given.as_os_str();
    file(Path::new(without_prefix(given, "file://").unwrap_or(given)), Role::Context)
}

/// Where the task will run, from the flags.
fn flags(place: &PlaceToRun) -> RunContext {
    let PlaceToRun {
        cluster,
        launch_type,
        capacity_provider,
        platform_version,
        subnets,
        security_groups,
        assign_public_ip,
        container_instances,
        service: _,
        service_definition: _,
        run_task: _,
        overrides: _,
        infrastructure_role_arn,
        caller_arn: _,
    } = place;
    let mut context = RunContext::flags();
    let text = |name: &str, value: &Option<String>| value.clone().map(|value| flag(name, value));
    let list = |name: &str, values: &[String]| {
        (!values.is_empty()).then(|| flag_list(name, values.iter().cloned()))
    };
    let role = text("--infrastructure-role-arn", infrastructure_role_arn);
    replace(&mut context.infrastructure_role, role);
    let request = &mut context.request;
    replace(&mut request.cluster, text("--cluster", cluster));
    replace(&mut request.launch_type, text("--launch-type", launch_type));
    replace(&mut request.platform_version, text("--platform-version", platform_version));
    replace(&mut request.container_instances, list("--container-instances", container_instances));
    let strategy = (!capacity_provider.is_empty())
        .then(|| flag("--capacity-provider", strategy("--capacity-provider", capacity_provider)));
    replace(&mut request.capacity_provider_strategy, strategy);
    let network = &mut context.network;
    replace(&mut network.subnets, list("--subnets", subnets));
    replace(&mut network.security_groups, list("--security-groups", security_groups));
    replace(&mut network.assign_public_ip, text("--assign-public-ip", assign_public_ip));
    context
}

fn replace<T>(field: &mut Field<T>, given: Option<Field<T>>) {
    if let Some(given) = given {
        *field = given;
    }
}

#[cfg(test)]
mod tests {
    use super::{flag_of_resource, is_registered_name};

    #[test]
    fn names_of_registered_definitions_are_told_from_paths() {
        let table = [
            ("web", true),
            ("web:7", true),
            ("my_app-1", true),
            ("arn:aws:ecs:us-east-1:111122223333:task-definition/web:7", true),
            ("web.json", false),
            ("dir/web", false),
            ("web:latest", false),
            ("web:", false),
            ("arn:aws:ecs:us-east-1:111122223333:service/web", false),
            ("", false),
        ];
        for (given, expected) in table {
            assert_eq!(is_registered_name(given), expected, "{given}");
        }
    }

    #[test]
    fn what_a_list_with_spaces_leaves_over_is_recognised() {
        for (given, flag) in [
            ("subnet-0123456789abcdef0", Some("--subnets")),
            ("sg-01234567", Some("--security-groups")),
            ("subnet-checker", None),
            ("web", None),
        ] {
            assert_eq!(flag_of_resource(given), flag, "{given}");
        }
    }
}
