//! The group `definition`: what the task definition alone, and the request beside it, already decide.

mod container_resources;
mod dependencies;
mod environment;
mod execution_role;
mod fargate_size;
mod limits;
mod log_options;
mod mode;
mod names;
mod network_mode;
mod parameters;
mod platform;
mod port;
mod references;
mod refusal;
mod registered;
mod schema;
mod spelling;
mod target;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "definition",
    about: "the task definition is one that ECS accepts, for what it runs on",
    help: "Check the definition itself, without network and credentials",
    examples: &[
        ("Offline, in a commit hook", "aws-ecs-preflight definition taskdef.json"),
        ("From standard input", "jq .web all.json | aws-ecs-preflight definition -"),
    ],
    offline: true,
    checks: &[
        &schema::DEFINITION_SCHEMA,
        &fargate_size::DEFINITION_FARGATE_SIZE,
        &network_mode::DEFINITION_NETWORK_MODE,
        &parameters::DEFINITION_FARGATE_PARAMETERS,
        &platform::DEFINITION_PLATFORM,
        &execution_role::DEFINITION_EXECUTION_ROLE,
        &container_resources::DEFINITION_CONTAINER_RESOURCES,
        &references::DEFINITION_REFERENCES,
        &log_options::DEFINITION_LOG_OPTIONS,
        &environment::DEFINITION_ENVIRONMENT,
        &registered::DEFINITION_REGISTERED,
    ],
    ..Group::EMPTY
};
