//! `definition-log-options`

use super::target;
use crate::checks::{Check, each};
use crate::document::container::LogConfiguration;
use crate::document::{Field, Place};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::task::ContainerUse;
use crate::verdict::{Findings, Judgement, Rule, not_applicable};

mod table;
mod value;

pub(super) static DEFINITION_LOG_OPTIONS: Check = Check {
    id: "definition-log-options",
    verifies: "the log driver has the options it needs, and none that it refuses or that conflict",
    prevents: &[
        "ClientException: Log driver awslogs requires options: <option>",
        "ClientException: Log driver awslogs disallows options: <option>",
        "ClientException: Log driver awslogs option 'awslogs-create-group' should only be set to 'true', else omit option.",
        "CannotStartContainerError: failed to initialize logging driver",
    ],
    remedy: "Give the log driver the options that it requires, and no others",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html",
    asks: &[],
    advises: false,
    judge: |task| each(task, definition_log_options),
};

const REQUIRES: Rule = Rule::quoted(
    "awslogs needs awslogs-region and awslogs-group; splunk needs splunk-token and splunk-url",
    "ClientException: Log driver <driver> requires options: <option>",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const PREFIX: Rule = Rule::quoted(
    "awslogs needs awslogs-stream-prefix on Fargate",
    "ClientException: Fargate requires log configuration options to include awslogs-stream-prefix",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const DISALLOWS: Rule = Rule::quoted(
    "awslogs takes no options but those that ECS documents",
    "ClientException: Log driver awslogs disallows options: <option>",
    "https://github.com/aws-samples/amazon-ecs-firelens-examples/issues/83",
    "2022-09-02",
);
const UNKNOWN: Rule = Rule::quoted(
    "a log driver of Docker takes no options but its own",
    "CannotCreateContainerError: Error response from daemon: unknown log opt '<option>' for <driver> log driver",
    "https://github.com/aws/amazon-ecs-cli/issues/820",
    "2019-06-27",
);
const GELF: Rule = Rule::quoted(
    "gelf needs gelf-address",
    "CannotStartContainerError: failed to initialize logging driver: gelf-address is a required parameter",
    "https://github.com/moby/moby/blob/master/daemon/logger/gelf/gelf.go",
    "2026-08-23",
);

/// The rules that this check holds to.
pub(super) fn rules() -> Vec<Rule> {
    let own = [REQUIRES, PREFIX, DISALLOWS, UNKNOWN, GELF].into_iter();
    own.chain(value::RULES).chain(table::rules()).collect()
}

fn definition_log_options(it: &ContainerUse, _: &View) -> Judgement {
    let Some(log) = it.container.log_configuration.get()? else {
        return not_applicable("the container configures no log driver");
    };
    let Some(driver) = log.log_driver.get()? else {
        return not_applicable("the log configuration names no driver");
    };
    let mut found = Findings::new();
    required(it, driver, log, &mut found);
    if let Some(known) = table::of(driver) {
        found.part(log.options.place(), |found| strangers(it, driver, &known, log, found));
    } else if driver != "awsfirelens" {
        return not_applicable(format!("the options of the driver {driver} are not known"));
    }
    value::judge(it, log, &mut found);
    found.or_pass(format!("{driver} has the options that it requires"))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html>
fn required(it: &ContainerUse, driver: &str, log: &LogConfiguration, found: &mut Findings) {
    let names: &[&str] = match driver {
        "awslogs" => &["awslogs-region", "awslogs-group"],
        "splunk" => &["splunk-token", "splunk-url"],
        _ => &[],
    };
    for name in names {
        require(driver, name, log, found);
    }
    match driver {
        "awslogs" => found.part(log.options.place(), |found| stream_prefix(it, log, found)),
        // The daemon of an instance may have a default address.
        "gelf" => found.part(log.options.place(), |found| {
            if !given(log, "gelf-address")? {
                found.add(
                    GELF.warn("gelf lacks the option gelf-address")
                        .at(log.options.place())
                        .remedy("Add gelf-address, such as udp://HOST:12201"),
                );
            }
            Ok(())
        }),
        _ => {}
    }
}

/// Whether Fargate's rule applies is asked only where it would decide.
fn stream_prefix(
    it: &ContainerUse,
    log: &LogConfiguration,
    found: &mut Findings,
) -> Result<(), Stop> {
    if !given(log, "awslogs-stream-prefix")? && it.task.is_for_fargate()? {
        found.add(
            PREFIX
                .fail("awslogs lacks awslogs-stream-prefix, which Fargate requires")
                .at(log.options.place())
                .remedy("Add awslogs-stream-prefix, such as the name of the service"),
        );
    }
    Ok(())
}

/// Options that are not in the driver's list. Docker may know more options of a driver by now.
fn strangers(
    it: &ContainerUse,
    driver: &str,
    known: &[&str],
    log: &LogConfiguration,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(options) = log.options.get()? else { return Ok(()) };
    for (name, field) in options.0.iter().filter(|(name, _)| !known.contains(&&**name)) {
        let message = format!("{driver} takes no option {name}");
        let finding = if driver == "awslogs" {
            DISALLOWS.fail(message)
        } else if name.starts_with(&format!("{driver}-")) || !target::runs_docker(it.task)? {
            UNKNOWN.warn(message)
        } else {
            UNKNOWN.fail(message)
        };
        found.add(
            finding
                .at(field.place())
                .on(&**name)
                .naming("<option>", name)
                .naming("<driver>", driver)
                .remedy(format!("Remove {name}; {driver} takes: {}", known.join(", "))),
        );
    }
    Ok(())
}

fn require(driver: &str, name: &str, log: &LogConfiguration, found: &mut Findings) {
    let place = option(log, name).map_or_else(|| options_place(log), Field::place);
    found.part(place, |found| {
        if !given(log, name)? {
            found.add(
                REQUIRES
                    .fail(format!("{driver} lacks the option {name}"))
                    .at(place)
                    .naming("<driver>", driver)
                    .naming("<option>", name)
                    .remedy(format!("Add {name} to the options")),
            );
        }
        Ok(())
    });
}

/// Whether an option is given, in plain or as a secret, and not empty.
fn given(log: &LogConfiguration, name: &str) -> Result<bool, Stop> {
    for secret in log.secret_options.items()? {
        if secret.name.get()?.is_some_and(|it| it == name) {
            return Ok(true);
        }
    }
    log.options.get()?;
    Ok(match option(log, name) {
        Some(option) => option.get()?.is_some_and(|value| !value.is_empty()),
        None => false,
    })
}

fn option<'d>(log: &'d LogConfiguration, name: &str) -> Option<&'d Field<String>> {
    log.options.get().ok().flatten().and_then(|options| options.get(name))
}

/// Where options are written, or would be.
fn options_place(log: &LogConfiguration) -> &Place {
    log.options.place()
}

#[cfg(test)]
mod tests;
