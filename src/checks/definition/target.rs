//! Whose rules a definition must satisfy.

use crate::document::LaunchTarget;
use crate::document::launch::{self, OperatingSystem};
use crate::knowledge::Stop;
use crate::names;
use crate::task::Task;

/// The reason of a check that applies only to Fargate.
pub(super) const NOT_FARGATE: &str =
    "the task is not for Fargate: neither requiresCompatibilities nor the request names it";

/// Whether the request is for Fargate; none where it does not say.
pub(super) fn requests_fargate(task: &Task) -> Result<Option<bool>, Stop> {
    let requested = launch::requested(&task.context)?;
    Ok(requested.map(|targets| targets.iter().any(|target| target.is_fargate())))
}

/// The first capacity provider of the request that is not one of Fargate's two.
pub(super) fn own_provider(task: &Task) -> Result<Option<&str>, Stop> {
    for item in task.context.request.capacity_provider_strategy.items()? {
        let name = item.capacity_provider.get()?.map(String::as_str);
        if let Some(name) = name.filter(|name| !matches!(*name, "FARGATE" | "FARGATE_SPOT")) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Whether Docker runs the containers, or may: on instances that have the agent.
pub(super) fn runs_docker(task: &Task) -> Result<bool, Stop> {
    let docker = |it: &LaunchTarget| matches!(it, LaunchTarget::Ec2 | LaunchTarget::External);
    Ok(task.launch_targets()?.iter().any(docker))
}

/// The operating system of the task, without its version.
pub(super) fn operating_system(task: &Task) -> Result<names::OperatingSystem, Stop> {
    Ok(match task.definition.operating_system()? {
        OperatingSystem::Linux => names::OperatingSystem::Linux,
        OperatingSystem::Windows(_) => names::OperatingSystem::Windows,
    })
}
