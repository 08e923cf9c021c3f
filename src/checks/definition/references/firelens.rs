//! FireLens: a router, at least one container that logs to it, and the options of the router
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html>).

use super::super::names::alone;
use crate::document::container::{Container, FirelensConfiguration};
use crate::document::field::Named;
use crate::document::{Field, Place};
use crate::knowledge::Stop;
use crate::names::{S3Object, S3ObjectError};
use crate::task::Task;
use crate::verdict::{Findings, Rule};

const NO_ROUTER: Rule = Rule::quoted(
    "a container that logs to awsfirelens needs one with a firelensConfiguration",
    "ClientException: When awsfirelens log driver is specified in log configuration, a firelens configuration object must be configured in one of the containers.",
    "https://github.com/fabfuel/ecs-deploy/issues/164",
    "2026-09",
);
const UNUSED_ROUTER: Rule = Rule::quoted(
    "a container with a firelensConfiguration needs one that logs to awsfirelens",
    "ClientException: When a firelensConfiguration object is specified, at least one container has to be configured with the awsfirelens log driver.",
    "https://github.com/aws/amazon-cloudwatch-logs-for-fluent-bit/issues/20",
    "2022-07-14",
);
const ONE_ROUTER: Rule = Rule::unquoted(
    "a task has one container with a firelensConfiguration",
    "the agent uses one of them, or RegisterTaskDefinition refuses it",
    "https://github.com/aws/amazon-ecs-agent/blob/master/agent/api/task/task.go",
    "2026-06-30",
);
const KNOWN_OPTION: Rule = Rule::unquoted(
    "the options of a router are enable-ecs-log-metadata, config-file-type and config-file-value",
    "the option is ignored, or RegisterTaskDefinition refuses it",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_FirelensConfiguration.html",
    "2026-06",
);
const METADATA: Rule = Rule::quoted(
    "enable-ecs-log-metadata is true or false",
    "Invalid value for firelens container option enable-ecs-log-metadata was specified: <value>. Ignoring it.",
    "https://github.com/aws/amazon-ecs-agent/blob/master/agent/taskresource/firelens/firelens_unix.go",
    "2026-06-30",
);
const FILE_TYPE: Rule = Rule::quoted(
    "config-file-type is s3 or file",
    "invalid value <value> is specified for option config-file-type",
    "https://github.com/aws/amazon-ecs-agent/blob/master/agent/taskresource/firelens/firelens_unix.go",
    "2026-06-30",
);
const FILE_VALUE: Rule = Rule::quoted(
    "config-file-type goes with config-file-value",
    "option config-file-type is specified but config-file-value is not specified",
    "https://github.com/aws/amazon-ecs-agent/blob/master/agent/taskresource/firelens/firelens_unix.go",
    "2026-06-30",
);
const FILE_ARN: Rule = Rule::quoted(
    "config-file-value of type s3 is the ARN of an object",
    "ClientException: Invalid arn syntax.",
    "https://github.com/aws/aws-cli/issues/7147",
    "2022-07-30",
);
const FILE_ON_FARGATE: Rule = Rule::unquoted(
    "config-file-type is file on Fargate",
    "RegisterTaskDefinition refuses it, or the router starts without its configuration",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef-custom-config.html",
    "2026-06",
);

/// The rules of this file.
pub(super) const RULES: [Rule; 9] = [
    NO_ROUTER,
    UNUSED_ROUTER,
    ONE_ROUTER,
    KNOWN_OPTION,
    METADATA,
    FILE_TYPE,
    FILE_VALUE,
    FILE_ARN,
    FILE_ON_FARGATE,
];

/// Judges routers, and those that log to them.
pub(super) fn judge(task: &Task, containers: &[Container], found: &mut Findings) {
    let routers: Vec<_> =
        containers.iter().filter(|it| !it.firelens_configuration.is_missing()).collect();
    for router in &routers {
        found.part(router.firelens_configuration.place(), |found| {
            match router.firelens_configuration.get()? {
                Some(configuration) => options(task, configuration, found),
                None => Ok(()),
            }
        });
    }
    if let [first, ..] = routers.as_slice() {
        let place = first.firelens_configuration.place();
        found.part(place, |found| used(task, containers, place, found));
    } else {
        for container in containers {
            has_router(task, container, found);
        }
    }
    if let [_, second, ..] = routers.as_slice() {
        let message = format!(
            "{} containers have a firelensConfiguration, and a task has one log router",
            routers.len()
        );
        found.add(
            ONE_ROUTER
                .warn(message)
                .at(second.firelens_configuration.place())
                .remedy("Keep one log router"),
        );
    }
}

/// Whether a container logs to awsfirelens. One whose driver cannot be read could.
fn used(
    task: &Task,
    containers: &[Container],
    place: &Place,
    found: &mut Findings,
) -> Result<(), Stop> {
    let mut gap = alone(task).err();
    for container in containers {
        match is_firelens(container) {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(stop) => gap = Some(stop),
        }
    }
    gap.map_or(Ok(()), Err)?;
    found.add(
        UNUSED_ROUTER
            .fail("there is a log router, and no container logs to awsfirelens")
            .at(place)
            .remedy("Set logDriver of a container to awsfirelens, or remove firelensConfiguration"),
    );
    Ok(())
}

