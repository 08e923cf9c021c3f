//! `definition-references`

use super::dependencies;
use super::names::{Names, alone};
use crate::checks::{Check, whole};
use crate::document::container::{Container, FirelensConfiguration};
use crate::document::{Field, Place};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::task::Task;
use crate::verdict::{Findings, Judgement, fail, not_applicable, warn};

pub(super) static DEFINITION_REFERENCES: Check = Check {
    id: "definition-references",
    verifies: "dependsOn, volumes, links, FireLens, an essential container: all refer to what exists, without cycles",
    prevents: &[
        "ClientException: Unknown volume '<name>'.",
        "ClientException: A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
        "ClientException: the task definition has no essential container",
    ],
    remedy: "Correct the name, or add what it refers to",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html",
    asks: &[],
    advises: false,
    judge: |task| whole(task, definition_references),
};

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
    let volumes = Names::of_volumes(task);
    for container in containers {
        mounts(container, &volumes, &mut found);
        neighbours(container, &names, &mut found);
    }
    proxy(task, &names, &mut found);
    firelens(task, containers, &mut found);
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
        fail("no container is essential, and every task needs one")
            .at(place)
            .prevents("ClientException: the task definition has no essential container")
            .remedy(
                "Leave essential out, or set it to true, for the container that the task is about",
            ),
    );
    Ok(())
}

fn mounts(container: &Container, volumes: &Names, found: &mut Findings) {
    found.part(container.mount_points.place(), |found| {
        for mount in container.mount_points.items()? {
            let volume = &mount.source_volume;
            found.part(volume.place(), |found| {
                if let Some(name) = volume.get()?.filter(|name| !name.is_empty())
                    && !volumes.have(name)?
                {
                    found.add(
                        fail(format!("no volume is called {name} (there are: {})", volumes.list()))
                            .at(volume.place())
                            .on(name)
                            .prevents(format!("ClientException: Unknown volume '{name}'."))
                            .remedy("Name a volume of the definition, or add this one to volumes"),
                    );
                }
                Ok(())
            });
        }
        Ok(())
    });
}

/// `links` and `volumesFrom`.
fn neighbours(container: &Container, names: &Names, found: &mut Findings) {
    found.part(container.volumes_from.place(), |found| {
        for volumes in container.volumes_from.items()? {
            let source = &volumes.source_container;
            found.part(source.place(), |found| match source.get()? {
                Some(name) => neighbour(name, "volumesFrom", source.place(), names, found),
                None => Ok(()),
            });
        }
        Ok(())
    });
    found.part(container.links.place(), |found| {
        for link in container.links.items()? {
            // `name:alias`
            let name = link.value.split(':').next().unwrap_or_default();
            found.part(&link.place, |found| neighbour(name, "links", &link.place, names, found));
        }
        Ok(())
    });
}

fn neighbour(
    name: &str,
    field: &str,
    place: &Place,
    names: &Names,
    found: &mut Findings,
) -> Result<(), Stop> {
    if !names.have(name)? {
        found.add(
            fail(format!("{field} names the container {name}, which is not there"))
                .at(place)
                .on(name)
                .prevents(format!("ClientException: {field} of an unknown container '{name}'"))
                .remedy(format!("Name one of: {}", names.list())),
        );
    }
    Ok(())
}

fn proxy(task: &Task, names: &Names, found: &mut Findings) {
    let Ok(Some(proxy)) = task.definition.proxy_configuration.get() else { return };
    if let Ok(Some(name)) = proxy.container_name.get()
        && names.have(name) == Ok(false)
    {
        found.add(
            warn(format!("the proxy container {name} is not there"))
                .at(proxy.container_name.place())
                .prevents("ClientException: the proxy configuration names an unknown container"),
        );
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html>
fn firelens(task: &Task, containers: &[Container], found: &mut Findings) {
    let routers: Vec<_> =
        containers.iter().filter(|it| !it.firelens_configuration.is_missing()).collect();
    for router in &routers {
        found.part(router.firelens_configuration.place(), |found| {
            match router.firelens_configuration.get()? {
                Some(configuration) => configuration_file(task, configuration, found),
                None => Ok(()),
            }
        });
    }
    for container in containers.iter().filter(|_| routers.is_empty()) {
        let Ok(Some(log)) = container.log_configuration.get() else { continue };
        if log.log_driver.get().ok().flatten().is_some_and(|driver| driver == "awsfirelens") {
            found.part(log.log_driver.place(), |found| {
                alone(task)?;
                found.add(
                    fail("the log driver is awsfirelens, but no container has a firelensConfiguration")
                        .at(log.log_driver.place())
                        .prevents("ClientException: awsfirelens needs a log router container with a firelensConfiguration")
                        .remedy("Add a container of aws-for-fluent-bit with a firelensConfiguration"),
                );
                Ok(())
            });
        }
    }
}

/// Fargate reads the router's configuration from a file of the image only
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_FirelensConfiguration.html>).
fn configuration_file(
    task: &Task,
    configuration: &FirelensConfiguration,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(file) = configuration.file()? else { return Ok(()) };
    let kind = file.kind;
    found.part(kind.place(), |found| {
        if kind.get()?.is_none() {
            return Ok(());
        }
        if file.is_in_s3()? && task.is_for_fargate()? {
            found.add(
                fail("Fargate takes the configuration of FireLens from a file in the image, not from S3")
                    .at(kind.place())
                    .prevents("ClientException: config-file-type s3 is not supported on Fargate")
                    .remedy("Put the configuration into the image and set config-file-type to file"),
            );
        }
        let is_given = |value: &Field<String>| value.get().map(|it| it.is_some_and(|text| !text.is_empty()));
        if !file.value.map(is_given).transpose()?.unwrap_or(false) {
            found.add(
                fail("config-file-type is given without config-file-value")
                    .at(kind.place())
                    .prevents("ClientException: config-file-value is missing")
                    .remedy("Add config-file-value: the ARN of the object, or the path in the image"),
            );
        }
        Ok(())
    });
    Ok(())
}

#[cfg(test)]
mod tests;
