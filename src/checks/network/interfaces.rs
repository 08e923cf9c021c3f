//! Whether the account's quota leaves enough network interfaces for the tasks.

use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::CallerIdentity;
use crate::lookup::ec2::network_interface::NetworkInterfaces;
use crate::lookup::ec2::subnet::TakenAddresses;
use crate::lookup::servicequotas::{GetServiceQuota, NETWORK_INTERFACES};
use crate::names::Region;
use crate::shell::ShellCommand;
use crate::task::{EgressPoint, Rollout};
use crate::verdict::{Finding, warn};

/// The error of an account at its network-interface quota.
pub(super) const NO_INTERFACE: &str = "Unexpected EC2 error while attempting to Create Network Interface in subnet '<subnet>': NetworkInterfaceLimitExceeded";

/// Warns if a region has fewer interfaces left than tasks start in it. It concerns all subnets, so it is
/// reported once, at the first.
///
/// Counting takes a second per thousand interfaces, so they are counted only if they may not suffice: each
/// interface uses at least one address, so the used addresses of all subnets are an upper bound, which one
/// call returns.
///
/// # Errors
/// Only while answers are pending: without the permission to look, it becomes an assumption.
pub(super) fn short_of(it: &EgressPoint, facts: &View) -> Result<Option<Finding>, Stop> {
    let subnets = it.task.context.network.subnets.items().unwrap_or_default();
    let is_first = subnets.first().is_some_and(|first| first.place == *it.place());
    let rollout = it.task.rollout().ok().flatten().filter(|_| is_first);
    let Some(rollout) = rollout else { return Ok(None) };
    let region = it.task.region()?;
    let quota = facts.peek(&GetServiceQuota { region: region.clone(), quota: NETWORK_INTERFACES });
    let taken = facts.peek(&TakenAddresses { region: region.clone() });
    let Some(Seen::Found(quota)) = quota? else { return taken.map(|_| None) };
    let may_have = whole(*quota);
    if let Some(Seen::Found(taken)) = taken?
        && !taken.only_ipv6
        && taken.ipv4.saturating_add(rollout.tasks) <= may_have
    {
        return Ok(None);
    }
    let Some(has) = counted(region, facts)? else { return Ok(None) };
    let is_short = may_have - has < rollout.tasks;
    Ok(is_short.then(|| exceeded(has, may_have, &rollout, region)))
}

/// How many interfaces the account has; `None` if that cannot be determined.
fn counted(region: &Region, facts: &View) -> Result<Option<i64>, Stop> {
    let Ok(caller) = facts.tolerate(|| facts.need(&CallerIdentity { region: region.clone() }))?
    else {
        facts.assume(NETWORK_INTERFACES.assumption(region));
        return Ok(None);
    };
    let asked = NetworkInterfaces { region: region.clone(), owner: caller.account.clone() };
    Ok(match facts.peek(&asked)? {
        Some(Seen::Found(count)) => Some(*count),
        Some(Seen::Absent(_)) | None => None,
    })
}

fn exceeded(has: i64, may_have: i64, rollout: &Rollout, region: &Region) -> Finding {
    let Rollout { tasks, of } = rollout;
    // AWS grants round numbers.
    let enough = (has.max(may_have) + tasks + 999) / 1_000 * 1_000;
    warn(format!(
        "the account uses {has} of its {may_have} network interfaces in {region}, and {of} needs {tasks} more, one per task"
    ))
    .on(format!("{}/{}", NETWORK_INTERFACES.service, NETWORK_INTERFACES.code))
    .prevents(NO_INTERFACE)
    .remedy(format!(
        "Request a higher quota ({}), or delete unused network interfaces",
        NETWORK_INTERFACES.name
    ))
    .command(NETWORK_INTERFACES.raised_to(enough, region))
    .command(
        ShellCommand::of("aws ec2 describe-network-interfaces")
            .flag("--filters Name=status,Values=available")
            .option("--query", "NetworkInterfaces[].NetworkInterfaceId")
            .region(region),
    )
}

/// A quota as a whole number.
fn whole(quota: f64) -> i64 {
    quota.floor() as i64
}
