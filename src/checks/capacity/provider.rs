//! The check `capacity-provider`.

mod strategy;

use super::candidates::place;
use super::growth::{self, Ceiling, GROWTH_CALLS, Growth, Required};
use crate::account::fleet::Fleet;
use crate::account::fleet::launch::{Launch, described};
use crate::checks::{Check, whole};
use crate::document::Place;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ec2::launch_template::InstanceRequirements;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::ecs::instance::{ContainerInstance, ContainerInstances};
use crate::shell::ShellCommand;
use crate::task::Task;
use crate::verdict::{
    Finding, Findings, Input, Judgement, fail, needs_input, not_applicable, warn,
};

pub(super) use strategy::RULES;

const NO_INSTANCES: &str =
    "InvalidParameterException: No Container Instances were found in your cluster.";
const NONE_ACTIVE: &str = "TaskFailedToStart: NO ACTIVE INSTANCES";
const EMPTY_PROVIDER: &str = "TaskFailedToStart: EMPTY CAPACITY PROVIDER";

pub(super) static CAPACITY_PROVIDER: Check = Check {
    id: "capacity-provider",
    verifies: "the capacity providers can be used and have instances or can launch them, or the cluster has active instances",
    prevents: &[NO_INSTANCES, NONE_ACTIVE, EMPTY_PROVIDER],
    remedy: "Add container instances to the cluster, or use Fargate",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers.html",
    asks: &[&[DescribeCluster::CALL], GROWTH_CALLS, &[ContainerInstances::CALL]],
    advises: false,
    judge: |task| whole(task, capacity_provider),
};

fn capacity_provider(task: &Task, facts: &View) -> Judgement {
    if !task.names_cluster() {
        return needs_input(Input::Cluster, "no cluster is known");
    }
    let mut found = Findings::new();
    let field = &task.context.request.capacity_provider_strategy;
    found.part(field.place(), |found| strategy::judge(task, facts, found));
    found.part(place(task), |found| strategy::by_default(task, facts, found));
    if !found.is_empty() {
        return found.or_pass("");
    }
    let because = match Launch::of(task, facts)? {
        Launch::Nowhere => return needs_input(Input::Cluster, "no cluster is known"),
        Launch::Fargate if field.items()?.is_empty() => {
            return not_applicable("the task runs on Fargate, or may run there");
        }
        Launch::Fargate => "the capacity providers are associated with the cluster".to_owned(),
        Launch::Managed(names) => {
            let fleet = Fleet::in_cluster(task.cluster()?.cluster, task)?;
            for name in &names {
                found.part(field.place(), |found| managed(name, &fleet, task, facts, found));
            }
            "ECS launches instances for the task".to_owned()
        }
        Launch::Instances(fleet) => {
            let registered = fleet.registered(facts)?;
            let active = registered.iter().filter(|it| it.is_active()).count();
            if active == 0 && !fleet.is_named() {
                return none_active(&fleet, &registered, task, facts);
            }
            match active {
                1 => format!(
                    "cluster {} has one active container instance for the task",
                    fleet.cluster
                ),
                some => format!(
                    "cluster {} has {some} active container instances for the task",
                    fleet.cluster
                ),
            }
        }
    };
    found.or_pass(because)
}

