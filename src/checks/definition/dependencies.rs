//! `dependsOn`: who waits for whom
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html>).

use super::names::Names;
use super::references::is_essential;
use crate::document::Container;
use crate::document::container::Dependency;
use crate::knowledge::Stop;
use crate::verdict::{Findings, fail};

/// Judges every dependency, and whether they go round in a circle.
pub(super) fn judge(containers: &[Container], names: &Names, found: &mut Findings) {
    for container in containers {
        found.part(container.depends_on.place(), |found| {
            for dependency in container.depends_on.items()? {
                found.part(&dependency.place, |found| {
                    fulfillable(dependency, containers, names, found)
                });
            }
            Ok(())
        });
    }
    circle(containers, found);
}

/// Whether the condition can come true.
fn fulfillable(
    dependency: &Dependency,
    containers: &[Container],
    names: &Names,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(name) = dependency.container_name.get()? else { return Ok(()) };
    if !names.have(name)? {
        found.add(
            fail(format!("dependsOn names the container {name}, which is not there"))
                .at(dependency.container_name.place())
                .on(name)
                .prevents(format!("ClientException: dependency on the unknown container '{name}'"))
                .remedy(format!("Name one of: {}", names.list())),
        );
    }
    let Some(target) = named(containers, name) else { return Ok(()) };
    let place = dependency.condition.place();
    match dependency.condition.get()?.map(String::as_str) {
        Some("HEALTHY") if target.health_check.is_missing() => found.add(
            fail(format!("it waits for {name} to be HEALTHY, but {name} has no healthCheck"))
                .at(place)
                .prevents("ClientException: a dependency on HEALTHY needs a health check")
                .remedy(format!("Give {name} a healthCheck (the image's own does not count), or wait for START")),
        ),
        Some(condition @ ("COMPLETE" | "SUCCESS")) if is_essential(target)? => found.add(
            fail(format!("it waits for the {condition} of {name}, but {name} is essential: when it ends, so does the task"))
                .at(place)
                .prevents("ClientException: A dependency container with SUCCESS or COMPLETE condition cannot be an essential container")
                .remedy(format!("Set essential of {name} to false")),
        ),
        _ => {}
    }
    Ok(())
}

/// Tells of the first circle.
fn circle(containers: &[Container], found: &mut Findings) {
    for container in containers {
        let Some(name) = name(container) else { continue };
        let mut path = vec![name];
        if returns(containers, name, &mut path) {
            path.push(name);
            found.add(
                fail(format!("containers wait for each other: {}", path.join(" → ")))
                    .at(container.depends_on.place())
                    .prevents("ClientException: the dependencies of the containers form a cycle")
                    .remedy("Take one of these dependencies away"),
            );
            return;
        }
    }
}

/// Whether a way leads from the end of `path` to `home`; `path` becomes that way. Every container is
/// tried once, so this ends.
fn returns<'d>(containers: &'d [Container], home: &str, path: &mut Vec<&'d str>) -> bool {
    let mut tried = Vec::new();
    walk(containers, home, path, &mut tried)
}

fn walk<'d>(
    containers: &'d [Container],
    home: &str,
    path: &mut Vec<&'d str>,
    tried: &mut Vec<&'d str>,
) -> bool {
    let here = path.last().and_then(|name| named(containers, name));
    let dependencies = here.and_then(|it| it.depends_on.items().ok()).unwrap_or_default();
    for dependency in dependencies {
        let Ok(Some(next)) = dependency.container_name.get() else { continue };
        if next == home {
            return true;
        }
        if !tried.contains(&next.as_str()) {
            tried.push(next);
            path.push(next);
            if walk(containers, home, path, tried) {
                return true;
            }
            path.pop();
        }
    }
    false
}

fn named<'d>(containers: &'d [Container], wanted: &str) -> Option<&'d Container> {
    containers.iter().find(|it| name(it) == Some(wanted))
}

fn name(container: &Container) -> Option<&str> {
    container.name.get().ok().flatten().map(String::as_str)
}
