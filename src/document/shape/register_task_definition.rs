//! The input of `RegisterTaskDefinition`.

use super::Kind::{List, Map, Object, OneOf, Text, Truth, Whole};
use super::container::{CONTAINER, NAME_AND_VALUE};
use super::request::{EPHEMERAL_STORAGE, TAG};
use super::{Shape, object, optional, required};

/// A task definition.
pub static REGISTER_TASK_DEFINITION: Shape = object(&[
    required("family", Text),
    optional("taskRoleArn", Text),
    optional("executionRoleArn", Text),
    optional("networkMode", OneOf(&["bridge", "host", "awsvpc", "none"])),
    required("containerDefinitions", List(&Object(&CONTAINER))),
    optional("volumes", List(&Object(&VOLUME))),
    optional("placementConstraints", List(&Object(&DEFINITION_CONSTRAINT))),
    optional(
        "requiresCompatibilities",
        List(&OneOf(&["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"])),
    ),
    optional("cpu", Text),
    optional("memory", Text),
    optional("tags", List(&Object(&TAG))),
    optional("pidMode", Text),
    optional("ipcMode", Text),
    optional("proxyConfiguration", Object(&PROXY_CONFIGURATION)),
    optional("inferenceAccelerators", List(&Object(&INFERENCE_ACCELERATOR))),
    optional("ephemeralStorage", Object(&EPHEMERAL_STORAGE)),
    optional("runtimePlatform", Object(&RUNTIME_PLATFORM)),
    optional("enableFaultInjection", Truth),
    optional("trustedExecutionConfiguration", Object(&TRUSTED_EXECUTION_CONFIGURATION)),
]);

static VOLUME: Shape = object(&[
    optional("name", Text),
    optional("host", Object(&HOST_VOLUME)),
    optional("dockerVolumeConfiguration", Object(&DOCKER_VOLUME)),
    optional("efsVolumeConfiguration", Object(&EFS_VOLUME)),
    optional("s3filesVolumeConfiguration", Object(&S3_FILES_VOLUME)),
    optional("fsxWindowsFileServerVolumeConfiguration", Object(&FSX_VOLUME)),
    optional("configuredAtLaunch", Truth),
]);

static HOST_VOLUME: Shape = object(&[optional("sourcePath", Text)]);

static DOCKER_VOLUME: Shape = object(&[
    optional("scope", OneOf(&["task", "shared"])),
    optional("autoprovision", Truth),
    optional("driver", Text),
    optional("driverOpts", Map(&Text)),
    optional("labels", Map(&Text)),
]);

static EFS_VOLUME: Shape = object(&[
    required("fileSystemId", Text),
    optional("rootDirectory", Text),
    optional("transitEncryption", OneOf(&["ENABLED", "DISABLED"])),
    optional("transitEncryptionPort", Whole),
    optional("authorizationConfig", Object(&EFS_AUTHORIZATION)),
]);

static EFS_AUTHORIZATION: Shape =
    object(&[optional("accessPointId", Text), optional("iam", OneOf(&["ENABLED", "DISABLED"]))]);

static S3_FILES_VOLUME: Shape = object(&[
    required("fileSystemArn", Text),
    optional("rootDirectory", Text),
    optional("transitEncryptionPort", Whole),
    optional("accessPointArn", Text),
]);

static FSX_VOLUME: Shape = object(&[
    required("fileSystemId", Text),
    required("rootDirectory", Text),
    required("authorizationConfig", Object(&FSX_AUTHORIZATION)),
]);

static FSX_AUTHORIZATION: Shape =
    object(&[required("credentialsParameter", Text), required("domain", Text)]);

static DEFINITION_CONSTRAINT: Shape =
    object(&[optional("type", OneOf(&["memberOf"])), optional("expression", Text)]);

static PROXY_CONFIGURATION: Shape = object(&[
    optional("type", OneOf(&["APPMESH"])),
    required("containerName", Text),
    optional("properties", List(&Object(&NAME_AND_VALUE))),
]);

static INFERENCE_ACCELERATOR: Shape =
    object(&[required("deviceName", Text), required("deviceType", Text)]);

static RUNTIME_PLATFORM: Shape = object(&[
    optional("cpuArchitecture", OneOf(&["X86_64", "ARM64"])),
    optional(
        "operatingSystemFamily",
        OneOf(&[
            "WINDOWS_SERVER_2019_FULL",
            "WINDOWS_SERVER_2019_CORE",
            "WINDOWS_SERVER_2016_FULL",
            "WINDOWS_SERVER_2004_CORE",
            "WINDOWS_SERVER_2022_CORE",
            "WINDOWS_SERVER_2022_FULL",
            "WINDOWS_SERVER_2025_CORE",
            "WINDOWS_SERVER_2025_FULL",
            "WINDOWS_SERVER_20H2_CORE",
            "LINUX",
        ]),
    ),
]);

static TRUSTED_EXECUTION_CONFIGURATION: Shape = object(&[
    required("isolationMode", OneOf(&["SHARED", "ISOLATED_SANDBOX", "CONFIDENTIAL_SANDBOX"])),
    optional("attestationPolicy", Text),
]);
