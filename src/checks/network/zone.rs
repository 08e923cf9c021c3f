//! `network-zone`

use crate::checks::{Check, each};
use crate::document::launch::OperatingSystem;
use crate::facts::View;
use crate::lookup::Lookup;
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::task::{Attachment, EgressPoint, SendsFrom};
use crate::verdict::{Judgement, not_applicable, pass, warn};

pub(super) static NETWORK_ZONE: Check = Check {
    id: "network-zone",
    verifies: "Fargate offers the task's platform in the subnet's zone",
    prevents: &["service <service> was unable to place a task. Reason: Internal error."],
    remedy: "Use a subnet in another zone",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html",
    asks: &[&[DescribeSubnet::CALL]],
    advises: true,
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
    let subnet = facts.need(&DescribeSubnet { region, id: named.value.clone() })?;
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
    pass(format!("{} is in {} ({zone}), where Fargate is offered", subnet.id, subnet.zone))
}
