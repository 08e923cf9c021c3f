//! The input of `RunTask`.

use super::Kind::{List, Object, OneOf, Text, Truth, Whole};
use super::request::{
    CAPACITY_PROVIDER_STRATEGY_ITEM, NETWORK_CONFIGURATION, PLACEMENT_CONSTRAINT,
    PLACEMENT_STRATEGY, TAG,
};
use super::task::{TASK_OVERRIDE, TASK_VOLUME_CONFIGURATION};
use super::{Shape, object, optional, required};

/// A run-task input.
pub static RUN_TASK: Shape = object(&[
    optional("capacityProviderStrategy", List(&Object(&CAPACITY_PROVIDER_STRATEGY_ITEM))),
    optional("cluster", Text),
    optional("count", Whole),
    optional("enableECSManagedTags", Truth),
    optional("enableExecuteCommand", Truth),
    optional("group", Text),
    optional("launchType", OneOf(&["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"])),
    optional("networkConfiguration", Object(&NETWORK_CONFIGURATION)),
    optional("overrides", Object(&TASK_OVERRIDE)),
    optional("placementConstraints", List(&Object(&PLACEMENT_CONSTRAINT))),
    optional("placementStrategy", List(&Object(&PLACEMENT_STRATEGY))),
    optional("platformVersion", Text),
    optional("propagateTags", OneOf(&["TASK_DEFINITION", "SERVICE", "NONE"])),
    optional("referenceId", Text),
    optional("startedBy", Text),
    optional("tags", List(&Object(&TAG))),
    required("taskDefinition", Text),
    optional("clientToken", Text),
    optional("volumeConfigurations", List(&Object(&TASK_VOLUME_CONFIGURATION))),
]);
