//! The check `capacity-resources`.

pub(super) mod chart;
mod rooms;

use super::attributes::has_proven;
use super::candidates::{Candidates, Outcome, connected, place};
use super::growth::{Ceiling, GROWTH_CALLS, Growth};
use super::location::{is_near, subnets};
use super::placement::{MEMBERS_CALLS, Members, constraints};
use super::replacement::{Replacement, replaces};
use super::trunking::Trunking;
use crate::checks::{Check, whole};
use crate::document::ContextKind;
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::Lookup;
use crate::lookup::ec2::instance::DescribeInstance;
use crate::lookup::ec2::instance_type::DescribeInstanceType;
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::lookup::ecs::DescribeService;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::ecs::instance::{ContainerInstance, ContainerInstances};
use crate::placement::demand::Demand;
use crate::placement::query::Truth;
use crate::placement::room::{Room, Shortage, nearest};
use crate::placement::trunk;
use crate::shell::ShellCommand;
use crate::task::Task;
use crate::verdict::{Finding, Judgement, Severity, fail, pass, warn};
use rooms::Rooms;

pub(super) static CAPACITY_RESOURCES: Check = Check {
    id: "capacity-resources",
    verifies: "a container instance has the CPU, memory, ports, network interfaces and GPUs for the task",
    prevents: &[
        "TaskFailedToStart: RESOURCE:CPU",
        "TaskFailedToStart: RESOURCE:MEMORY",
        "RESOURCE:PORTS",
        "TaskFailedToStart: RESOURCE:ENI",
        "TaskFailedToStart: RESOURCE:GPU",
    ],
    remedy: "Add container instances, use larger ones, or lower what the task requires",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html",
    asks: &[
        &[
            DescribeCluster::CALL,
            ContainerInstances::CALL,
            DescribeInstance::CALL,
            DescribeInstanceType::CALL,
            DescribeSubnet::CALL,
            DescribeService::CALL,
        ],
        MEMBERS_CALLS,
        GROWTH_CALLS,
    ],
    advises: false,
    judge: |task| whole(task, capacity_resources),
};

fn capacity_resources(task: &Task, facts: &View) -> Judgement {
    let candidates = match Candidates::of(task, facts)? {
        Ok(candidates) => candidates,
        Err(verdict) => return Ok(verdict),
    };
    let demand = task.demand()?;
    let near = facts.tolerate(|| subnets(task, facts));
    let rooms = Rooms::of(&candidates, &demand, facts);
    let near = near?.unwrap_or_else(|_| {
        facts.assume(
            "that container instances are in the zones of the subnets, see capacity-location",
        );
        None
    });
    let rooms = rooms?;
    let near = near.filter(|subnets| !subnets.is_empty());
    let (members_of, required) =
        (Members::assumed(task, &candidates.fleet, facts)?, task.required_attributes()?);
    let before = |it: &ContainerInstance| {
        let location = near.as_ref().map_or(Truth::True, |subnets| is_near(subnets, it));
        connected(it).and(has_proven(&required, it)).and(members_of.satisfied_by(it)).and(location)
    };
    let placing = Placing { task, facts, candidates: &candidates, rooms: &rooms, demand: &demand };
    match candidates.outcome(before, |it| rooms.hold(it, &demand)) {
        Outcome::Fails(lacking) => placing.nowhere(&lacking),
        Outcome::Open => {
            let why = rooms.gap().unwrap_or_else(|| Gap::Undecidable {
                why: "cannot determine whether a container instance has room for the task: it depends on which instances the other checks of capacity exclude".to_owned(),
            });
            Err(why.into())
        }
        Outcome::Holds => {
            let possible: Vec<&ContainerInstance> = candidates
                .instances
                .iter()
                .copied()
                .filter(|it| before(it) != Truth::False)
                .collect();
            let certain: Vec<_> =
                possible.iter().copied().filter(|it| before(it) == Truth::True).collect();
            // If no instance is certain, the checks that could not determine it say so.
            placing.all(if certain.is_empty() { &possible } else { &certain }, &possible)
        }
    }
}

struct Placing<'a, 'f> {
    task: &'a Task,
    facts: &'a View<'f>,
    candidates: &'a Candidates<'f>,
    rooms: &'a Rooms,
    demand: &'a Demand,
}

