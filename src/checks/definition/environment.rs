//! `definition-environment`

use std::collections::HashMap;

use crate::checks::{Check, whole};
use crate::document::container::{Container, EnvironmentVariable, HealthCheck, Secret};
use crate::document::{Field, Located, Place};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::task::Task;
use crate::verdict::{Finding, Findings, Judgement, Rule, not_applicable, warn};

pub(super) static DEFINITION_ENVIRONMENT: Check = Check {
    id: "definition-environment",
    verifies: "names in environment and secrets are unique, health checks in range",
    prevents: &[
        "ClientException: The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '<name>'.",
        "ClientException: Duplicate secret names found: <name>. Each secret name must be unique.",
        "ClientException: Environment variable name cannot be null or blank.",
    ],
    remedy: "Keep each name once, in environment or in secrets",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
    asks: &[],
    advises: false,
    judge: |task| whole(task, definition_environment),
};

const CLASH: Rule = Rule::quoted(
    "a name is in environment or in secrets, not in both",
    "ClientException: The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '<name>'.",
    "https://github.com/compose-x/ecs_composex/issues/707",
    "2023-11-13",
);
const TWICE: Rule = Rule::quoted(
    "a secret's name is given once",
    "ClientException: Duplicate secret names found: <name>. Each secret name must be unique.",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html",
    "2026-06",
);
const BLANK: Rule = Rule::quoted(
    "an environment variable has a name",
    "ClientException: Environment variable name cannot be null or blank.",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KeyValuePair.html",
    "2026-06",
);
const LOST: Rule = Rule::unquoted(
    "a name is given once in environment",
    "one of the values is lost",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
    "2026-06",
);
const MOST: Rule = Rule::quoted(
    "interval is 5 to 300, timeout 2 to 60, retries 1 to 10, startPeriod 0 to 300",
    "ClientException: Health check <name> must be less than or equal to the maximum allowed value <limit> for container '<container>'",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const LEAST: Rule = Rule::unquoted(
    "interval, timeout, retries and startPeriod of a health check are not too small",
    "RegisterTaskDefinition refuses it",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html",
    "2026-06",
);
const COMMAND: Rule = Rule::unquoted(
    "a health check begins with CMD or CMD-SHELL",
    "the container's health stays UNKNOWN, and what depends on HEALTHY never starts",
    "https://github.com/aws/aws-cdk/issues/34389",
    "2026-06",
);

/// The rules that this check holds to.
pub(super) fn rules() -> Vec<Rule> {
    vec![CLASH, TWICE, BLANK, LOST, MOST, LEAST, COMMAND]
}

fn definition_environment(task: &Task, _: &View) -> Judgement {
    let containers = task.definition.container_definitions.items()?;
    if containers.is_empty() {
        return not_applicable("the task definition names no container");
    }
    let mut found = Findings::new();
    for container in containers {
        variables(container, &mut found);
        if let Field::Given(Located { value, .. }) = &container.health_check {
            health_check(container, value, &mut found);
        }
    }
    overrides(task, containers, &mut found);
    found.or_pass("names are unique, and health checks are in range")
}

/// Where each name was given first.
type Given<'d> = HashMap<&'d str, &'d Place>;

fn variables(container: &Container, found: &mut Findings) {
    let secrets = secrets(container, found);
    let mut variables = Given::new();
    for variable in environment(&container.environment, found) {
        found.part(variable.name.place(), |found| {
            let place = variable.name.place();
            let Some(name) = named(variable, found)? else { return Ok(()) };
            if secrets.contains_key(name.as_str()) {
                found.add(clash(name, place));
            } else if let Some(first) = variables.insert(name, place) {
                found.add(
                    LOST.warn(format!("{name} is set twice, first at {first}"))
                        .at(place)
                        .remedy("Keep the value that is meant"),
                );
            }
            Ok(())
        });
    }
}

/// The names of the secrets. A name given twice is a finding.
fn secrets<'d>(container: &'d Container, found: &mut Findings) -> Given<'d> {
    let mut given = Given::new();
    for secret in listed(&container.secrets, found) {
        let Secret { name, .. } = secret;
        found.part(name.place(), |found| {
            let Some(text) = name.get()? else { return Ok(()) };
            if let Some(first) = given.insert(text, name.place()) {
                found.add(
                    TWICE
                        .fail(format!("the secret {text} is given twice, first at {first}"))
                        .at(name.place())
                        .naming("<name>", text)
                        .remedy("Keep the one that is meant"),
                );
            }
            Ok(())
        });
    }
    given
}

