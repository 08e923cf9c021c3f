//! The group `kms`: the keys are usable, and the task's roles may use them.

mod decrypt;
mod key;
mod log_group;
mod permission;
mod storage;
mod stored;
mod usable;
mod used;
mod volume;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "kms",
    about: "the KMS keys are usable, and the task's roles may use them",
    help: "Check that KMS keys are usable, and that the task's roles may use them",
    examples: &[
        ("The keys of secrets and parameters", "aws-ecs-preflight kms taskdef.json"),
        (
            "Those of the service's volumes too",
            "aws-ecs-preflight kms taskdef.json --service-definition service.json",
        ),
    ],
    checks: &[
        &usable::KMS_KEY_USABLE,
        &decrypt::KMS_DECRYPT_PERMISSION,
        &volume::KMS_VOLUME_PERMISSION,
    ],
    ..Group::EMPTY
};