impl Placing<'_, '_> {
    /// No instance has room now.
    fn nowhere(&self, lacking: &[&ContainerInstance]) -> Judgement {
        let rooms: Vec<&Room> = lacking.iter().filter_map(|it| self.rooms.left(it)).collect();
        let Some((nth, shortages)) = nearest(rooms, self.demand) else {
            let why = "cannot determine which container instance has the most room".to_owned();
            return Err(Gap::Undecidable { why }.into());
        };
        let of_nearest = lacking[nth];
        let ever = |it: &&ContainerInstance| {
            self.rooms.whole(it).is_some() && self.rooms.ever(it, self.demand) > 0
        };
        let fits_if_empty = lacking.iter().any(ever);
        let may_fit = lacking.iter().any(|it| self.rooms.may_hold(it, self.demand));
        let grows = self.candidates.grows(self.task, self.facts)?;
        let severity = match grows || may_fit {
            true => Severity::Warn,
            false => self.unscaled(fits_if_empty)?,
        };
        let what: Vec<String> =
            shortages.iter().map(|it| format!("{}: {it}", it.reason())).collect();
        let which = match lacking.len() {
            1 => format!("{}{}", of_nearest.id(), kind(of_nearest)),
            many => format!("the nearest of {many}, {}{}", of_nearest.id(), kind(of_nearest)),
        };
        let when = match (fits_if_empty, severity == Severity::Warn) {
            (_, true) if grows => {
                "; the task waits in PROVISIONING until managed scaling adds an instance".to_owned()
            }
            (_, true) if may_fit => format!(
                "; the limits of instances with a trunk network interface are those that AWS listed on {}",
                trunk::SEEN
            ),
            (true, true) => "; a new task starts once a running one has stopped".to_owned(),
            _ => String::new(),
        };
        let message = format!(
            "{} has room for the task; {which}: {}{when}",
            self.candidates.none(lacking),
            what.join("; ")
        );
        let mut finding = self.found(&message, shortages.first(), of_nearest)?;
        finding.severity = severity;
        finding.judge()
    }

    /// What a lack of room means where no instance is added: a deployment may stop old tasks first.
    fn unscaled(&self, fits_if_empty: bool) -> Result<Severity, Stop> {
        if !fits_if_empty {
            return Ok(Severity::Fail);
        }
        Ok(match Replacement::of(self.task)? {
            Some(replacement) if replacement.stops_first() && self.replaces()? => Severity::Warn,
            _ => Severity::Fail,
        })
    }

    fn replaces(&self) -> Result<bool, Stop> {
        replaces(self.task, &self.candidates.fleet.cluster, self.facts)
    }

    /// One task fits. Whether all of them do is known for a new service and for a task to run.
    fn all(&self, certain: &[&ContainerInstance], possible: &[&ContainerInstance]) -> Judgement {
        let is_distinct = constraints(self.task)?.iter().any(|it| {
            it.kind.get().is_ok_and(|kind| kind.is_some_and(|kind| kind == "distinctInstance"))
        });
        let most = if is_distinct { 1 } else { u64::MAX };
        let sum = |instances: &[&ContainerInstance], held: &dyn Fn(&ContainerInstance) -> u64| {
            instances.iter().map(|it| held(it).min(most)).fold(0, u64::saturating_add)
        };
        let times = |room: Option<&Room>| room.map_or(u64::MAX, |room| room.times(self.demand));
        let least = sum(certain, &|it| match self.rooms.hold(it, self.demand) {
            Truth::True => times(self.rooms.left(it)),
            Truth::False | Truth::Unknown => 0,
        });
        let now = sum(possible, &|it| times(self.rooms.left(it)));
        let ever = sum(possible, &|it| self.rooms.ever(it, self.demand));
        let is_new =
            matches!(self.task.context.kind, ContextKind::CreateService | ContextKind::RunTask)
                && !self.task.context.live;
        let count = self.task.context.request.desired_count.get()?.filter(|_| is_new);
        let count = count.and_then(|count| u64::try_from(*count).ok());
        let cluster = &self.candidates.fleet.cluster;
        match (count, possible.first()) {
            (Some(count), Some(first)) if count > now && !self.candidates.fleet.is_named() => {
                let message = format!(
                    "{count} tasks are to start, but the container instances of cluster {cluster} have room for {now}"
                );
                let growth = match ever < count && !is_distinct {
                    true => self.candidates.growth(self.task, self.facts)?,
                    false => Vec::new(),
                };
                let grows = growth.iter().any(|(_, it)| matches!(it, Growth::Can { .. }));
                let too_few = match grows {
                    true => Ceiling::below(&growth, count, ever).unwrap_or_default(),
                    false => String::new(),
                };
                let mut finding = warn(match ever < count {
                    true => {
                        format!("{message}, and for {ever} if no other task ran on them{too_few}")
                    }
                    false => message,
                });
                if ever < count && !is_distinct && !grows {
                    finding.severity = Severity::Fail;
                }
                let scarce = self.rooms.left(first).and_then(|room| room.scarcest(self.demand));
                if let Some(reason) = scarce {
                    finding = finding.prevents(format!("TaskFailedToStart: {reason}"));
                }
                finding.at(place(self.task)).judge()
            }
            (Some(count), _) if count > least && !self.candidates.fleet.is_named() => {
                let why = format!(
                    "cannot determine whether the container instances of cluster {cluster} have room for {count} tasks: {least} fit for certain"
                );
                Err(self.rooms.gap().unwrap_or(Gap::Undecidable { why }).into())
            }
            _ => match self.side_by_side(possible, is_distinct, (now, ever))? {
                Some(finding) => finding.at(place(self.task)).judge(),
                None => pass(self.room_for(least)),
            },
        }
    }

