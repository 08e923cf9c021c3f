//! The group `volumes`: the volumes of the task exist or can be created, and can be mounted.

mod ebs_attachment;
mod ebs_config;
mod ebs_created;
mod ebs_filesystem;
mod ebs_limits;
mod ebs_permission;
mod ebs_quota;
mod ebs_snapshot;
mod efs_access_point;
mod efs_file_system;
mod efs_mount_target;
mod efs_permission;
mod efs_volume;
#[cfg(test)]
mod tests;
mod volume_driver;

use super::Group;

pub(super) use efs_mount_target::trails;

/// The group.
pub static GROUP: Group = Group {
    name: "volumes",
    about: "the task's volumes exist or can be created, and can be mounted",
    help: "Check that the volumes exist or can be created, and that the task can mount them",
    examples: &[
        (
            "The volumes that a service creates at launch",
            "aws-ecs-preflight volumes taskdef.json --service-definition service.json",
        ),
        (
            "The volumes of a standalone task",
            "aws-ecs-preflight volumes taskdef.json --run-task run-task.json",
        ),
    ],
    paths: Some(trails),
    checks: &[
        &ebs_config::EBS_VOLUME_CONFIG,
        &ebs_filesystem::EBS_FILESYSTEM,
        &ebs_snapshot::EBS_SNAPSHOT,
        &ebs_permission::EBS_PERMISSION,
        &efs_file_system::EFS_FILE_SYSTEM,
        &efs_access_point::EFS_ACCESS_POINT,
        &efs_mount_target::EFS_MOUNT_TARGET,
        &efs_permission::EFS_PERMISSION,
        &volume_driver::VOLUME_DRIVER,
    ],
    rules: || vec![(&ebs_config::EBS_VOLUME_CONFIG, ebs_limits::rules())],
    ..Group::EMPTY
};
