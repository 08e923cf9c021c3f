//! The check `capacity-quota`.

use super::candidates::place;
use crate::account::fleet::launch::Launch;
use crate::checks::{Check, whole};
use crate::document::run_context::StrategyItem;
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::Lookup;
use crate::lookup::ecs::capacity_provider::DescribeCapacityProvider;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::servicequotas::{FARGATE_SPOT_VCPUS, FARGATE_VCPUS, GetServiceQuota};
use crate::task::Task;
use crate::verdict::{Input, Judgement, needs_input, not_applicable, pass, warn};

const VCPUS: &str = "You've reached the limit on the number of vCPUs you can run concurrently";

pub(super) static CAPACITY_QUOTA: Check = Check {
    id: "capacity-quota",
    verifies: "the account's Fargate quota allows the vCPUs of the tasks",
    prevents: &[VCPUS],
    remedy: "Request a higher quota in Service Quotas, or start fewer tasks",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html",
    asks: &[&[GetServiceQuota::CALL], &[DescribeCluster::CALL, DescribeCapacityProvider::CALL]],
    advises: true,
    judge: |task| whole(task, capacity_quota),
};

fn capacity_quota(task: &Task, facts: &View) -> Judgement {
    match Launch::of(task, facts)? {
        Launch::Nowhere => return needs_input(Input::Cluster, "no cluster is known"),
        Launch::Fargate => {}
        Launch::Managed(_) | Launch::Instances(_) => {
            return not_applicable("the task does not run on Fargate");
        }
    }
    let Some(count) = task.context.request.desired_count.get()?.copied() else {
        return not_applicable("how many tasks start is not known");
    };
    let demand = task.demand()?;
    let quota = if only_spot(task.context.request.capacity_provider_strategy.items()?)? {
        FARGATE_SPOT_VCPUS
    } else {
        FARGATE_VCPUS
    };
    let region = task.region()?;
    let Some(Seen::Found(most)) = facts.peek(&GetServiceQuota { region: region.clone(), quota })?
    else {
        return pass("the quota could not be read");
    };
    let required = count as f64 * demand.cpu as f64 / 1024.0;
    if required <= *most {
        return pass(format!("{count} tasks require {required} vCPUs, and the quota is {most}"));
    }
    let enough = required.ceil() as i64;
    warn(format!(
        "{count} tasks require {required} vCPUs, but the quota {} of the account in {region} is {most}",
        quota.name
    ))
    .at(place(task))
    .on(format!("{}/{}", quota.service, quota.code))
    .prevents(VCPUS)
    .command(quota.raised_to(enough, region))
    .judge()
}

fn only_spot(items: &[StrategyItem]) -> Result<bool, Stop> {
    for item in items {
        if item.capacity_provider.get()?.is_none_or(|name| name != "FARGATE_SPOT") {
            return Ok(false);
        }
    }
    Ok(!items.is_empty())
}
