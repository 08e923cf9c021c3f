//! What each deployment controller leaves to the service, for `service-deployment`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-external.html>,
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>).

use super::errors::{DEFINITION_BLANK, DEPLOYED, NO_TARGET_GROUP, REFUSED};
use crate::document::node::Node;
use crate::knowledge::Stop;
use crate::task::{Controller, ServiceUse, Strategy};
use crate::verdict::{Findings, Rule};

const BALANCER: Rule = Rule::quoted(
    "a service that CodeDeploy deploys has a target group",
    NO_TARGET_GROUP,
    DEPLOYED,
    "2026-09",
);
const DEFINITION: Rule = Rule::quoted(
    "a service with an external controller has no task definition",
    DEFINITION_BLANK,
    DEPLOYED,
    "2026-09",
);
const NETWORK: Rule = Rule::quoted(
    "a service with an external controller has no network configuration",
    "InvalidParameterException: NetworkConfiguration must be null.",
    "https://github.com/hashicorp/terraform-provider-aws/issues/27291",
    "2022-10",
);
const BALANCERS: Rule = Rule::quoted(
    "a service with an external controller has no load balancers",
    "InvalidParameterException: LoadBalancers must be empty or null",
    DEPLOYED,
    "2026-09",
);
const LAUNCH_TYPE: Rule = Rule::unquoted(
    "a service with an external controller has no launch type",
    REFUSED,
    "https://github.com/aws/aws-cdk/issues/6245",
    "2026-11",
);
const STRATEGY: Rule = Rule::unquoted(
    "only ECS deploys with the strategies BLUE_GREEN, LINEAR and CANARY",
    REFUSED,
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentController.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] =
    &[BALANCER, DEFINITION, NETWORK, BALANCERS, LAUNCH_TYPE, STRATEGY];

pub(super) fn judge(it: &ServiceUse, found: &mut Findings) -> Result<(), Stop> {
    match it.controller()? {
        None | Some(Controller::Ecs) => return Ok(()),
        Some(Controller::CodeDeploy) if it.is_new() => balanced(it, found)?,
        Some(Controller::External) if it.is_new() => external(it, found),
        Some(Controller::CodeDeploy | Controller::External) => {}
    }
    let strategy = it.strategy().unwrap_or(None).filter(|strategy| *strategy != Strategy::Rolling);
    if let (Some(strategy), Some(deployment)) = (strategy, it.deployment()?)
        && it.writes(&deployment.strategy)
    {
        found.add(
            STRATEGY
                .fail(format!(
                    "the strategy {} needs the deployment controller ECS",
                    strategy.name()
                ))
                .at(deployment.strategy.place())
                .remedy("Set deploymentController.type to ECS, or remove strategy"),
        );
    }
    Ok(())
}

/// CodeDeploy moves traffic between target groups.
fn balanced(it: &ServiceUse, found: &mut Findings) -> Result<(), Stop> {
    let request = it.request();
    let balancers = request.load_balancers.items()?;
    if !balancers.iter().any(|balancer| !balancer.target_group_arn.is_missing()) {
        found.add(
            BALANCER
                .fail("the deployment controller is CODE_DEPLOY, but loadBalancers has no target group")
                .at(request.deployment_controller.place())
                .remedy("Add the target group of an Application or Network Load Balancer to loadBalancers, or use the deployment controller ECS"),
        );
    }
    Ok(())
}

/// Each task set of the service brings these.
fn external(it: &ServiceUse, found: &mut Findings) {
    let filled =
        |node: &Node| !node.items().is_empty() || node.text().is_some_and(|it| !it.is_empty());
    for (name, rule, always) in [
        ("taskDefinition", DEFINITION, false),
        ("networkConfiguration", NETWORK, true),
        ("loadBalancers", BALANCERS, false),
        ("launchType", LAUNCH_TYPE, false),
    ] {
        if let Some(node) = it.written(name)
            && (always || filled(node))
        {
            found.add(
                rule.fail(format!("the deployment controller is EXTERNAL, but {name} is set"))
                    .at(&node.place)
                    .remedy(format!("Remove {name}, and set it in each task set")),
            );
        }
    }
}
