//! Whether managed scaling of a capacity provider can launch a container instance for the task
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers.html>).

use super::trunking::Trunking;
use crate::account::fleet::Fleet;
use crate::account::fleet::launch::described;
use crate::account::fleet::offer::{Offer, offers};
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::autoscaling::{DescribeScalingGroup, LastLaunch, Launched, ScalingGroup};
use crate::lookup::ec2::instance_type::{DescribeInstanceType, InstanceType};
use crate::lookup::ec2::launch_template::{
    DescribeLaunchTemplate, InstanceRequirements, TemplateVersion,
};
use crate::lookup::ecs::account::ListAccountSettings;
use crate::lookup::ecs::capacity_provider::{CapacityProvider, DescribeCapacityProvider};
use crate::lookup::{Call, Lookup};
use crate::names::{Region, words};
use crate::placement::demand::Demand;
use crate::placement::room::{Fit, Room};
use crate::placement::trunk;
use crate::task::Task;

/// The calls that the answer needs.
pub(super) const GROWTH_CALLS: &[Call] = &[
    DescribeCapacityProvider::CALL,
    DescribeScalingGroup::CALL,
    DescribeLaunchTemplate::CALL,
    DescribeInstanceType::CALL,
    LastLaunch::CALL,
    ListAccountSettings::CALL,
];

/// Whether an instance for the task can be launched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Growth {
    /// As far as the settings say; with the group and its instance types.
    Can {
        /// "Auto Scaling group web can launch m5.large".
        how: String,
        /// How many tasks the group has room for once it has all its instances, if that is known.
        most: Option<Ceiling>,
    },
    /// No more instances are launched: why.
    Cannot(String),
    /// Instances are launched, but the task can run on none of their types.
    Unfit {
        /// Why.
        why: String,
        /// How to fix it.
        remedy: &'static str,
    },
}

/// What an Auto Scaling group has room for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ceiling {
    /// Its name.
    pub(super) group: String,
    /// Its MaxSize.
    pub(super) instances: u64,
    /// The number of such tasks.
    pub(super) tasks: u64,
    /// Whether the network interfaces limit it, because no instance gets a trunk.
    pub(super) is_untrunked: bool,
}

impl Ceiling {
    /// What all of these groups have room for, if it is less than so many tasks.
    pub(super) fn below(growth: &[(String, Growth)], count: u64, before: u64) -> Option<String> {
        let most = growth.iter().map(|(_, it)| match it {
            Growth::Can { most, .. } => most.as_ref(),
            Growth::Cannot(_) | Growth::Unfit { .. } => None,
        });
        let most: Vec<&Ceiling> = most.collect::<Option<_>>()?;
        if most.is_empty() {
            return None;
        }
        let tasks = most.iter().fold(before, |sum, it| sum.saturating_add(it.tasks));
        let each = most.iter().map(|it| {
            let Ceiling { group, instances, tasks, is_untrunked } = it;
            let why = match is_untrunked {
                true => ", because awsvpcTrunking is disabled: each instance has only the network interfaces of its type",
                false => "",
            };
            format!("Auto Scaling group {group} has room for {tasks} at its MaxSize of {instances}{why}")
        });
        (tasks < count).then(|| {
            format!("; {count} tasks are to start, but {}", each.collect::<Vec<_>>().join(", and "))
        })
    }
}

/// What a task requires of an instance type.
pub(super) struct Required {
    demand: Demand,
    /// In EC2's words: `arm64`. None if any will do.
    architecture: Option<&'static str>,
    /// How many tasks are to start, if that is known.
    count: Option<u64>,
}

/// What instances lack for the task, each of them.
pub(super) struct Lack {
    /// "m5.large (RESOURCE:CPU: ...)".
    pub(super) what: String,
    /// Whether it is the architecture of the CPU.
    pub(super) is_architecture: bool,
}

impl Required {
    /// What the task requires.
    ///
    /// # Errors
    /// A gap.
    pub(super) fn by(task: &Task) -> Result<Required, Stop> {
        let architecture = match task.definition.architecture()? {
            Some("X86_64") => Some("x86_64"),
            Some("ARM64") => Some("arm64"),
            _ => None,
        };
        let count = task.context.request.desired_count.get()?;
        let count = count.and_then(|count| u64::try_from(*count).ok());
        Ok(Required { demand: task.demand()?, architecture, count })
    }
}

