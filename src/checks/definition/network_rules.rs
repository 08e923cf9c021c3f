//! The rules about network modes and single ports, for `definition-network-mode`.

use crate::verdict::Rule;

const PORT_MAPPING: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html";
const REFUSED: &str = "RegisterTaskDefinition refuses the definition";

pub(super) const FARGATE: Rule = Rule::quoted(
    "Fargate supports networkMode awsvpc only",
    "ClientException: Fargate only supports network mode 'awsvpc'.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
pub(super) const EXTERNAL: Rule = Rule::unquoted(
    "external instances support networkMode bridge, host and none",
    REFUSED,
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-anywhere.html",
    "2026-11-30",
);
pub(super) const MANAGED: Rule = Rule::unquoted(
    "Managed Instances support networkMode awsvpc, host and none",
    REFUSED,
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ManagedInstances.html",
    "2026-11-30",
);
pub(super) const WINDOWS: Rule = Rule::unquoted(
    "Windows supports the default network mode and awsvpc",
    REFUSED,
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows_task_definitions.html",
    "2026-11-30",
);
pub(super) const PUBLIC_ADDRESS: Rule = Rule::quoted(
    "only tasks on Fargate have assignPublicIp ENABLED",
    "InvalidParameterException: Assign public IP is not supported for this launch type.",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html",
    "2026-11",
);
pub(super) const NO_PORTS: Rule = Rule::unquoted(
    "networkMode none excludes port mappings",
    REFUSED,
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html",
    "2026-11-30",
);
pub(super) const RANGE_COUNT: Rule =
    Rule::unquoted("a container has at most 100 port ranges", REFUSED, PORT_MAPPING, "2026-11-30");
pub(super) const CONTAINER_PORT: Rule = Rule::quoted(
    "containerPort is 1 to 65535",
    "ClientException: Invalid 'containerPort' setting for container '<container>'.",
    PORT_MAPPING,
    "2026-11",
);
pub(super) const HOST_PORT: Rule =
    Rule::unquoted("hostPort is 0 to 65535", REFUSED, PORT_MAPPING, "2026-11-30");
pub(super) const SAME_PORT: Rule = Rule::quoted(
    "hostPort equals containerPort with networkMode awsvpc and host",
    "ClientException: When networkMode=<mode>, the host ports and container ports in port mappings must match.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
pub(super) const RESERVED: Rule = Rule::quoted(
    "hostPort is none of those that the agent reserves",
    "RESOURCE:PORTS",
    PORT_MAPPING,
    "2026-11-30",
);
pub(super) const EPHEMERAL: Rule = Rule::quoted(
    "hostPort is below the ephemeral port range",
    "RESOURCE:PORTS",
    PORT_MAPPING,
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[
    FARGATE,
    EXTERNAL,
    MANAGED,
    WINDOWS,
    PUBLIC_ADDRESS,
    NO_PORTS,
    RANGE_COUNT,
    CONTAINER_PORT,
    HOST_PORT,
    SAME_PORT,
    RESERVED,
    EPHEMERAL,
];
