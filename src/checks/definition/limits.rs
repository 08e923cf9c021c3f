//! How much, how many, how long, and the values that a field takes
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html> and the API
//! reference of each field).

use super::registered::is_to_be_registered;
use super::{
    credential_specs, hosts, linux, resource_requirements, tags, task_size, timeouts, ulimits,
    unasked, volumes,
};
use crate::document::container::{EnvironmentFile, LinuxParameters, RestartPolicy};
use crate::document::kind::Kind;
use crate::document::node::{Node, Value};
use crate::document::{Container, ContextKind, LaunchInput};
use crate::knowledge::Stop;
use crate::names::S3Object;
use crate::task::Task;
use crate::verdict::{Findings, Rule, warn};

/// The size of a definition, in bytes.
const SIZE_LIMIT: usize = 64 * 1024;

const SIZE: Rule = Rule::quoted(
    "a definition has at most 64 KiB",
    "ClientException: Actual length: '<length>'. Max allowed length is '65536' bytes.",
    "https://github.com/awsdocs/amazon-ecs-developer-guide/pull/149",
    "2026-11",
);
const OVERRIDES: Rule = Rule::quoted(
    "the overrides of a task have at most 8192 characters",
    "InvalidParameterException: Container Overrides length must be at most 8192",
    "https://github.com/aws-samples/sample-autonomous-cloud-coding-agents/issues/502",
    "2026-06-29",
);

