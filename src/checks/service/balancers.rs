//! The list of load balancers, for `service-deployment`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LoadBalancer.html>).

use super::errors::{CREATE_SERVICE, DEPLOYED, REFUSED};
use crate::document::launch::requested;
use crate::document::run_context::LoadBalancer;
use crate::knowledge::Stop;
use crate::task::ServiceUse;
use crate::verdict::{Findings, Rule, warn};

/// How many target groups a service has at most
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html>).
const MOST_TARGET_GROUPS: usize = 5;

const EITHER: Rule = Rule::quoted(
    "a load balancer has a loadBalancerName or a targetGroupArn",
    "InvalidParameterException: loadBalancerName and targetGroupArn cannot both be specified. You must specify either a loadBalancerName or a targetGroupArn in all loadBalancer entries",
    DEPLOYED,
    "2026-09",
);
const FARGATE: Rule = Rule::quoted(
    "a service on Fargate has no Classic Load Balancer",
    "InvalidParameterException: Classic Load Balancers are not supported with Fargate.",
    DEPLOYED,
    "2026-09",
);
const AWSVPC: Rule = Rule::unquoted(
    "a service with networkMode awsvpc has no Classic Load Balancer",
    REFUSED,
    CREATE_SERVICE,
    "2026-11-30",
);
const COUNT: Rule = Rule::unquoted(
    "a service has at most 5 target groups",
    REFUSED,
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[EITHER, FARGATE, AWSVPC, COUNT];

pub(super) fn judge(it: &ServiceUse, found: &mut Findings) -> Result<(), Stop> {
    let field = &it.request().load_balancers;
    let balancers = field.items()?;
    if it.writes(field) {
        for balancer in balancers {
            either(balancer, found);
        }
        if balancers.len() > MOST_TARGET_GROUPS {
            let message = format!(
                "there are {} load balancers, and a service has at most {MOST_TARGET_GROUPS} target groups",
                balancers.len()
            );
            found.add(COUNT.fail(message).at(field.place()).remedy("Keep at most five"));
        }
    }
    let classic = balancers.iter().find(|balancer| is_classic(balancer));
    if let Some(classic) = classic {
        found.part(classic.load_balancer_name.place(), |found| supported(it, classic, found));
    }
    let grace = &it.request().health_check_grace_period_seconds;
    if it.is_whole() && it.writes(grace) && balancers.is_empty() {
        found.part(grace.place(), |found| unused(it, found));
    }
    Ok(())
}

/// Whether it is a Classic Load Balancer.
pub(super) fn is_classic(balancer: &LoadBalancer) -> bool {
    !balancer.load_balancer_name.is_missing() && balancer.target_group_arn.is_missing()
}

fn either(balancer: &LoadBalancer, found: &mut Findings) {
    let given = [&balancer.load_balancer_name, &balancer.target_group_arn];
    let message = match given.map(|field| field.is_missing()) {
        [false, false] => "the load balancer has both loadBalancerName and targetGroupArn",
        [true, true] => "the load balancer has neither loadBalancerName nor targetGroupArn",
        [true, false] | [false, true] => return,
    };
    found.add(
        EITHER
            .fail(message)
            .at(&balancer.place)
            .remedy("Set targetGroupArn, or loadBalancerName for a Classic Load Balancer"),
    );
}

/// A Classic Load Balancer registers instances, not network interfaces.
fn supported(it: &ServiceUse, classic: &LoadBalancer, found: &mut Findings) -> Result<(), Stop> {
    let is_fargate = requested(&it.task.context)?
        .is_some_and(|targets| targets.iter().any(|target| target.is_fargate()));
    let (rule, message) = match () {
        () if is_fargate => {
            (FARGATE, "loadBalancerName is a Classic Load Balancer, which Fargate does not support")
        }
        () if it.task.has_own_interface()? => (
            AWSVPC,
            "loadBalancerName is a Classic Load Balancer, which networkMode awsvpc does not support",
        ),
        () => return Ok(()),
    };
    found.add(
        rule.fail(message).at(classic.load_balancer_name.place()).remedy(
            "Use the target group of an Application or Network Load Balancer: targetGroupArn",
        ),
    );
    Ok(())
}

/// Without any health check there is nothing to ignore. The API once rejected it without a load balancer.
fn unused(it: &ServiceUse, found: &mut Findings) -> Result<(), Stop> {
    let request = it.request();
    let grace = &request.health_check_grace_period_seconds;
    let checked = it.task.definition.container_definitions.items()?;
    let is_checked = checked.iter().any(|container| !container.health_check.is_missing())
        || !request.vpc_lattice.items()?.is_empty();
    if !is_checked && grace.get()?.is_some_and(|seconds| *seconds > 0) {
        found.add(
            warn("healthCheckGracePeriodSeconds is set, but the service has no load balancer and the containers have no health check")
                .at(grace.place())
                .prevents("InvalidParameterException: Health check grace period is only valid for services configured to use load balancers")
                .remedy("Remove healthCheckGracePeriodSeconds"),
        );
    }
    Ok(())
}
