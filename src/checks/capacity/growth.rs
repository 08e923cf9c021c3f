//! Whether managed scaling of a capacity provider can launch a container instance for the task
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers.html>).

use crate::account::fleet::Fleet;
use crate::account::fleet::launch::described;
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::autoscaling::{DescribeScalingGroup, LastLaunch, Launched, ScalingGroup};
use crate::lookup::ec2::instance_type::{DescribeInstanceType, InstanceType};
use crate::lookup::ec2::launch_template::{
    DescribeLaunchTemplate, InstanceRequirements, LaunchTemplate, TemplateVersion,
};
use crate::lookup::ecs::capacity_provider::{CapacityProvider, DescribeCapacityProvider};
use crate::lookup::{Call, Lookup};
use crate::names::{Region, words};
use crate::placement::demand::Demand;
use crate::placement::room::{Fit, Room, Shortage};

/// The calls that the answer needs.
pub(super) const GROWTH_CALLS: &[Call] = &[
    DescribeCapacityProvider::CALL,
    DescribeScalingGroup::CALL,
    DescribeLaunchTemplate::CALL,
    DescribeInstanceType::CALL,
    LastLaunch::CALL,
];

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
    let (offers, missing) = offers(fleet, found, facts)?;
    if let (true, Some(template)) = (offers.is_empty(), missing.first()) {
        let TemplateVersion { id, version } = template;
        return Ok(Growth::Cannot(format!(
            "Auto Scaling group {group} launches version {version} of launch template {id}, which does not exist"
        )));
    }
    let lacking: Vec<_> =
        offers.iter().map(|offer| offer.lacking(&fleet.region, demand, facts)).collect();
    let lacking = lacking.into_iter().collect::<Result<Vec<_>, _>>()?;
    let short: Vec<&str> = lacking.iter().flatten().map(String::as_str).collect();
    if offers.is_empty() || short.len() < offers.len() {
        let kinds: Option<Vec<&str>> = offers.iter().map(Offer::kind).collect();
        let what = match kinds {
            Some(kinds) if !kinds.is_empty() => words::and(&kinds),
            _ => "one".to_owned(),
        };
        let last = LastLaunch { region: fleet.region.clone(), name: group.to_owned() };
        let failed = match facts.peek(&last)? {
            Some(Seen::Found(Launched { failed: Some(why) })) => {
                format!(", but its last launch failed: {why}")
            }
            _ => String::new(),
        };
        return Ok(Growth::Can(format!("Auto Scaling group {group} can launch {what}{failed}")));
    }
    Ok(Growth::TooSmall(format!(
        "Auto Scaling group {group} launches only instances that are too small: {}",
        short.join("; ")
    )))
}

/// What a group may launch.
#[derive(Clone, Debug)]
enum Offer<'f> {
    /// This instance type.
    Kind(&'f str),
    /// Any instance type that fulfils these requirements.
    Required(&'f InstanceRequirements),
    /// The launch template does not say.
    Anything,
}

/// What a group may launch, and the launch templates that do not exist.
fn offers<'f>(
    fleet: &Fleet,
    group: &'f ScalingGroup,
    facts: &View<'f>,
) -> Result<(Vec<Offer<'f>>, Vec<&'f TemplateVersion>), Stop> {
    let asked: Vec<_> = group
        .templates
        .iter()
        .map(|template| {
            let (region, of) = (fleet.region.clone(), template.clone());
            (template, facts.need_optional(&DescribeLaunchTemplate { region, template: of }))
        })
        .collect();
    let mut offers: Vec<Offer> = group.kinds.iter().map(|kind| Offer::Kind(kind)).collect();
    offers.extend(group.requirements.iter().map(Offer::Required));
    let mut missing = Vec::new();
    for (template, found) in asked {
        match found? {
            None => missing.push(template),
            Some(LaunchTemplate { kind: Some(kind), .. }) => offers.push(Offer::Kind(kind)),
            Some(LaunchTemplate { requirements: Some(required), .. }) => {
                offers.push(Offer::Required(required));
            }
            Some(LaunchTemplate { kind: None, requirements: None }) => {
                offers.push(Offer::Anything);
            }
        }
    }
    Ok((offers, missing))
}

impl Offer<'_> {
    fn kind(&self) -> Option<&str> {
        match self {
            Offer::Kind(kind) => Some(kind),
            Offer::Required(_) | Offer::Anything => None,
        }
    }

    /// What each instance of it lacks for the task, if one is sure to lack something.
    fn lacking(
        &self,
        region: &Region,
        demand: &Demand,
        facts: &View,
    ) -> Result<Option<String>, Stop> {
        match self {
            Offer::Kind(kind) => all_lack(std::slice::from_ref(kind), region, demand, facts),
            Offer::Required(it) => requirements_lack(it, region, demand, facts),
            Offer::Anything => Ok(None),
        }
    }
}

/// What each instance that fulfils these requirements lacks for the task, if one is sure to lack something.
///
/// # Errors
/// A gap.
pub(super) fn requirements_lack(
    it: &InstanceRequirements,
    region: &Region,
    demand: &Demand,
    facts: &View,
) -> Result<Option<String>, Stop> {
    let vcpus = it.most_vcpus.map(|most| most.saturating_mul(1024));
    let limits = [
        (vcpus, demand.cpu, "CPU units", "RESOURCE:CPU"),
        (it.most_memory, demand.memory, "MiB of memory", "RESOURCE:MEMORY"),
        (it.most_accelerators, demand.gpus, "GPUs", "RESOURCE:GPU"),
    ];
    for (most, required, unit, reason) in limits {
        if let Some(most) = most.filter(|most| required > *most) {
            return Ok(Some(format!(
                "at most {most} {unit} by its instance requirements ({reason}: the task requires {required})"
            )));
        }
    }
    // What a wildcard matches is not known.
    if it.allowed.is_empty() || it.allowed.iter().any(|kind| kind.contains('*')) {
        return Ok(None);
    }
    let kinds: Vec<&str> = it.allowed.iter().map(String::as_str).collect();
    all_lack(&kinds, region, demand, facts)
}

/// What an empty instance of each of these types lacks; none if one of them is large enough, or not known.
fn all_lack(
    kinds: &[&str],
    region: &Region,
    demand: &Demand,
    facts: &View,
) -> Result<Option<String>, Stop> {
    let of_type =
        |kind: &&str| DescribeInstanceType { region: region.clone(), kind: (*kind).to_owned() };
    let types: Vec<_> = kinds.iter().map(|kind| facts.need_optional(&of_type(kind))).collect();
    let mut short = Vec::new();
    for (kind, of_type) in kinds.iter().zip(types) {
        match of_type?.and_then(|of_type| lacking(of_type, demand)) {
            Some(shortage) => short.push(format!("{kind} ({}: {shortage})", shortage.reason())),
            None => return Ok(None),
        }
    }
    Ok(Some(short.join("; ")))
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
fn lacking(of_type: &InstanceType, demand: &Demand) -> Option<Shortage> {
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
