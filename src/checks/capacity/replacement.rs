//! How a deployment replaces the tasks of a service: whether old and new ones run side by side
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>).

use serde_json::Value;

use crate::document::ContextKind;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::ecs::DescribeService;
use crate::task::Task;

/// How the tasks of a service are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Replacement {
    /// How many tasks run, if that is known.
    pub(super) wanted: Option<u64>,
    /// How many keep running at least.
    kept: u64,
    /// Whether all new tasks run next to all old ones.
    pub(super) doubles: bool,
}

impl Replacement {
    /// How the service is deployed; none if the request starts tasks without a service, or an external
    /// controller deploys it.
    ///
    /// # Errors
    /// A gap.
    pub(super) fn of(task: &Task) -> Result<Option<Replacement>, Stop> {
        let request = &task.context.request;
        let is_service = matches!(
            task.context.kind,
            ContextKind::CreateService | ContextKind::UpdateService | ContextKind::LiveService
        );
        let controller = match request.deployment_controller.get()? {
            Some(controller) => controller.kind.get()?.map(String::as_str),
            None => None,
        };
        if !is_service || controller == Some("EXTERNAL") {
            return Ok(None);
        }
        let deployment = request.deployment.get()?;
        let strategy = match deployment {
            Some(deployment) => deployment.strategy.get()?.map(String::as_str),
            None => None,
        };
        let is_shifted = matches!(strategy, Some("BLUE_GREEN" | "LINEAR" | "CANARY"));
        let least = match deployment {
            Some(deployment) => deployment.minimum_healthy_percent.get()?.copied(),
            None => None,
        };
        let is_daemon = request.scheduling_strategy.get()?.is_some_and(|it| it == "DAEMON");
        let least = least.unwrap_or(if is_daemon { 0 } else { 100 });
        let least = u64::try_from(least).unwrap_or_default();
        let wanted = match request.desired_count.get()? {
            Some(count) if !is_daemon => u64::try_from(*count).ok(),
            _ => None,
        };
        Ok(Some(Replacement {
            wanted,
            kept: wanted.unwrap_or_default().saturating_mul(least).saturating_add(99) / 100,
            doubles: is_shifted || controller == Some("CODE_DEPLOY"),
        }))
    }

    /// Whether an old task may stop before a new one starts. Without tasks, nothing has to stop.
    pub(super) fn stops_first(&self) -> bool {
        match self.wanted {
            Some(0) | None => true,
            Some(wanted) => !self.doubles && wanted > self.kept,
        }
    }
}

/// Whether the service has tasks to replace. The input of create-service may be kept for a service that exists
/// already.
///
/// # Errors
/// A gap.
pub(super) fn replaces(task: &Task, cluster: &str, facts: &View) -> Result<bool, Stop> {
    if task.context.live || task.context.kind == ContextKind::UpdateService {
        return Ok(true);
    }
    Ok(running_tasks(task, cluster, facts)? > 0)
}

/// How many tasks of the service run; 0 if it does not exist.
///
/// # Errors
/// A gap.
pub(super) fn running_tasks(task: &Task, cluster: &str, facts: &View) -> Result<i64, Stop> {
    let Some(name) = task.context.request.service_name.get()? else { return Ok(0) };
    let asked = DescribeService {
        region: task.region()?.clone(),
        cluster: Some(cluster.to_owned()),
        service: name.clone(),
    };
    let service = facts
        .need_optional(&asked)?
        .filter(|it| it.json.get("status").and_then(Value::as_str) == Some("ACTIVE"));
    Ok(service.and_then(|it| it.json.get("runningCount")?.as_i64()).unwrap_or(0))
}
