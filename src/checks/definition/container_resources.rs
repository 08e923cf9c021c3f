//! `definition-container-resources`

use std::str::FromStr;

use super::target;
use crate::checks::{Check, whole};
use crate::document::{Container, Field};
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::placement::size::{CpuUnits, MemoryMib, SizeError};
use crate::task::Task;
use crate::verdict::{Findings, Judgement, Rule, not_applicable};

pub(super) static DEFINITION_CONTAINER_RESOURCES: Check = Check {
    id: "definition-container-resources",
    verifies: "containers fit into the task: cpu, memory, reservations",
    prevents: &[
        "ClientException: The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
        "ClientException: The 'memory' setting for container '<name>' is greater than for the task.",
        "ClientException: The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'.",
        "ClientException: Invalid setting for container '<name>'. At least one of 'memory' or 'memoryReservation' must be specified.",
    ],
    remedy: "Lower what the containers request, or raise the size of the task",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
    asks: &[],
    advises: false,
    judge: |task| whole(task, definition_container_resources),
};

const DEPLOYED: &str = "https://github.com/badmintoncryer/cdk-preflight";
const CPU: Rule = Rule::quoted(
    "the cpu of the containers fits into the cpu of the task",
    "ClientException: The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
    DEPLOYED,
    "2026-09",
);
const MEMORY: Rule = Rule::quoted(
    "the memory of a container fits into the memory of the task",
    "ClientException: The 'memory' setting for container '<name>' is greater than for the task.",
    DEPLOYED,
    "2026-09",
);
const RESERVED: Rule = Rule::quoted(
    "the reservations of the containers fit into the memory of the task",
    "ClientException: The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'.",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
    "2026-06",
);
const HELD: Rule = Rule::quoted(
    "the limits of the containers fit into the memory of the task",
    "OutOfMemoryError: Container killed due to memory usage",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html",
    "2026-06",
);
const LIMIT: Rule = Rule::quoted(
    "memory is not less than memoryReservation",
    "ClientException: Invalid setting for container '<name>'. The 'memory' must be greater than or equal to the 'memoryReservation'.",
    DEPLOYED,
    "2026-09",
);
const NONE: Rule = Rule::quoted(
    "a container has memory or memoryReservation, or the task has memory",
    "ClientException: Invalid setting for container '<name>'. At least one of 'memory' or 'memoryReservation' must be specified.",
    DEPLOYED,
    "2026-09",
);
const LEAST: Rule = Rule::quoted(
    "memory and memoryReservation are at least 6 MiB",
    "CannotCreateContainerError: Error response from daemon: Minimum memory <what> allowed is 6MB",
    "https://github.com/moby/moby/blob/master/daemon/daemon_unix.go",
    "2026-08-23",
);

/// The rules that this check holds to.
pub(super) fn rules() -> Vec<Rule> {
    vec![CPU, MEMORY, RESERVED, HELD, LIMIT, NONE, LEAST]
}

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
        found.part(&demand.container.place, |found| reservation(task, demand, found));
    }
    found.part(task_memory(task).place(), |found| memory(task, &demands, found));
    found.or_pass("the containers fit into the task")
}

/// What one container requests, with the overrides of a task to run.
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

/// A number that requests something; none and zero request nothing.
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
        let message =
            format!("the containers request {sum} CPU units together, and the task has {limit}");
        found.add(CPU.fail(message).at(place));
    }
    Ok(())
}

fn reservation(task: &Task, demand: &Demand, found: &mut Findings) -> Result<(), Stop> {
    let hard = asked(demand.memory)?;
    let soft = asked(demand.reservation)?;
    if let (Some(hard), Some(soft)) = (hard, soft)
        && hard < soft
    {
        found.add(
            LIMIT
                .fail(format!(
                    "memoryReservation is {soft} MiB, more than memory, which is {hard} MiB"
                ))
                .at(demand.reservation.place())
                .naming("<name>", demand.name())
                .remedy("Reserve less than the limit"),
        );
    }
    for (name, what, field, amount) in [
        ("memory", "limit", demand.memory, hard),
        ("memoryReservation", "reservation", demand.reservation, soft),
    ] {
        if let Some(amount) = amount.filter(|it| *it < LEAST_MEMORY) {
            least(task, name, what, field, amount, found)?;
        }
    }
    Ok(())
}

/// Docker creates no such container. Whether Fargate does is not documented.
fn least(
    task: &Task,
    name: &str,
    what: &str,
    field: &Field<i64>,
    amount: u64,
    found: &mut Findings,
) -> Result<(), Stop> {
    let message =
        format!("{name} is {amount} MiB; Docker starts no container with less than {LEAST_MEMORY}");
    let finding = match target::runs_docker(task)? {
        true => LEAST.fail(message),
        false => LEAST.warn(message),
    };
    found.add(
        finding
            .at(field.place())
            .naming("<what>", what)
            .remedy(format!("{name} is counted in MiB: set it to what the application needs")),
    );
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
                MEMORY
                    .fail(format!(
                        "the container has a limit of {hard} MiB, and the whole task {limit} MiB"
                    ))
                    .at(demand.memory.place())
                    .naming("<name>", demand.name()),
            );
            return Ok(());
        }
        reserved = reserved.saturating_add(soft.unwrap_or_default());
        held = held.saturating_add(soft.or(hard).unwrap_or_default());
    }
    let place = task_memory(task).place();
    if reserved > limit {
        found.add(
            RESERVED
                .fail(format!(
                    "the containers reserve {reserved} MiB together, and the task has {limit} MiB"
                ))
                .at(place),
        );
    } else if held > limit {
        found.add(
            HELD.warn(format!(
                "the containers may use {held} MiB together, and the task has {limit} MiB"
            ))
            .at(place),
        );
    }
    Ok(())
}

/// On Fargate the task needs memory, which definition-fargate-size reports; elsewhere the containers do.
fn without_task_memory(task: &Task, demands: &[Demand], found: &mut Findings) -> Result<(), Stop> {
    for demand in demands {
        if asked(demand.memory)?.or(asked(demand.reservation)?).is_none()
            && !task.is_for_fargate()?
        {
            found.add(
                NONE.fail("neither the container nor the task has memory set")
                    .at(&demand.container.place)
                    .naming("<name>", demand.name())
                    .remedy("Give the container memory or memoryReservation, or the task memory"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
