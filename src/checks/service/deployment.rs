//! `service-deployment`

use super::errors::{
    BOTH_100, CONFIGURATION, DAEMON_COUNT, DEFINITION_BLANK, NO_TARGET_GROUP, STUCK,
};
use super::{
    balancers, circuit_breaker, controller, daemon, live, percent, rebalancing, scaling, strategy,
};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::lookup::Lookup;
use crate::lookup::application_autoscaling::{ScalableTarget, ScheduledActions};
use crate::lookup::ecs::DescribeService;
use crate::task::{Controller, ServiceUse, Strategy};
use crate::verdict::{Findings, Judgement};

pub(super) static SERVICE_DEPLOYMENT: Check = Check {
    id: "service-deployment",
    verifies: "ECS accepts how the service is deployed, and a deployment can make progress",
    prevents: &[BOTH_100, STUCK, DAEMON_COUNT, NO_TARGET_GROUP, DEFINITION_BLANK],
    remedy: "Correct deploymentConfiguration, or remove what the deployment controller does not support",
    docs: CONFIGURATION,
    asks: &[&[DescribeService::CALL, ScalableTarget::CALL, ScheduledActions::CALL]],
    advises: false,
    judge: |task| each(task, service_deployment),
};

fn service_deployment(it: &ServiceUse, facts: &View) -> Judgement {
    let mut found = Findings::new();
    let request = it.request();
    found.part(it.place_of(&request.service_name), |found| live::judge(it, facts, found));
    found.part(it.place_of(&request.desired_count), |found| scaling::judge(it, facts, found));
    found.part(it.place_of(&request.deployment_controller), |found| controller::judge(it, found));
    found.part(it.place_of(&request.scheduling_strategy), |found| daemon::judge(it, found));
    found.part(it.place_of(&request.load_balancers), |found| balancers::judge(it, found));
    found.part(it.place_of(&request.deployment), |found| {
        percent::judge(it, found)?;
        strategy::judge(it, found)
    });
    let rebalancing = &request.availability_zone_rebalancing;
    found.part(it.place_of(rebalancing), |found| rebalancing::judge(it, found));
    found.part(it.place_of(&request.deployment), |found| circuit_breaker::judge(it, found));
    found.or_pass(described(it))
}

/// How the service is deployed.
fn described(it: &ServiceUse) -> String {
    let strategy = match it.controller().unwrap_or(None) {
        Some(Controller::CodeDeploy) => return "AWS CodeDeploy deploys the service".to_owned(),
        Some(Controller::External) => {
            return "an external controller deploys the service".to_owned();
        }
        Some(Controller::Ecs) => it.strategy().unwrap_or(None),
        None => None,
    };
    match strategy {
        None => "the update changes nothing that would stop a deployment".to_owned(),
        Some(Strategy::Rolling) => match percent::of(it).unwrap_or(None) {
            Some(range) => range.to_string(),
            None => "tasks are replaced in a rolling deployment".to_owned(),
        },
        Some(strategy) => format!("ECS deploys with the strategy {}", strategy.name()),
    }
}
