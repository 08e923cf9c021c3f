//! The configuration of ecspresso (<https://github.com/kayac/ecspresso/blob/v2/docs/config.md>).

use std::sync::Arc;

use super::field::Field;
use super::input_error::InputError;
use super::node::{Node, Value};

/// What a configuration names.
#[derive(Clone, Debug, PartialEq)]
pub struct Ecspresso {
    /// The file of the task definition.
    pub task_definition: String,
    /// The file of the service definition.
    pub service_definition: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// What the configuration says of the service, instead of its definition.
    pub kept: Kept,
}

/// The cluster and the name of the service.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// `cluster`.
    pub cluster: Field<String>,
    /// `service`.
    pub service: Field<String>,
}

/// What a configuration says in texts.
const TEXTS: [&str; 5] = ["region", "cluster", "service", "service_definition", "task_definition"];

impl Ecspresso {
    /// Refuses a value of another type than text, which ecspresso does not read.
    ///
    /// # Errors
    /// The first such value, with its position; none for another document.
    pub fn examine(document: &Arc<str>, root: &Node) -> Result<(), InputError> {
        if !["service_definition", "region"].iter().any(|name| root.has(name))
            && Ecspresso::of(root).is_none()
            || !root.has("task_definition")
        {
            return Ok(());
        }
        let given = TEXTS.iter().filter_map(|name| Some((name, root.get(name)?)));
        let mut wrong = given.filter(|(_, it)| {
            !matches!(it.value, Value::Text(_) | Value::Null | Value::Unresolved(_))
        });
        wrong.next().map_or(Ok(()), |(name, node)| {
            Err(InputError::new(
                document,
                format!("`{name}` of ecspresso's configuration is no text"),
            )
            .at_position(node.place.position)
            .hint(format!("write `{name}` as one text, in quotes if it is a number")))
        })
    }

    /// Reads a configuration; none for another document.
    pub fn of(root: &Node) -> Option<Ecspresso> {
        let text = |name: &str| root.get(name).and_then(Node::text).map(str::to_owned);
        let is_one = ["service_definition", "cluster", "region"].iter().any(|name| root.has(name));
        let task_definition = text("task_definition").filter(|_| is_one)?;
        Some(Ecspresso {
            task_definition,
            service_definition: text("service_definition"),
            region: text("region").filter(|it| !it.contains("{{")),
            kept: Kept { cluster: Field::of(root, "cluster"), service: Field::of(root, "service") },
        })
    }
}
