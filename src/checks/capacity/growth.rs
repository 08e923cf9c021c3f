//! Whether managed scaling of a capacity provider can launch a container instance for the task
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers.html>).

use crate::account::fleet::Fleet;
use crate::account::fleet::launch::described;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::autoscaling::{DescribeScalingGroup, ScalingGroup};
use crate::lookup::ec2::instance_type::{DescribeInstanceType, InstanceType};
use crate::lookup::ecs::capacity_provider::{CapacityProvider, DescribeCapacityProvider};
use crate::lookup::{Call, Lookup};
use crate::names::words;
use crate::placement::demand::Demand;
use crate::placement::room::{Fit, Room, Shortage};

/// The calls that the answer needs.
pub(super) const GROWTH_CALLS: &[Call] =
    &[DescribeCapacityProvider::CALL, DescribeScalingGroup::CALL, DescribeInstanceType::CALL];

/// Whether an instance for the task can be launched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Growth {
    /// As far as the settings say; with the group and its instance types.
    Can(String),
    /// No more instances are launched: why.
    Cannot(String),
    /// Instances are launched, but the task fits on none of their types: why.
    TooSmall(String),
}

/// The growth of each capacity provider of a fleet, by its name.
///
/// # Errors
/// A gap.
pub(super) fn of_fleet(
    fleet: &Fleet,
    demand: &Demand,
    facts: &View,
) -> Result<Vec<(String, Growth)>, Stop> {
    let all: Vec<_> = fleet
        .providers()
        .iter()
        .map(|name| Ok((name.clone(), of_provider(fleet, name, demand, facts)?)))
        .collect();
    all.into_iter().collect()
}

fn of_provider(fleet: &Fleet, name: &str, demand: &Demand, facts: &View) -> Result<Growth, Stop> {
    let provider: &CapacityProvider = facts.need(&described(fleet, name))?;
    let Some(group) = &provider.group else {
        return Ok(Growth::Can("ECS launches its instances".to_owned()));
    };
    if group.scales == Some(false) {
        return Ok(Growth::Cannot(format!(
            "managed scaling of capacity provider {name} is disabled"
        )));
    }
    let group = group.group.rsplit("autoScalingGroupName/").next().unwrap_or(&group.group);
    let asked = DescribeScalingGroup { region: fleet.region.clone(), name: group.to_owned() };
    let Some(found) = facts.need_optional(&asked)? else {
        return Ok(Growth::Cannot(format!("its Auto Scaling group {group} does not exist")));
    };
    if let Some(why) = stopped(group, found) {
        return Ok(Growth::Cannot(why));
    }
    let kinds = &found.kinds;
    if kinds.is_empty() {
        return Ok(Growth::Can(format!("Auto Scaling group {group} can launch one")));
    }
    let of_type =
        |kind: &String| DescribeInstanceType { region: fleet.region.clone(), kind: kind.clone() };
    let types: Vec<_> = kinds.iter().map(|kind| facts.need_optional(&of_type(kind))).collect();
    let mut short = Vec::new();
    for (kind, of_type) in kinds.iter().zip(types) {
        match of_type?.map(|of_type| lacking(of_type, demand)) {
            Some(Some(shortage)) => {
                short.push(format!("{kind} ({}: {shortage})", shortage.reason()))
            }
            Some(None) | None => {
                return Ok(Growth::Can(format!(
                    "Auto Scaling group {group} can launch {}",
                    words::and(kinds)
                )));
            }
        }
    }
    Ok(Growth::TooSmall(format!(
        "Auto Scaling group {group} launches only instances that are too small: {}",
        short.join("; ")
    )))
}

/// Why the group launches no further instance.
fn stopped(name: &str, group: &ScalingGroup) -> Option<String> {
    if group.suspended.iter().any(|process| process == "Launch") {
        return Some(format!("the process Launch of Auto Scaling group {name} is suspended"));
    }
    if group.is_weighted {
        return Some(format!(
            "the instance types of Auto Scaling group {name} have weights, which managed scaling does not support"
        ));
    }
    let most = usize::try_from(group.most).unwrap_or_default();
    (group.instances >= most).then(|| match group.instances {
        0 => format!("Auto Scaling group {name} has a MaxSize of 0"),
        some => {
            format!("Auto Scaling group {name} has {some} instances, and its MaxSize is {most}")
        }
    })
}

/// What an empty instance of the type lacks. The operating system has a few per cent less memory than the
/// type, so that a task that only just fits might not
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html>).
pub(super) fn lacking(of_type: &InstanceType, demand: &Demand) -> Option<Shortage> {
    let room = Room {
        cpu: of_type.vcpus.map_or(u64::MAX, |vcpus| vcpus.saturating_mul(1024)),
        memory: of_type.memory.unwrap_or(u64::MAX),
        // Reserved ports and trunks depend on settings of the agent.
        interfaces: None,
        gpus: match (of_type.vcpus, of_type.gpus) {
            (_, Some(gpus)) => gpus,
            (Some(_), None) => 0,
            (None, None) => u64::MAX,
        },
        ..Room::default()
    };
    match room.holds(demand) {
        Fit::Lacks(shortages) => shortages.into_iter().next(),
        Fit::Fits | Fit::Unknown => None,
    }
}
