//! The deployment circuit breaker, for `service-deployment`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentCircuitBreaker.html>).

use super::errors::CONFIGURATION;
use crate::knowledge::Stop;
use crate::task::{Controller, ServiceUse, Strategy};
use crate::verdict::{Findings, Rule};

const ON: Rule = Rule::unquoted(
    "a rolling deployment has a circuit breaker",
    "no error text: ECS starts failing tasks again and again",
    CONFIGURATION,
    "2026-11-30",
);
const ROLLING: Rule = Rule::unquoted(
    "the circuit breaker is for rolling deployments by ECS",
    "no error text: the circuit breaker has no effect",
    CONFIGURATION,
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[ON, ROLLING];

pub(super) fn judge(it: &ServiceUse, found: &mut Findings) -> Result<(), Stop> {
    let deployment = it.deployment()?;
    let breaker = match deployment {
        Some(deployment) => deployment.circuit_breaker.get()?,
        None => None,
    };
    let is_on = match breaker {
        Some(breaker) => breaker.enable.get()? == Some(&true),
        None => false,
    };
    match it.controller().unwrap_or(None) {
        Some(Controller::Ecs) => {
            if is_on || !it.is_whole() || it.strategy().unwrap_or(None) != Some(Strategy::Rolling) {
                return Ok(());
            }
            let place = it.place_of(&it.request().deployment);
            found.add(
                ON.warn("the deployment circuit breaker is off: if the new tasks fail to start, the deployment does not end")
                    .at(place)
                    .prevents("no error text: ECS starts failing tasks again and again")
                    .remedy("Set deploymentCircuitBreaker to enable and rollback in deploymentConfiguration"),
            );
        }
        Some(Controller::CodeDeploy | Controller::External) => {
            if let Some(breaker) = breaker.filter(|_| is_on) {
                found.add(
                    ROLLING
                        .warn("the deployment circuit breaker is on, but ECS does not deploy the service")
                        .at(&breaker.place)
                        .prevents("no error text: the circuit breaker has no effect")
                        .remedy("Remove deploymentCircuitBreaker"),
                );
            }
        }
        None => {}
    }
    Ok(())
}
