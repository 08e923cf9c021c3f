//! The group `logs`: the log groups exist, and the role that writes the logs may use them.

mod create_permission;
mod exists;
mod firelens;
mod target;
mod write_permission;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "logs",
    about: "the log groups exist, and the role that writes the logs may use them",
    help: "Check that the log groups exist, and that the role that writes the logs may use them",
    examples: &[
        ("The log groups of a file", "aws-ecs-preflight logs taskdef.json"),
        (
            "With the role of a cluster's container instances",
            "aws-ecs-preflight logs taskdef.json --cluster prod",
        ),
    ],
    checks: &[
        &exists::LOG_GROUP_EXISTS,
        &create_permission::LOG_GROUP_CREATE_PERMISSION,
        &write_permission::LOG_WRITE_PERMISSION,
        &firelens::LOG_FIRELENS,
    ],
    ..Group::EMPTY
};

#[cfg(test)]
mod tests;
