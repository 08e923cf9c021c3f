//! The check `capacity-attributes`.

use super::candidates::{Candidates, Outcome, connected};
use super::growth::GROWTH_CALLS;
use crate::checks::{Check, whole};
use crate::facts::View;
use crate::lookup::Lookup;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::ecs::instance::{ContainerInstance, ContainerInstances};
use crate::placement::query::Truth;
use crate::task::{Requirement, Task};
use crate::verdict::{Finding, Findings, Judgement, Severity, fail, not_applicable};

const ATTRIBUTE: &str = "TaskFailedToStart: ATTRIBUTE";

pub(super) static CAPACITY_ATTRIBUTES: Check = Check {
    id: "capacity-attributes",
    verifies: "a container instance has every attribute that the task requires",
    prevents: &[ATTRIBUTE],
    remedy: "Update the ECS agent on the container instances, or use instances with the attribute",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html",
    asks: &[&[DescribeCluster::CALL, ContainerInstances::CALL], GROWTH_CALLS],
    advises: false,
    judge: |task| whole(task, capacity_attributes),
};

fn capacity_attributes(task: &Task, facts: &View) -> Judgement {
    let candidates = match Candidates::of(task, facts)? {
        Ok(candidates) => candidates,
        Err(verdict) => return Ok(verdict),
    };
    let required = task.required_attributes()?;
    if required.is_empty() {
        return not_applicable("the task requires no attribute of a container instance");
    }
    let mut found = Findings::new();
    if let Outcome::Fails(lacking) = candidates.outcome(connected, |it| has_proven(&required, it)) {
        let severity = candidates.severity(task, facts)?;
        let nowhere = |of: &&Requirement| of.is_proven && lacking.iter().all(|it| !has(of, it));
        let missing: Vec<&Requirement> = required.iter().filter(nowhere).collect();
        for of in &missing {
            let message = format!(
                "{} has the attribute {}, which the task requires because {}",
                candidates.none(&lacking),
                named(of),
                of.because
            );
            let mut finding = fail(message).at(&of.place).prevents(ATTRIBUTE).remedy(remedy(of));
            finding.severity = severity.clone();
            found.add(finding);
        }
        if missing.is_empty() {
            let mut finding = scattered(&candidates, &required, &lacking);
            finding.severity = severity;
            found.add(finding);
        }
    }
    let nowhere =
        |of: &&Requirement| !of.is_proven && candidates.instances.iter().all(|it| !has(of, it));
    for of in required.iter().filter(nowhere) {
        let message = format!(
            "{} has the attribute {}, which the task probably requires because {}",
            candidates.none(&candidates.instances),
            named(of),
            of.because
        );
        let mut finding = fail(message).at(&of.place).prevents(ATTRIBUTE).remedy(remedy(of));
        finding.severity = Severity::Warn;
        found.add(finding);
    }
    found.or_pass(match required.len() {
        1 => format!("a container instance has the attribute {}", named(&required[0])),
        many => format!("a container instance has all {many} attributes that the task requires"),
    })
}

/// Each attribute exists somewhere, but not all of them on one instance.
fn scattered(
    candidates: &Candidates,
    required: &[Requirement],
    lacking: &[&ContainerInstance],
) -> Finding {
    let nearest = lacking.iter().min_by_key(|it| missing(required, it).len());
    let nearest = nearest.map_or(String::new(), |it| {
        format!("; the nearest, {}, lacks {}", it.id(), missing(required, it).join(", "))
    });
    let message =
        format!("{} has all attributes that the task requires{nearest}", candidates.none(lacking));
    fail(message).prevents(ATTRIBUTE)
}

/// The attributes that are proven to be required and that the instance does not have.
pub(super) fn missing(required: &[Requirement], it: &ContainerInstance) -> Vec<String> {
    required.iter().filter(|of| of.is_proven && !has(of, it)).map(named).collect()
}

/// Whether the instance has all attributes that are proven to be required.
pub(super) fn has_proven(required: &[Requirement], it: &ContainerInstance) -> Truth {
    Truth::of(required.iter().filter(|of| of.is_proven).all(|of| has(of, it)))
}

fn has(of: &Requirement, it: &ContainerInstance) -> bool {
    match &of.value {
        None => it.has(&of.attribute),
        Some(value) => it.attribute(&of.attribute) == Some(value),
    }
}

fn named(of: &Requirement) -> String {
    match &of.value {
        None => of.attribute.clone(),
        Some(value) => format!("{} = {value}", of.attribute),
    }
}

/// How an instance comes to have the attribute: by settings of the agent
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html>).
fn remedy(of: &Requirement) -> String {
    let name = of.attribute.as_str();
    if let Some(driver) = name.strip_prefix("com.amazonaws.ecs.capability.logging-driver.") {
        return format!(
            "Add {driver} to ECS_AVAILABLE_LOGGING_DRIVERS of the ECS agent, or use another log driver"
        );
    }
    match name {
        "ecs.capability.execution-role-awslogs" => {
            "Set ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true for the ECS agent, or install it with ecs-init".to_owned()
        }
        "com.amazonaws.ecs.capability.task-iam-role" => {
            "Set ECS_ENABLE_TASK_IAM_ROLE=true for the ECS agent, or install it with ecs-init".to_owned()
        }
        "ecs.capability.task-eni" => {
            "Update ecs-init and the ECS agent, or use the ECS-optimized AMI".to_owned()
        }
        "ecs.cpu-architecture" | "ecs.os-type" => {
            "Add container instances of that platform, or correct runtimePlatform".to_owned()
        }
        _ => "Update the ECS agent on the container instances, or use instances with the attribute".to_owned(),
    }
}
