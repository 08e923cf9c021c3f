//! What the values of log options must look like.

use super::super::target;
use crate::document::Field;
use crate::document::container::LogConfiguration;
use crate::knowledge::Stop;
use crate::names::LogGroupName;
use crate::task::ContainerUse;
use crate::verdict::{Finding, Findings, Rule};

const CREATE_GROUP: Rule = Rule::quoted(
    "awslogs-create-group is \"true\" or not given",
    "ClientException: Log driver awslogs option 'awslogs-create-group' should only be set to 'true', else omit option.",
    "https://github.com/terraform-linters/tflint-ruleset-aws/issues/348",
    "2022-05-26",
);
const GROUP: Rule = Rule::unquoted(
    "awslogs-group is the name of a log group",
    "ResourceInitializationError: failed to validate logger args",
    "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
    "2026-06",
);
const MULTILINE: Rule = Rule::quoted(
    "awslogs-datetime-format and awslogs-multiline-pattern exclude each other",
    "CannotStartContainerError: failed to initialize logging driver: you cannot configure log opt 'awslogs-datetime-format' and 'awslogs-multiline-pattern' at the same time",
    "https://github.com/moby/moby/blob/master/daemon/logger/awslogs/cloudwatchlogs.go",
    "2026-08-23",
);
const MODE: Rule = Rule::quoted(
    "mode is blocking or non-blocking",
    "CannotStartContainerError: logger: logging mode not supported: <mode>",
    "https://github.com/moby/moby/blob/master/daemon/logger/factory.go",
    "2026-08-23",
);
const BUFFER: Rule = Rule::quoted(
    "max-buffer-size needs mode non-blocking",
    "CannotStartContainerError: logger: max-buffer-size option is only supported with 'mode=non-blocking'",
    "https://github.com/moby/moby/blob/master/daemon/logger/factory.go",
    "2026-08-23",
);
const SIZE: Rule = Rule::quoted(
    "max-buffer-size is a number with a unit, such as 25m",
    "failed to initialize logging driver: error parsing option max-buffer-size",
    "https://github.com/moby/moby/blob/master/daemon/logger/factory.go",
    "2026-08-23",
);
const SPLUNK_URL: Rule = Rule::quoted(
    "splunk-url is http or https, a host and a port, without a path",
    "failed to initialize logging driver: splunk: expected format scheme://dns_name_or_ip:port for splunk-url",
    "https://github.com/moby/moby/blob/master/daemon/logger/splunk/splunk.go",
    "2026-08-23",
);
const FIRELENS_BUFFER: Rule = Rule::unquoted(
    "log-driver-buffer-limit is a number from 0 to 536870912",
    "RegisterTaskDefinition refuses it, or the task fails to start",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html",
    "2026-06",
);

/// The rules of this file.
pub(super) const RULES: [Rule; 8] =
    [CREATE_GROUP, GROUP, MULTILINE, MODE, BUFFER, SIZE, SPLUNK_URL, FIRELENS_BUFFER];

/// Judges the values of the options that are given.
pub(super) fn judge(it: &ContainerUse, log: &LogConfiguration, found: &mut Findings) {
    let Ok(Some(options)) = log.options.get() else { return };
    let driver = log.log_driver.get().ok().flatten().map_or("", String::as_str);
    let judged = [
        ("awslogs", "awslogs-create-group"),
        ("awslogs", "awslogs-group"),
        ("awslogs", "awslogs-multiline-pattern"),
        ("splunk", "splunk-url"),
        ("awsfirelens", "log-driver-buffer-limit"),
    ];
    for (name, field) in &options.0 {
        let of_any = driver != "awsfirelens" && ["mode", "max-buffer-size"].contains(&&**name);
        if !of_any && !judged.contains(&(driver, name)) {
            continue;
        }
        found.part(field.place(), |found| {
            let Some(value) = field.get()? else { return Ok(()) };
            match (driver, &**name) {
                ("awslogs", "awslogs-create-group") => create_group(value, field, found),
                ("awslogs", "awslogs-group") => group_name(value, field, found),
                ("awslogs", "awslogs-multiline-pattern")
                    if options.get("awslogs-datetime-format").is_some() =>
                {
                    multiline(field, found);
                }
                ("splunk", "splunk-url") => splunk_url(value, field, found),
                ("awsfirelens", "log-driver-buffer-limit") => buffer_limit(value, field, found),
                (_, "mode") => mode(it, value, field, found)?,
                (_, "max-buffer-size") => {
                    let mode = options.get("mode").map(Field::get).transpose()?.flatten();
                    buffer(it, value, mode.map(String::as_str), field, found)?;
                }
                _ => {}
            }
            Ok(())
        });
    }
}

