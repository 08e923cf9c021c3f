//! The group `volumes`: the volumes of the task are there, or can be created, and can be mounted.

mod ebs_config;
mod ebs_created;
mod ebs_filesystem;
mod ebs_limits;
mod ebs_permission;
mod ebs_snapshot;
#[cfg(test)]
pub(in crate::checks) mod tests;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "volumes",
    about: "the task's volumes are there or can be created, and can be mounted",
    offline: false,
    checks: &[
        &ebs_config::EBS_VOLUME_CONFIG,
        &ebs_filesystem::EBS_FILESYSTEM,
        &ebs_snapshot::EBS_SNAPSHOT,
        &ebs_permission::EBS_PERMISSION,
    ],
};
