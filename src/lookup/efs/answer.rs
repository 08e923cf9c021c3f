//! The fields that are read from the answers of EFS. Each of them may be missing.

use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct FileSystems {
    pub(super) file_systems: Option<Vec<DescribedFileSystem>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribedFileSystem {
    pub(super) file_system_id: Option<String>,
    pub(super) file_system_arn: Option<String>,
    pub(super) owner_id: Option<String>,
    pub(super) life_cycle_state: Option<String>,
    pub(super) availability_zone_id: Option<String>,
    pub(super) availability_zone_name: Option<String>,
    pub(super) file_system_protection: Option<Protection>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Protection {
    pub(super) replication_overwrite_protection: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MountTargets {
    pub(super) mount_targets: Option<Vec<DescribedMountTarget>>,
    pub(super) next_marker: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribedMountTarget {
    pub(super) mount_target_id: Option<String>,
    pub(super) vpc_id: Option<String>,
    pub(super) subnet_id: Option<String>,
    pub(super) life_cycle_state: Option<String>,
    pub(super) availability_zone_id: Option<String>,
    pub(super) availability_zone_name: Option<String>,
    pub(super) ip_address: Option<String>,
    pub(super) ipv6_address: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Groups {
    pub(super) security_groups: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AccessPoints {
    pub(super) access_points: Option<Vec<DescribedAccessPoint>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribedAccessPoint {
    pub(super) access_point_id: Option<String>,
    pub(super) access_point_arn: Option<String>,
    pub(super) file_system_id: Option<String>,
    pub(super) life_cycle_state: Option<String>,
    pub(super) posix_user: Option<PosixUser>,
    pub(super) root_directory: Option<RootDirectory>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PosixUser {
    pub(super) uid: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RootDirectory {
    pub(super) path: Option<String>,
    pub(super) creation_info: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Policy {
    pub(super) policy: Option<String>,
}
