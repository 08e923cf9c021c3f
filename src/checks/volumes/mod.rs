//! The group `volumes`: the volumes of the task are there, or can be created, and can be mounted.

mod ebs_config;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "volumes",
    about: "the task's volumes are there or can be created, and can be mounted",
    offline: false,
    checks: &[&ebs_config::EBS_VOLUME_CONFIG],
};
