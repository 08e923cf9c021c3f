//! The check `capacity-instance`.

use crate::account::fleet::Fleet;
use crate::account::fleet::launch::Launch;
use crate::checks::{Check, whole};
use crate::document::Located;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ecs::capacity_provider::DescribeCapacityProvider;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::ecs::instance::{ContainerInstance, ContainerInstances};
use crate::shell::ShellCommand;
use crate::task::Task;
use crate::verdict::{Findings, Judgement, fail, not_applicable, warn};

pub(super) static CAPACITY_INSTANCE: Check = Check {
    id: "capacity-instance",
    verifies: "the container instances that the request names exist, are active and have a connected agent",
    prevents: &["MISSING", "INACTIVE", "AGENT"],
    remedy: "Name a container instance of the cluster that is ACTIVE",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html",
    asks: &[&[DescribeCluster::CALL, DescribeCapacityProvider::CALL, ContainerInstances::CALL]],
    advises: false,
    judge: |task| whole(task, capacity_instance),
};

fn capacity_instance(task: &Task, facts: &View) -> Judgement {
    let named = task.context.request.container_instances.items()?;
    if named.is_empty() {
        return not_applicable("the request names no container instances");
    }
    let Launch::Instances(fleet) = Launch::of(task, facts)? else {
        return not_applicable("the task does not start on container instances");
    };
    let registered = fleet.registered(facts)?;
    let mut found = Findings::new();
    for name in named {
        found.part(&name.place, |found| judge(name, &fleet, &registered, found));
    }
    found.or_pass(match named.len() {
        1 => "the container instance exists, is active and has a connected agent".to_owned(),
        many => {
            format!("all {many} container instances exist, are active and have a connected agent")
        }
    })
}

fn judge(
    name: &Located<String>,
    fleet: &Fleet,
    registered: &[&ContainerInstance],
    found: &mut Findings,
) -> Result<(), Stop> {
    let id = name.value.rsplit('/').next().unwrap_or(&name.value);
    let cluster = &fleet.cluster;
    let list = ShellCommand::of("aws ecs list-container-instances")
        .option("--cluster", cluster.as_str())
        .region(&fleet.region);
    let Some(it) = registered.iter().find(|it| it.id() == id) else {
        found.add(
            fail(format!(
                "container instance {id} is not registered in cluster {cluster}, or is deregistered"
            ))
            .at(&name.place)
            .on(&name.value)
            .prevents("MISSING")
            .command(list),
        );
        return Ok(());
    };
    let reason = it.status_reason.as_ref().map_or(String::new(), |why| format!(" ({why})"));
    let message = format!("container instance {id} of cluster {cluster} is {}{reason}", it.status);
    let finding = match it.status.as_str() {
        "ACTIVE" if it.agent_connected => return Ok(()),
        "ACTIVE" => fail(format!(
            "the agent of container instance {id} of cluster {cluster} is not connected to ECS"
        ))
        .prevents("AGENT")
        .remedy("Restart the ECS agent on the container instance, and check its network and its instance role"),
        // Whether StartTask refuses it is not documented.
        "DRAINING" => warn(message).prevents("INACTIVE"),
        _ => fail(message).prevents("INACTIVE"),
    };
    found.add(finding.at(&name.place).on(&it.arn).command(list));
    Ok(())
}
