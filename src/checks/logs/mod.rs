//! The group `logs`: the log groups are there, and the role that logs may write to them.

mod create_permission;
mod exists;
mod firelens;
mod target;
mod write_permission;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "logs",
    about: "the log groups are there, and the role that logs may write to them",
    help: "Check that the log groups exist, and that the role that logs may write to them",
    examples: &[
        ("The log groups of a file", "aws-ecs-preflight logs taskdef.json"),
        (
            "Written to by the container instances of a cluster",
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
