//! The group `image`: the images exist for the platform of the task, and may be pulled.

pub(super) mod credentials;
mod exists;
mod permission;
mod platform;
mod reference;
mod rejected;
mod stability;
#[cfg(test)]
mod tests;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "image",
    about: "the images exist for the task's platform, and its role may pull them",
    help: "Check that the images exist for the task's platform, and that its role may pull them",
    examples: &[
        ("The images of a file", "aws-ecs-preflight image taskdef.json"),
        ("The images of a registered task definition", "aws-ecs-preflight image web:42"),
    ],
    checks: &[
        &reference::IMAGE_REFERENCE,
        &exists::IMAGE_EXISTS,
        &platform::IMAGE_PLATFORM,
        &permission::IMAGE_PULL_PERMISSION,
        &credentials::IMAGE_REGISTRY_CREDENTIALS,
        &stability::IMAGE_STABILITY,
    ],
    ..Group::EMPTY
};
