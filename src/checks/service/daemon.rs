//! Services that run one task on each container instance, for `service-deployment`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>).

use super::errors::{CREATE_SERVICE, DAEMON_COUNT, DEPLOYED, REFUSED, STUCK};
use crate::document::launch::requested;
use crate::knowledge::Stop;
use crate::task::{Controller, ServiceUse};
use crate::verdict::{Findings, Rule, warn};

const COUNT: Rule = Rule::quoted(
    "a DAEMON service has no desiredCount",
    DAEMON_COUNT,
    "https://github.com/fabfuel/ecs-deploy/issues/59",
    "2026-09",
);
const MAXIMUM: Rule = Rule::quoted(
    "maximumPercent of a DAEMON service is at most 100",
    "InvalidParameterException: The daemon scheduling strategy does not support values above 100 for maximumPercent on a deployment configuration. Change the maximumPercent value to 100, and try again",
    DEPLOYED,
    "2026-09",
);
const FARGATE: Rule =
    Rule::unquoted("Fargate does not run DAEMON services", REFUSED, CREATE_SERVICE, "2026-11-30");
const CONTROLLER: Rule = Rule::unquoted(
    "ECS deploys DAEMON services, not CodeDeploy or an external controller",
    REFUSED,
    CREATE_SERVICE,
    "2026-11-30",
);
const PROVIDERS: Rule = Rule::quoted(
    "a DAEMON service has no capacity provider strategy",
    "InvalidParameterException: Specifying a capacity provider strategy is not supported when you create a service using the DAEMON scheduling strategy.",
    "https://github.com/aws/containers-roadmap/issues/692",
    "2023-07",
);

const PLACEMENT: Rule = Rule::quoted(
    "a DAEMON service has no placement strategy",
    "InvalidParameterException: The daemon scheduling strategy does not support placement strategies",
    DEPLOYED,
    "2026-09",
);

pub(super) const RULES: &[Rule] = &[COUNT, MAXIMUM, FARGATE, CONTROLLER, PROVIDERS, PLACEMENT];

pub(super) fn judge(it: &ServiceUse, found: &mut Findings) -> Result<(), Stop> {
    if it.is_daemon()? != Some(true) {
        return Ok(());
    }
    let request = it.request();
    let strategy = request.scheduling_strategy.place();
    if it.writes(&request.desired_count) {
        found.add(
            COUNT
                .fail("desiredCount is set, but the service is a DAEMON service, which runs one task on each container instance")
                .at(request.desired_count.place())
                .remedy("Remove desiredCount"),
        );
    }
    if let Some(controller) = it.controller().unwrap_or(None).filter(|it| *it != Controller::Ecs) {
        let name = if controller == Controller::CodeDeploy { "CODE_DEPLOY" } else { "EXTERNAL" };
        found.add(
            CONTROLLER
                .fail(format!("the deployment controller {name} does not support DAEMON services"))
                .at(strategy)
                .remedy("Set schedulingStrategy to REPLICA, or the deployment controller to ECS"),
        );
    }
    let placement = &request.placement_strategy;
    if it.writes(placement) && !placement.items()?.is_empty() {
        found.add(
            PLACEMENT
                .fail("placementStrategy is set, but the service is a DAEMON service, which runs one task on each container instance")
                .at(placement.place())
                .remedy("Remove placementStrategy, or set schedulingStrategy to REPLICA"),
        );
    }
    let providers = &request.capacity_provider_strategy;
    if it.is_new() && !providers.items()?.is_empty() {
        found.add(
            PROVIDERS
                .fail("capacityProviderStrategy is set, but the service is a DAEMON service")
                .at(providers.place())
                .remedy("Set launchType to EC2 instead of capacityProviderStrategy, or schedulingStrategy to REPLICA"),
        );
        return percentages(it, found);
    }
    let targets = requested(&it.task.context)?.unwrap_or_default();
    if targets.iter().any(|target| target.is_fargate()) {
        found.add(
            FARGATE
                .fail("schedulingStrategy is DAEMON, but the service runs on Fargate, which supports REPLICA only")
                .at(strategy)
                .remedy("Set schedulingStrategy to REPLICA, or launchType to EC2"),
        );
    }
    percentages(it, found)
}

fn percentages(it: &ServiceUse, found: &mut Findings) -> Result<(), Stop> {
    let Some(deployment) = it.deployment()? else { return Ok(()) };
    let maximum = &deployment.maximum_percent;
    if let Some(percent) = maximum.get()?.filter(|percent| **percent > 100)
        && it.writes(maximum)
    {
        found.add(
            MAXIMUM
                .fail(format!(
                    "maximumPercent is {percent}, and a DAEMON service allows at most 100"
                ))
                .at(maximum.place())
                .remedy("Set maximumPercent to 100, or remove it"),
        );
    }
    let minimum = &deployment.minimum_healthy_percent;
    if minimum.get()? == Some(&100) {
        found.add(
            warn("minimumHealthyPercent of the DAEMON service is 100: no task may stop, and an instance runs only one")
                .at(minimum.place())
                .prevents(STUCK)
                .remedy("Lower minimumHealthyPercent"),
        );
    }
    Ok(())
}
