//! The group `service`: ECS accepts the service, and can deploy the task with it.

mod admission;
mod balancers;
mod circuit_breaker;
mod container_port;
mod controller;
mod daemon;
mod deployment;
mod discovery;
mod errors;
mod exists;
mod lattice;
mod listener_rule;
mod live;
mod percent;
mod protection;
mod rebalancing;
mod registry;
mod scaling;
mod service_connect;
mod stack;
mod stack_status;
mod strategy;
mod target_group;
#[cfg(test)]
mod tests;
mod tls;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "service",
    about: "ECS accepts the service, and can deploy the task with it",
    help: "Check that ECS accepts the service, and can deploy the task with it",
    examples: &[
        (
            "A service to be created or updated",
            "aws-ecs-preflight service taskdef.json --service-definition service.json",
        ),
        (
            "A new task definition for a live service",
            "aws-ecs-preflight service taskdef.json --cluster prod --service web",
        ),
    ],
    checks: &[
        &exists::SERVICE_EXISTS,
        &target_group::SERVICE_TARGET_GROUP,
        &container_port::SERVICE_CONTAINER_PORT,
        &deployment::SERVICE_DEPLOYMENT,
        &discovery::SERVICE_DISCOVERY,
        &protection::TASK_PROTECTION,
        &stack::SERVICE_STACK,
    ],
    rules: || {
        let deployment = [
            balancers::RULES,
            circuit_breaker::RULES,
            controller::RULES,
            daemon::RULES,
            live::RULES,
            percent::RULES,
            rebalancing::RULES,
            scaling::RULES,
            strategy::RULES,
        ];
        let discovery = [registry::RULES, service_connect::RULES, tls::RULES, lattice::RULES];
        vec![
            (&stack::SERVICE_STACK, stack::rules()),
            (&exists::SERVICE_EXISTS, exists::RULES.to_vec()),
            (
                &target_group::SERVICE_TARGET_GROUP,
                [target_group::RULES, listener_rule::RULES].concat(),
            ),
            (&container_port::SERVICE_CONTAINER_PORT, container_port::RULES.to_vec()),
            (&deployment::SERVICE_DEPLOYMENT, deployment.concat()),
            (&discovery::SERVICE_DISCOVERY, discovery.concat()),
        ]
    },
    ..Group::EMPTY
};
