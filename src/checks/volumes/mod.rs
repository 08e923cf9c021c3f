//! The group `volumes`: the volumes of the task are there, or can be created, and can be mounted.

mod ebs_config;
mod efs_access_point;
mod efs_file_system;
mod efs_mount_target;
mod efs_permission;
mod efs_volume;
#[cfg(test)]
mod mount_tests;
mod volume_driver;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "volumes",
    about: "the task's volumes are there or can be created, and can be mounted",
    offline: false,
    checks: &[
        &ebs_config::EBS_VOLUME_CONFIG,
        &efs_file_system::EFS_FILE_SYSTEM,
        &efs_access_point::EFS_ACCESS_POINT,
        &efs_mount_target::EFS_MOUNT_TARGET,
        &efs_permission::EFS_PERMISSION,
        &volume_driver::VOLUME_DRIVER,
    ],
};
