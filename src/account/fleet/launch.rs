//! What a request starts the task on: Fargate, instances that ECS manages, or the container instances of a
//! cluster.

use super::Fleet;
use crate::document::{ContextKind, launch};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::ecs::capacity_provider::{CapacityProvider, DescribeCapacityProvider};
use crate::task::Task;

/// What a request starts the task on.
#[derive(Clone, Debug)]
pub(crate) enum Launch {
    /// The documents name no cluster.
    Nowhere,
    /// Fargate, or perhaps: the definition allows it, and the request does not exclude it.
    Fargate,
    /// Instances that ECS launches for the tasks of these capacity providers.
    Managed(Vec<String>),
    /// Container instances of the cluster.
    Instances(Fleet),
}

impl Launch {
    /// What the request starts the task on.
    ///
    /// # Errors
    /// A gap, or that there is no such cluster.
    pub(crate) fn of(task: &Task, facts: &View) -> Result<Launch, Stop> {
        if !task.names_cluster() {
            return Ok(Launch::Nowhere);
        }
        let fleet = Fleet::in_cluster(task.cluster()?.cluster, task)?;
        let Some(targets) = launch::requested(&task.context)? else {
            return by_default(task, fleet, facts);
        };
        if targets.iter().any(|target| target.is_fargate()) {
            return Ok(Launch::Fargate);
        }
        of_providers(fleet, facts)
    }
}

/// Neither a launch type nor a strategy: a new service or task then uses the default strategy of the cluster,
/// and without one the launch type EC2
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>).
fn by_default(task: &Task, fleet: Fleet, facts: &View) -> Result<Launch, Stop> {
    let is_new = matches!(task.context.kind, ContextKind::CreateService | ContextKind::RunTask);
    let strategy = match is_new {
        true => facts.need(&task.cluster()?)?.default_strategy.as_deref().unwrap_or_default(),
        false => &[],
    };
    if strategy.is_empty() {
        let may_be_fargate = task.launch_targets()?.iter().any(|target| target.is_fargate());
        return Ok(match may_be_fargate && !is_new {
            true => Launch::Fargate,
            false if is_new => Launch::Instances(fleet.by_default(Vec::new())),
            false => Launch::Instances(fleet),
        });
    }
    let some_weigh = strategy.iter().any(|item| item.weight > 0);
    let used = strategy.iter().filter(|it| !some_weigh || it.weight > 0 || it.base > 0);
    let names: Vec<String> = used.map(|item| item.provider.clone()).collect();
    let is_fargate = |name: &String| ["FARGATE", "FARGATE_SPOT"].contains(&name.as_str());
    match names.iter().any(is_fargate) {
        true => Ok(Launch::Fargate),
        false => of_providers(fleet.by_default(names), facts),
    }
}

/// The instances of its capacity providers, unless ECS manages all of them.
fn of_providers(fleet: Fleet, facts: &View) -> Result<Launch, Stop> {
    let asked: Vec<_> = fleet
        .providers()
        .iter()
        .map(|name| facts.need_optional(&described(&fleet, name)))
        .collect();
    let mut managed = !asked.is_empty();
    for provider in asked {
        let is_managed = |it: &CapacityProvider| it.managed_instances.is_some();
        managed &= provider?.is_some_and(is_managed);
    }
    Ok(match managed {
        true => Launch::Managed(fleet.providers().to_vec()),
        false => Launch::Instances(fleet),
    })
}

/// The request for a capacity provider of a fleet, which is named by its name or its ARN.
pub(crate) fn described(fleet: &Fleet, name: &str) -> DescribeCapacityProvider {
    let name = name.rsplit('/').next().unwrap_or(name).to_owned();
    DescribeCapacityProvider { region: fleet.region.clone(), name }
}
