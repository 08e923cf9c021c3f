//! What requests for services and tasks share.

use super::Kind::{Filled, From, List, Object, OneOf, Text, Whole};
use super::{Shape, object, optional, required};

pub(super) static TAG: Shape = object(&[optional("key", Filled), optional("value", Text)]);

pub(super) static EPHEMERAL_STORAGE: Shape = object(&[required("sizeInGiB", Whole)]);

pub(super) static CAPACITY_PROVIDER_STRATEGY_ITEM: Shape = object(&[
    required("capacityProvider", Text),
    optional("weight", From(0)),
    optional("base", From(0)),
]);

pub(super) static PLACEMENT_CONSTRAINT: Shape = object(&[
    optional("type", OneOf(&["distinctInstance", "memberOf"])),
    optional("expression", Text),
]);

pub(super) static PLACEMENT_STRATEGY: Shape =
    object(&[optional("type", OneOf(&["random", "spread", "binpack"])), optional("field", Text)]);

pub(super) static NETWORK_CONFIGURATION: Shape =
    object(&[optional("awsvpcConfiguration", Object(&AWSVPC))]);

static AWSVPC: Shape = object(&[
    required("subnets", List(&Text)),
    optional("securityGroups", List(&Text)),
    optional("assignPublicIp", OneOf(&["ENABLED", "DISABLED"])),
]);

pub(super) static TAG_SPECIFICATION: Shape = object(&[
    required("resourceType", OneOf(&["volume"])),
    optional("tags", List(&Object(&TAG))),
    optional("propagateTags", OneOf(&["TASK_DEFINITION", "SERVICE", "NONE"])),
]);