/// AWS's own samples also write `True`, and nobody reports that ECS refuses it.
fn create_group(value: &str, field: &Field<String>, found: &mut Findings) {
    if value == "true" {
        return;
    }
    let message = format!("awslogs-create-group is {value:?}, and ECS takes only \"true\"");
    let finding = match value.eq_ignore_ascii_case("true") {
        true => CREATE_GROUP.warn(message),
        false => CREATE_GROUP.fail(message),
    };
    found.add(finding.at(field.place()).remedy("Write \"true\", or remove awslogs-create-group"));
}

fn group_name(value: &str, field: &Field<String>, found: &mut Findings) {
    if let Err(flaw) = value.parse::<LogGroupName>()
        && !value.is_empty()
    {
        found.add(
            GROUP
                .fail(flaw.to_string())
                .at(field.place())
                .on(value)
                .remedy("Use up to 512 letters, digits and . - _ / #"),
        );
    }
}

/// ECS documents both that the pattern is ignored and that the two cannot be combined.
fn multiline(field: &Field<String>, found: &mut Findings) {
    found.add(
        MULTILINE
            .warn("awslogs-multiline-pattern is ignored or refused in addition to awslogs-datetime-format")
            .at(field.place())
            .remedy("Keep one of the two"),
    );
}

fn mode(
    it: &ContainerUse,
    value: &str,
    field: &Field<String>,
    found: &mut Findings,
) -> Result<(), Stop> {
    // Docker takes an empty mode for none.
    if !["", "blocking", "non-blocking"].contains(&value) {
        let message = format!("mode is {value:?}, and log drivers take blocking and non-blocking");
        let finding = on_docker(it, &MODE, message)?.naming("<mode>", value);
        found.add(finding.at(field.place()).remedy("Set mode to non-blocking, or to blocking"));
    }
    Ok(())
}

/// Without a mode, the account's default counts.
fn buffer(
    it: &ContainerUse,
    value: &str,
    mode: Option<&str>,
    field: &Field<String>,
    found: &mut Findings,
) -> Result<(), Stop> {
    if mode == Some("blocking") {
        let finding = on_docker(it, &BUFFER, "max-buffer-size is set, and mode is blocking")?;
        found.add(
            finding.at(field.place()).remedy("Set mode to non-blocking, or remove max-buffer-size"),
        );
    }
    if !is_size(value) {
        let message = format!("max-buffer-size is {value:?}, which is no size");
        let finding = on_docker(it, &SIZE, message)?;
        found.add(finding.at(field.place()).remedy("Write a number with a unit, such as 25m"));
    }
    Ok(())
}

/// Docker starts no container with it; what Fargate's own log drivers do is not documented.
fn on_docker(it: &ContainerUse, rule: &Rule, message: impl Into<String>) -> Result<Finding, Stop> {
    Ok(if target::runs_docker(it.task)? { rule.fail(message) } else { rule.warn(message) })
}

/// What Docker reads as a size (<https://pkg.go.dev/github.com/docker/go-units#RAMInBytes>).
fn is_size(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let number = text.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let unit = &text[number.len()..];
    let units = [
        "", "b", "k", "kb", "kib", "m", "mb", "mib", "g", "gb", "gib", "t", "tb", "tib", "p", "pb",
        "pib",
    ];
    units.contains(&unit) && number.trim_end_matches(' ').parse::<f64>().is_ok_and(|it| it > 0.0)
}

fn splunk_url(value: &str, field: &Field<String>, found: &mut Findings) {
    let host = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    let is_host = |rest: &str| {
        let host = rest.strip_suffix('/').unwrap_or(rest);
        !host.is_empty() && !host.contains(['/', '?', '#'])
    };
    if !value.is_empty() && !host.is_some_and(is_host) {
        found.add(
            SPLUNK_URL
                .fail(format!(
                    "splunk-url is {value:?}, and the driver takes a scheme, a host and a port"
                ))
                .at(field.place())
                .remedy("Write https://HOST:8088, without a path"),
        );
    }
}

fn buffer_limit(value: &str, field: &Field<String>, found: &mut Findings) {
    if !value.parse::<u32>().is_ok_and(|it| it <= 536_870_912) {
        found.add(
            FIRELENS_BUFFER
                .warn(format!(
                    "log-driver-buffer-limit is {value:?}, not a number from 0 to 536870912"
                ))
                .at(field.place())
                .remedy("Write a number of bytes from 0 to 536870912"),
        );
    }
}