fn has_router(task: &Task, container: &Container, found: &mut Findings) {
    let Ok(true) = is_firelens(container) else { return };
    let Ok(Some(log)) = container.log_configuration.get() else { return };
    found.part(log.log_driver.place(), |found| {
        alone(task)?;
        found.add(
            NO_ROUTER
                .fail("the log driver is awsfirelens, but no container has a firelensConfiguration")
                .at(log.log_driver.place())
                .remedy("Add a container of aws-for-fluent-bit with a firelensConfiguration"),
        );
        Ok(())
    });
}

fn is_firelens(container: &Container) -> Result<bool, Stop> {
    let Some(log) = container.log_configuration.get()? else { return Ok(false) };
    Ok(log.log_driver.get()?.is_some_and(|driver| driver == "awsfirelens"))
}

fn options(
    task: &Task,
    configuration: &FirelensConfiguration,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(options) = configuration.options.get()? else { return Ok(()) };
    for (name, field) in &options.0 {
        if !["enable-ecs-log-metadata", "config-file-type", "config-file-value"].contains(&&**name)
        {
            found.add(
                KNOWN_OPTION
                    .warn(format!("{name} is no option of a log router"))
                    .at(field.place())
                    .remedy("Options of the log's destination belong to logConfiguration of the container that logs"),
            );
        }
    }
    if let Some(field) = options.get("enable-ecs-log-metadata") {
        found.part(field.place(), |found| metadata(field, found));
    }
    file(task, options, found)
}

/// The agent reads it as Go reads a truth (<https://pkg.go.dev/strconv#ParseBool>).
fn metadata(field: &Field<String>, found: &mut Findings) -> Result<(), Stop> {
    let truths = ["1", "t", "true", "0", "f", "false"];
    if let Some(value) = field.get()?
        && !truths.contains(&value.to_ascii_lowercase().as_str())
    {
        found.add(
            METADATA
                .warn(format!("enable-ecs-log-metadata is {value:?}, neither true nor false"))
                .at(field.place())
                .naming("<value>", value)
                .remedy("Write \"true\" or \"false\""),
        );
    }
    Ok(())
}

/// The file that configures the router further.
fn file(task: &Task, options: &Named<String>, found: &mut Findings) -> Result<(), Stop> {
    let value = options.get("config-file-value");
    let Some(kind) = options.get("config-file-type") else {
        if let Some(value) = value {
            found.add(
                KNOWN_OPTION
                    .warn("config-file-value is given without config-file-type")
                    .at(value.place())
                    .remedy("Add config-file-type: s3 or file"),
            );
        }
        return Ok(());
    };
    found.part(kind.place(), |found| file_type(task, kind, value, found));
    if let Some(value) = value
        && kind.get()?.is_some_and(|kind| kind == "s3")
    {
        found.part(value.place(), |found| s3_object(value, found));
    }
    Ok(())
}

fn file_type(
    task: &Task,
    kind: &Field<String>,
    value: Option<&Field<String>>,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(written) = kind.get()?.map(String::as_str) else { return Ok(()) };
    if !["s3", "file"].contains(&written) {
        found.add(
            FILE_TYPE
                .fail(format!("config-file-type is {written:?}, and FireLens takes s3 and file"))
                .at(kind.place())
                .naming("<value>", written)
                .remedy("Set config-file-type to file, for a file of the image, or s3"),
        );
    }
    if written == "s3" && task.is_for_fargate()? {
        found.add(
            FILE_ON_FARGATE
                .fail("Fargate takes the configuration of FireLens from a file in the image, not from S3")
                .at(kind.place())
                .remedy("Put the configuration into the image and set config-file-type to file"),
        );
    }
    let is_given =
        |value: &Field<String>| value.get().map(|it| it.is_some_and(|text| !text.is_empty()));
    if !value.map(is_given).transpose()?.unwrap_or(false) {
        found.add(
            FILE_VALUE
                .fail("config-file-type is given without config-file-value")
                .at(kind.place())
                .remedy("Add config-file-value: the ARN of the object, or the path in the image"),
        );
    }
    Ok(())
}

fn s3_object(value: &Field<String>, found: &mut Findings) -> Result<(), Stop> {
    let Some(text) = value.get()?.filter(|text| !text.is_empty()) else { return Ok(()) };
    if let Err(flaw) = text.parse::<S3Object>() {
        // What is an ARN of S3 at all gets past the syntax.
        let finding = match flaw {
            S3ObjectError::Bucket(_) | S3ObjectError::NoKey(_) => FILE_ARN.warn(flaw.to_string()),
            _ => FILE_ARN.fail(flaw.to_string()),
        };
        found.add(
            finding
                .at(value.place())
                .on(text)
                .remedy("Name the object by its ARN, arn:aws:s3:::bucket/key"),
        );
    }
    Ok(())
}