const FILES: Rule = Rule::quoted(
    "a container has at most 10 environment files",
    "ClientException: The maximum number of environment files was exceeded. Specify ten or less and try again",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const FILE: Rule = Rule::quoted(
    "an environment file is the ARN of an S3 object that ends with .env",
    "ClientException: Invalid arn syntax.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const PERIOD: Rule = Rule::quoted(
    "restartAttemptPeriod is 60 to 1800 seconds",
    "ClientException: the 'restartAttemptPeriod' setting for container '<container>' must be between 60 and 1800",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const STRATEGIES: Rule = Rule::quoted(
    "a request has at most 5 placement strategies",
    "InvalidParameterException: Maximum number of strategies is 5",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);

const NO_CONTAINER: Rule = Rule::quoted(
    "a definition has a container",
    "ClientException: Container list cannot be empty.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const CONTAINERS: Rule = Rule::quoted(
    "a definition has at most 10 containers",
    "ClientException: Too many containers.",
    "https://github.com/aws/amazon-ecs-cli/issues/184",
    "2026-11",
);
const CONSTRAINTS: Rule = Rule::unquoted(
    "a definition and its request have at most 10 placement constraints",
    "ClientException or InvalidParameterException",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html",
    "2026-06",
);

const EXIT_CODES: Rule = Rule::unquoted(
    "a restart policy ignores at most 50 exit codes",
    "ClientException",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerRestartPolicy.html",
    "2026-11-30",
);
const INSTANCES: Rule = Rule::unquoted(
    "one call starts a task on at most 10 container instances",
    "InvalidParameterException",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StartTask.html",
    "2026-06",
);
const COUNT: Rule = Rule::unquoted(
    "one call runs 1 to 10 tasks",
    "InvalidParameterException",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[
    SIZE,
    OVERRIDES,
    FILES,
    FILE,
    PERIOD,
    STRATEGIES,
    NO_CONTAINER,
    CONTAINERS,
    CONSTRAINTS,
    EXIT_CODES,
    INSTANCES,
    COUNT,
];

/// Judges the definition.
pub(super) fn judge(task: &Task, form: Kind, found: &mut Findings) {
    let definition = &task.definition;
    if let Ok(Some(containers)) = definition.container_definitions.get() {
        let place = definition.container_definitions.place();
        if containers.is_empty() {
            let finding = NO_CONTAINER.fail("the task definition has no container").at(place);
            found.add(finding.remedy("Add a container"));
        } else if containers.len() > 10 {
            let message =
                format!("there are {} containers, and a task has at most 10", containers.len());
            found.add(CONTAINERS.fail(message).at(place).remedy("Split the task"));
        }
        for container in containers {
            judge_container(task, container, found);
        }
        resource_requirements::judge(containers, found);
    }
    if is_to_be_registered(task) {
        tags::judge(&definition.tags, found);
        volumes::judge(task, found);
    }
    tags::judge(&task.context.request.tags, found);
    task_size::judge(task, found);
    unasked::judge(task, found);
    for changed in task.context.overrides.container_overrides.items().unwrap_or_default() {
        environment_files(changed.environment_files.items().unwrap_or_default(), found);
    }
    if matches!(form, Kind::Input) {
        let bytes = sent(&task.source.root);
        if bytes > SIZE_LIMIT {
            found.add(
                SIZE.fail(format!(
                    "the definition has {bytes} bytes, but only {SIZE_LIMIT} are allowed"
                ))
                .at(&definition.place)
                .naming("<length>", &bytes.to_string())
                .remedy("Move environment variables into environmentFiles or secrets"),
            );
        }
    }
    constraints(task, found);
}

/// Ten, in the definition and the request together
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html>).
fn constraints(task: &Task, found: &mut Findings) {
    let written = task.definition.placement_constraints.items().unwrap_or_default();
    let requested = task.context.request.placement_constraints.items().unwrap_or_default();
    let number = written.len() + requested.len();
    if let Some(eleventh) = written.iter().chain(requested).nth(10) {
        found.add(
            CONSTRAINTS
                .fail(format!("there are {number} placement constraints, but only 10 are allowed"))
                .at(&eleventh.place)
                .remedy("Join constraints with `and` in one expression"),
        );
    }
}

fn judge_container(task: &Task, container: &Container, found: &mut Findings) {
    timeouts::judge(task, container, found);
    ulimits::judge(container, found);
    linux::judge(container, found);
    hosts::judge(container, found);
    credential_specs::judge(task, container, found);
    if let Ok(files) = container.environment_files.items() {
        if files.len() > 10 {
            let message =
                format!("there are {} environment files, and 10 are allowed", files.len());
            let finding = FILES.fail(message).at(container.environment_files.place());
            found.add(finding.remedy("Merge files, or remove some"));
        }
        environment_files(files, found);
    }
    if let Ok(Some(policy)) = container.restart_policy.get() {
        let name = container.name.get().ok().flatten().map_or("", String::as_str);
        restart(name, policy, found);
    }
    if let Ok(Some(linux)) = container.linux_parameters.get() {
        found.part(linux.swappiness.place(), |found| swap(linux, found));
    }
}

fn environment_files(files: &[EnvironmentFile], found: &mut Findings) {
    for file in files {
        found.part(file.value.place(), |found| environment_file(file, found));
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EnvironmentFile.html>
fn environment_file(file: &EnvironmentFile, found: &mut Findings) -> Result<(), Stop> {
    let Some(text) = file.value.get()? else { return Ok(()) };
    let message = match text.parse::<S3Object>() {
        Err(flaw) => flaw.to_string(),
        Ok(object) if !object.key.ends_with(".env") => {
            format!("{text} does not end with .env, as an environment file must")
        }
        Ok(_) => return Ok(()),
    };
    found.add(
        FILE.fail(message)
            .at(file.value.place())
            .on(text)
            .remedy("Name the object by its ARN, arn:aws:s3:::bucket/key.env"),
    );
    Ok(())
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerRestartPolicy.html>
fn restart(name: &str, policy: &RestartPolicy, found: &mut Findings) {
    let period = &policy.restart_attempt_period;
    found.part(period.place(), |found| {
        if let Some(&seconds) = period.get()?
            && !(60..=1800).contains(&seconds)
        {
            let message = format!("restartAttemptPeriod is {seconds} s, outside 60 to 1800");
            let finding = PERIOD.fail(message).at(period.place()).naming("<container>", name);
            found.add(finding.remedy("Set restartAttemptPeriod to 60 to 1800"));
        }
        Ok(())
    });
    if let Ok(codes) = policy.ignored_exit_codes.items()
        && codes.len() > 50
    {
        let message = format!("{} exit codes are ignored, and 50 are allowed", codes.len());
        let finding = EXIT_CODES.fail(message).at(policy.ignored_exit_codes.place());
        found.add(finding.remedy("Ignore at most 50 exit codes"));
    }
}

fn swap(linux: &LinuxParameters, found: &mut Findings) -> Result<(), Stop> {
    let Some(&swappiness) = linux.swappiness.get()? else { return Ok(()) };
    let place = linux.swappiness.place();
    if !(0..=100).contains(&swappiness) {
        found.warn(place, format!("swappiness is {swappiness}, outside 0 to 100"));
    } else if linux.max_swap.is_missing() {
        found.add(
            warn("swappiness is ignored without maxSwap")
                .at(place)
                .prevents("the container swaps as the instance does")
                .remedy("Set maxSwap too, or leave swappiness out"),
        );
    }
    Ok(())
}

/// Judges the input of a request.
pub(super) fn judge_input(input: &LaunchInput, found: &mut Findings) {
    let root = &input.root;
    let listed = |name: &str| root.get(name).map_or(0, |node| node.items().len());
    if let Some(node) = root.get("placementStrategy")
        && listed("placementStrategy") > 5
    {
        let message = "there are more than 5 placement strategies, and 5 are allowed";
        let finding = STRATEGIES.fail(message).at(&node.place);
        found.add(finding.remedy("Keep at most five"));
    }
    if let Some(node) = root.get("containerInstances")
        && listed("containerInstances") > 10
    {
        let message = "there are more than 10 container instances, and 10 are allowed in one call";
        let finding = INSTANCES.fail(message).at(&node.place);
        found.add(finding.remedy("Name at most 10 container instances in one call"));
    }
    if let (ContextKind::RunTask, Some(node)) = (input.kind, root.get("count"))
        && let Value::Number(count) = &node.value
        && count.as_i64().is_some_and(|it| !(1..=10).contains(&it))
    {
        let message = format!("count is {count}, and one call starts 1 to 10 tasks");
        let finding = COUNT.fail(message).at(&node.place);
        found.add(finding.remedy("Set count to 1 to 10, and call run-task again for more"));
    }
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
    if let Some(node) = root.get("overrides")
        && printed(node) > 8192
    {
        let message =
            format!("the overrides have {} characters, and 8192 are allowed", printed(node));
        found.add(
            OVERRIDES
                .fail(message)
                .at(&node.place)
                .remedy("Shorten the overrides, or pass the location of a file"),
        );
    }
}

/// How long the input is at least when it is sent: what is null is not.
fn sent(node: &Node) -> usize {
    let nulls = node.entries().iter().filter(|it| it.node.value == Value::Null);
    // The key in quotes, the colon, `null` and a comma.
    let dropped: usize = nulls.map(|it| it.key.chars().count() + 8).sum();
    let below = node.entries().iter().map(|it| &it.node).chain(node.items());
    let saved: usize = below.map(|it| printed(it) - sent(it)).sum();
    printed(node).saturating_sub(dropped + saved)
}

/// How long the value is as JSON without blanks, in bytes where it is plain ASCII and no letter needs
/// an escape; never more than it really is.
fn printed(node: &Node) -> usize {
    let text = |text: &str| text.chars().count() + 2;
    let commas = |items: usize| items.saturating_sub(1);
    match &node.value {
        Value::Null => 4,
        Value::Bool(truth) => truth.to_string().len(),
        Value::Number(number) => number.to_string().len(),
        Value::Text(it) | Value::Foreign(_, it) => text(it),
        // A digit at least.
        Value::Unresolved(_) => 1,
        Value::List(items) => 2 + commas(items.len()) + items.iter().map(printed).sum::<usize>(),
        Value::Map(entries) => {
            let entry = |it: &crate::document::node::Entry| text(&it.key) + 1 + printed(&it.node);
            2 + commas(entries.len()) + entries.iter().map(entry).sum::<usize>()
        }
    }
}