/// The growth of each capacity provider of a fleet, by its name.
///
/// # Errors
/// A gap.
pub(super) fn of_fleet(
    fleet: &Fleet,
    task: &Task,
    facts: &View,
) -> Result<Vec<(String, Growth)>, Stop> {
    let required = Required::by(task)?;
    let all: Vec<_> = fleet
        .providers()
        .iter()
        .map(|name| Ok((name.clone(), of_provider(fleet, name, &required, facts)?)))
        .collect();
    all.into_iter().collect()
}

fn of_provider(
    fleet: &Fleet,
    name: &str,
    required: &Required,
    facts: &View,
) -> Result<Growth, Stop> {
    let provider: &CapacityProvider = facts.need(&described(fleet, name))?;
    let Some(group) = &provider.group else {
        return Ok(Growth::Can { how: "ECS launches its instances".to_owned(), most: None });
    };
    if group.scales == Some(false) {
        return Ok(Growth::Cannot(format!(
            "managed scaling of capacity provider {name} is disabled"
        )));
    }
    let group = group.name();
    let asked = DescribeScalingGroup { region: fleet.region.clone(), name: group.to_owned() };
    let Some(found) = facts.need_optional(&asked)? else {
        return Ok(Growth::Cannot(format!("its Auto Scaling group {group} does not exist")));
    };
    if let Some(why) = stopped(group, found) {
        return Ok(Growth::Cannot(why));
    }
    let (offers, missing) = offers(&fleet.region, found, facts)?;
    if let (true, Some(template)) = (offers.is_empty(), missing.first()) {
        let TemplateVersion { id, version } = template;
        return Ok(Growth::Cannot(format!(
            "Auto Scaling group {group} launches version {version} of launch template {id}, which does not exist"
        )));
    }
    let lacking: Vec<_> =
        offers.iter().map(|offer| lacking(offer, &fleet.region, required, facts)).collect();
    let lacking = lacking.into_iter().collect::<Result<Vec<_>, _>>()?;
    let short: Vec<&Lack> = lacking.iter().flatten().collect();
    let what =
        |lacks: &[&Lack]| lacks.iter().map(|it| it.what.as_str()).collect::<Vec<_>>().join("; ");
    if !offers.is_empty() && short.len() == offers.len() {
        return Ok(Growth::Unfit {
            why: format!(
                "Auto Scaling group {group} launches only instances on which the task cannot run: {}",
                what(&short)
            ),
            remedy: match short.iter().all(|it| it.is_architecture) {
                true => {
                    "Use instance types of the task's architecture in the Auto Scaling group, or correct runtimePlatform"
                }
                false => {
                    "Use larger instance types in the Auto Scaling group, or lower what the task requires"
                }
            },
        });
    }
    let launched = launched(&offers);
    let unfit = match short.is_empty() {
        true => String::new(),
        false => format!(", but the task cannot run on all of them: {}", what(&short)),
    };
    let last = LastLaunch { region: fleet.region.clone(), name: group.to_owned() };
    let failed = match facts.peek(&last)? {
        Some(Seen::Found(Launched { failed: Some(why) })) => {
            format!(", but its last launch failed: {why}")
        }
        _ => String::new(),
    };
    Ok(Growth::Can {
        how: format!("Auto Scaling group {group} can launch {launched}{unfit}{failed}"),
        most: ceiling((group, found), &offers, &fleet.region, required, facts)?,
    })
}

/// "m5.large and m5.xlarge", or "one" if the instance types are not known.
fn launched(offers: &[Offer]) -> String {
    let named = |offer: &Offer| match offer {
        Offer::Kind(kind) => Some((*kind).to_owned()),
        Offer::Required(_) | Offer::Anything => None,
    };
    match offers.iter().map(named).collect::<Option<Vec<_>>>() {
        Some(kinds) if !kinds.is_empty() => {
            words::and(&kinds.iter().map(String::as_str).collect::<Vec<_>>())
        }
        _ => "one".to_owned(),
    }
}

/// How many tasks fit on as many of the largest instances as the group may have. Network interfaces count only if no
/// instance gets a trunk, although its type supports one.
fn ceiling(
    (group, found): (&str, &ScalingGroup),
    offers: &[Offer],
    region: &Region,
    required: &Required,
    facts: &View,
) -> Result<Option<Ceiling>, Stop> {
    let Some(count) = required.count else { return Ok(None) };
    let (mut largest, mut untrunked, mut trunks) = (0, 0, true);
    for offer in offers {
        let kinds = offer.kinds();
        if kinds.is_empty() {
            return Ok(None);
        }
        for kind in kinds {
            let asked = DescribeInstanceType { region: region.clone(), kind: kind.to_owned() };
            let Some(of_type) = facts.need_optional(&asked)? else { return Ok(None) };
            let room = empty(of_type);
            largest = room.times(&required.demand).max(largest);
            let interfaces = of_type.interfaces.map(|all| all.saturating_sub(1));
            untrunked = Room { interfaces, ..room }.times(&required.demand).max(untrunked);
            trunks &= trunk::limit(kind).is_some();
        }
    }
    if offers.is_empty() {
        return Ok(None);
    }
    let instances = u64::try_from(found.most).unwrap_or_default();
    let (all, fewer) = (instances.saturating_mul(largest), instances.saturating_mul(untrunked));
    let is_untrunked = trunks
        && all >= count
        && fewer < count
        && Trunking::of(region, facts)? == Trunking::Disabled;
    let tasks = if is_untrunked { fewer } else { all };
    Ok(Some(Ceiling { group: group.to_owned(), instances, tasks, is_untrunked }))
}

