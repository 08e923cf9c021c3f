//! What a document is, recognised by its content.

use super::field::{Field, Located, Object};
use super::input_error::InputError;
use super::node::{Node, Value};
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

/// Fields of which a service or run-task document has at least two, and a task definition none.
pub(super) const CONTEXT_FIELDS: [&str; 13] = [
    "capacityProviderStrategy",
    "cluster",
    "count",
    "deploymentConfiguration",
    "desiredCount",
    "launchType",
    "loadBalancers",
    "networkConfiguration",
    "overrides",
    "service",
    "serviceName",
    "taskDefinition",
    "containerInstances",
];

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
        if let Value::List(items) = &root.value {
            let all_containers = !items.is_empty() && items.iter().all(is_container);
            return if all_containers { Ok(Kind::Containers) } else { Err(stranger(source)) };
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
                    Field::Unreadable(place, gap) => Field::Unreadable(place, gap),
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
    TaskDefinition { container_definitions, ..TaskDefinition::unknown(&root.place, &gap) }
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

/// The error for a document that is not a task definition.
fn stranger(source: &Source) -> InputError {
    let root = &source.root;
    let error =
        |message: &str| InputError::new(&source.name, message).at_position(root.place.position);
    let resources = root.get("Resources");
    let cloudformation = root.has("AWSTemplateFormatVersion")
        || resources.is_some_and(|it| it.entries().iter().any(|entry| entry.node.has("Type")));
    if cloudformation {
        return error("this is a CloudFormation template, which cannot be read yet")
            .hint("deploy it to a test stack and check the registered family, or render the task definition");
    }
    if root.has("terraform_version") || root.has("planned_values") || root.has("resource_changes") {
        return error("this is a Terraform plan or state, which cannot be read yet").hint(
            "render the task definition as JSON, or check the registered family after `apply`",
        );
    }
    if root.has("containerOverrides") {
        return error("these are the overrides of a task, not a task definition").hint(
            "put them under `overrides` of a run-task input and give that with `--run-task FILE`",
        );
    }
    if root.has("services")
        && root.get("services").is_some_and(|it| it.items().iter().any(|it| it.has("serviceArn")))
    {
        return error("this is the output of describe-services, not a task definition")
            .hint("name the service with `--service NAME --cluster CLUSTER`");
    }
    let context = CONTEXT_FIELDS.iter().filter(|name| root.has(name)).count();
    if context >= 2 || root.has("serviceName") && context >= 1 {
        let run_task = ["overrides", "count", "containerInstances", "startedBy"]
            .iter()
            .any(|name| root.has(name));
        return if run_task && !root.has("serviceName") {
            error("this is a run-task input, not a task definition")
                .hint("give it with `--run-task FILE`, beside the task definition")
        } else {
            error("this is a service definition, not a task definition")
                .hint("give it with `--service-definition FILE`, beside the task definition")
        };
    }
    error("this is not a task definition: it has no `containerDefinitions`")
        .hint("give the input of `aws ecs register-task-definition`, or what `describe-task-definition` prints")
}

#[cfg(test)]
mod tests;
