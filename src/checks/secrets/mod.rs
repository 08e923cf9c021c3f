//! The group `secrets`: the secrets, parameters and environment files of the task exist, and its execution
//! role may read them.

mod environment_file;
mod file_permission;
pub(super) mod parameter;
pub(super) mod permission;
pub(super) mod reference;
pub(super) mod secret;
#[cfg(test)]
mod tests;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "secrets",
    about: "secrets, parameters and environment files exist, in the right region",
    help: "Check that secrets, parameters and environment files exist, in the right region",
    examples: &[
        ("Without reading any value", "aws-ecs-preflight secrets taskdef.json"),
        (
            "Also check that the JSON keys exist",
            "aws-ecs-preflight secrets taskdef.json --read-secrets",
        ),
    ],
    checks: &[
        &reference::SECRET_REFERENCE,
        &reference::SECRET_REGION,
        &secret::SECRET_EXISTS,
        &secret::SECRET_JSON_KEY,
        &permission::SECRET_PERMISSION,
        &parameter::PARAMETER_EXISTS,
        &permission::PARAMETER_PERMISSION,
        &environment_file::ENVIRONMENT_FILE_EXISTS,
        &file_permission::ENVIRONMENT_FILE_PERMISSION,
    ],
    ..Group::EMPTY
};
