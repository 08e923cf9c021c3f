//! Which parameters are refused where: one row for each fact, with its source and date.

use super::super::refusal::Effect::{Ignored, Refused};
use super::super::refusal::Host::{
    Ec2Windows, External, FargateLinux, FargateWindows, ManagedInstances,
};
use super::super::refusal::{Host, Refusal};
use crate::verdict::Words::{self, Quoted, Unknown};

const FARGATE: &[Host] = &[FargateLinux, FargateWindows];
const WINDOWS: &[Host] = &[FargateWindows, Ec2Windows];
/// Task definitions that were deployed on purpose to be refused, with AWS's answers.
const DEPLOYED: (&str, &str) = ("https://github.com/badmintoncryer/cdk-preflight", "2026-09");
const FARGATE_PAGE: (&str, &str) = (
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html",
    "2026-06",
);
const WINDOWS_PAGE: (&str, &str) = (
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows_task_definitions.html",
    "2026-06",
);
const FARGATE_WINDOWS_PAGE: (&str, &str) =
    ("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate.html", "2026-06");
const EXTERNAL_PAGE: (&str, &str) =
    ("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-anywhere.html", "2026-06");
const FSX_PAGE: (&str, &str) =
    ("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/wfsx-volumes.html", "2026-06");
const RESTART_PAGE: (&str, &str) = (
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html",
    "2026-11-30",
);
const RESERVATION: (&str, &str) = (
    "https://github.com/aws/amazon-ecs-agent/blob/master/agent/api/task/task_windows.go",
    "2026-06-30",
);

const REGISTRATION: Words = Unknown("RegisterTaskDefinition refuses it");
const IGNORANCE: Words = Unknown("the parameter is ignored, or RegisterTaskDefinition refuses it");

const fn refused(
    parameter: &'static str,
    on: &'static [Host],
    words: Words,
    (source, seen): (&'static str, &'static str),
) -> Refusal {
    Refusal { parameter, on, effect: Refused, words, source, seen }
}

const fn ignored(
    parameter: &'static str,
    on: &'static [Host],
    (source, seen): (&'static str, &'static str),
) -> Refusal {
    Refusal { parameter, on, effect: Ignored, words: IGNORANCE, source, seen }
}

