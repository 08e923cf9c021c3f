//! `dependsOn`: who waits for whom
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html>).

use std::collections::{HashMap, HashSet};

use super::names::Names;
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
        Some(condition @ ("COMPLETE" | "SUCCESS")) if target.is_essential()? => found.add(
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
    let known: HashMap<&str, &Container> =
        containers.iter().filter_map(|it| Some((name(it)?, it))).collect();
    let Some(circle) = first_circle(containers, &known) else { return };
    let Some(first) = circle.first().and_then(|name| known.get(name)) else { return };
    found.add(
        fail(format!("containers wait for each other: {}", circle.join(" → ")))
            .at(first.depends_on.place())
            .prevents("ClientException: the dependencies of the containers form a cycle")
            .remedy("Take one of these dependencies away"),
    );
}

/// Walks each dependency once, depth first. A container that is met again while its own dependencies are
/// being walked closes a circle: the names from there on, with the first repeated at the end.
fn first_circle<'d>(
    containers: &'d [Container],
    known: &HashMap<&'d str, &'d Container>,
) -> Option<Vec<&'d str>> {
    let mut done: HashSet<&str> = HashSet::new();
    for start in containers.iter().filter_map(name) {
        let mut path = vec![(start, waits_for(known.get(start).copied()))];
        while let Some((here, rest)) = path.last_mut() {
            let here = *here;
            match rest.pop() {
                None => {
                    done.insert(here);
                    path.pop();
                }
                Some(next) if done.contains(next) || !known.contains_key(next) => {}
                Some(next) => match path.iter().position(|(name, _)| *name == next) {
                    Some(at) => {
                        let circle = path[at..].iter().map(|(name, _)| *name);
                        return Some(circle.chain([next]).collect());
                    }
                    None => path.push((next, waits_for(known.get(next).copied()))),
                },
            }
        }
    }
    None
}

/// The containers that this one waits for, the first of them last.
fn waits_for(container: Option<&Container>) -> Vec<&str> {
    let dependencies = container.and_then(|it| it.depends_on.items().ok()).unwrap_or_default();
    let names = dependencies.iter().rev().map(|it| it.container_name.get().ok().flatten());
    names.flatten().map(String::as_str).collect()
}

fn named<'d>(containers: &'d [Container], wanted: &str) -> Option<&'d Container> {
    containers.iter().find(|it| name(it) == Some(wanted))
}

fn name(container: &Container) -> Option<&str> {
    container.name.get().ok().flatten().map(String::as_str)
}
