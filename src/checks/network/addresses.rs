//! `network-addresses`

use super::interfaces;
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::ec2::network_interface::NetworkInterfaces;
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::lookup::servicequotas::GetServiceQuota;
use crate::lookup::{CallerIdentity, Lookup};
use crate::network::Subnet;
use crate::task::{EgressPoint, Rollout, SendsFrom, Task};
use crate::verdict::{Finding, Judgement, Verdict, fail, not_applicable, pass, warn};

pub(super) static NETWORK_ADDRESSES: Check = Check {
    id: "network-addresses",
    verifies: "the subnets have enough free addresses for the tasks, and the account is below its network-interface quota",
    prevents: &[
        "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment disabled in subnet '<subnet>': InsufficientFreeAddressesInSubnet",
        "service <service> was unable to place a task. Reason: Capacity is unavailable at this time: the subnet has no free IP addresses",
        interfaces::NO_INTERFACE,
    ],
    remedy: "Use a subnet with free addresses, or free some addresses in this one",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
    asks: &[&[
        DescribeSubnet::CALL,
        GetServiceQuota::CALL,
        NetworkInterfaces::CALL,
        CallerIdentity::CALL,
    ]],
    advises: false,
    judge: |task| each(task, network_addresses),
};

/// Each task takes one address of the subnet that it is placed in, and one network interface.
fn network_addresses(it: &EgressPoint, facts: &View) -> Judgement {
    let SendsFrom::Subnet(named) = it.from else {
        return not_applicable(
            "the container agent uses the instance's network interface, which needs no further address",
        );
    };
    // Asked before the subnet is known, so that the answers come together.
    let short = interfaces::short_of(it, facts);
    let region = it.task.region()?.clone();
    let subnet = facts.need(&DescribeSubnet { region, id: named.value.clone() })?;
    let verdict = addresses(it.task, subnet, facts)?;
    Ok(with_interfaces(verdict, short?))
}

/// The verdict on the addresses, with the finding about interfaces if there is one.
fn with_interfaces(verdict: Verdict, short: Option<Finding>) -> Verdict {
    match (verdict, short) {
        (Verdict::Found(mut findings), Some(short)) => {
            findings.push(short);
            Verdict::Found(findings)
        }
        (_, Some(short)) => Verdict::Found(vec![short]),
        (verdict, None) => verdict,
    }
}

fn addresses(task: &Task, subnet: &Subnet, facts: &View) -> Judgement {
    if subnet.ipv4.is_none() {
        return pass(format!("{} is IPv6-only, so addresses do not run out", subnet.id));
    }
    let free = subnet.free_addresses;
    let all = free_in_all(task, facts)?;
    if free <= 0 && all <= 0 {
        return fail(format!(
            "{} has no free address, and neither has any other listed subnet",
            subnet.id
        ))
        .judge();
    }
    if free <= 0 {
        return warn(format!(
            "{} has no free address: tasks can start only in the other subnets, which have {all}",
            subnet.id
        ))
        .judge();
    }
    match task.rollout()? {
        Some(Rollout { tasks, of }) if all < tasks => warn(format!(
            "the subnets have {all} free addresses, {free} of them in {}, and {of} needs {tasks}",
            subnet.id
        ))
        .judge(),
        _ => pass(format!("{} has {free} free addresses", subnet.id)),
    }
}

/// The free addresses of all subnets that exist.
fn free_in_all(task: &Task, facts: &View) -> Result<i64, Stop> {
    let region = task.region()?;
    let mut all = 0;
    let seen: Vec<_> = task
        .context
        .network
        .subnets
        .items()?
        .iter()
        .map(|it| {
            facts.need_optional(&DescribeSubnet { region: region.clone(), id: it.value.clone() })
        })
        .collect();
    for seen in seen {
        all += seen?.map_or(0, |subnet| subnet.free_addresses.max(0));
    }
    Ok(all)
}