/// The name of a variable; that it has none is a finding.
fn named<'d>(
    variable: &'d EnvironmentVariable,
    found: &mut Findings,
) -> Result<Option<&'d String>, Stop> {
    let name = variable.name.get()?.filter(|name| !name.trim().is_empty());
    if name.is_none() {
        let place =
            if variable.name.is_missing() { &variable.place } else { variable.name.place() };
        found.add(
            BLANK
                .fail("an environment variable has no name")
                .at(place)
                .remedy("Write each variable as an object with name and value"),
        );
    }
    Ok(name)
}

fn clash(name: &str, place: &Place) -> Finding {
    CLASH.fail(format!("{name} is in environment and in secrets")).at(place).naming("<name>", name)
}

fn overrides(task: &Task, containers: &[Container], found: &mut Findings) {
    let overrides = &task.context.overrides.container_overrides;
    for changed in listed(overrides, found) {
        let secrets: Vec<&Secret> = containers
            .iter()
            .filter(|it| it.name.get().ok().flatten() == changed.name.get().ok().flatten())
            .filter_map(|it| it.secrets.items().ok())
            .flatten()
            .collect();
        for variable in environment(&changed.environment, found) {
            let is_secret = |name| secrets.iter().any(|it| it.name.get() == Ok(Some(name)));
            let place = variable.name.place();
            let mut name = None;
            found.part(place, |found| {
                name = named(variable, found)?;
                Ok(())
            });
            if let Some(name) = name.filter(|name| is_secret(name)) {
                found.add(
                    // Whether RunTask refuses it, as RegisterTaskDefinition does, is not documented.
                    warn(format!("the override sets {name}, which is a secret of the container"))
                        .at(variable.name.place())
                        .remedy(
                            "Override it under another name, or run a revision without the secret",
                        ),
                );
            }
        }
    }
}

fn environment<'d>(
    variables: &'d Field<Vec<EnvironmentVariable>>,
    found: &mut Findings,
) -> &'d [EnvironmentVariable] {
    listed(variables, found)
}

/// The items of a list; a list that is not known yet is an unknown part.
fn listed<'d, T>(field: &'d Field<Vec<T>>, found: &mut Findings) -> &'d [T] {
    let mut items: &[T] = &[];
    found.part(field.place(), |_| {
        items = field.items()?;
        Ok(())
    });
    items
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html>
fn health_check(container: &Container, check: &HealthCheck, found: &mut Findings) {
    for (name, field, least, most) in [
        ("interval", &check.interval, 5, 300),
        ("timeout", &check.timeout, 2, 60),
        ("retries", &check.retries, 1, 10),
        ("startPeriod", &check.start_period, 0, 300),
    ] {
        found.part(field.place(), |found| {
            if let Some(&number) = field.get()?
                && !(least..=most).contains(&number)
            {
                let owner = container.name.get().ok().flatten().map_or("", String::as_str);
                let rule = if number > most { MOST } else { LEAST };
                let message =
                    format!("the health check's {name} is {number}, outside {least} to {most}");
                found.add(
                    rule.fail(message)
                        .at(field.place())
                        .naming("<name>", name)
                        .naming("<limit>", &most.to_string())
                        .naming("<container>", owner)
                        .remedy(format!("Set {name} from {least} to {most}")),
                );
            }
            Ok(())
        });
    }
    found.part(check.command.place(), |found| command(check, found));
}

