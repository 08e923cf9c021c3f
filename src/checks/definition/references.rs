//! `definition-references`

use super::dependencies;
use super::names::{Names, alone, shown};
use crate::checks::{Check, whole};
use crate::document::{Container, Place};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::task::Task;
use crate::verdict::{Findings, Judgement, Rule, not_applicable};

mod circle;
mod firelens;
mod mount;
mod proxy;

pub(super) static DEFINITION_REFERENCES: Check = Check {
    id: "definition-references",
    verifies: "dependsOn, volumes, links, FireLens, the proxy: all refer to what exists, without cycles",
    prevents: &[
        "ClientException: Unknown volume '<name>'.",
        "ClientException: Volumes [<name>] are not referenced by any of the containers",
        "ClientException: A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
        "ClientException: Task definition doesn't have any essential container",
        "ClientException: When a firelensConfiguration object is specified, at least one container has to be configured with the awsfirelens log driver.",
        "ClientException: Proxy container [<name>] does not exist.",
    ],
    remedy: "Correct the name, or add what it refers to",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html",
    asks: &[],
    advises: false,
    judge: |task| whole(task, definition_references),
};

const ESSENTIAL: Rule = Rule::quoted(
    "at least one container is essential",
    "ClientException: Task definition doesn't have any essential container",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const VOLUMES_FROM: Rule = Rule::quoted(
    "volumesFrom names containers of the task definition",
    "ClientException: Invalid 'volumesFrom' setting. Unknown container: '<name>'",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const LINKS: Rule = Rule::unquoted(
    "links names containers of the task definition",
    "RegisterTaskDefinition refuses it",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
    "2026-06",
);

/// The rules that this check holds to.
pub(super) fn rules() -> Vec<Rule> {
    let own = [ESSENTIAL, VOLUMES_FROM, LINKS].into_iter().chain(dependencies::RULES);
    own.chain(circle::RULES)
        .chain(mount::RULES)
        .chain(firelens::RULES)
        .chain(proxy::rules())
        .collect()
}

fn definition_references(task: &Task, _: &View) -> Judgement {
    let containers = task.definition.container_definitions.items()?;
    if containers.is_empty() {
        return not_applicable("the task definition names no container");
    }
    let mut found = Findings::new();
    let place = task.definition.container_definitions.place();
    found.part(place, |found| essential(task, containers, place, found));
    let names = Names::of_containers(task);
    dependencies::judge(containers, &names, &mut found);
    circle::judge(containers, &mut found);
    mount::judge(task, containers, &mut found);
    for container in containers {
        neighbours(container, &names, &mut found);
    }
    proxy::judge(task, &names, &mut found);
    firelens::judge(task, containers, &mut found);
    found.or_pass("everything that is referred to exists")
}

fn essential(
    task: &Task,
    containers: &[Container],
    place: &Place,
    found: &mut Findings,
) -> Result<(), Stop> {
    let known: Vec<_> = containers.iter().map(Container::is_essential).collect();
    if known.contains(&Ok(true)) {
        return Ok(());
    }
    known.into_iter().collect::<Result<Vec<bool>, Stop>>()?;
    alone(task)?;
    found.add(
        ESSENTIAL
            .fail("no container is essential, and every task needs one")
            .at(place)
            .remedy("Remove essential, or set it to true, for the main container of the task"),
    );
    Ok(())
}

/// `links` and `volumesFrom`.
fn neighbours(container: &Container, names: &Names, found: &mut Findings) {
    let own = container.name.get().ok().flatten().map(String::as_str);
    found.part(container.volumes_from.place(), |found| {
        for volumes in container.volumes_from.items()? {
            let source = &volumes.source_container;
            found.part(source.place(), |found| {
                // AWS prints a missing name as null.
                let name = source.get()?.map_or("null", String::as_str);
                neighbour(name, own, ("volumesFrom", &VOLUMES_FROM), source.place(), names, found)
            });
        }
        Ok(())
    });
    found.part(container.links.place(), |found| {
        for link in container.links.items()? {
            // `name:alias`
            let name = link.value.split(':').next().unwrap_or_default();
            found.part(&link.place, |found| {
                neighbour(name, own, ("links", &LINKS), &link.place, names, found)
            });
        }
        Ok(())
    });
}

fn neighbour(
    name: &str,
    own: Option<&str>,
    (field, rule): (&str, &Rule),
    place: &Place,
    names: &Names,
    found: &mut Findings,
) -> Result<(), Stop> {
    if !names.have(name)? {
        found.add(
            rule.fail(format!("{field} names the container {}, which is not there", shown(name)))
                .at(place)
                .on(name)
                .naming("<name>", name)
                .remedy(names.instead_of(name, own)),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests;
