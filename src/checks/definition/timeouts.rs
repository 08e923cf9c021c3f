//! `startTimeout` and `stopTimeout`, for `definition-schema`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>: "The valid
//! values for Fargate are 2-120 seconds.", seen 2026-11).

use crate::document::{Container, Field};
use crate::knowledge::Stop;
use crate::task::Task;
use crate::verdict::{Findings, Rule, warn};

/// What Fargate waits at least and at most, in seconds.
const LEAST: i64 = 2;
const MOST: i64 = 120;

const RANGE: Rule = Rule::unquoted(
    "startTimeout and stopTimeout on Fargate are 2 to 120 seconds",
    "RegisterTaskDefinition refuses the value",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[RANGE];

pub(super) fn judge(task: &Task, container: &Container, found: &mut Findings) {
    for (name, field) in
        [("startTimeout", &container.start_timeout), ("stopTimeout", &container.stop_timeout)]
    {
        found.part(field.place(), |found| timeout(task, name, field, found));
    }
}

fn timeout(task: &Task, name: &str, field: &Field<i64>, found: &mut Findings) -> Result<(), Stop> {
    let Some(&seconds) = field.get()? else { return Ok(()) };
    if seconds < 0 {
        found.add(
            warn(format!("{name} is {seconds} s, but a timeout is 0 or more"))
                .at(field.place())
                .remedy(format!("Set {name} to the seconds to wait")),
        );
    } else if !(LEAST..=MOST).contains(&seconds) && task.is_for_fargate()? {
        let message = format!("{name} is {seconds} s, but Fargate allows {LEAST} to {MOST} s");
        let finding = if seconds > MOST { RANGE.fail(message) } else { RANGE.warn(message) };
        found.add(finding.at(field.place()).remedy(format!("Set {name} to {LEAST} to {MOST}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::schema::DEFINITION_SCHEMA;
    use crate::report::Status::{Fail, Pass, Unknown, Warn};
    use crate::testing::story::{Story, Told};

    #[test]
    fn fargate_waits_two_minutes_for_a_container_to_start_or_stop() {
        let held: Told = (Pass, "", "known");
        for (name, at) in [
            ("startTimeout", "/containerDefinitions/0/startTimeout"),
            ("stopTimeout", "/containerDefinitions/0/stopTimeout"),
        ] {
            for (seconds, target, told) in [
                (121, "EC2", held),
                (120, "FARGATE", held),
                (2, "FARGATE", held),
                (121, "FARGATE", (Fail, at, "121 s")),
                (1, "FARGATE", (Warn, at, "1 s")),
                (-1, "EC2", (Warn, at, "0 or more")),
                (121, "${TARGET}", (Unknown, at, "${TARGET}")),
            ] {
                let container =
                    format!(r#"{{"name": "app", "image": "nginx", "{name}": {seconds}}}"#);
                let target = format!(r#""requiresCompatibilities": ["{target}"]"#);
                Story::containers_and(&container, &target).ends(&DEFINITION_SCHEMA, &[told]);
            }
        }
    }
}