/// Of several rows for a parameter, one that refuses counts before one that ignores.
pub(in super::super) static TABLE: &[Refusal] = &[
    refused(
        "privileged",
        FARGATE,
        Quoted("ClientException: Fargate requires that the 'privileged' setting be 'false'"),
        DEPLOYED,
    ),
    refused(
        "disableNetworking",
        FARGATE,
        Quoted(
            "ClientException: Disable Networking is not supported on container when networkMode=awsvpc",
        ),
        DEPLOYED,
    ),
    refused(
        "links",
        FARGATE,
        Quoted("ClientException: Links are not supported when networkMode=awsvpc"),
        DEPLOYED,
    ),
    refused(
        "dnsServers",
        FARGATE,
        Quoted(
            "ClientException: DNS servers are not supported on container when networkMode=awsvpc",
        ),
        DEPLOYED,
    ),
    refused("dnsSearchDomains", FARGATE, REGISTRATION, FARGATE_PAGE),
    refused(
        "extraHosts",
        FARGATE,
        Quoted(
            "ClientException: Extra hosts are not supported on container when networkMode=awsvpc",
        ),
        DEPLOYED,
    ),
    refused(
        "dockerSecurityOptions",
        FARGATE,
        Quoted(
            "ClientException: Fargate compatible task definitions do not support dockerSecurityOptions",
        ),
        DEPLOYED,
    ),
    refused(
        "ipcMode",
        FARGATE,
        Quoted("ClientException: Fargate compatible task definitions do not support ipcMode"),
        DEPLOYED,
    ),
    refused(
        "a pidMode other than task",
        FARGATE,
        Quoted(
            "ClientException: Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'.",
        ),
        DEPLOYED,
    ),
    refused(
        "placementConstraints",
        FARGATE,
        Quoted("ClientException: Fargate compatible task definitions do not support constraints"),
        DEPLOYED,
    ),
    refused(
        "GPUs",
        FARGATE,
        Quoted(
            "ClientException: Tasks using the Fargate launch type do not support GPU resource requirements",
        ),
        DEPLOYED,
    ),
    refused(
        "linuxParameters.devices",
        FARGATE,
        Quoted("ClientException: Fargate compatible task definitions do not support devices"),
        DEPLOYED,
    ),
    refused(
        "linuxParameters.sharedMemorySize",
        FARGATE,
        Quoted(
            "ClientException: Fargate compatible task definitions do not support sharedMemorySize",
        ),
        DEPLOYED,
    ),
    refused(
        "linuxParameters.maxSwap",
        FARGATE,
        Quoted("ClientException: Fargate compatible task definitions do not support maxSwap"),
        DEPLOYED,
    ),
    refused("linuxParameters.swappiness", FARGATE, REGISTRATION, FARGATE_PAGE),
    refused(
        "capabilities other than SYS_PTRACE",
        FARGATE,
        Quoted("ClientException: <capability> is not allowed on Fargate."),
        DEPLOYED,
    ),
    refused(
        "a logDriver other than awslogs, splunk and awsfirelens",
        FARGATE,
        Quoted(
            "ClientException: <driver> is not a valid log driver. Must be one of [awslogs, splunk, awsfirelens]",
        ),
        DEPLOYED,
    ),
    refused(
        "host.sourcePath",
        FARGATE,
        Quoted("ClientException: Fargate compatible task definitions do not support sourcePath"),
        DEPLOYED,
    ),
    refused(
        "dockerVolumeConfiguration",
        FARGATE,
        Quoted(
            "ClientException: Fargate compatible task definitions do not support dockerVolumeConfiguration",
        ),
        DEPLOYED,
    ),
    // tmpfs works on Fargate for Linux since 2026-01-06: https://github.com/aws/containers-roadmap/issues/736
    refused("linuxParameters.tmpfs", &[FargateWindows], REGISTRATION, WINDOWS_PAGE),
    refused(
        "restartPolicy",
        &[FargateWindows],
        Unknown("PlatformTaskDefinitionIncompatibilityException when the task is started"),
        RESTART_PAGE,
    ),
    refused("firelensConfiguration", &[FargateWindows], REGISTRATION, FARGATE_WINDOWS_PAGE),
    refused("an EFS volume", &[FargateWindows], REGISTRATION, FARGATE_WINDOWS_PAGE),
    refused("an EFS volume", &[External], REGISTRATION, EXTERNAL_PAGE),
    refused("an EBS volume", &[FargateWindows], REGISTRATION, FARGATE_WINDOWS_PAGE),
    refused("an EBS volume", &[External], REGISTRATION, EXTERNAL_PAGE),
    refused("an FSx volume", FARGATE, REGISTRATION, FSX_PAGE),
    refused("an FSx volume", &[External], REGISTRATION, EXTERNAL_PAGE),
    refused("proxyConfiguration", &[External], REGISTRATION, EXTERNAL_PAGE),
    refused("enableFaultInjection", &[External], REGISTRATION, EXTERNAL_PAGE),
    refused("load balancers", &[External], REGISTRATION, EXTERNAL_PAGE),
    refused("service discovery", &[External], REGISTRATION, EXTERNAL_PAGE),
    refused("Service Connect", &[External], REGISTRATION, EXTERNAL_PAGE),
    Refusal {
        parameter: "memoryReservation",
        on: &[Ec2Windows],
        effect: Ignored,
        words: Quoted(
            "CannotCreateContainerError: Error response from daemon: invalid option: Windows does not support MemoryReservation",
        ),
        source: RESERVATION.0,
        seen: RESERVATION.1,
    },
    ignored("privileged", &[Ec2Windows], WINDOWS_PAGE),
    ignored("disableNetworking", &[Ec2Windows], WINDOWS_PAGE),
    ignored("links", &[Ec2Windows], WINDOWS_PAGE),
    ignored("dnsServers", &[Ec2Windows], WINDOWS_PAGE),
    ignored("dnsSearchDomains", &[Ec2Windows], WINDOWS_PAGE),
    ignored("extraHosts", &[Ec2Windows], WINDOWS_PAGE),
    ignored("ipcMode", &[Ec2Windows], WINDOWS_PAGE),
    ignored("pidMode", WINDOWS, WINDOWS_PAGE),
    ignored("GPUs", &[Ec2Windows], WINDOWS_PAGE),
    ignored("linuxParameters.devices", &[Ec2Windows], WINDOWS_PAGE),
    ignored("linuxParameters.tmpfs", &[Ec2Windows], WINDOWS_PAGE),
    ignored("linuxParameters.sharedMemorySize", &[Ec2Windows], WINDOWS_PAGE),
    ignored("linuxParameters.maxSwap", &[Ec2Windows], WINDOWS_PAGE),
    ignored("linuxParameters.swappiness", &[Ec2Windows], WINDOWS_PAGE),
    ignored("linuxParameters.initProcessEnabled", WINDOWS, WINDOWS_PAGE),
    ignored("capabilities other than SYS_PTRACE", &[Ec2Windows], WINDOWS_PAGE),
    ignored("ulimits", WINDOWS, WINDOWS_PAGE),
    ignored("user", WINDOWS, WINDOWS_PAGE),
    ignored("readonlyRootFilesystem", WINDOWS, WINDOWS_PAGE),
    ignored("firelensConfiguration", &[Ec2Windows], WINDOWS_PAGE),
    ignored("proxyConfiguration", WINDOWS, WINDOWS_PAGE),
    ignored("an EFS volume", &[Ec2Windows], WINDOWS_PAGE),
    ignored("an FSx volume", &[ManagedInstances], FSX_PAGE),
];
