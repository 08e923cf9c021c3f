//! What run-task and start-task share.

use super::Kind::{List, Object, OneOf, Text, Truth, Whole};
use super::container::{ENVIRONMENT_FILE, NAME_AND_VALUE, RESOURCE_REQUIREMENT};
use super::request::{EPHEMERAL_STORAGE, TAG_SPECIFICATION};
use super::{Shape, object, optional, required};

pub(super) static TASK_OVERRIDE: Shape = object(&[
    optional("containerOverrides", List(&Object(&CONTAINER_OVERRIDE))),
    optional("cpu", Text),
    optional("inferenceAcceleratorOverrides", List(&Object(&INFERENCE_ACCELERATOR_OVERRIDE))),
    optional("executionRoleArn", Text),
    optional("memory", Text),
    optional("taskRoleArn", Text),
    optional("ephemeralStorage", Object(&EPHEMERAL_STORAGE)),
]);

static CONTAINER_OVERRIDE: Shape = object(&[
    optional("name", Text),
    optional("command", List(&Text)),
    optional("environment", List(&Object(&NAME_AND_VALUE))),
    optional("environmentFiles", List(&Object(&ENVIRONMENT_FILE))),
    optional("cpu", Whole),
    optional("memory", Whole),
    optional("memoryReservation", Whole),
    optional("resourceRequirements", List(&Object(&RESOURCE_REQUIREMENT))),
]);

static INFERENCE_ACCELERATOR_OVERRIDE: Shape =
    object(&[optional("deviceName", Text), optional("deviceType", Text)]);

pub(super) static TASK_VOLUME_CONFIGURATION: Shape = object(&[
    required("name", Text),
    optional("managedEBSVolume", Object(&TASK_MANAGED_EBS_VOLUME_CONFIGURATION)),
]);

static TASK_MANAGED_EBS_VOLUME_CONFIGURATION: Shape = object(&[
    optional("encrypted", Truth),
    optional("kmsKeyId", Text),
    optional("volumeType", Text),
    optional("sizeInGiB", Whole),
    optional("snapshotId", Text),
    optional("volumeInitializationRate", Whole),
    optional("iops", Whole),
    optional("throughput", Whole),
    optional("tagSpecifications", List(&Object(&TAG_SPECIFICATION))),
    required("roleArn", Text),
    optional("terminationPolicy", Object(&TASK_MANAGED_EBS_VOLUME_TERMINATION_POLICY)),
    optional("filesystemType", OneOf(&["ext3", "ext4", "xfs", "ntfs"])),
]);

static TASK_MANAGED_EBS_VOLUME_TERMINATION_POLICY: Shape =
    object(&[required("deleteOnTermination", Truth)]);
