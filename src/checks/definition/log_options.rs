//! `definition-log-options`

use crate::checks::{Check, each};
use crate::document::container::LogConfiguration;
use crate::document::{Field, Place};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::names::LogGroupName;
use crate::task::ContainerUse;
use crate::verdict::{Findings, Judgement, fail, not_applicable, warn};

pub(super) static DEFINITION_LOG_OPTIONS: Check = Check {
    id: "definition-log-options",
    verifies: "the log driver has the options it needs, none that conflict",
    prevents: &[
        "ClientException: Log driver awslogs requires options: awslogs-region, awslogs-group",
        "CannotStartContainerError: failed to initialize logging driver",
    ],
    remedy: "Give the log driver the options that it requires",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html",
    asks: &[],
    advises: false,
    judge: |task| each(task, definition_log_options),
};

/// <https://pkg.go.dev/strconv#ParseBool>
const GO_TRUTHS: [&str; 12] =
    ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"];

fn definition_log_options(it: &ContainerUse, _: &View) -> Judgement {
    let Some(log) = it.container.log_configuration.get()? else {
        return not_applicable("the container configures no log driver");
    };
    let Some(driver) = log.log_driver.get()? else {
        return not_applicable("the log configuration names no driver");
    };
    let mut found = Findings::new();
    match driver.as_str() {
        "awslogs" => awslogs(it, log, &mut found),
        "splunk" => splunk(log, &mut found),
        other => return not_applicable(format!("the driver {other} requires no option of ECS")),
    }
    found.or_pass(format!("{driver} has the options that it requires"))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html>
fn awslogs(it: &ContainerUse, log: &LogConfiguration, found: &mut Findings) {
    require("awslogs", "awslogs-region", log, found);
    require("awslogs", "awslogs-group", log, found);
    found.part(log.options.place(), |found| stream_prefix(it, log, found));
    if let Some(group) = option(log, "awslogs-group") {
        found.part(group.place(), |found| group_name(group, found));
    }
    if let Some(create) = option(log, "awslogs-create-group") {
        found.part(create.place(), |found| create_group(create, found));
    }
    if let (Some(_), Some(pattern)) =
        (option(log, "awslogs-datetime-format"), option(log, "awslogs-multiline-pattern"))
    {
        found.add(
            warn("awslogs-multiline-pattern is ignored beside awslogs-datetime-format, or refused by the driver")
                .at(pattern.place())
                .remedy("Keep one of the two"),
        );
    }
}

/// Whether Fargate's rule applies is asked only where it would decide.
fn stream_prefix(
    it: &ContainerUse,
    log: &LogConfiguration,
    found: &mut Findings,
) -> Result<(), Stop> {
    match given(log, "awslogs-stream-prefix")? {
        true => Ok(()),
        false if it.task.is_for_fargate()? => {
            found.add(
                fail("awslogs lacks awslogs-stream-prefix, which Fargate requires")
                    .at(options_place(log))
                    .prevents("ClientException: Log driver awslogs requires option: awslogs-stream-prefix")
                    .remedy("Add awslogs-stream-prefix, such as the name of the service"),
            );
            Ok(())
        }
        false => Ok(()),
    }
}

fn group_name(group: &Field<String>, found: &mut Findings) -> Result<(), Stop> {
    let Some(name) = group.get()?.filter(|name| !name.is_empty()) else { return Ok(()) };
    if let Err(flaw) = name.parse::<LogGroupName>() {
        found.add(
            fail(flaw.to_string())
                .at(group.place())
                .on(name)
                .prevents("ResourceInitializationError: failed to validate logger args: ... InvalidParameterException")
                .remedy("Use up to 512 letters, digits and . - _ / #"),
        );
    }
    Ok(())
}

/// The driver reads it as Go reads a truth.
fn create_group(create: &Field<String>, found: &mut Findings) -> Result<(), Stop> {
    if let Some(text) = create.get()?
        && !GO_TRUTHS.contains(&text.as_str())
    {
        let warning = warn(format!("awslogs-create-group is {text:?}, neither true nor false"));
        found.add(warning.at(create.place()).remedy("Write \"true\" or \"false\""));
    }
    Ok(())
}

fn splunk(log: &LogConfiguration, found: &mut Findings) {
    require("splunk", "splunk-token", log, found);
    require("splunk", "splunk-url", log, found);
}

fn require(driver: &str, name: &str, log: &LogConfiguration, found: &mut Findings) {
    let place = option(log, name).map_or_else(|| options_place(log), Field::place);
    found.part(place, |found| {
        if !given(log, name)? {
            found.add(
                fail(format!("{driver} lacks the option {name}"))
                    .at(place)
                    .prevents(format!(
                        "ClientException: Log driver {driver} requires option: {name}"
                    ))
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

/// Where options stand, or would.
fn options_place(log: &LogConfiguration) -> &Place {
    log.options.place()
}

#[cfg(test)]
mod tests {
    use super::DEFINITION_LOG_OPTIONS;
    use crate::report::Status::{Fail, Pass, Skip, Unknown, Warn};
    use crate::testing::story::{Story, Told};

    const AT: &str = "/containerDefinitions/0/logConfiguration/options";
    const GROUP: &str = "/containerDefinitions/0/logConfiguration/options/awslogs-group";

    fn on(target: &str, driver: &str, options: &str) -> Story {
        Story::containers_and(
            &format!(
                r#"{{"name": "app", "image": "nginx", "logConfiguration": {{"logDriver": "{driver}", {options}}}}}"#
            ),
            &format!(r#""requiresCompatibilities": ["{target}"]"#),
        )
    }

    #[test]
    fn awslogs_needs_a_region_a_group_and_on_fargate_a_prefix() {
        let table: &[(&str, &str, &[Told])] = &[
            (
                "EC2",
                r#""awslogs-region": "eu-west-1", "awslogs-group": "/ecs/web""#,
                &[(Pass, "/containerDefinitions/0", "")],
            ),
            (
                "FARGATE",
                r#""awslogs-region": "eu-west-1", "awslogs-group": "g", "awslogs-stream-prefix": "w""#,
                &[(Pass, "/containerDefinitions/0", "")],
            ),
            (
                "FARGATE",
                r#""awslogs-region": "eu-west-1", "awslogs-group": "g""#,
                &[(Fail, AT, "awslogs-stream-prefix")],
            ),
            (
                "EC2",
                r#""awslogs-region": "eu-west-1""#,
                &[(Fail, AT, "lacks the option awslogs-group")],
            ),
            ("EC2", "", &[(Fail, AT, "awslogs-region"), (Fail, AT, "awslogs-group")]),
            (
                "EC2",
                r#""awslogs-region": "eu-west-1", "awslogs-group": "a b""#,
                &[(Fail, GROUP, "contains ' '")],
            ),
            (
                "EC2",
                r#""awslogs-region": "eu-west-1", "awslogs-group": "${GROUP}""#,
                &[(Unknown, GROUP, "placeholder")],
            ),
            (
                "${TARGET}",
                r#""awslogs-region": "eu-west-1", "awslogs-group": "g""#,
                &[(Unknown, AT, "${TARGET}")],
            ),
            (
                "EC2",
                r#""awslogs-region": "eu-west-1", "awslogs-group": "g", "awslogs-create-group": "yes""#,
                &[(
                    Warn,
                    "/containerDefinitions/0/logConfiguration/options/awslogs-create-group",
                    "neither",
                )],
            ),
            (
                "EC2",
                r#""awslogs-region": "eu-west-1", "awslogs-group": "g", "awslogs-datetime-format": "%Y", "awslogs-multiline-pattern": "^x""#,
                &[(
                    Warn,
                    "/containerDefinitions/0/logConfiguration/options/awslogs-multiline-pattern",
                    "ignored",
                )],
            ),
        ];
        for (target, options, told) in table {
            let story = on(target, "awslogs", &format!(r#""options": {{{options}}}"#));
            story.ends(&DEFINITION_LOG_OPTIONS, told);
        }
    }

    #[test]
    fn splunk_takes_its_token_in_plain_or_as_a_secret() {
        let token = r#""secretOptions": [{"name": "splunk-token", "valueFrom": "t"}]"#;
        on("EC2", "splunk", &format!(r#""options": {{"splunk-url": "https://x"}}, {token}"#))
            .ends(&DEFINITION_LOG_OPTIONS, &[(Pass, "/containerDefinitions/0", "")]);
        on("EC2", "splunk", r#""options": {"splunk-url": "https://x"}"#)
            .ends(&DEFINITION_LOG_OPTIONS, &[(Fail, AT, "splunk-token")]);
    }

    #[test]
    fn other_drivers_and_none_need_nothing() {
        let at = "/containerDefinitions/0";
        on("EC2", "json-file", r#""options": {}"#)
            .ends(&DEFINITION_LOG_OPTIONS, &[(Skip, at, "json-file")]);
        Story::container(r#""cpu": 1"#)
            .ends(&DEFINITION_LOG_OPTIONS, &[(Skip, at, "no log driver")]);
        Story::container(r#""logConfiguration": "${LOG}""#)
            .ends(&DEFINITION_LOG_OPTIONS, &[(Unknown, at, "${LOG}")]);
    }
}
