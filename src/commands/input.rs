//! The user's input: task definitions from files, standard input or the registry of ECS, and where the task
//! will run.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::Failure;
use crate::cli::PlaceToRun;
use crate::document::run_context::{flag, flag_list, strategy};
use crate::document::{Field, Role, RunContext, Source};
use crate::exit::Exit;
use crate::names::{nearest, without_prefix};

/// How many bytes of a document are read, and how many values it may hold. AWS takes a task definition of
/// 64 KiB, which holds fewer.
const SIZE_LIMIT: u64 = 4 << 20;
const VALUE_LIMIT: usize = 50_000;

/// One TASKDEF argument, read as far as possible without AWS.
pub(super) enum Given {
    /// The task definitions of a document, one document each.
    Documents(Vec<Source>),
    /// A family, family:revision or ARN.
    Registered(String),
}

/// Reads a TASKDEF argument. A path that exists wins over a family of that name.
pub(super) fn read(given: &OsStr) -> Result<Given, Failure> {
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

/// `; did you mean b.json?`: the file in the same folder whose name is most like that of a missing one.
pub(super) fn meant(path: &Path) -> String {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = path.file_name().map(OsStr::to_string_lossy) else { return String::new() };
    let Ok(entries) = std::fs::read_dir(folder) else { return String::new() };
    let files = entries.flatten().filter(|entry| entry.path().is_file());
    let mut names: Vec<String> =
        files.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    let stem = |file: &str| file.split_once('.').map_or(file, |(stem, _)| stem).to_owned();
    let same = names.iter().find(|file| stem(file) == stem(&name));
    let stems: Vec<String> = names.iter().map(|file| stem(file)).collect();
    let found = same.map(String::as_str).or_else(|| {
        let like_name = nearest(&name, names.iter().map(String::as_str));
        let like_stem = nearest(&stem(&name), stems.iter().map(String::as_str));
        let of_stem = like_stem.and_then(|like| names.iter().find(|file| stem(file) == like));
        like_name.or(of_stem.map(String::as_str))
    });
    found.map_or_else(String::new, |found| {
        let there = path.with_file_name(found);
        format!("; did you mean {}?", there.display())
    })
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

fn context_file(given: &Path) -> Result<Source, Failure> {
    let given = given.as_os_str();
    file(Path::new(without_prefix(given, "file://").unwrap_or(given)), Role::Context)
}

fn file(path: &Path, role: Role) -> Result<Source, Failure> {
    let name = path.to_string_lossy();
    let bytes = bounded(open(path)?, &name)?;
    source(&name, role, &bytes)
}

/// Opens a file to be read, or says which one was probably meant.
pub(super) fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|error| {
        let meant = match error.kind() {
            ErrorKind::NotFound => meant(path),
            _ => String::new(),
        };
        Failure::usage(format!("cannot read {}: {error}{meant}", path.display()))
    })
}

/// All bytes of a document, which a sentence calls `name`, up to a limit.
pub(super) fn bounded(from: impl Read, name: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = from.take(SIZE_LIMIT + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::usage(format!("cannot read {name}: {error}")))?;
    if bytes.len() as u64 > SIZE_LIMIT {
        return Err(too_large(name, &format!("is larger than {} MiB", SIZE_LIMIT >> 20)));
    }
    Ok(bytes)
}

fn source(name: &str, role: Role, bytes: &[u8]) -> Result<Source, Failure> {
    let source = Source::read(name, role, bytes).map_err(Failure::usage)?;
    match source.root.count() {
        count if count > VALUE_LIMIT => {
            Err(too_large(&source.name, &format!("holds {count} values, more than {VALUE_LIMIT}")))
        }
        _ => Ok(source),
    }
}

fn too_large(name: &str, why: &str) -> Failure {
    Failure::usage(format!(
        "{name} {why}, and is not judged\n  A task definition has at most 64 KiB: check that this is the right file"
    ))
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
