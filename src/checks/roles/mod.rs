//! The group `roles`: the roles exist, ECS may assume them, and the principal that deploys may pass them.

mod caller;
mod deployer;
mod exists;
mod features;
mod infrastructure;
mod pass;
mod recent;
mod service_linked;
mod session;
#[cfg(test)]
mod tests;
mod trust;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "roles",
    about: "the roles exist, ECS may assume them, and the caller may pass them",
    help: "Check that the roles exist, that ECS may assume them, and that the caller may pass them",
    examples: &[
        (
            "For the role that deploys",
            "aws-ecs-preflight roles taskdef.json --caller-arn arn:aws:iam::111122223333:role/deploy",
        ),
        (
            "With the infrastructure role for a service's volumes",
            "aws-ecs-preflight roles taskdef.json --service-definition service.json",
        ),
    ],
    checks: &[
        &exists::ROLE_EXISTS,
        &trust::ROLE_TRUST,
        &pass::ROLE_PASS,
        &recent::ROLE_RECENT,
        &service_linked::ROLE_SERVICE_LINKED,
        &features::ROLE_TASK_FEATURES,
        &infrastructure::ROLE_INFRASTRUCTURE,
        &deployer::ROLE_DEPLOYER,
    ],
    ..Group::EMPTY
};
