//! `network-addresses`

use crate::checks::subject::{SenderUse, SendsFrom, Task};
use crate::checks::{Check, Judge};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::verdict::{Judgement, fail, not_applicable, pass, warn};

pub(super) static NETWORK_ADDRESSES: Check = Check {
    id: "network-addresses",
    verifies: "the subnets have free addresses for the tasks",
    prevents: &[
        "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment disabled in subnet '<subnet>': InsufficientFreeAddressesInSubnet",
        "service <service> was unable to place a task. Reason: Capacity is unavailable at this time: the subnet has no free IP addresses",
    ],
    remedy: "Name a subnet with free addresses, or free some in this one",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
    asks: &[DescribeSubnet::CALL],
    advises: false,
    judge: Judge::Sender(network_addresses),
};

/// Each task takes an address of its own, of whatever subnet it is placed in.
fn network_addresses(it: &SenderUse, facts: &View) -> Judgement {
    let SendsFrom::Subnet(named) = it.from else {
        return not_applicable("on instances, what the agent calls takes no address of its own");
    };
    let region = it.task.region()?.clone();
    let subnet = facts.need(&DescribeSubnet { region, id: named.value.clone() })?;
    if subnet.ipv4.is_none() {
        return pass(format!("{} is for IPv6, where addresses do not run out", subnet.id));
    }
    let free = subnet.free_addresses;
    let all = free_in_all(it.task, facts)?;
    if free <= 0 && all <= 0 {
        return fail(format!(
            "{} has no free address, nor has any other subnet that is named",
            subnet.id
        ))
        .judge();
    }
    if free <= 0 {
        return warn(format!(
            "{} has no free address: tasks find room only in the other subnets, which have {all}",
            subnet.id
        ))
        .judge();
    }
    match wanted(it.task)? {
        Some((wanted, why)) if all < wanted => warn(format!(
            "the subnets have {all} free addresses, {} of them in {}, and {why} takes {wanted}",
            free, subnet.id
        ))
        .judge(),
        _ => pass(format!("{} has {free} free addresses", subnet.id)),
    }
}

/// The free addresses of all subnets that are there.
fn free_in_all(task: &Task, facts: &View) -> Result<i64, Stop> {
    let region = task.region()?;
    let mut all = 0;
    let seen: Vec<_> = task
        .context
        .network
        .subnets
        .items()?
        .iter()
        .map(|it| facts.beside(&DescribeSubnet { region: region.clone(), id: it.value.clone() }))
        .collect();
    for seen in seen {
        all += seen?.map_or(0, |subnet| subnet.free_addresses.max(0));
    }
    Ok(all)
}

/// How many tasks start at once at most: while a service is deployed, old and new ones run side by side
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>).
fn wanted(task: &Task) -> Result<Option<(i64, String)>, Stop> {
    let request = &task.context.request;
    let Some(count) = request.desired_count.get()? else { return Ok(None) };
    let is_service = !request.service_name.is_missing();
    let most = match request.deployment.get()? {
        Some(deployment) => deployment.maximum_percent.get()?.copied().unwrap_or(200),
        None => 200,
    };
    Ok(Some(match is_service {
        true => {
            // The tasks that run already have theirs.
            let more = (count.saturating_mul(most.max(100)) / 100).saturating_sub(*count).max(1);
            (more, format!("a deployment of {count} tasks at {most} %"))
        }
        false => (*count, format!("a run of {count} tasks")),
    }))
}
