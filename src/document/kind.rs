//! What a document is, recognised by its content.

use super::convention::misspelt;
use super::field::{Field, Located, Object};
use super::identity::Identity;
use super::input_error::InputError;
use super::node::{Node, Value};
use super::place::Pointer;
use super::source::Source;
use super::task_definition::TaskDefinition;
use crate::knowledge::Gap;

/// The forms in which a task definition is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The input of `register-task-definition`.
    Input,
    /// What `describe-task-definition` prints, without its wrapper.
    Described,
    /// The same under `taskDefinition`.
    Wrapped,
    /// A list of container definitions.
    Containers,
    /// One container definition.
    Container,
}

/// The fields that `DescribeTaskDefinition` adds to what was registered.
pub const READ_ONLY: [&str; 9] = [
    "compatibilities",
    "deleteRequestedAt",
    "deregisteredAt",
    "registeredAt",
    "registeredBy",
    "requiresAttributes",
    "revision",
    "status",
    "taskDefinitionArn",
];

impl Kind {
    /// Recognises a task definition, or says what else the document is.
    pub fn of(source: &Source) -> Result<Kind, InputError> {
        let root = &source.root;
        // What a template or a plan declares as a task definition is one, however little it sets.
        if root.place.pointer != Pointer::root() {
            return match root.value {
                Value::Map(_) | Value::Unresolved(_) => Ok(Kind::Input),
                _ => Err(no_object(source)),
            };
        }
        if let Value::List(items) = &root.value {
            let all_containers = !items.is_empty() && items.iter().all(is_container);
            return if all_containers { Ok(Kind::Containers) } else { Err(stranger(source)) };
        }
        if let Some(key) = misspelt(root, &["containerDefinitions"]) {
            return Err(key.explain(source));
        }
        if root.get("taskDefinition").is_some_and(|inner| inner.has("containerDefinitions")) {
            return Ok(Kind::Wrapped);
        }
        if root.get("taskDefinition").is_some_and(|inner| inner.text().is_some()) {
            return Err(stranger(source));
        }
        if root.has("containerDefinitions") {
            let described = READ_ONLY.iter().any(|name| root.has(name));
            return Ok(if described { Kind::Described } else { Kind::Input });
        }
        if is_container(root) {
            return Ok(Kind::Container);
        }
        if let Some(wrapped) = root.get("taskDefinition").or(root.get("TaskDefinition"))
            && let Some(key) = misspelt(wrapped, &["containerDefinitions"])
        {
            return Err(key.explain(source));
        }
        // What only lacks its containers is judged as a task definition, which says so.
        let task_fields =
            ["family", "requiresCompatibilities", "executionRoleArn", "taskRoleArn", "networkMode"];
        let likely = task_fields.iter().filter(|name| root.has(name)).count() >= 2;
        if likely { Ok(Kind::Input) } else { Err(stranger(source)) }
    }
}

impl Source {
    /// The task definitions of this document, one document each. Places are those of the whole document.
    ///
    /// # Errors
    /// The document is something else.
    pub fn definitions(self) -> Result<Vec<Source>, InputError> {
        Kind::of(&self)?;
        Ok(vec![self])
    }
}

impl TaskDefinition {
    /// Reads a document in any of its forms. Pointers stay as the user wrote them.
    pub fn from_source(source: &Source) -> Result<TaskDefinition, InputError> {
        let root = &source.root;
        Ok(match Kind::of(source)? {
            Kind::Input | Kind::Described => TaskDefinition::of(root),
            Kind::Wrapped => {
                let mut task = TaskDefinition::of(root.get("taskDefinition").unwrap_or(root));
                task.tags = task.tags.or(Field::of(root, "tags"));
                task
            }
            Kind::Containers => containers_only(root, Field::at(root, "the list of containers")),
            Kind::Container => {
                let container = Field::<super::container::Container>::at(root, "the container");
                let containers = match container {
                    Field::Given(Located { value, place }) => {
                        Field::Given(Located { value: vec![value], place })
                    }
                    Field::Missing(place) => Field::Missing(place),
                    Field::Unreadable(place, why) => Field::Unreadable(place, why),
                };
                containers_only(root, containers)
            }
        })
    }
}

fn containers_only(
    root: &Node,
    container_definitions: Field<Vec<super::container::Container>>,
) -> TaskDefinition {
    let gap = Gap::Unresolved { why: "the file holds only container definitions".into() };
    TaskDefinition { container_definitions, ..TaskDefinition::unknown(&root.place, &gap.into()) }
}

fn is_container(node: &Node) -> bool {
    let fields = [
        "name",
        "essential",
        "portMappings",
        "environment",
        "memory",
        "cpu",
        "logConfiguration",
        "command",
    ];
    node.has("image") && fields.iter().any(|name| node.has(name))
}

/// The error for a declaration whose properties are no object.
fn no_object(source: &Source) -> InputError {
    let Node { place, .. } = &*source.root;
    let message = format!(
        "the task definition at {} is {}, not an object",
        place.pointer,
        source.root.kind()
    );
    InputError::new(&source.name, message)
        .at_position(place.position)
        .hint("write its properties as an object")
}

/// The error for a document that is not a task definition.
fn stranger(source: &Source) -> InputError {
    let known = ["image", "name", "family", "memory", "cpu"];
    match Identity::of(&source.root) {
        Some(identity) => identity.out_of_place(source, "a task definition"),
        None => match misspelt(&source.root, &known) {
            Some(key) => key.explain(source),
            None => InputError::new(
                &source.name,
                match &source.root.value {
                    Value::List(items) if items.is_empty() => "this is not a task definition: the list is empty",
                    Value::List(_) => "this is not a task definition: the list has no container definitions",
                    _ => "this is not a task definition: it has no `containerDefinitions`",
                },
            )
            .at_position(source.root.place.position)
            .hint("pass the input of `aws ecs register-task-definition`, a CloudFormation template, a Terraform plan as JSON, or the configuration of ecspresso"),
        },
    }
}

#[cfg(test)]
mod tests;
