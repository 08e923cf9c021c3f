//! The check `capacity-agent`.

use super::candidates::{Candidates, Outcome, connected, place};
use super::growth::GROWTH_CALLS;
use crate::checks::{Check, whole};
use crate::facts::View;
use crate::lookup::Lookup;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::ecs::instance::ContainerInstances;
use crate::placement::query::Truth;
use crate::shell::ShellCommand;
use crate::task::Task;
use crate::verdict::{Finding, Judgement, fail, not_applicable, pass, warn};

const AGENT: &str = "TaskFailedToStart: AGENT";

pub(super) static CAPACITY_AGENT: Check = Check {
    id: "capacity-agent",
    verifies: "the agent of a container instance that the task may be placed on is connected",
    prevents: &[AGENT],
    remedy: "Restart the ECS agent on the container instance, and check its network and its instance role",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html",
    asks: &[&[DescribeCluster::CALL, ContainerInstances::CALL], GROWTH_CALLS],
    advises: false,
    judge: |task| whole(task, capacity_agent),
};

fn capacity_agent(task: &Task, facts: &View) -> Judgement {
    let candidates = match Candidates::of(task, facts)? {
        Ok(candidates) => candidates,
        Err(verdict) => return Ok(verdict),
    };
    if candidates.fleet.is_named() {
        return not_applicable("capacity-instance checks the instances that the request names");
    }
    let cluster = &candidates.fleet.cluster;
    let all = candidates.instances.len();
    let away: Vec<&str> = candidates
        .instances
        .iter()
        .filter(|it| connected(it) == Truth::False)
        .map(|it| it.id())
        .collect();
    let command = ShellCommand::of("aws ecs describe-container-instances")
        .option("--cluster", cluster.as_str())
        .option("--container-instances", away.first().copied().unwrap_or_default())
        .option("--query", "containerInstances[].[agentConnected,versionInfo]")
        .region(&candidates.fleet.region);
    let at = |finding: Finding| finding.at(place(task)).prevents(AGENT).command(command.clone());
    match candidates.outcome(|_| Truth::True, connected) {
        Outcome::Fails(_) => {
            let message = match all {
                1 => format!("the agent of the only container instance of cluster {cluster} that the task may be placed on, {}, is not connected to ECS", away.join(", ")),
                all => format!("no agent of the {all} container instances of cluster {cluster} that the task may be placed on is connected to ECS"),
            };
            let mut finding = fail(message);
            finding.severity = candidates.severity(task, facts)?;
            at(finding).judge()
        }
        _ if away.is_empty() => pass(match all {
            1 => "the agent of the container instance is connected".to_owned(),
            all => format!("the agents of all {all} container instances are connected"),
        }),
        _ => at(warn(format!(
            "the agent of {} of the {all} container instances of cluster {cluster} is not connected to ECS, and no task is placed there: {}",
            away.len(),
            away.join(", ")
        )))
        .judge(),
    }
}
