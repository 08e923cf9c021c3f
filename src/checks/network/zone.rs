//! `network-zone`

use crate::checks::{Check, each};
use crate::document::launch::OperatingSystem;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::names::Region;
use crate::network::Subnet;
use crate::task::{Attachment, EgressPoint, SendsFrom, Task};
use crate::verdict::{Judgement, fail, not_applicable, pass, warn};

pub(super) static NETWORK_ZONE: Check = Check {
    id: "network-zone",
    verifies: "Fargate offers the task's platform in the subnet's zone",
    prevents: &["service <service> was unable to place a task. Reason: Internal error."],
    remedy: "Use a subnet in another zone",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html",
    asks: &[&[DescribeSubnet::CALL]],
    advises: false,
    judge: |task| each(task, network_zone),
};

/// Regions where Fargate is offered only in these zones. Lists get outdated, so they only cause warnings
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html>).
const ONLY: &[(&str, &[&str])] = &[
    ("usw1-", &["usw1-az1", "usw1-az3"]),
    ("apne1-", &["apne1-az1", "apne1-az2", "apne1-az4"]),
    ("cnn1-", &["cnn1-az1", "cnn1-az2"]),
];

/// Zones without Fargate for ARM64 or Windows.
const X86_LINUX_ONLY: &[&str] = &["use1-az3"];

fn network_zone(it: &EgressPoint, facts: &View) -> Judgement {
    let (SendsFrom::Subnet(named), Attachment::Fargate) = (it.from, it.task.attachment()?) else {
        return not_applicable("availability zones of instances are not checked");
    };
    let region = it.task.region()?.clone();
    let subnet = facts.need(&DescribeSubnet { region: region.clone(), id: named.value.clone() })?;
    if let Some(place) = place_at_the_edge(subnet, &region) {
        return at_the_edge(it.task, subnet, place, facts);
    }
    let Some(zone) = &subnet.zone_id else {
        return not_applicable(format!("AWS returned no zone id for {}", subnet.id));
    };
    let only = ONLY.iter().find(|(region, _)| zone.starts_with(region));
    if let Some((_, zones)) = only
        && !zones.contains(&zone.as_str())
    {
        return warn(format!(
            "{} is in {} ({zone}), but AWS documents Fargate only for {} of the region",
            subnet.id,
            subnet.zone,
            zones.join(", ")
        ))
        .judge();
    }
    let arm = it.task.definition.architecture()?.is_some_and(|name| name == "ARM64");
    let windows = matches!(it.task.definition.operating_system()?, OperatingSystem::Windows(_));
    let platform = if windows { "Windows" } else { "ARM64" };
    if (arm || windows) && X86_LINUX_ONLY.contains(&zone.as_str()) {
        return warn(format!(
            "{} is in {} ({zone}), where AWS documents no Fargate for {platform}",
            subnet.id, subnet.zone
        ))
        .judge();
    }
    pass(format!(
        "{} is in Availability Zone {} ({zone}), where AWS documents no limit of Fargate",
        subnet.id, subnet.zone
    ))
}

/// Where a subnet is, if not in an Availability Zone of its region: such a zone is named by the region and a
/// letter (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html>), and
/// the names of Local Zones and Wavelength Zones say where they are.
fn place_at_the_edge(subnet: &Subnet, region: &Region) -> Option<&'static str> {
    let letter = subnet.zone.strip_prefix(region.as_str());
    let is_letter = |it: &str| it.len() == 1 && it.bytes().all(|it| it.is_ascii_lowercase());
    match () {
        () if subnet.outpost.is_some() => Some("on an Outpost"),
        () if letter.is_some_and(is_letter) => None,
        () if subnet.zone.contains("-wl") => Some("in a Wavelength Zone"),
        () if letter.is_some_and(|it| it.starts_with('-')) => Some("in a Local Zone"),
        // Other names say nothing.
        () => None,
    }
}

/// Fargate does not run there
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-regions-zones.html>). A task may
/// be placed in another subnet, if there is one.
fn at_the_edge(task: &Task, subnet: &Subnet, place: &str, facts: &View) -> Judgement {
    let sentence =
        format!("{} is {place} ({}), where Fargate is not supported", subnet.id, subnet.zone);
    let finding = match has_other(task, facts)? {
        true => warn(format!("{sentence}: tasks start only in the other subnets")),
        false => fail(sentence),
    };
    finding
        .remedy(
            "Name subnets in Availability Zones of the region, or run the task on EC2 instances",
        )
        .judge()
}

/// Whether a subnet is named that is in an Availability Zone.
fn has_other(task: &Task, facts: &View) -> Result<bool, Stop> {
    let region = task.region()?;
    let named = task.context.network.subnets.items()?.iter();
    let seen: Vec<_> = named
        .map(|it| {
            facts.need_optional(&DescribeSubnet { region: region.clone(), id: it.value.clone() })
        })
        .collect();
    let mut has_other = false;
    for subnet in seen {
        has_other |= subnet?.is_some_and(|it| place_at_the_edge(it, region).is_none());
    }
    Ok(has_other)
}