/// What each instance of an offer lacks for the task, if one is sure to lack something.
fn lacking(
    offer: &Offer,
    region: &Region,
    required: &Required,
    facts: &View,
) -> Result<Option<Lack>, Stop> {
    match offer {
        Offer::Kind(kind) => all_lack(&[kind], region, required, facts),
        Offer::Required(it) => requirements_lack(it, region, required, facts),
        Offer::Anything => Ok(None),
    }
}

/// What each instance that fulfils these requirements lacks for the task, if one is sure to lack something.
///
/// # Errors
/// A gap.
pub(super) fn requirements_lack(
    it: &InstanceRequirements,
    region: &Region,
    required: &Required,
    facts: &View,
) -> Result<Option<Lack>, Stop> {
    let demand = &required.demand;
    let vcpus = it.most_vcpus.map(|most| most.saturating_mul(1024));
    let limits = [
        (vcpus, demand.cpu, "CPU units", "RESOURCE:CPU"),
        (it.most_memory, demand.memory, "MiB of memory", "RESOURCE:MEMORY"),
        (it.most_accelerators, demand.gpus, "GPUs", "RESOURCE:GPU"),
    ];
    for (most, required, unit, reason) in limits {
        if let Some(most) = most.filter(|most| required > *most) {
            let what = format!(
                "at most {most} {unit} by its instance requirements ({reason}: the task requires {required})"
            );
            return Ok(Some(Lack { what, is_architecture: false }));
        }
    }
    let made = it.architectures();
    if let Some(architecture) = required.architecture.filter(|of| is_other(&made, of)) {
        let what = format!(
            "{} CPUs by its instance requirements ({})",
            made.join(" and "),
            other(architecture)
        );
        return Ok(Some(Lack { what, is_architecture: true }));
    }
    match it.named_kinds() {
        kinds if kinds.is_empty() => Ok(None),
        kinds => all_lack(&kinds, region, required, facts),
    }
}

/// What an empty instance of each of these types lacks; none if one of them will do, or is not known.
fn all_lack(
    kinds: &[&str],
    region: &Region,
    required: &Required,
    facts: &View,
) -> Result<Option<Lack>, Stop> {
    let of_type =
        |kind: &&str| DescribeInstanceType { region: region.clone(), kind: (*kind).to_owned() };
    let types: Vec<_> = kinds.iter().map(|kind| facts.need_optional(&of_type(kind))).collect();
    let (mut short, mut is_architecture) = (Vec::new(), true);
    for (kind, of_type) in kinds.iter().zip(types) {
        let Some(of_type) = of_type? else { return Ok(None) };
        let made: Vec<&str> = of_type.architectures.iter().map(String::as_str).collect();
        if let Some(architecture) = required.architecture.filter(|of| is_other(&made, of)) {
            short.push(format!("{kind} is {} ({})", made.join(" and "), other(architecture)));
            continue;
        }
        is_architecture = false;
        match empty(of_type).holds(&required.demand) {
            Fit::Lacks(shortages) if !shortages.is_empty() => {
                let shortage = &shortages[0];
                short.push(format!("{kind} ({}: {shortage})", shortage.reason()));
            }
            Fit::Lacks(_) | Fit::Fits | Fit::Unknown => return Ok(None),
        }
    }
    Ok(Some(Lack { what: short.join("; "), is_architecture }))
}

fn is_other(made: &[&str], required: &str) -> bool {
    !made.is_empty() && !made.contains(&required)
}

fn other(required: &str) -> String {
    format!("ATTRIBUTE: `runtimePlatform` requires {required}")
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

/// What an empty instance of the type has. The operating system has a few per cent less memory than the type, so
/// that a task that only just fits might not
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html>).
fn empty(of_type: &InstanceType) -> Room {
    Room {
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
    }
}
