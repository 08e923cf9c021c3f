//! Deployments with two revisions side by side, for `service-deployment`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-implementation.html>).

use super::balancers::is_classic;
use super::errors::{BLUE_GREEN, CONFIGURATION, REFUSED};
use crate::document::Field;
use crate::document::run_context::{Deployment, LoadBalancer};
use crate::knowledge::Stop;
use crate::task::{Controller, ServiceUse, Strategy};
use crate::verdict::{Finding, Findings, Rule};

const RESOURCES: &str = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-implementation.html";
const LINEAR_PAGE: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinearConfiguration.html";
const CANARY_PAGE: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CanaryConfiguration.html";

/// A day.
const MOST_MINUTES: i64 = 1440;

const BAKE: Rule =
    Rule::unquoted("a bake time is 0 to 1440 minutes", REFUSED, LINEAR_PAGE, "2026-11-30");
const STEP: Rule =
    Rule::unquoted("stepPercent is 3.0 to 100.0, in tenths", REFUSED, LINEAR_PAGE, "2026-11-30");
const SHARE: Rule =
    Rule::unquoted("canaryPercent is 0.1 to 100.0, in tenths", REFUSED, CANARY_PAGE, "2026-11-30");
const OTHER: Rule = Rule::unquoted(
    "linearConfiguration is for the strategy LINEAR, and canaryConfiguration for CANARY",
    REFUSED,
    CONFIGURATION,
    "2026-11-30",
);
const ADVANCED: Rule = Rule::quoted(
    "each load balancer of a blue/green, linear or canary deployment has an advancedConfiguration",
    "advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy",
    BLUE_GREEN,
    "2026-11-30",
);
const WHOLE: Rule = Rule::unquoted(
    "an advancedConfiguration has an alternate target group, a production listener rule and a role",
    REFUSED,
    RESOURCES,
    "2026-11-30",
);
const SAME: Rule = Rule::unquoted(
    "the alternate target group is another target group",
    REFUSED,
    RESOURCES,
    "2026-11-30",
);
const CLASSIC: Rule = Rule::unquoted(
    "a blue/green deployment uses an Application or Network Load Balancer",
    REFUSED,
    RESOURCES,
    "2026-11-30",
);
const MIXED: Rule = Rule::quoted(
    "the load balancers are all Classic Load Balancers, or none is",
    "All loadBalancers must be strictly either ELBv1 (defining loadBalancerName) or ELBv2 (defining targetGroupArn)",
    BLUE_GREEN,
    "2026-11-30",
);
const ELBV1: Rule = Rule::quoted(
    "a Classic Load Balancer has no advancedConfiguration",
    "advancedConfiguration field is not allowed with ELBv1 loadBalancers",
    BLUE_GREEN,
    "2026-11-30",
);
const ALL: Rule = Rule::quoted(
    "all load balancers have an advancedConfiguration, or none has",
    "Either all or none of the provided loadBalancers must have advancedConfiguration defined",
    BLUE_GREEN,
    "2026-11-30",
);
const ONCE: Rule = Rule::quoted(
    "each load balancer has another target group",
    "Duplicate targetGroupArn found: <arn>",
    BLUE_GREEN,
    "2026-11-30",
);

pub(super) const RULES: &[Rule] =
    &[BAKE, STEP, SHARE, OTHER, ADVANCED, WHOLE, SAME, CLASSIC, MIXED, ELBV1, ALL, ONCE];

pub(super) fn judge(it: &ServiceUse, found: &mut Findings) -> Result<(), Stop> {
    let strategy = it.strategy()?;
    if let Some(deployment) = it.deployment()?.filter(|_| it.writes(&it.request().deployment)) {
        numbers(deployment, strategy, found);
    }
    let is_shifted = strategy.is_some_and(|strategy| strategy != Strategy::Rolling);
    if it.controller().unwrap_or(None) != Some(Controller::Ecs) {
        return Ok(());
    }
    let balancers = it.request().load_balancers.items()?;
    if !is_shifted {
        return consistent(balancers, found);
    }
    for balancer in balancers {
        found.part(&balancer.place, |found| shifted(balancer, found));
    }
    together(balancers, found)
}

/// A rolling deployment ignores the settings for shifting traffic, but they are validated.
fn consistent(balancers: &[LoadBalancer], found: &mut Findings) -> Result<(), Stop> {
    let (with, without): (Vec<_>, Vec<_>) =
        balancers.iter().partition(|balancer| !balancer.advanced.is_missing());
    if let (Some(_), Some(first)) = (with.first(), without.first()) {
        found.add(
            ALL.fail("the load balancer has no advancedConfiguration, but another one has")
                .at(&first.place)
                .remedy("Set advancedConfiguration for all load balancers, or for none"),
        );
    }
    for balancer in with.into_iter().filter(|balancer| is_classic(balancer)) {
        found.add(elbv1(balancer));
    }
    Ok(())
}

fn elbv1(balancer: &LoadBalancer) -> Finding {
    ELBV1
        .fail("the Classic Load Balancer has an advancedConfiguration")
        .at(balancer.advanced.place())
        .remedy("Remove advancedConfiguration, or use the target groups of an Application or Network Load Balancer")
}

