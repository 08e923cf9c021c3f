//! Events of services that run as they should, or that a person changed.

use super::pages::{EVENTS, STOPPED};
use crate::symptoms::symptom::{Kind, Symptom};

const NORMAL: &str = "nothing failed";

pub(super) const ROWS: &[Symptom] = &[
    Symptom::unknowable(
        Kind::Event,
        "service-normal",
        &[
            "has reached a steady state",
            "has started <count> tasks",
            "has stopped <count> running tasks",
            "has stopped <count> pending tasks",
            "registered <count> targets in",
            "deregistered <count> targets in",
            "registered <count> instances in",
            "deregistered <count> instances in",
            "has begun draining connections on",
            "deployment completed",
            "updated computedDesiredCount",
            "is AZ balanced",
            "is not AZ balanced",
            "SERVICE_STEADY_STATE",
        ],
        "The service works; the event says what it did.",
        NORMAL,
        EVENTS,
    ),
    Symptom::unknowable(
        Kind::Aws,
        "stopped-on-purpose",
        &[
            "Task stopped by user",
            "UserInitiated",
            "Scaling activity initiated by",
            "ServiceSchedulerInitiated",
            "Task stopped by ECS deployment",
            "Task stopped by StopTask",
            "Stopped by CloudFormation",
        ],
        "A user or the service's scheduler stopped the task.",
        "it is no failure: a person, a deployment or scaling stopped the task",
        STOPPED,
    ),
];
