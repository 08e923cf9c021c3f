//! The check `capacity-quota`.

use super::candidates::place;
use super::replacement::{Replacement, running_tasks};
use crate::account::fleet::launch::Launch;
use crate::checks::{Check, whole};
use crate::document::Field;
use crate::document::launch::requested;
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::cloudwatch::{
    FARGATE_SPOT_VCPUS_IN_USE, FARGATE_VCPUS_IN_USE, QuotaUsage, Resource,
};
use crate::lookup::ecs::DescribeService;
use crate::lookup::ecs::capacity_provider::DescribeCapacityProvider;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::servicequotas::{FARGATE_SPOT_VCPUS, FARGATE_VCPUS, GetServiceQuota};
use crate::lookup::{Lookup, Optional};
use crate::task::Task;
use crate::verdict::{Findings, Input, Judgement, needs_input, not_applicable, warn};

const VCPUS: &str = "You've reached the limit on the number of vCPUs you can run concurrently";

pub(super) static CAPACITY_QUOTA: Check = Check {
    id: "capacity-quota",
    verifies: "the account's Fargate quota allows the vCPUs of the tasks",
    prevents: &[VCPUS],
    remedy: "Request a higher quota in Service Quotas, or start fewer tasks",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html",
    asks: &[
        &[GetServiceQuota::CALL],
        &[QuotaUsage::CALL],
        &[DescribeCluster::CALL, DescribeCapacityProvider::CALL, DescribeService::CALL],
    ],
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
    let region = task.region()?;
    let cpu = task.demand()?.cpu as f64 / 1024.0;
    let replacement =
        Replacement::of(task)?.filter(|replacement| count > 0 && !replacement.stops_first());
    let added = replacement.map_or(0, |replacement| if replacement.doubles { count } else { 1 });
    let shares = shares(task, facts)?;
    let (mut found, mut holds) = (Findings::new(), Vec::new());
    for (quota, resource, share) in [
        (FARGATE_VCPUS, FARGATE_VCPUS_IN_USE, (1.0 - shares.weight, shares.base_on_demand)),
        (FARGATE_SPOT_VCPUS, FARGATE_SPOT_VCPUS_IN_USE, (shares.weight, shares.base_on_spot)),
    ] {
        let tasks = |count: i64| {
            let rest = (count - shares.base_on_demand - shares.base_on_spot).max(0) as f64;
            (share.1.min(count) as f64) + rest * share.0
        };
        if tasks(count) <= 0.0 {
            continue;
        }
        facts.prefetch(&QuotaUsage { region: region.clone(), of: resource });
        let Some(Seen::Found(most)) =
            facts.peek(&GetServiceQuota { region: region.clone(), quota })?
        else {
            holds.push("the quota could not be read".to_owned());
            continue;
        };
        let required = tasks(count) * cpu;
        let peak = tasks(count.saturating_add(added)) * cpu;
        let in_use = InUse::of(task, resource, facts)?;
        // On top of what runs. Tasks of an older revision count as large as the new ones.
        let more = in_use.as_ref().map(|it| match it.own_tasks {
            0 => required,
            own_tasks => (peak - tasks(own_tasks) * cpu).max(0.0),
        });
        let in_use = in_use.zip(more).map(|(it, more)| (it.vcpus, more));
        let message = match in_use {
            _ if required > *most => format!(
                "{count} tasks require {required} vCPUs, but the quota {} of the account in {region} is {most}",
                quota.name
            ),
            _ if peak > *most => format!(
                "a deployment runs new tasks next to the old ones and requires {peak} vCPUs, but the quota {} of the account in {region} is {most}",
                quota.name
            ),
            Some((used, more)) if used + more > *most => format!(
                "{used} vCPUs are in use and {more} more are required, but the quota {} of the account in {region} is {most}",
                quota.name
            ),
            _ => {
                holds.push(format!(
                    "{count} tasks require {required} vCPUs, and the quota is {most}"
                ));
                continue;
            }
        };
        let wanted = in_use.map_or(0.0, |(used, more)| used + more).max(required).max(peak);
        found.add(
            warn(message)
                .at(place(task))
                .on(format!("{}/{}", quota.service, quota.code))
                .prevents(VCPUS)
                .command(quota.raised_to(wanted.ceil() as i64, region)),
        );
    }
    found.or_pass(holds.join("; "))
}

/// What the account and the service use of a quota.
struct InUse {
    /// The vCPUs of all tasks in the account.
    vcpus: f64,
    /// How many tasks of the service are among them.
    own_tasks: i64,
}

impl InUse {
    /// None if it may not be read.
    fn of(task: &Task, of: Resource, facts: &View) -> Result<Option<InUse>, Stop> {
        let asked = QuotaUsage { region: task.region()?.clone(), of };
        let Some(Seen::Found(Some(vcpus))) = facts.peek(&asked)? else { return Ok(None) };
        let cluster = task.cluster()?.cluster;
        match facts.tolerate(|| running_tasks(task, &cluster, facts))? {
            Ok(own_tasks) => Ok(Some(InUse { vcpus: *vcpus, own_tasks })),
            Err(_) => {
                facts.assume(asked.assumption());
                Ok(None)
            }
        }
    }
}

/// How a strategy spreads tasks: first the base, then the others by weight.
struct Shares {
    /// The part of the others that runs on Fargate Spot.
    weight: f64,
    base_on_demand: i64,
    base_on_spot: i64,
}

/// Of the request, or the default strategy of the cluster; without one, all tasks run on demand.
fn shares(task: &Task, facts: &View) -> Result<Shares, Stop> {
    let request = &task.context.request;
    let mut items: Vec<(bool, i64, i64)> = Vec::new();
    for item in request.capacity_provider_strategy.items()? {
        let is_spot = item.capacity_provider.get()?.is_some_and(|name| name == "FARGATE_SPOT");
        let number = |field: &Field<i64>| Ok::<_, Stop>(field.get()?.copied().unwrap_or(0));
        items.push((is_spot, number(&item.weight)?, number(&item.base)?));
    }
    if items.is_empty() && requested(&task.context)?.is_none() {
        let cluster = facts.need(&task.cluster()?)?;
        for it in cluster.default_strategy.as_deref().unwrap_or_default() {
            items.push((it.provider == "FARGATE_SPOT", it.weight.into(), it.base.into()));
        }
    }
    let sum = |of: &dyn Fn(&(bool, i64, i64)) -> i64| items.iter().map(of).sum::<i64>();
    let all = sum(&|(_, weight, _)| *weight);
    let on_spot = sum(&|(is_spot, weight, _)| if *is_spot { *weight } else { 0 });
    let only_spot = !items.is_empty() && items.iter().all(|(is_spot, ..)| *is_spot);
    Ok(Shares {
        weight: match all {
            0 => f64::from(u8::from(only_spot)),
            all => on_spot as f64 / all as f64,
        },
        base_on_demand: sum(&|(is_spot, _, base)| if *is_spot { 0 } else { *base }),
        base_on_spot: sum(&|(is_spot, _, base)| if *is_spot { *base } else { 0 }),
    })
}
