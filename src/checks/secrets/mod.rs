//! The group `secrets`: what the task reads at its start is there: secrets, parameters, environment files.

mod environment_file;
mod parameter;
mod reference;
mod secret;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "secrets",
    about: "secrets, parameters and environment files are there, in the right region",
    offline: false,
    checks: &[
        &reference::SECRET_REFERENCE,
        &reference::SECRET_REGION,
        &secret::SECRET_EXISTS,
        &secret::SECRET_JSON_KEY,
        &parameter::PARAMETER_EXISTS,
        &environment_file::ENVIRONMENT_FILE_EXISTS,
    ],
};