/// The documentation demands `CMD` or `CMD-SHELL`, yet a bare command is registered, and at least some
/// agents run it (<https://github.com/aws/aws-cdk/issues/34389>).
fn command(check: &HealthCheck, found: &mut Findings) -> Result<(), Stop> {
    let Some(words) = check.command.get()? else { return Ok(()) };
    let message = match words.first().map(|word| &*word.0) {
        Some("CMD" | "CMD-SHELL") if words.len() > 1 => return Ok(()),
        Some("NONE") => return Ok(()),
        Some(first @ ("CMD" | "CMD-SHELL")) => {
            format!("the health check has nothing to run after {first}")
        }
        Some(first) => format!(
            "the health check begins with {first:?} where CMD or CMD-SHELL belongs, so it may never run"
        ),
        None => "the health check has no command".to_owned(),
    };
    found.add(COMMAND.warn(message).at(check.command.place()).remedy(
        "Begin the command with CMD (a program and its arguments) or CMD-SHELL (one shell line)",
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::DEFINITION_ENVIRONMENT;
    use crate::report::Status::{Fail, Pass, Unknown, Warn};
    use crate::testing::story::{Story, Told};

    const HELD: Told = (Pass, "", "unique");

    #[test]
    fn a_name_is_in_environment_or_in_secrets() {
        let table: &[(&str, Told)] = &[
            (
                r#""environment": [{"name": "A", "value": "1"}], "secrets": [{"name": "B", "valueFrom": "b"}]"#,
                HELD,
            ),
            (
                r#""environment": [{"name": "A", "value": "1"}], "secrets": [{"name": "A", "valueFrom": "a"}]"#,
                (
                    Fail,
                    "/containerDefinitions/0/environment/0/name",
                    "A is in environment and in secrets",
                ),
            ),
            (
                r#""secrets": [{"name": "A", "valueFrom": "a"}, {"name": "A", "valueFrom": "b"}]"#,
                (Fail, "/containerDefinitions/0/secrets/1/name", "the secret A is given twice"),
            ),
            (
                r#""environment": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]"#,
                (Warn, "/containerDefinitions/0/environment/1/name", "A is set twice"),
            ),
            (
                r#""secrets": [{"name": "${NAME}", "valueFrom": "a"}]"#,
                (Unknown, "/containerDefinitions/0/secrets/0/name", "placeholder"),
            ),
            (
                r#""environment": [{"name": "", "value": "1"}]"#,
                (Fail, "/containerDefinitions/0/environment/0/name", "has no name"),
            ),
            (
                r#""environment": [{"name": " ", "value": "1"}]"#,
                (Fail, "/containerDefinitions/0/environment/0/name", "has no name"),
            ),
            (
                r#""environment": [{"value": "1"}]"#,
                (Fail, "/containerDefinitions/0/environment/0", "has no name"),
            ),
            (r#""environment": [{"name": "A", "value": ""}]"#, HELD),
            (
                r#""environment": "${ENVIRONMENT}""#,
                (Unknown, "/containerDefinitions/0/environment", "placeholder"),
            ),
        ];
        for (fields, told) in table {
            Story::container(fields).ends(&DEFINITION_ENVIRONMENT, &[*told]);
        }
    }

    #[test]
    fn two_containers_may_share_a_name() {
        let container = |name: &str, list: &str| {
            format!(
                r#"{{"name": "{name}", "image": "i", "{list}": [{{"name": "A", "value": "1", "valueFrom": "a"}}]}}"#
            )
        };
        let both = [container("app", "environment"), container("side", "secrets")].join(",");
        Story::containers(&both).ends(&DEFINITION_ENVIRONMENT, &[HELD]);
    }

    #[test]
    fn an_override_of_a_secret_warns() {
        let story = || Story::container(r#""secrets": [{"name": "TOKEN", "valueFrom": "t"}]"#);
        let run = |name: &str| {
            format!(
                r#"{{"overrides": {{"containerOverrides": [{{"name": "app", "environment": [{{"name": "{name}", "value": "x"}}]}}]}}}}"#
            )
        };
        let at = "run.json#/overrides/containerOverrides/0/environment/0/name";
        story().run_as(&run("OTHER")).ends(&DEFINITION_ENVIRONMENT, &[HELD]);
        story().run_as(&run("TOKEN")).ends(&DEFINITION_ENVIRONMENT, &[(Warn, at, "TOKEN")]);
    }

    #[test]
    fn a_health_check_is_in_range() {
        let at = "/containerDefinitions/0/healthCheck";
        for (fields, status, field, words) in [
            (r#""command": ["CMD-SHELL", "true"], "interval": 5, "retries": 10"#, Pass, "", ""),
            (r#""command": ["CMD", "true"], "interval": 4"#, Fail, "/interval", "outside 5 to 300"),
            (r#""command": ["CMD", "true"], "timeout": 61"#, Fail, "/timeout", "outside 2 to 60"),
            (r#""command": ["CMD", "true"], "retries": 0"#, Fail, "/retries", "outside 1 to 10"),
            (
                r#""command": ["CMD", "true"], "startPeriod": 301"#,
                Fail,
                "/startPeriod",
                "outside 0",
            ),
            (r#""command": ["CMD", "true"], "timeout": "${T}""#, Unknown, "/timeout", "${T}"),
            (r#""command": ["/healthcheck"]"#, Warn, "/command", "may never run"),
            (r#""command": ["CMD-SHELL"]"#, Warn, "/command", "nothing to run"),
            (r#""command": ["CMD-SHELL", "test $READY"]"#, Pass, "", ""),
        ] {
            let results = Story::container(&format!(r#""healthCheck": {{{fields}}}"#))
                .judged_by(&DEFINITION_ENVIRONMENT);
            assert_eq!(results.len(), 1, "{fields}: {results:#?}");
            let subject = if field.is_empty() { String::new() } else { format!("{at}{field}") };
            assert_eq!((results[0].status, &*results[0].subject), (status, &*subject), "{fields}");
            assert!(results[0].message.contains(words), "{fields}: {}", results[0].message);
        }
    }
}
