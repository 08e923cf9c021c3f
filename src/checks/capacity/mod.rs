//! The group `capacity`: the task is placed, because an instance or Fargate has what it requires.

mod agent;
mod attributes;
mod candidates;
mod cluster;
mod growth;
mod instance;
mod location;
mod placement;
mod provider;
mod quota;
mod replacement;
mod resources;
#[cfg(test)]
mod tests;
mod trunking;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "capacity",
    about: "the task is placed: the cluster exists, and an instance has what the task requires",
    help: "Check that the cluster exists, and that the task can be placed in it",
    examples: &[
        (
            "The container instances of the cluster that a service runs in",
            "aws-ecs-preflight capacity taskdef.json --service-definition service.json",
        ),
        (
            "A picture of the container instances: what each one has, and which lack something",
            "aws-ecs-preflight capacity taskdef.json --service-definition service.json --graph svg=capacity.svg",
        ),
        (
            "The container instances that are started by name",
            "aws-ecs-preflight capacity taskdef.json --run-task start-task.json",
        ),
    ],
    checks: &[
        &cluster::CLUSTER_EXISTS,
        &provider::CAPACITY_PROVIDER,
        &instance::CAPACITY_INSTANCE,
        &agent::CAPACITY_AGENT,
        &attributes::CAPACITY_ATTRIBUTES,
        &placement::CAPACITY_PLACEMENT,
        &location::CAPACITY_LOCATION,
        &resources::CAPACITY_RESOURCES,
        &quota::CAPACITY_QUOTA,
    ],
    chart: Some(resources::chart::chart),
    draws: true,
    rules: || {
        vec![
            (&provider::CAPACITY_PROVIDER, provider::RULES.to_vec()),
            (&placement::CAPACITY_PLACEMENT, placement::RULES.to_vec()),
        ]
    },
    ..Group::EMPTY
};