    /// What keeps the next deployment from starting its new tasks next to the old ones.
    fn side_by_side(
        &self,
        possible: &[&ContainerInstance],
        is_distinct: bool,
        (now, ever): (u64, u64),
    ) -> Result<Option<Finding>, Stop> {
        let Some(replacement) = Replacement::of(self.task)? else { return Ok(None) };
        // capacity-placement judges distinctInstance, and instances that are not there yet may be added.
        let Some(wanted) = replacement.wanted.filter(|wanted| *wanted > 0 && !is_distinct) else {
            return Ok(None);
        };
        let added = if replacement.doubles { wanted } else { 1 };
        let all = wanted.saturating_add(added);
        if replacement.stops_first() || (now >= added && ever >= all) {
            return Ok(None);
        }
        let replaces = self.replaces()?;
        if self.candidates.grows(self.task, self.facts)? {
            return Ok(None);
        }
        let cluster = &self.candidates.fleet.cluster;
        let deployment = match replacement.doubles {
            true => {
                format!("the next deployment runs {wanted} new tasks next to the {wanted} old ones")
            }
            false => {
                "the next rolling deployment stops no old task before a new one runs".to_owned()
            }
        };
        let (message, first) = match (replaces, possible.first()) {
            (true, Some(first)) if now < added => (
                format!(
                    "{deployment}, but the container instances of cluster {cluster} have room for {now} more"
                ),
                first,
            ),
            (false, Some(first)) if ever < all => (
                format!(
                    "{deployment}, but the container instances of cluster {cluster} have room for {ever} in all"
                ),
                first,
            ),
            _ => return Ok(None),
        };
        let scarce = self.rooms.left(first).and_then(|room| room.scarcest(self.demand));
        let finding =
            warn(message).prevents(format!("TaskFailedToStart: {}", scarce.unwrap_or("RESOURCE")));
        Ok(Some(finding.remedy(match replacement.doubles {
            true => "Add container instances for twice the tasks, or use a rolling deployment",
            false => "Add container instances, or lower minimumHealthyPercent so that an old task stops first",
        })))
    }

    fn room_for(&self, least: u64) -> String {
        let cluster = &self.candidates.fleet.cluster;
        let of = format!("the container instances of cluster {cluster} have room for");
        match least {
            u64::MAX => format!("{of} the task"),
            1 => format!("{of} one more task"),
            least => format!("{of} {least} more tasks"),
        }
    }

    fn found(
        &self,
        message: &str,
        first: Option<&Shortage>,
        it: &ContainerInstance,
    ) -> Result<Finding, Stop> {
        let region = &self.candidates.fleet.region;
        let mut commands = Vec::new();
        let remedy = match first {
            Some(Shortage::Cpu(_)) => {
                "Add container instances, use larger ones, or lower cpu of the task"
            }
            Some(Shortage::Memory(_)) => {
                "Add container instances, use larger ones, or lower memory or memoryReservation"
            }
            Some(Shortage::Ports { .. } | Shortage::PortCount(_)) => {
                "Set hostPort to 0, or add container instances"
            }
            Some(Shortage::Interfaces(_)) => {
                let kind = it.attribute("ecs.instance-type").unwrap_or_default();
                match trunk::limit(kind) {
                    Some(_) if !it.has("ecs.awsvpc-trunk-id") => {
                        let trunking = Trunking::of(region, self.facts)?;
                        commands.extend(trunking.command(region));
                        trunking.remedy()
                    }
                    _ => "Add container instances, or use larger ones",
                }
            }
            Some(Shortage::Gpus(_)) => "Add container instances with GPUs",
            None => CAPACITY_RESOURCES.remedy,
        };
        let reason = first.map_or("RESOURCE", Shortage::reason);
        let mut finding = fail(message)
            .at(place(self.task))
            .on(&it.arn)
            .prevents(format!("TaskFailedToStart: {reason}"))
            .remedy(remedy)
            .command(
                ShellCommand::of("aws ecs describe-container-instances")
                    .option("--cluster", self.candidates.fleet.cluster.as_str())
                    .option("--container-instances", it.id())
                    .option("--query", "containerInstances[].remainingResources")
                    .region(region),
            );
        for command in commands {
            finding = finding.command(command);
        }
        Ok(finding)
    }
}

fn kind(it: &ContainerInstance) -> String {
    it.attribute("ecs.instance-type").map_or(String::new(), |kind| format!(" ({kind})"))
}
