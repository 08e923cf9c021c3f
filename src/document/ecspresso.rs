//! The configuration of ecspresso (<https://github.com/kayac/ecspresso/blob/v2/docs/config.md>).

use std::sync::Arc;

use super::field::Field;
use super::input_error::InputError;
use super::node::{Node, Value};
use crate::names::Region;

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
    /// Refuses a configuration that ecspresso does not read, or whose files depend on where it runs.
    ///
    /// # Errors
    /// The first flaw, with its position.
    pub fn examine(document: &Arc<str>, root: &Node) -> Result<(), InputError> {
        let error = |node: &Node, message: String, hint: String| {
            Err(InputError::new(document, message).at_position(node.place.position).hint(hint))
        };
        for name in TEXTS {
            let Some(node) = root.get(name) else { continue };
            match &node.value {
                Value::Text(_) | Value::Null | Value::Unresolved(_) => {}
                _ => {
                    let message = format!(
                        "`{name}` of ecspresso's configuration is {}, not text",
                        node.kind()
                    );
                    let hint = format!("write `{name}` as one text, in quotes if it is a number");
                    return error(node, message, hint);
                }
            }
        }
        let given =
            root.get("task_definition").filter(|it| it.text().is_some_and(|it| !it.is_empty()));
        if given.is_none() {
            let what = match root.get("task_definition") {
                Some(_) => "`task_definition` of ecspresso's configuration is empty",
                None => "ecspresso's configuration has no `task_definition`",
            };
            let hint =
                "write the file of the task definition, such as task_definition: ecs-task-def.json";
            let node = root.get("task_definition").unwrap_or(root);
            return error(node, what.to_owned(), hint.to_owned());
        }
        for name in ["task_definition", "service_definition"] {
            let Some(node) = root.get(name) else { continue };
            let Some(file) = node.text() else { continue };
            if file.contains("{{") {
                let message = format!("`{name}` depends on {file}, which only ecspresso evaluates");
                let hint = "render it, and pass the result: ecspresso render config > rendered.yml";
                return error(node, message, hint.to_owned());
            }
            if file.ends_with(".jsonnet") {
                let (part, result) = match name {
                    "task_definition" => ("taskdef", "the result"),
                    _ => ("servicedef", "the result with --service-definition"),
                };
                let message = format!("`{name}` is {file} in Jsonnet, which is not evaluated");
                let hint =
                    format!("render it, and pass {result}: ecspresso render {part} > {part}.json");
                return error(node, message, hint);
            }
        }
        if let Some(node) = root.get("region")
            && let Some(region) = node.text().filter(|it| !it.contains("{{"))
            && region.parse::<Region>().is_err()
        {
            let message = format!("`region` is {region:?}, which is not an AWS region");
            return error(node, message, "write one such as us-east-1".to_owned());
        }
        Ok(())
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