/// No container instance accepts the task now.
fn none_active(
    fleet: &Fleet,
    registered: &[&ContainerInstance],
    task: &Task,
    facts: &View,
) -> Judgement {
    let cluster = &fleet.cluster;
    let command = ShellCommand::of("aws ecs list-container-instances")
        .option("--cluster", cluster.as_str())
        .region(&fleet.region);
    let at = |finding: Finding, place: &Place| finding.at(place).command(command.clone()).judge();
    let statuses = statuses(registered);
    if fleet.providers().is_empty() {
        let (message, error) = match registered.len() {
            0 => {
                (format!("cluster {cluster} has no container instance for the task"), NO_INSTANCES)
            }
            _ => (
                format!(
                    "no container instance of cluster {cluster} for the task is ACTIVE: {statuses}"
                ),
                NONE_ACTIVE,
            ),
        };
        return at(fail(message).prevents(error), place(task));
    }
    let place = task.context.request.capacity_provider_strategy.place();
    let growth = growth::of_fleet(fleet, task, facts)?;
    let names: Vec<&str> = growth.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(", ");
    let other = if statuses.is_empty() { String::new() } else { format!(" ({statuses})") };
    let none = format!(
        "capacity provider {names} has no active container instance in cluster {cluster}{other}"
    );
    if let Some(how) = growth.iter().find_map(|(_, it)| match it {
        Growth::Can { how, .. } => Some(how),
        Growth::Cannot(_) | Growth::Unfit { .. } => None,
    }) {
        let count = task.context.request.desired_count.get()?;
        let count = count.and_then(|count| u64::try_from(*count).ok());
        let too_few = count.and_then(|count| Ceiling::below(&growth, count, 0)).unwrap_or_default();
        let message = format!(
            "{none}: the first task waits in PROVISIONING until one is launched; {how}{too_few}"
        );
        let finding = warn(message)
            .prevents("no error text: the task stays in PROVISIONING for several minutes")
            .remedy("Keep an instance running if tasks must start at once");
        return at(finding, place);
    }
    let reasons: Vec<&str> = growth
        .iter()
        .map(|(_, it)| match it {
            Growth::Can { how: why, .. } | Growth::Cannot(why) | Growth::Unfit { why, .. } => {
                why.as_str()
            }
        })
        .collect();
    let unfit = growth.iter().find_map(|(_, it)| match it {
        Growth::Unfit { remedy, .. } => Some(*remedy),
        Growth::Can { .. } | Growth::Cannot(_) => None,
    });
    let finding = fail(format!(
        "{none}, and none is launched for the task: {}",
        reasons.join("; ")
    ))
    .prevents(EMPTY_PROVIDER)
    .remedy(unfit.unwrap_or(
        "Raise MaxSize of the Auto Scaling group, resume its processes, or enable managed scaling",
    ));
    at(finding, place)
}

/// "2 are DRAINING, 1 is REGISTERING (reason)".
fn statuses(registered: &[&ContainerInstance]) -> String {
    let mut seen: Vec<(&str, usize, Option<&String>)> = Vec::new();
    for it in registered.iter().filter(|it| !it.is_active()) {
        match seen.iter_mut().find(|(status, ..)| *status == it.status) {
            Some((_, count, reason)) => {
                *count += 1;
                *reason = reason.or(it.status_reason.as_ref());
            }
            None => seen.push((&it.status, 1, it.status_reason.as_ref())),
        }
    }
    let each = seen.iter().map(|(status, count, reason)| {
        let are = if *count == 1 { "is" } else { "are" };
        let reason = reason.map_or(String::new(), |reason| format!(" ({reason})"));
        format!("{count} {are} {status}{reason}")
    });
    each.collect::<Vec<_>>().join(", ")
}

/// Managed Instances: the largest instance that the requirements of the provider allow.
fn managed(
    name: &str,
    fleet: &Fleet,
    task: &Task,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(managed) = &facts.need(&described(fleet, name))?.managed_instances else {
        return Ok(());
    };
    let positive = |it: Option<i32>| it.and_then(|it| u64::try_from(it).ok());
    let requirements = InstanceRequirements {
        most_vcpus: positive(managed.most_vcpus),
        most_memory: positive(managed.most_memory),
        most_accelerators: positive(managed.most_accelerators),
        allowed: managed.allowed.clone(),
        makers: managed.makers.clone(),
    };
    let required = Required::by(task)?;
    if let Some(lacking) =
        growth::requirements_lack(&requirements, &fleet.region, &required, facts)?
    {
        found.add(
            warn(format!(
                "capacity provider {name} launches only instances on which the task cannot run: {}",
                lacking.what
            ))
            .at(task.context.request.capacity_provider_strategy.place())
            .prevents("no error text: the task stays in PROVISIONING")
            .remedy(match lacking.is_architecture {
                true => "Allow CPUs of the task's architecture in instanceRequirements of the capacity provider, or correct runtimePlatform",
                false => "Widen instanceRequirements of the capacity provider, or lower what the task requires",
            }),
        );
    }
    Ok(())
}
