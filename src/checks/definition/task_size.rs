//! `cpu` of a task that is not for Fargate, for `definition-schema`: Fargate's pairs are judged by
//! `definition-fargate-size`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>, seen
//! 2026-11: "between 128 CPU units (0.125 vCPUs) and 196608 CPU units (192 vCPUs)").

use crate::document::Field;
use crate::knowledge::Stop;
use crate::placement::size::CpuUnits;
use crate::task::Task;
use crate::verdict::{Findings, Rule};

const LEAST: u64 = 128;
const MOST: u64 = 196_608;

const CPU: Rule = Rule::quoted(
    "cpu of a task is 128 to 196608 units",
    "ClientException: Invalid 'cpu' setting for task.",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[CPU];

pub(super) fn judge(task: &Task, found: &mut Findings) {
    for field in [&task.definition.cpu, &task.context.overrides.cpu] {
        if let Ok(Some(text)) = field.get() {
            found.part(field.place(), |found| units(task, field, text, found));
        }
    }
}

/// What cannot be read as a size is judged with the containers.
fn units(task: &Task, field: &Field<String>, text: &str, found: &mut Findings) -> Result<(), Stop> {
    let Ok(CpuUnits(units)) = text.parse() else { return Ok(()) };
    if (LEAST..=MOST).contains(&units) || task.is_for_fargate()? {
        return Ok(());
    }
    let message = format!("cpu is {units} units, but a task has {LEAST} to {MOST}");
    let finding = if units > MOST { CPU.fail(message) } else { CPU.warn(message) };
    found.add(
        finding
            .at(field.place())
            .remedy("Set cpu to 128 to 196608 (192 vCPU), or leave it out: 1024 is one vCPU"),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::schema::DEFINITION_SCHEMA;
    use crate::report::Status::{Fail, Pass, Warn};
    use crate::testing::story::{Story, Told};

    #[test]
    fn a_task_on_ec2_has_up_to_192_cpus() {
        let held: Told = (Pass, "", "known");
        for (cpu, told) in [
            ("196608", held),
            ("192 vCPU", held),
            ("128", held),
            ("200000", (Fail, "/cpu", "200000 units")),
            ("193 vCPU", (Fail, "/cpu", "197632 units")),
            ("64", (Warn, "/cpu", "64 units")),
        ] {
            Story::task(&format!(r#""cpu": "{cpu}""#)).ends(&DEFINITION_SCHEMA, &[told]);
        }
        // Fargate's own check judges its sizes.
        Story::task(r#""cpu": "200000", "requiresCompatibilities": ["FARGATE"]"#)
            .ends(&DEFINITION_SCHEMA, &[held]);
    }
}
