//! `definition-container-resources`

use std::str::FromStr;

use crate::checks::{Check, whole};
use crate::document::{Container, Field};
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::placement::size::{CpuUnits, MemoryMib, SizeError};
use crate::task::Task;
use crate::verdict::{Findings, Judgement, fail, not_applicable, warn};

pub(super) static DEFINITION_CONTAINER_RESOURCES: Check = Check {
    id: "definition-container-resources",
    verifies: "containers fit into the task: cpu, memory, reservations",
    prevents: &[
        "ClientException: The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
        "ClientException: The 'memory' setting for container '<name>' is greater than for the task.",
        "ClientException: The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'.",
        "ClientException: Invalid setting for container '<name>'. At least one of 'memory' or 'memoryReservation' must be specified.",
    ],
    remedy: "Lower what the containers ask for, or raise the size of the task",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
    asks: &[],
    advises: false,
    judge: |task| whole(task, definition_container_resources),
};

/// The least memory with which Docker starts a container, in MiB.
const LEAST_MEMORY: u64 = 6;

fn definition_container_resources(task: &Task, _: &View) -> Judgement {
    let containers = task.definition.container_definitions.items()?;
    if containers.is_empty() {
        return not_applicable("the task definition names no container");
    }
    let demands: Vec<Demand> = containers.iter().map(|it| Demand::of(task, it)).collect();
    let mut found = Findings::new();
    found.part(task_cpu(task).place(), |found| cpu(task, &demands, found));
    for demand in &demands {
        found.part(&demand.container.place, |found| reservation(demand, found));
    }
    found.part(task_memory(task).place(), |found| memory(task, &demands, found));
    found.or_pass("the containers fit into the task")
}

/// What one container asks for, with what a task to run overrides.
struct Demand<'t> {
    container: &'t Container,
    cpu: &'t Field<i64>,
    memory: &'t Field<i64>,
    reservation: &'t Field<i64>,
}

impl<'t> Demand<'t> {
    fn of(task: &'t Task, container: &'t Container) -> Demand<'t> {
        let overrides = task.context.overrides.container_overrides.items().unwrap_or_default();
        let name = container.name.get().ok().flatten();
        let changed =
            overrides.iter().find(|it| name.is_some() && it.name.get().ok().flatten() == name);
        Demand {
            container,
            cpu: later(changed.map(|it| &it.cpu), &container.cpu),
            memory: later(changed.map(|it| &it.memory), &container.memory),
            reservation: later(
                changed.map(|it| &it.memory_reservation),
                &container.memory_reservation,
            ),
        }
    }

    fn name(&self) -> &str {
        self.container.name.get().ok().flatten().map_or("?", String::as_str)
    }
}

/// What overrides, unless it says nothing.
fn later<'t, T>(over: Option<&'t Field<T>>, written: &'t Field<T>) -> &'t Field<T> {
    over.filter(|it| !it.is_missing()).unwrap_or(written)
}

fn task_cpu(task: &Task) -> &Field<String> {
    later(Some(&task.context.overrides.cpu), &task.definition.cpu)
}

fn task_memory(task: &Task) -> &Field<String> {
    later(Some(&task.context.overrides.memory), &task.definition.memory)
}

/// The size of the task, if it has one.
fn size<S: FromStr<Err = SizeError>>(field: &Field<String>) -> Result<Option<S>, Stop> {
    let text = field.get()?.filter(|text| !text.is_empty());
    let parsed: Result<Option<S>, SizeError> = text.map(|text| text.parse()).transpose();
    parsed.map_err(|error| Gap::Unresolved { why: error.to_string() }.into())
}

/// A number that asks for something; none and nought ask for nothing.
fn asked(field: &Field<i64>) -> Result<Option<u64>, Stop> {
    Ok(field.get()?.and_then(|&number| u64::try_from(number).ok()).filter(|it| *it > 0))
}

