//! The group `kms`: the keys are usable, and the task's roles may use them.

mod decrypt;
mod key;
mod log_group;
pub(in crate::checks) mod permission;
mod storage;
mod stored;
mod usable;
mod volume;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "kms",
    about: "the KMS keys are usable, and the task's roles may use them",
    offline: false,
    paths: None,
    checks: &[
        &usable::KMS_KEY_USABLE,
        &decrypt::KMS_DECRYPT_PERMISSION,
        &volume::KMS_VOLUME_PERMISSION,
    ],
};
