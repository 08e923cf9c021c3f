//! Names: that they are there, unlike each other, and spelt with the letters that ECS takes.

use std::collections::HashMap;

use crate::document::kind::Kind;
use crate::document::{Container, Field, Place};
use crate::task::Task;
use crate::verdict::{Findings, fail, warn};

/// Judges the names of the family, the containers, the volumes and the ports, and that each container
/// has an image.
pub(super) fn judge(task: &Task, form: Kind, found: &mut Findings) {
    let whole = !matches!(form, Kind::Containers | Kind::Container);
    if whole {
        let family = &task.definition.family;
        if is_empty(family) {
            found.add(empty("the family is empty", family.place(), "Family"));
        }
        spelt("family", "Family", family, found);
        for volume in task.definition.volumes.items().unwrap_or_default() {
            spelt("volume", "Volume.name", &volume.name, found);
        }
        volumes_once(task, found);
    }
    let containers = task.definition.container_definitions.items().unwrap_or_default();
    let mut names: HashMap<&str, &Place> = HashMap::new();
    for container in containers {
        identity(container, found);
        if let Ok(Some(name)) = container.name.get()
            && !name.is_empty()
            && let Some(first) = names.insert(name, container.name.place())
        {
            found.add(
                fail(format!("two containers are called {name}; the first is at {first}"))
                    .at(container.name.place())
                    .prevents(format!(
                        "ClientException: the name '{name}' is not unique among the containers"
                    ))
                    .remedy("Give each container a name of its own"),
            );
        }
        ports(container, found);
    }
}

fn identity(container: &Container, found: &mut Findings) {
    for (what, field) in [("name", &container.name), ("image", &container.image)] {
        if field.is_missing() || is_empty(field) {
            let which = match (what, container.name.get()) {
                ("image", Ok(Some(name))) => format!("the container {name}"),
                _ => "the container".to_owned(),
            };
            let message = format!("{which} has no {what}");
            found.add(empty(&message, field.place(), &format!("Container.{what}")));
        }
    }
    spelt("container", "Container.name", &container.name, found);
}

fn is_empty(field: &Field<String>) -> bool {
    matches!(field.get(), Ok(Some(text)) if text.is_empty())
}

fn empty(message: &str, place: &Place, field: &str) -> crate::verdict::Finding {
    fail(message)
        .at(place)
        .prevents(format!("ClientException: {field} should not be null or empty."))
        .remedy("Add it")
}

/// Up to 255 letters, digits, hyphens and underscores
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>).
fn spelt(what: &str, field: &str, name: &Field<String>, found: &mut Findings) {
    found.part(name.place(), |found| {
        let Some(text) = name.get()? else { return Ok(()) };
        let stranger = text.chars().find(|it| !it.is_ascii_alphanumeric() && !"-_".contains(*it));
        let why = match stranger {
            Some(letter) => format!("holds {letter:?}"),
            None if text.len() > 255 => format!("has {} characters", text.len()),
            None => return Ok(()),
        };
        found.add(
            fail(format!("{text} cannot be the name of a {what}: it {why}"))
                .at(name.place())
                .prevents(format!("ClientException: {field} contains invalid characters."))
                .remedy("Use up to 255 letters, digits, hyphens and underscores"),
        );
        Ok(())
    });
}

fn volumes_once(task: &Task, found: &mut Findings) {
    let mut names: HashMap<&str, &Place> = HashMap::new();
    for volume in task.definition.volumes.items().unwrap_or_default() {
        if let Ok(Some(name)) = volume.name.get()
            && let Some(first) = names.insert(name, volume.name.place())
        {
            found.add(
                warn(format!("two volumes are called {name}; the first is at {first}"))
                    .at(volume.name.place())
                    .prevents("ClientException: the names of volumes are not unique")
                    .remedy("Give each volume a name of its own"),
            );
        }
    }
}

/// Up to 64 lower-case letters, digits, hyphens and underscores, with no hyphen in front
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>).
fn ports(container: &Container, found: &mut Findings) {
    for port in container.port_mappings.items().unwrap_or_default() {
        found.part(port.name.place(), |found| {
            let Some(text) = port.name.get()? else { return Ok(()) };
            let message = |why: &str| format!("{text} cannot be the name of a port: it {why}");
            let stranger = |it: char| !it.is_ascii_alphanumeric() && !"-_".contains(it);
            let finding = if text.starts_with('-') {
                fail(message("begins with a hyphen"))
            } else if text.contains(stranger) {
                fail(message("holds more than letters, digits, - and _"))
            } else if text.len() > 64 {
                fail(message("has more than 64 characters"))
            } else if text.contains(|it: char| it.is_ascii_uppercase()) {
                // That capitals are refused is documented only by what is allowed.
                warn(format!("the name of the port, {text}, has capital letters"))
            } else {
                return Ok(());
            };
            found.add(
                finding
                    .at(port.name.place())
                    .prevents("ClientException: the name of the port mapping is not valid")
                    .remedy(
                        "Use up to 64 lower-case letters, digits, _ and -, with no hyphen in front",
                    ),
            );
            Ok(())
        });
    }
}
