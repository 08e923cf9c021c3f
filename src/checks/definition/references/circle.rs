//! Circles: containers that wait for each other, by `dependsOn`, `links` and `volumesFrom` together. The
//! agent starts a container after those that it links to and takes volumes from.

use std::collections::{HashMap, HashSet};

use crate::document::{Container, Place};
use crate::verdict::{Findings, Rule};

const DEPENDS_ON: Rule = Rule::unquoted(
    "dependsOn has no cycle",
    "RegisterTaskDefinition refuses it",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html",
    "2026-06",
);
const TOGETHER: Rule = Rule::unquoted(
    "dependsOn, links and volumesFrom together have no cycle",
    "the agent starts no container of the task and reports no reason",
    "https://github.com/aws/amazon-ecs-agent/blob/master/agent/engine/dependencygraph/graph.go",
    "2026-06-30",
);

/// The rules of this file.
pub(super) const RULES: [Rule; 2] = [DEPENDS_ON, TOGETHER];

/// Why one container waits for another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tie {
    DependsOn,
    Links,
    VolumesFrom,
}

/// One container waits for another.
#[derive(Clone, Copy)]
struct Wait<'d> {
    on: &'d str,
    tie: Tie,
    place: &'d Place,
}

/// Reports the first circle.
pub(super) fn judge(containers: &[Container], found: &mut Findings) {
    let known: HashMap<&str, Vec<Wait>> =
        containers.iter().filter_map(|it| Some((name(it)?, waits(it)))).collect();
    let Some(circle) = first_circle(containers, &known) else { return };
    let Some(first) = circle.first() else { return };
    let pure = circle.iter().all(|(_, wait)| wait.tie == Tie::DependsOn);
    let path: Vec<&str> =
        circle.iter().map(|(name, _)| *name).chain(circle.first().map(|(name, _)| *name)).collect();
    let message = format!("containers wait for each other: {}", path.join(" → "));
    let (rule, message) = match pure {
        true => (DEPENDS_ON, message),
        false => (TOGETHER, format!("{message} (by dependsOn, links and volumesFrom together)")),
    };
    found.add(rule.fail(message).at(first.1.place).remedy("Remove one of these dependencies"));
}

/// Walks each dependency once, depth first. A container that is met again while its own dependencies are
/// being walked closes a circle: each container from there on, with the dependency that leads on.
fn first_circle<'d>(
    containers: &'d [Container],
    known: &HashMap<&'d str, Vec<Wait<'d>>>,
) -> Option<Vec<(&'d str, Wait<'d>)>> {
    let mut done: HashSet<&str> = HashSet::new();
    for start in containers.iter().filter_map(name) {
        let mut path: Vec<(&str, usize)> = vec![(start, 0)];
        while let Some((here, next)) = path.last_mut() {
            let Some(wait) = known.get(here).and_then(|waits| waits.get(*next)) else {
                done.insert(here);
                path.pop();
                continue;
            };
            *next += 1;
            if done.contains(wait.on) || !known.contains_key(wait.on) {
                continue;
            }
            match path.iter().position(|(name, _)| *name == wait.on) {
                Some(at) => {
                    let taken = |(name, next): &(&'d str, usize)| {
                        Some((*name, *known.get(name)?.get(next.checked_sub(1)?)?))
                    };
                    return path[at..].iter().map(taken).collect();
                }
                None => path.push((wait.on, 0)),
            }
        }
    }
    None
}

/// What this container waits for, `dependsOn` first.
fn waits(container: &Container) -> Vec<Wait<'_>> {
    let dependencies = container.depends_on.items().unwrap_or_default().iter().filter_map(|it| {
        let on = it.container_name.get().ok()??;
        Some(Wait { on, tie: Tie::DependsOn, place: container.depends_on.place() })
    });
    let links = container.links.items().unwrap_or_default().iter().map(|it| {
        // `name:alias`
        let on = it.value.split(':').next().unwrap_or_default();
        Wait { on, tie: Tie::Links, place: container.links.place() }
    });
    let volumes = container.volumes_from.items().unwrap_or_default().iter().filter_map(|it| {
        let on = it.source_container.get().ok()??;
        Some(Wait { on, tie: Tie::VolumesFrom, place: container.volumes_from.place() })
    });
    dependencies.chain(links).chain(volumes).collect()
}

fn name(container: &Container) -> Option<&str> {
    container.name.get().ok().flatten().map(String::as_str)
}
