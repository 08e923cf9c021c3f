//! Availability Zone rebalancing, for `service-deployment`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html>).

use super::balancers::is_classic;
use super::errors::{DEPLOYED, REFUSED};
use crate::document::LaunchTarget;
use crate::document::launch::requested;
use crate::knowledge::Stop;
use crate::task::ServiceUse;
use crate::verdict::{Findings, Rule};

const PAGE: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html";

const DAEMON: Rule = Rule::quoted(
    "Availability Zone rebalancing is for REPLICA services",
    "InvalidParameterException: Availability Zone Rebalancing does not support DAEMON services",
    DEPLOYED,
    "2026-09",
);
const MAXIMUM: Rule = Rule::quoted(
    "Availability Zone rebalancing needs a maximumPercent above 100",
    "InvalidParameterException: The service couldn't be updated because Availability Zone Rebalancing does not support maximumPercent <= 100 % as deployment configuration.",
    "https://github.com/ecsdeployer/ecsdeployer",
    "2026-11",
);
const CLASSIC: Rule = Rule::unquoted(
    "Availability Zone rebalancing does not support Classic Load Balancers",
    REFUSED,
    PAGE,
    "2026-11-30",
);
const EXTERNAL: Rule = Rule::unquoted(
    "Availability Zone rebalancing does not support external instances",
    REFUSED,
    PAGE,
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[DAEMON, MAXIMUM, CLASSIC, EXTERNAL];

/// Only where it is asked for, or on in the live service: ECS turns it on by default where a new service supports
/// it.
pub(super) fn judge(it: &ServiceUse, found: &mut Findings) -> Result<(), Stop> {
    let request = it.request();
    let field = &request.availability_zone_rebalancing;
    if field.get()?.map(String::as_str) != Some("ENABLED") {
        return Ok(());
    }
    let maximum = it.deployment()?.map(|deployment| &deployment.maximum_percent);
    // An update of the percentage alone is refused too, if rebalancing is on in the live service.
    let narrows = !it.is_new() && maximum.is_some_and(|maximum| it.writes(maximum));
    if !it.writes(field) && !narrows {
        return Ok(());
    }
    let place = match maximum {
        Some(maximum) if !it.writes(field) => maximum.place(),
        _ => field.place(),
    };
    let mut fail = |rule: Rule, message: &str, remedy: &str| {
        let message = format!("availabilityZoneRebalancing is ENABLED, but {message}");
        let other = "or set availabilityZoneRebalancing to DISABLED";
        found.add(rule.fail(message).at(place).remedy(format!("{remedy}, {other}")));
    };
    if it.is_daemon().unwrap_or(None) == Some(true) {
        fail(DAEMON, "the service is a DAEMON service", "Set schedulingStrategy to REPLICA");
        return Ok(());
    }
    let maximum = match maximum {
        Some(maximum) => maximum.get()?.copied(),
        None => None,
    };
    if let Some(percent) = maximum.filter(|percent| *percent <= 100) {
        let message =
            format!("maximumPercent is {percent}, so no task can start before another stops");
        fail(MAXIMUM, &message, "Raise maximumPercent above 100");
    }
    if !it.writes(field) {
        return Ok(());
    }
    if request.load_balancers.items()?.iter().any(is_classic) {
        fail(CLASSIC, "the service has a Classic Load Balancer", "Use a target group");
    }
    let targets = requested(&it.task.context)?.unwrap_or_default();
    if targets.contains(&LaunchTarget::External) {
        fail(EXTERNAL, "the tasks run on external instances", "Use another launch type");
    }
    Ok(())
}
