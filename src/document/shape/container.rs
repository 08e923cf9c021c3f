//! A container definition and its parts.

use super::Kind::{From, List, Map, Object, OneOf, Text, Truth, Whole};
use super::{Shape, object, one_of, optional, required};

/// A container.
pub static CONTAINER: Shape = object(&[
    optional("name", Text),
    optional("image", Text),
    optional("repositoryCredentials", Object(&REPOSITORY_CREDENTIALS)),
    optional("cpu", Whole),
    optional("memory", Whole),
    optional("memoryReservation", Whole),
    optional("links", List(&Text)),
    optional("portMappings", List(&Object(&PORT_MAPPING))),
    optional("essential", Truth),
    optional("restartPolicy", Object(&CONTAINER_RESTART_POLICY)),
    optional("entryPoint", List(&Text)),
    optional("command", List(&Text)),
    optional("environment", List(&Object(&NAME_AND_VALUE))),
    optional("environmentFiles", List(&Object(&ENVIRONMENT_FILE))),
    optional("mountPoints", List(&Object(&MOUNT_POINT))),
    optional("volumesFrom", List(&Object(&VOLUME_FROM))),
    optional("linuxParameters", Object(&LINUX_PARAMETERS)),
    optional("secrets", List(&Object(&SECRET))),
    optional("dependsOn", List(&Object(&CONTAINER_DEPENDENCY))),
    optional("startTimeout", Whole),
    optional("stopTimeout", Whole),
    optional("versionConsistency", OneOf(&["enabled", "disabled"])),
    optional("hostname", Text),
    optional("user", Text),
    optional("workingDirectory", Text),
    optional("disableNetworking", Truth),
    optional("privileged", Truth),
    optional("readonlyRootFilesystem", Truth),
    optional("dnsServers", List(&Text)),
    optional("dnsSearchDomains", List(&Text)),
    optional("extraHosts", List(&Object(&HOST_ENTRY))),
    optional("dockerSecurityOptions", List(&Text)),
    optional("interactive", Truth),
    optional("pseudoTerminal", Truth),
    optional("dockerLabels", Map(&Text)),
    optional("ulimits", List(&Object(&ULIMIT))),
    optional("logConfiguration", Object(&LOG_CONFIGURATION)),
    optional("healthCheck", Object(&HEALTH_CHECK)),
    optional("systemControls", List(&Object(&SYSTEM_CONTROL))),
    optional("resourceRequirements", List(&Object(&RESOURCE_REQUIREMENT))),
    optional("firelensConfiguration", Object(&FIRELENS_CONFIGURATION)),
    optional("credentialSpecs", List(&Text)),
]);

static REPOSITORY_CREDENTIALS: Shape = object(&[required("credentialsParameter", Text)]);

static PORT_MAPPING: Shape = object(&[
    optional("containerPort", Whole),
    optional("hostPort", Whole),
    optional("protocol", OneOf(&["tcp", "udp"])),
    optional("name", Text),
    optional("appProtocol", OneOf(&["http", "http2", "grpc"])),
    optional("containerPortRange", Text),
]);

static CONTAINER_RESTART_POLICY: Shape = object(&[
    required("enabled", Truth),
    optional("ignoredExitCodes", List(&Whole)),
    optional("restartAttemptPeriod", Whole),
]);

pub(super) static NAME_AND_VALUE: Shape =
    object(&[optional("name", Text), optional("value", Text)]);

pub(super) static ENVIRONMENT_FILE: Shape =
    object(&[required("value", Text), required("type", OneOf(&["s3"]))]);

static MOUNT_POINT: Shape = object(&[
    optional("sourceVolume", Text),
    optional("containerPath", Text),
    optional("readOnly", Truth),
]);

static VOLUME_FROM: Shape =
    object(&[optional("sourceContainer", Text), optional("readOnly", Truth)]);

static LINUX_PARAMETERS: Shape = object(&[
    optional("capabilities", Object(&KERNEL_CAPABILITIES)),
    optional("devices", List(&Object(&DEVICE))),
    optional("initProcessEnabled", Truth),
    optional("sharedMemorySize", Whole),
    optional("tmpfs", List(&Object(&TMPFS))),
    optional("maxSwap", Whole),
    optional("swappiness", Whole),
]);

static KERNEL_CAPABILITIES: Shape =
    object(&[optional("add", List(&Text)), optional("drop", List(&Text))]);

static DEVICE: Shape = object(&[
    required("hostPath", Text),
    optional("containerPath", Text),
    optional("permissions", List(&OneOf(&["read", "write", "mknod"]))),
]);

static TMPFS: Shape = object(&[
    required("containerPath", Text),
    required("size", Whole),
    optional("mountOptions", List(&Text)),
]);

static SECRET: Shape = object(&[required("name", Text), required("valueFrom", Text)]);

static CONTAINER_DEPENDENCY: Shape = object(&[
    required("containerName", Text),
    required("condition", OneOf(&["START", "COMPLETE", "SUCCESS", "HEALTHY"])),
]);

static HOST_ENTRY: Shape = object(&[required("hostname", Text), required("ipAddress", Text)]);

static ULIMIT: Shape = object(&[
    // What ECS does not know, it refuses: the names are judged by a rule.
    required("name", Text),
    required("softLimit", Whole),
    required("hardLimit", Whole),
]);

pub(super) static LOG_CONFIGURATION: Shape = object(&[
    required(
        "logDriver",
        OneOf(&[
            "json-file",
            "syslog",
            "journald",
            "gelf",
            "fluentd",
            "awslogs",
            "splunk",
            "awsfirelens",
        ]),
    ),
    optional("options", Map(&Text)),
    optional("secretOptions", List(&Object(&SECRET))),
]);

static HEALTH_CHECK: Shape = object(&[
    required("command", List(&Text)),
    optional("interval", Whole),
    optional("timeout", Whole),
    optional("retries", Whole),
    optional("startPeriod", Whole),
]);

static SYSTEM_CONTROL: Shape = object(&[optional("namespace", Text), optional("value", Text)]);

pub(super) static RESOURCE_REQUIREMENT: Shape = object(&[
    optional("value", Text),
    required("type", OneOf(&["GPU", "InferenceAccelerator", "NeuronDevice"])),
    optional("sharingStrategy", Object(&SHARING_STRATEGY)),
]);

static SHARING_STRATEGY: Shape = one_of(&[optional("nvidiaMps", Object(&NVIDIA_MPS_ALLOCATION))]);

static NVIDIA_MPS_ALLOCATION: Shape =
    object(&[required("memory", From(1)), optional("maxComputePercent", From(1))]);

static FIRELENS_CONFIGURATION: Shape =
    object(&[required("type", OneOf(&["fluentd", "fluentbit"])), optional("options", Map(&Text))]);
