//! The input of `StartTask`.

use super::Kind::{List, Object, OneOf, Text, Truth};
use super::request::{NETWORK_CONFIGURATION, TAG};
use super::task::{TASK_OVERRIDE, TASK_VOLUME_CONFIGURATION};
use super::{Shape, object, optional, required};

/// A start-task input.
pub static START_TASK: Shape = object(&[
    optional("cluster", Text),
    required("containerInstances", List(&Text)),
    optional("enableECSManagedTags", Truth),
    optional("enableExecuteCommand", Truth),
    optional("group", Text),
    optional("networkConfiguration", Object(&NETWORK_CONFIGURATION)),
    optional("overrides", Object(&TASK_OVERRIDE)),
    optional("propagateTags", OneOf(&["TASK_DEFINITION", "SERVICE", "NONE"])),
    optional("referenceId", Text),
    optional("startedBy", Text),
    optional("tags", List(&Object(&TAG))),
    required("taskDefinition", Text),
    optional("volumeConfigurations", List(&Object(&TASK_VOLUME_CONFIGURATION))),
]);
