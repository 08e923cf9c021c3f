//! How much, how many, how long
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html> and the API
//! reference of each field).

use crate::document::container::{EnvironmentFile, LinuxParameters, RestartPolicy};
use crate::document::kind::Kind;
use crate::document::node::{Node, Value};
use crate::document::{Container, ContextKind, Field, LaunchInput};
use crate::knowledge::Stop;
use crate::names::S3Object;
use crate::task::Task;
use crate::verdict::{Finding, Findings, fail, warn};

/// The size of a definition, in bytes.
const SIZE_LIMIT: usize = 64 * 1024;

/// Judges the definition.
pub(super) fn judge(task: &Task, form: Kind, found: &mut Findings) {
    let definition = &task.definition;
    if let Ok(Some(containers)) = definition.container_definitions.get() {
        let place = definition.container_definitions.place();
        if containers.is_empty() {
            let finding = fail("the task definition has no container").at(place);
            found.add(finding.prevents("ClientException: Container list cannot be empty."));
        } else if containers.len() > 10 {
            let message =
                format!("there are {} containers, and a task has 10 at most", containers.len());
            let finding = fail(message).at(place).prevents("ClientException: Too many containers.");
            found.add(finding.remedy("Split the task"));
        }
        for container in containers {
            judge_container(task, container, found);
        }
    }
    for changed in task.context.overrides.container_overrides.items().unwrap_or_default() {
        environment_files(changed.environment_files.items().unwrap_or_default(), found);
    }
    if matches!(form, Kind::Input) && printed(&task.source.root) > SIZE_LIMIT {
        found.add(
            warn(format!("the definition has {} bytes, over 64 KiB", printed(&task.source.root)))
                .at(&definition.place)
                .prevents("ClientException: the task definition is too large")
                .remedy("Move environment variables into environmentFiles or secrets"),
        );
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
            fail(format!("there are {number} placement constraints, and 10 are allowed"))
                .at(&eleventh.place)
                .prevents("ClientException: too many placement constraints")
                .remedy("Join constraints with `and` in one expression"),
        );
    }
}

fn judge_container(task: &Task, container: &Container, found: &mut Findings) {
    stop_timeout(task, &container.stop_timeout, found);
    if let Ok(files) = container.environment_files.items() {
        if files.len() > 10 {
            let message =
                format!("there are {} environment files, and 10 are allowed", files.len());
            found.add(refused(fail(message).at(container.environment_files.place())));
        }
        environment_files(files, found);
    }
    if let Ok(Some(policy)) = container.restart_policy.get() {
        restart(policy, found);
    }
    if let Ok(Some(linux)) = container.linux_parameters.get() {
        found.part(linux.swappiness.place(), |found| swap(linux, found));
    }
}

fn refused(finding: Finding) -> Finding {
    finding.prevents("ClientException: the value is out of range").remedy("Stay within the limit")
}

fn stop_timeout(task: &Task, timeout: &Field<i64>, found: &mut Findings) {
    found.part(timeout.place(), |found| {
        if let Some(&seconds) = timeout.get()?
            && seconds > 120
            && task.is_for_fargate()?
        {
            let message = format!("stopTimeout is {seconds} s, and Fargate waits 120 s at most");
            found.add(refused(fail(message).at(timeout.place())));
        }
        Ok(())
    });
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
        fail(message)
            .at(file.value.place())
            .on(text)
            .prevents(format!("ClientException: invalid s3 arn: {text}"))
            .remedy("Name the object by its ARN, arn:aws:s3:::bucket/key.env"),
    );
    Ok(())
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerRestartPolicy.html>
fn restart(policy: &RestartPolicy, found: &mut Findings) {
    let period = &policy.restart_attempt_period;
    found.part(period.place(), |found| {
        if let Some(&seconds) = period.get()?
            && !(60..=1800).contains(&seconds)
        {
            let message = format!("restartAttemptPeriod is {seconds} s, outside 60 to 1800");
            found.add(refused(fail(message).at(period.place())));
        }
        Ok(())
    });
    if let Ok(codes) = policy.ignored_exit_codes.items()
        && codes.len() > 50
    {
        let message = format!("{} exit codes are ignored, and 50 are allowed", codes.len());
        found.add(refused(fail(message).at(policy.ignored_exit_codes.place())));
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
        found.add(refused(fail(message).at(&node.place)));
    }
    if let Some(node) = root.get("containerInstances")
        && listed("containerInstances") > 10
    {
        let message = "there are more than 10 container instances, and 10 are allowed in one call";
        found.add(refused(fail(message).at(&node.place)));
    }
    if let (ContextKind::RunTask, Some(node)) = (input.kind, root.get("count"))
        && let Value::Number(count) = &node.value
        && count.as_i64().is_some_and(|it| !(1..=10).contains(&it))
    {
        let message = format!("count is {count}, and one call starts 1 to 10 tasks");
        found.add(refused(fail(message).at(&node.place)));
    }
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
    if let Some(node) = root.get("overrides")
        && printed(node) > 8192
    {
        let message =
            format!("the overrides have {} characters, and 8192 are allowed", printed(node));
        found.add(refused(fail(message).at(&node.place)));
    }
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
        Value::Text(it) => text(it),
        Value::List(items) => 2 + commas(items.len()) + items.iter().map(printed).sum::<usize>(),
        Value::Map(entries) => {
            let entry = |it: &crate::document::node::Entry| text(&it.key) + 1 + printed(&it.node);
            2 + commas(entries.len()) + entries.iter().map(entry).sum::<usize>()
        }
    }
}
