//! Recognises a document by its content, and names the argument that it belongs to.

use super::input_error::InputError;
use super::node::{Node, Value};
use super::source::Source;

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

/// A kind of document that this program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A task definition.
    TaskDefinition,
    /// The input of `create-service`.
    CreateService,
    /// The input of `update-service`.
    UpdateService,
    /// The input of `run-task`.
    RunTask,
    /// The input of `start-task`.
    StartTask,
    /// The `overrides` of a `run-task`.
    Overrides,
    /// What `describe-services` prints.
    DescribedServices,
    /// A CloudFormation template.
    CloudFormation,
    /// A plan or a state of Terraform.
    Terraform,
    /// What `--record` writes.
    Recording,
    /// The accepted findings of `--accept`.
    Accepted,
    /// A policy of IAM.
    Policy,
}

impl Identity {
    /// What the document is, if it is anything known.
    pub fn of(root: &Node) -> Option<Identity> {
        if let Value::List(items) = &root.value {
            let accepted = |it: &Node| it.has("check") && (it.has("subject") || it.has("expires"));
            return (!items.is_empty() && items.iter().all(accepted)).then_some(Identity::Accepted);
        }
        let resources = root.get("Resources").map_or(&[][..], Node::entries);
        let services = root.get("services").map_or(&[][..], Node::items);
        let any = |names: &[&str]| names.iter().any(|name| root.has(name));
        Some(match () {
            () if root.has("containerDefinitions")
                || root.get("taskDefinition").is_some_and(|it| it.has("containerDefinitions")) =>
            {
                Identity::TaskDefinition
            }
            () if root.has("AWSTemplateFormatVersion")
                || resources.iter().any(|it| it.node.has("Type")) =>
            {
                Identity::CloudFormation
            }
            () if any(&["terraform_version", "planned_values", "resource_changes"]) => {
                Identity::Terraform
            }
            () if root.has("containerOverrides") => Identity::Overrides,
            () if services.iter().any(|it| it.has("serviceArn")) => Identity::DescribedServices,
            () if root.has("version") && root.has("facts") => Identity::Recording,
            () if root.has("Statement") => Identity::Policy,
            () => return Identity::of_request(root),
        })
    }

    /// The request that a document is the input of. One of its fields alone proves nothing.
    fn of_request(root: &Node) -> Option<Identity> {
        let fields = CONTEXT_FIELDS.iter().filter(|name| root.has(name)).count();
        let is_service = root.has("serviceName") && fields >= 1;
        if fields < 2 && !is_service {
            return None;
        }
        let any = |names: &[&str]| names.iter().any(|name| root.has(name));
        Some(match () {
            () if is_service => Identity::CreateService,
            () if any(&["service", "forceNewDeployment"]) => Identity::UpdateService,
            () if root.has("containerInstances") => Identity::StartTask,
            () if any(&["overrides", "count", "startedBy", "group", "referenceId"]) => {
                Identity::RunTask
            }
            () => Identity::CreateService,
        })
    }

    /// What it is called in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Identity::TaskDefinition => "a task definition",
            Identity::CreateService => "a service definition (create-service input)",
            Identity::UpdateService => "a service definition (update-service input)",
            Identity::RunTask => "a run-task input",
            Identity::StartTask => "a start-task input",
            Identity::Overrides => "the overrides of a task",
            Identity::DescribedServices => "the output of describe-services",
            Identity::CloudFormation => "a CloudFormation template",
            Identity::Terraform => "a Terraform plan or state",
            Identity::Recording => "a recording of this program",
            Identity::Accepted => "a list of accepted findings",
            Identity::Policy => "an IAM policy",
        }
    }

    /// How it is given to this program.
    fn usage(self, file: &str) -> String {
        match self {
            Identity::TaskDefinition | Identity::CloudFormation | Identity::Terraform => {
                format!("give it as TASKDEF: verify {file}")
            }
            Identity::CreateService | Identity::UpdateService => {
                format!(
                    "pass it with --service-definition {file}, and the task definition as TASKDEF"
                )
            }
            Identity::RunTask | Identity::StartTask => {
                format!("pass it with --run-task {file}, and the task definition as TASKDEF")
            }
            Identity::Overrides => {
                "put them under `overrides` of a run-task input, and pass that with --run-task FILE"
                    .to_owned()
            }
            Identity::DescribedServices => {
                "name the service instead: --service NAME --cluster CLUSTER".to_owned()
            }
            Identity::Recording => format!("pass it with --replay {file}"),
            Identity::Accepted => format!("pass it with --accept {file}"),
            Identity::Policy => "policies are read from the account, not from files".to_owned(),
        }
    }

    /// The error for a document that was given where something else is wanted.
    pub fn out_of_place(self, source: &Source, wanted: &str) -> InputError {
        InputError::new(&source.name, format!("this is {}, not {wanted}", self.name()))
            .at_position(source.root.place.position)
            .hint(self.usage(&source.name))
    }
}
