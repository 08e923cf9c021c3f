//! The shape of a task definition (`src/document/shape/`) has every field of the API's model, and no other: it is compared with
//! the builders of the SDK that this program is built with. An update of the SDK that knows more fields
//! fails here, and then where no check judges them.

use std::collections::BTreeSet;
use std::fmt::Debug;

use aws_sdk_ecs::operation::create_service::builders::CreateServiceInputBuilder;
use aws_sdk_ecs::operation::register_task_definition::builders::RegisterTaskDefinitionInputBuilder;
use aws_sdk_ecs::operation::run_task::builders::RunTaskInputBuilder;
use aws_sdk_ecs::operation::start_task::builders::StartTaskInputBuilder;
use aws_sdk_ecs::operation::update_service::builders::UpdateServiceInputBuilder;
use aws_sdk_ecs::types::builders as sdk;

use crate::document::shape::{
    CREATE_SERVICE, Kind, REGISTER_TASK_DEFINITION, RUN_TASK, START_TASK, Shape, UPDATE_SERVICE,
};

/// Fields of the API that this version of the SDK does not know yet (botocore 1.44.8 does).
const NEWER: [&str; 1] = ["trustedExecutionConfiguration"];

/// The names of the fields that a builder prints, in a spelling that both sides share.
fn printed<B: Default + Debug>() -> BTreeSet<String> {
    let text = format!("{:#?}", B::default());
    let names = text.lines().filter_map(|line| {
        let (name, _) = line.strip_prefix("    ")?.split_once(": ")?;
        Some(spelt(name))
    });
    names.collect()
}

fn spelt(name: &str) -> String {
    name.trim_start_matches("r#").replace('_', "").to_ascii_lowercase()
}

fn names(shape: &Shape) -> BTreeSet<String> {
    shape.fields.iter().map(|field| spelt(field.name)).collect()
}

/// The objects inside a task definition, by the field that holds them.
fn inside(field: &str) -> BTreeSet<String> {
    match field {
        "containerDefinitions" => printed::<sdk::ContainerDefinitionBuilder>(),
        "repositoryCredentials" => printed::<sdk::RepositoryCredentialsBuilder>(),
        "portMappings" => printed::<sdk::PortMappingBuilder>(),
        "restartPolicy" => printed::<sdk::ContainerRestartPolicyBuilder>(),
        "environment" | "properties" => printed::<sdk::KeyValuePairBuilder>(),
        "environmentFiles" => printed::<sdk::EnvironmentFileBuilder>(),
        "mountPoints" => printed::<sdk::MountPointBuilder>(),
        "volumesFrom" => printed::<sdk::VolumeFromBuilder>(),
        "linuxParameters" => printed::<sdk::LinuxParametersBuilder>(),
        "capabilities" => printed::<sdk::KernelCapabilitiesBuilder>(),
        "devices" => printed::<sdk::DeviceBuilder>(),
        "tmpfs" => printed::<sdk::TmpfsBuilder>(),
        "secrets" | "secretOptions" => printed::<sdk::SecretBuilder>(),
        "dependsOn" => printed::<sdk::ContainerDependencyBuilder>(),
        "extraHosts" => printed::<sdk::HostEntryBuilder>(),
        "ulimits" => printed::<sdk::UlimitBuilder>(),
        "logConfiguration" => printed::<sdk::LogConfigurationBuilder>(),
        "healthCheck" => printed::<sdk::HealthCheckBuilder>(),
        "systemControls" => printed::<sdk::SystemControlBuilder>(),
        "resourceRequirements" => printed::<sdk::ResourceRequirementBuilder>(),
        "nvidiaMps" => printed::<sdk::NvidiaMpsAllocationBuilder>(),
        "firelensConfiguration" => printed::<sdk::FirelensConfigurationBuilder>(),
        "volumes" => printed::<sdk::VolumeBuilder>(),
        "host" => printed::<sdk::HostVolumePropertiesBuilder>(),
        "dockerVolumeConfiguration" => printed::<sdk::DockerVolumeConfigurationBuilder>(),
        "efsVolumeConfiguration" => printed::<sdk::EfsVolumeConfigurationBuilder>(),
        "s3filesVolumeConfiguration" => printed::<sdk::S3FilesVolumeConfigurationBuilder>(),
        "fsxWindowsFileServerVolumeConfiguration" => {
            printed::<sdk::FSxWindowsFileServerVolumeConfigurationBuilder>()
        }
        "placementConstraints" => printed::<sdk::TaskDefinitionPlacementConstraintBuilder>(),
        "tags" => printed::<sdk::TagBuilder>(),
        "proxyConfiguration" => printed::<sdk::ProxyConfigurationBuilder>(),
        "inferenceAccelerators" => printed::<sdk::InferenceAcceleratorBuilder>(),
        "ephemeralStorage" => printed::<sdk::EphemeralStorageBuilder>(),
        "runtimePlatform" => printed::<sdk::RuntimePlatformBuilder>(),
        "trustedExecutionConfiguration" => {
            BTreeSet::from(["isolationmode", "attestationpolicy"].map(str::to_owned))
        }
        "efsVolumeConfiguration/authorizationConfig" => {
            printed::<sdk::EfsAuthorizationConfigBuilder>()
        }
        "fsxWindowsFileServerVolumeConfiguration/authorizationConfig" => {
            printed::<sdk::FSxWindowsFileServerAuthorizationConfigBuilder>()
        }
        // A union, which the SDK builds without a builder.
        "sharingStrategy" => BTreeSet::from(["nvidiamps".to_owned()]),
        other => panic!("{other} holds an object that is compared with nothing"),
    }
}

fn compared(shape: &Shape, owner: &str) -> usize {
    let mut count = 1;
    for field in shape.fields {
        let mut kind = &field.kind;
        while let Kind::List(item) | Kind::NonEmpty(item) = kind {
            kind = item;
        }
        if let Kind::Object(below) = kind {
            let name = match field.name {
                "authorizationConfig" => format!("{owner}/authorizationConfig"),
                name => name.to_owned(),
            };
            assert_eq!(names(below), inside(&name), "{name}");
            count += compared(below, field.name);
        }
    }
    count
}

#[test]
fn the_shape_of_a_task_definition_is_that_of_the_api() {
    let mut model = printed::<RegisterTaskDefinitionInputBuilder>();
    model.extend(NEWER.map(spelt));
    assert_eq!(names(&REGISTER_TASK_DEFINITION), model, "RegisterTaskDefinition");
    assert_eq!(compared(&REGISTER_TASK_DEFINITION, ""), 41);
}

#[test]
fn the_shapes_of_requests_have_the_fields_of_the_api() {
    for (shape, model) in [
        (&RUN_TASK, printed::<RunTaskInputBuilder>()),
        (&START_TASK, printed::<StartTaskInputBuilder>()),
        (&CREATE_SERVICE, printed::<CreateServiceInputBuilder>()),
        (&UPDATE_SERVICE, printed::<UpdateServiceInputBuilder>()),
    ] {
        assert_eq!(names(shape), model);
    }
}
