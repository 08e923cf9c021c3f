//! The user's input: task definitions from files, standard input or the registry of ECS, and where the task
//! will run.

use std::io::Read;
use std::path::Path;

use super::Failure;
use crate::cli::PlaceToRun;
use crate::document::run_context::{flag, flag_list, strategy};
use crate::document::{Field, Role, RunContext, Source};

/// One TASKDEF argument, read as far as possible without AWS.
pub(super) enum Given {
    /// The task definitions of a document, one document each.
    Documents(Vec<Source>),
    /// A family, family:revision or ARN.
    Registered(String),
}

/// Reads a TASKDEF argument. A path that exists wins over a family of that name.
pub(super) fn read(given: &str) -> Result<Given, Failure> {
    if given == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::usage(format!("cannot read standard input: {error}")))?;
        return documents(source("-", Role::Definition, &bytes)?);
    }
    if let Some(path) = given.strip_prefix("file://") {
        return documents(file(path, Role::Definition)?);
    }
    if given.starts_with("fileb://") {
        return Err(Failure::usage(
            "fileb:// is for binary input; pass the task definition as file://PATH",
        ));
    }
    if Path::new(given).exists() {
        return documents(file(given, Role::Definition)?);
    }
    if is_registered_name(given) {
        return Ok(Given::Registered(given.to_owned()));
    }
    Err(Failure::usage(format!(
        "there is no file {given}\n  Pass a task definition file, - for standard input, or the name of a registered family (family, family:revision or ARN)"
    )))
}

fn documents(source: Source) -> Result<Given, Failure> {
    source.definitions().map(Given::Documents).map_err(Failure::usage)
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
        context = context.merge(RunContext::service_definition(&source).map_err(Failure::usage)?);
    }
    if let Some(path) = &place.run_task {
        let source = context_file(path)?;
        context = context.merge(RunContext::run_task(&source).map_err(Failure::usage)?);
    }
    Ok(context.merge(flags(place)))
}

fn context_file(given: &str) -> Result<Source, Failure> {
    file(given.strip_prefix("file://").unwrap_or(given), Role::Context)
}

fn file(path: &str, role: Role) -> Result<Source, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::usage(format!("cannot read {path}: {error}")))?;
    source(path, role, &bytes)
}

fn source(name: &str, role: Role, bytes: &[u8]) -> Result<Source, Failure> {
    Source::read(name, role, bytes).map_err(Failure::usage)
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
    use super::is_registered_name;

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
}