/// What the load balancers of a service must have in common to shift traffic.
fn together(balancers: &[LoadBalancer], found: &mut Findings) -> Result<(), Stop> {
    let (classic, others): (Vec<_>, Vec<_>) = balancers.iter().partition(|it| is_classic(it));
    if let (Some(first), Some(_)) = (classic.first(), others.first()) {
        found.add(
            MIXED
                .fail("the load balancer is a Classic Load Balancer, but another one is not")
                .at(first.load_balancer_name.place())
                .remedy("Use only target groups of Application or Network Load Balancers"),
        );
    }
    let mut seen = Vec::new();
    for balancer in others {
        let field = &balancer.target_group_arn;
        let Some(arn) = field.get()? else { continue };
        if seen.contains(&arn) {
            found.add(
                ONCE.fail("another load balancer has the same target group")
                    .at(field.place())
                    .on(arn)
                    .naming("<arn>", arn)
                    .remedy("Use a separate target group for each load balancer"),
            );
        }
        seen.push(arn);
    }
    Ok(())
}

fn numbers(deployment: &Deployment, strategy: Option<Strategy>, found: &mut Findings) {
    bake_time(&deployment.bake_time_in_minutes, "bakeTimeInMinutes", found);
    let other = |name: &str, wanted: Strategy| {
        let strategy = strategy.filter(|strategy| *strategy != wanted)?;
        Some(format!("{name} is set, but the strategy is {}", strategy.name()))
    };
    if let Ok(Some(linear)) = deployment.linear.get() {
        bake_time(&linear.step_bake_time_in_minutes, "stepBakeTimeInMinutes", found);
        share(&linear.step_percent, ("stepPercent", 3.0), &STEP, found);
        if let Some(message) = other("linearConfiguration", Strategy::Linear) {
            found.add(OTHER.fail(message).at(&linear.place).remedy("Set strategy to LINEAR"));
        }
    }
    if let Ok(Some(canary)) = deployment.canary.get() {
        bake_time(&canary.canary_bake_time_in_minutes, "canaryBakeTimeInMinutes", found);
        share(&canary.canary_percent, ("canaryPercent", 0.1), &SHARE, found);
        if let Some(message) = other("canaryConfiguration", Strategy::Canary) {
            found.add(OTHER.fail(message).at(&canary.place).remedy("Set strategy to CANARY"));
        }
    }
}

fn bake_time(field: &Field<i64>, name: &str, found: &mut Findings) {
    found.part(field.place(), |found| {
        if let Some(minutes) = field.get()?
            && !(0..=MOST_MINUTES).contains(minutes)
        {
            let message = format!("{name} is {minutes}, outside 0 to {MOST_MINUTES} minutes");
            found.add(BAKE.fail(message).at(field.place()).remedy("Set it to at most one day"));
        }
        Ok(())
    });
}

fn share(field: &Field<f64>, (name, least): (&str, f64), rule: &Rule, found: &mut Findings) {
    found.part(field.place(), |found| {
        let Some(&percent) = field.get()? else { return Ok(()) };
        let is_in_tenths = ((percent * 10.0).round() - percent * 10.0).abs() < 1e-6;
        let message = match () {
            () if !(least..=100.0).contains(&percent) => {
                format!("{name} is {percent}, outside {least} to 100")
            }
            () if !is_in_tenths => format!("{name} is {percent}, not a multiple of 0.1"),
            () => return Ok(()),
        };
        let remedy = format!("Set {name} to {least} to 100, in steps of 0.1");
        found.add(rule.fail(message).at(field.place()).remedy(remedy));
        Ok(())
    });
}

/// What ECS needs to move the traffic of a load balancer. Without a load balancer, it moves none.
fn shifted(balancer: &LoadBalancer, found: &mut Findings) -> Result<(), Stop> {
    if is_classic(balancer) {
        if !balancer.advanced.is_missing() {
            found.add(elbv1(balancer));
            return Ok(());
        }
        found.add(
            CLASSIC
                .fail("loadBalancerName is a Classic Load Balancer, whose traffic ECS cannot shift")
                .at(balancer.load_balancer_name.place())
                .remedy("Use the target groups of an Application or Network Load Balancer"),
        );
        return Ok(());
    }
    let Some(advanced) = balancer.advanced.get()? else {
        let message = "the load balancer has no advancedConfiguration, which the deployment strategy needs to shift traffic";
        found.add(ADVANCED.fail(message).at(&balancer.place).remedy(
            "Add advancedConfiguration with alternateTargetGroupArn, productionListenerRule and roleArn",
        ));
        return Ok(());
    };
    for (field, name) in [
        (&advanced.alternate_target_group_arn, "alternateTargetGroupArn"),
        (&advanced.production_listener_rule, "productionListenerRule"),
        (&advanced.role_arn, "roleArn"),
    ] {
        if field.is_missing() {
            let message = format!("advancedConfiguration has no {name}");
            found.add(WHOLE.fail(message).at(&advanced.place).remedy(format!("Set {name}")));
        }
    }
    let alternate = &advanced.alternate_target_group_arn;
    if let (Some(one), Some(other)) = (balancer.target_group_arn.get()?, alternate.get()?)
        && one == other
    {
        found.add(
            SAME.fail("alternateTargetGroupArn is the target group itself")
                .at(alternate.place())
                .remedy("Create a second target group, and set alternateTargetGroupArn to its ARN"),
        );
    }
    Ok(())
}
