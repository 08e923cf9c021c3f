//! The configuration of ecspresso (<https://github.com/kayac/ecspresso/blob/v2/docs/config.md>).

use super::field::Field;
use super::node::Node;

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

impl Ecspresso {
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