fn cpu(task: &Task, demands: &[Demand], found: &mut Findings) -> Result<(), Stop> {
    let mut sum: u64 = 0;
    for demand in demands {
        sum = sum.saturating_add(asked(demand.cpu)?.unwrap_or_default());
    }
    if sum == 0 {
        return Ok(());
    }
    let Some(CpuUnits(limit)) = size(task_cpu(task))? else { return Ok(()) };
    if sum > limit {
        let place = match demands {
            [one] => one.cpu.place(),
            _ => task_cpu(task).place(),
        };
        found.fail(
            place,
            format!("the containers ask for {sum} CPU units together, the task has {limit}"),
        );
    }
    Ok(())
}

fn reservation(demand: &Demand, found: &mut Findings) -> Result<(), Stop> {
    let hard = asked(demand.memory)?;
    let soft = asked(demand.reservation)?;
    if let (Some(hard), Some(soft)) = (hard, soft)
        && hard < soft
    {
        found.add(
            fail(format!("memoryReservation is {soft} MiB, more than memory, which is {hard} MiB"))
                .at(demand.reservation.place())
                .prevents(format!("ClientException: Invalid setting for container '{}'. The 'memory' must be greater than the 'memoryReservation'.", demand.name()))
                .remedy("Reserve less than the limit"),
        );
    }
    if let Some(hard) = hard
        && hard < LEAST_MEMORY
    {
        found.add(
            warn(format!(
                "memory is {hard} MiB; Docker starts no container with less than {LEAST_MEMORY}"
            ))
            .at(demand.memory.place())
            .remedy("memory is counted in MiB: give it what the application needs"),
        );
    }
    Ok(())
}

fn memory(task: &Task, demands: &[Demand], found: &mut Findings) -> Result<(), Stop> {
    let Some(MemoryMib(limit)) = size(task_memory(task))? else {
        return without_task_memory(task, demands, found);
    };
    let (mut reserved, mut held) = (0_u64, 0_u64);
    for demand in demands {
        let hard = asked(demand.memory)?;
        let soft = asked(demand.reservation)?;
        if let Some(hard) = hard.filter(|it| *it > limit) {
            found.add(
                fail(format!("the container has a limit of {hard} MiB, the whole task {limit} MiB"))
                    .at(demand.memory.place())
                    .prevents(format!("ClientException: The 'memory' setting for container '{}' is greater than for the task.", demand.name())),
            );
            return Ok(());
        }
        reserved = reserved.saturating_add(soft.unwrap_or_default());
        held = held.saturating_add(soft.or(hard).unwrap_or_default());
    }
    let place = task_memory(task).place();
    if reserved > limit {
        found.add(
            fail(format!("the containers reserve {reserved} MiB together, the task has {limit} MiB"))
                .at(place)
                .prevents("ClientException: The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'."),
        );
    } else if held > limit {
        found.add(
            warn(format!("the containers may use {held} MiB together, the task has {limit} MiB"))
                .at(place)
                .prevents("OutOfMemoryError: Container killed due to memory usage"),
        );
    }
    Ok(())
}

