//! Names: that they are there, unlike each other, and spelt with the letters that ECS takes.

use std::collections::HashMap;

use crate::document::kind::Kind;
use crate::document::{Container, Field, Place};
use crate::task::Task;
use crate::verdict::{Finding, Findings, Rule};

const DEPLOYED: &str = "https://github.com/badmintoncryer/cdk-preflight";
const EMPTY: Rule = Rule::quoted(
    "the name and image of each container are not empty",
    "ClientException: <field> should not be null or empty.",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
    "2026-06",
);
const FAMILY: Rule = Rule::quoted(
    "the family is not empty",
    "ClientException: Family can not be blank.",
    "https://github.com/aws-actions/amazon-ecs-deploy-task-definition/issues/630",
    "2024-08-30",
);
const LETTERS: Rule = Rule::quoted(
    "names have up to 255 letters, digits, hyphens and underscores",
    "ClientException: <field> contains invalid characters.",
    DEPLOYED,
    "2026-09",
);
const UNIQUE: Rule = Rule::quoted(
    "containers have different names",
    "ClientException: Container names must be unique within a task definition",
    DEPLOYED,
    "2026-09",
);
const VOLUMES: Rule = Rule::unquoted(
    "volumes have different names",
    "RegisterTaskDefinition refuses it, or one of the volumes is used for both",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html",
    "2026-06",
);
const PORT: Rule = Rule::unquoted(
    "the name of a port has up to 64 lower-case letters, digits, hyphens and underscores",
    "RegisterTaskDefinition refuses it",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html",
    "2026-06",
);

/// The rules of this file.
pub(super) const RULES: [Rule; 6] = [EMPTY, FAMILY, LETTERS, UNIQUE, VOLUMES, PORT];

/// Judges the names of the family, the containers, the volumes and the ports, and that each container
/// has an image.
pub(super) fn judge(task: &Task, form: Kind, found: &mut Findings) {
    let whole = !matches!(form, Kind::Containers | Kind::Container);
    if whole {
        let family = &task.definition.family;
        if is_empty(family) {
            found.add(FAMILY.fail("the family is empty").at(family.place()).remedy("Add it"));
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
                UNIQUE
                    .fail(format!("two containers are called {name}; the first is at {first}"))
                    .at(container.name.place())
                    .remedy("Give each container another name"),
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

fn empty(message: &str, place: &Place, field: &str) -> Finding {
    EMPTY.fail(message).at(place).naming("<field>", field).remedy("Add it")
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
            LETTERS
                .fail(format!("{text} cannot be the name of a {what}: it {why}"))
                .at(name.place())
                .naming("<field>", field)
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
                VOLUMES
                    .warn(format!("two volumes are called {name}; the first is at {first}"))
                    .at(volume.name.place())
                    .remedy("Give each volume another name"),
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
                PORT.fail(message("begins with a hyphen"))
            } else if text.contains(stranger) {
                PORT.fail(message("holds more than letters, digits, - and _"))
            } else if text.len() > 64 {
                PORT.fail(message("has more than 64 characters"))
            } else if text.contains(|it: char| it.is_ascii_uppercase()) {
                // That capitals are refused is documented only by what is allowed.
                PORT.warn(format!("the name of the port, {text}, has capital letters"))
            } else {
                return Ok(());
            };
            found.add(finding.at(port.name.place()).remedy(
                "Use up to 64 lower-case letters, digits, _ and -, with no hyphen in front",
            ));
            Ok(())
        });
    }
}
