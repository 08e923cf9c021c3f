//! Recognises a document by its content, and names the argument that it belongs to.

use super::convention::is_same;
use super::input_error::InputError;
use super::node::{Node, Value};
use super::other_format::PLAN_AS_JSON;
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
    /// The file in which Terraform keeps a state.
    StateFile,
    /// The configuration of Terraform as JSON.
    Configuration,
    /// The configuration of ecspresso.
    Ecspresso,
    /// What CodePipeline lays over a definition: `imagedefinitions.json`.
    ImageDefinitions,
    /// What CodePipeline writes of an image: `imageDetail.json`.
    ImageDetail,
    /// What CodeDeploy reads: `appspec.yml`.
    AppSpec,
    /// Values for the parameters of a template.
    Parameters,
    /// The manifest of a folder `cdk.out`.
    CdkManifest,
    /// What this program prints.
    Report,
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
            return Identity::of_list(items);
        }
        let services = root.get("services").map_or(&[][..], Node::items);
        let any = |names: &[&str]| names.iter().any(|name| root.has(name));
        let all = |names: &[&str]| names.iter().all(|name| root.has(name));
        Some(match () {
            () if root.has("containerDefinitions")
                || root.get("taskDefinition").is_some_and(|it| it.has("containerDefinitions")) =>
            {
                Identity::TaskDefinition
            }
            () if all(&["version", "Resources"]) || all(&["version", "os", "files"]) => {
                Identity::AppSpec
            }
            () if any(&["AWSTemplateFormatVersion", "Resources"]) => Identity::CloudFormation,
            () if all(&["lineage", "serial"]) => Identity::StateFile,
            () if any(&["terraform_version", "planned_values", "resource_changes"]) => {
                Identity::Terraform
            }
            () if root.has("format_version") => Identity::Terraform,
            () if root.get("resource").is_some_and(|it| !it.entries().is_empty()) => {
                Identity::Configuration
            }
            () if is_ecspresso(root) => Identity::Ecspresso,
            () if all(&["version", "artifacts"]) => Identity::CdkManifest,
            () if all(&["schema_version", "tool"]) => Identity::Report,
            () if root.has("ImageURI") => Identity::ImageDetail,
            () if root.has("name") && is_image_of(root) => Identity::ImageDefinitions,
            () if root.get("Parameters").is_some_and(|it| !it.entries().is_empty()) => {
                Identity::Parameters
            }
            () if root.has("containerOverrides") => Identity::Overrides,
            () if services.iter().any(|it| it.has("serviceArn")) => Identity::DescribedServices,
            () if root.has("version") && root.has("facts") => Identity::Recording,
            () if root.has("Statement") => Identity::Policy,
            () => return Identity::of_request(root),
        })
    }

    fn of_list(items: &[Node]) -> Option<Identity> {
        let all = |is: fn(&Node) -> bool| !items.is_empty() && items.iter().all(is);
        let only_named = |it: &Node| it.has("name") && it.entries().len() == 1;
        let pair = |it: &Node| it.text().is_some_and(|it| it.contains('='));
        Some(match () {
            () if all(|it| it.has("check") && (it.has("subject") || it.has("expires"))) => {
                Identity::Accepted
            }
            () if items.iter().any(is_image_of) || all(only_named) => Identity::ImageDefinitions,
            () if all(|it| it.has("ParameterKey")) || all(pair) => Identity::Parameters,
            () => return None,
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
            Identity::StateFile => "a state file of Terraform",
            Identity::Configuration => "a configuration of Terraform",
            Identity::Ecspresso => "a configuration of ecspresso",
            Identity::ImageDefinitions => "an imagedefinitions.json of CodePipeline",
            Identity::ImageDetail => "an imageDetail.json of CodePipeline",
            Identity::AppSpec => "an AppSpec file of CodeDeploy",
            Identity::Parameters => "a parameters file of a CloudFormation template",
            Identity::CdkManifest => "the manifest of a cdk.out folder",
            Identity::Report => "a report of this program",
            Identity::Recording => "a recording of this program",
            Identity::Accepted => "a list of accepted findings",
            Identity::Policy => "an IAM policy",
        }
    }

    /// How it is given to this program.
    fn usage(self, file: &str) -> String {
        match self {
            Identity::TaskDefinition
            | Identity::CloudFormation
            | Identity::Terraform
            | Identity::Ecspresso => {
                format!("pass it as TASKDEF: verify {file}")
            }
            Identity::ImageDefinitions | Identity::AppSpec => {
                format!("pass it after the task definition: verify TASKDEF {file}")
            }
            Identity::ImageDetail => {
                "pass the image with --image CONTAINER=IMAGE, and the task definition as TASKDEF"
                    .to_owned()
            }
            Identity::StateFile | Identity::Configuration => PLAN_AS_JSON.to_owned(),
            Identity::Parameters => {
                format!("pass it with --parameters {file}, and the template as TASKDEF")
            }
            Identity::CdkManifest => match file.rsplit_once('/') {
                Some((folder, _)) => format!("pass its folder: verify {folder}"),
                None => "pass its folder: verify cdk.out".to_owned(),
            },
            Identity::Report => "pass the task definition that it is about".to_owned(),
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
                "pass the name of the service instead: --service NAME --cluster CLUSTER".to_owned()
            }
            Identity::Recording => format!("pass it with --replay {file}"),
            Identity::Accepted => format!("pass it with --accept {file}"),
            Identity::Policy => "policies are read from the account, not from files".to_owned(),
        }
    }

    /// The error for a document that was given where something else is wanted.
    pub fn out_of_place(self, source: &Source, wanted: &str) -> InputError {
        let error = InputError::new(&source.name, format!("this is {}, not {wanted}", self.name()))
            .at_position(source.root.place.position)
            .hint(self.usage(&source.name));
        source.explain(error)
    }
}

/// Whether it has the image of a container as CodePipeline writes it, in any convention.
fn is_image_of(item: &Node) -> bool {
    item.entries().iter().any(|it| is_same(&it.key, "imageUri"))
}

/// Whether it is a configuration of ecspresso. The region is in no request of ECS.
fn is_ecspresso(root: &Node) -> bool {
    let any = |names: &[&str]| names.iter().any(|name| root.has(name));
    root.has("service_definition")
        || root.has("task_definition") && any(&["region", "cluster", "service"])
        || root.has("region") && any(&["cluster", "service"])
}