/// Fargate demands a memory of the task, which is told of elsewhere; others leave it to the containers.
fn without_task_memory(task: &Task, demands: &[Demand], found: &mut Findings) -> Result<(), Stop> {
    for demand in demands {
        if asked(demand.memory)?.or(asked(demand.reservation)?).is_none()
            && !task.is_for_fargate()?
        {
            found.add(
                fail("neither the container nor the task says how much memory it gets")
                    .at(&demand.container.place)
                    .prevents(format!("ClientException: Invalid setting for container '{}'. At least one of 'memory' or 'memoryReservation' must be specified.", demand.name()))
                    .remedy("Give the container memory or memoryReservation, or the task memory"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::DEFINITION_CONTAINER_RESOURCES;
    use crate::report::Status::{Fail, Pass, Unknown, Warn};
    use crate::testing::story::{Story, Told};

    const HELD: &[Told] = &[(Pass, "", "fit into the task")];

    fn two(app: &str, side: &str, task: &str) -> Story {
        Story::containers_and(
            &format!(
                r#"{{"name": "app", "image": "i", {app}}}, {{"name": "side", "image": "i", {side}}}"#
            ),
            task,
        )
    }

    #[test]
    fn containers_fit_into_the_cpu_of_the_task() {
        let memory = r#""memory": 100, "cpu""#;
        for (app, side, task, told) in [
            ("128", "128", r#""cpu": "256""#, HELD),
            ("128", "128", r#""cpu": ".25 vCPU""#, HELD),
            ("4096", "4096", r#""tags": []"#, HELD),
            (
                "128",
                "129",
                r#""cpu": "256""#,
                &[(Fail, "/cpu", "257 CPU units together, the task has 256")],
            ),
            ("128", "129", r#""cpu": "${CPU}""#, &[(Unknown, "/cpu", "`${CPU}`")]),
            ("128", "129", r#""cpu": "a quarter""#, &[(Unknown, "/cpu", "cannot be read")]),
        ] {
            two(&format!("{memory}: {app}"), &format!("{memory}: {side}"), task)
                .ends(&DEFINITION_CONTAINER_RESOURCES, told);
        }
    }

    #[test]
    fn containers_fit_into_the_memory_of_the_task() {
        let task = r#""memory": "1 GB""#;
        for (app, side, told) in [
            (r#""memory": 512"#, r#""memory": 512"#, HELD),
            (r#""cpu": 0"#, r#""cpu": 0"#, HELD),
            (
                r#""memory": 1025"#,
                r#""cpu": 0"#,
                &[(Fail, "/containerDefinitions/0/memory", "limit of 1025 MiB")],
            ),
            (
                r#""memoryReservation": 600"#,
                r#""memoryReservation": 600"#,
                &[(Fail, "/memory", "reserve 1200 MiB")],
            ),
            (r#""memory": 600"#, r#""memory": 600"#, &[(Warn, "/memory", "may use 1200 MiB")]),
            (
                r#""memory": 256, "memoryReservation": 512"#,
                r#""cpu": 0"#,
                &[(Fail, "/containerDefinitions/0/memoryReservation", "more than memory")],
            ),
            (
                r#""memory": 1"#,
                r#""cpu": 0"#,
                &[(Warn, "/containerDefinitions/0/memory", "no container with less")],
            ),
        ] {
            two(app, side, task).ends(&DEFINITION_CONTAINER_RESOURCES, told);
        }
    }

    #[test]
    fn somebody_says_how_much_memory_there_is() {
        let none = r#"{"name": "app", "image": "i"}"#;
        let fails: &[Told] = &[(Fail, "/containerDefinitions/0", "how much memory")];
        for (task, told) in [
            (r#""requiresCompatibilities": ["EC2"]"#, fails),
            (r#""memory": "512""#, HELD),
            (r#""memory": "${MEMORY}""#, &[(Unknown, "/memory", "placeholder")]),
            // Fargate's own rule is another check's.
            (r#""requiresCompatibilities": ["FARGATE"]"#, HELD),
            (r#""requiresCompatibilities": "${KIND}""#, &[(Unknown, "", "placeholder")]),
        ] {
            Story::containers_and(none, task).ends(&DEFINITION_CONTAINER_RESOURCES, told);
        }
    }

    #[test]
    fn an_override_counts_instead() {
        let story = two(r#""memory": 512"#, r#""memory": 256"#, r#""memory": "1024""#);
        let run = r#"{"overrides": {"containerOverrides": [{"name": "side", "memory": 2048}]}}"#;
        let at = "run.json#/overrides/containerOverrides/0/memory";
        story.run_as(run).ends(&DEFINITION_CONTAINER_RESOURCES, &[(Fail, at, "2048 MiB")]);
    }
}
