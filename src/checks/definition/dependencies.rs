//! `dependsOn`: who waits for whom
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html>).

use super::names::Names;
use crate::document::Container;
use crate::document::container::Dependency;
use crate::knowledge::Stop;
use crate::verdict::{Findings, Rule};

const DEPLOYED: &str = "https://github.com/badmintoncryer/cdk-preflight";
const UNKNOWN: Rule = Rule::quoted(
    "dependsOn names containers of the task definition",
    "ClientException: Cannot depend on container <name> because it does not exist",
    DEPLOYED,
    "2026-09",
);
const UNCHECKED: Rule = Rule::quoted(
    "a container that is awaited HEALTHY has a healthCheck",
    "ClientException: A dependency container with HEALTHY condition must have health check configured",
    DEPLOYED,
    "2026-09",
);
const CHECK_OF_NONE: Rule = Rule::unquoted(
    "a container that is awaited HEALTHY has a healthCheck other than NONE",
    "the container never becomes healthy, and what waits for it never starts",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html",
    "2026-06",
);
const ESSENTIAL: Rule = Rule::quoted(
    "a container that is awaited COMPLETE or SUCCESS is not essential",
    "ClientException: A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
    DEPLOYED,
    "2026-09",
);

/// The rules of this file.
pub(super) const RULES: [Rule; 4] = [UNKNOWN, UNCHECKED, CHECK_OF_NONE, ESSENTIAL];

/// Judges every dependency.
pub(super) fn judge(containers: &[Container], names: &Names, found: &mut Findings) {
    for container in containers {
        found.part(container.depends_on.place(), |found| {
            for dependency in container.depends_on.items()? {
                found.part(&dependency.place, |found| {
                    let own = container.name.get().ok().flatten().map(String::as_str);
                    fulfillable(dependency, own, (containers, names), found)
                });
            }
            Ok(())
        });
    }
}

/// Whether the condition can come true.
fn fulfillable(
    dependency: &Dependency,
    own: Option<&str>,
    (containers, names): (&[Container], &Names),
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(name) = dependency.container_name.get()? else { return Ok(()) };
    if !names.have(name)? {
        found.add(
            UNKNOWN
                .fail(format!("dependsOn names the container {name}, which is not there"))
                .at(dependency.container_name.place())
                .on(name)
                .naming("<name>", name)
                .remedy(names.instead_of(name, own)),
        );
    }
    let Some(target) = named(containers, name) else { return Ok(()) };
    let place = dependency.condition.place();
    match dependency.condition.get()?.map(String::as_str) {
        Some("HEALTHY") if target.health_check.is_missing() => found.add(
            UNCHECKED
                .fail(format!("it waits for {name} to be HEALTHY, but {name} has no healthCheck"))
                .at(place)
                .remedy(format!("Give {name} a healthCheck (the image's own does not count), or wait for START")),
        ),
        Some("HEALTHY") if is_off(target) => found.add(
            CHECK_OF_NONE
                .fail(format!("it waits for {name} to be HEALTHY, but the healthCheck of {name} is NONE"))
                .at(place)
                .remedy(format!("Give the healthCheck of {name} a command, or wait for START")),
        ),
        Some(condition @ ("COMPLETE" | "SUCCESS")) if target.is_essential()? => found.add(
            ESSENTIAL
                .fail(format!("it waits for the {condition} of {name}, but {name} is essential: when it ends, so does the task"))
                .at(place)
                .remedy(format!("Set essential of {name} to false")),
        ),
        _ => {}
    }
    Ok(())
}

/// Whether the health check switches the image's own off and is none itself.
fn is_off(container: &Container) -> bool {
    let check = container.health_check.get().ok().flatten();
    let command = check.and_then(|it| it.command.get().ok().flatten());
    command.and_then(|words| words.first()).is_some_and(|word| &*word.0 == "NONE")
}

fn named<'d>(containers: &'d [Container], wanted: &str) -> Option<&'d Container> {
    let name = |it: &'d Container| it.name.get().ok().flatten().map(String::as_str);
    containers.iter().find(|it| name(it) == Some(wanted))
}
