//! What the container instances have for tasks, now and in all.

use std::collections::HashMap;

use crate::account::fleet::Fleet;
use crate::checks::capacity::candidates::Candidates;
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::ec2::instance_type::DescribeInstanceType;
use crate::lookup::ecs::instance::{ContainerInstance, Pool};
use crate::placement::demand::Demand;
use crate::placement::query::Truth;
use crate::placement::room::{Fit, Room};
use crate::placement::trunk;

/// What each container instance has.
pub(super) struct Rooms {
    of: HashMap<String, (Room, Room)>,
    /// Why the network interfaces of an instance are not known.
    gap: Option<Gap>,
}

/// The network interfaces of an instance for tasks.
#[derive(Clone, Copy)]
struct Interfaces {
    left: u64,
    all: u64,
}

impl Rooms {
    /// What each has. If the number of network interfaces cannot be read, the reason is kept.
    ///
    /// # Errors
    /// Only while answers are pending.
    pub(super) fn of(
        candidates: &Candidates,
        demand: &Demand,
        facts: &View,
    ) -> Result<Rooms, Stop> {
        let mut rooms = Rooms { of: HashMap::new(), gap: None };
        let counted = candidates.instances.iter().map(|it| match demand.interfaces {
            0 => Ok(Ok(None)),
            _ => facts.tolerate(|| interfaces(&candidates.fleet, it, facts)),
        });
        let counted: Vec<_> = counted.collect();
        for (it, interfaces) in candidates.instances.iter().zip(counted) {
            let interfaces = match interfaces? {
                Ok(interfaces) => interfaces,
                Err(gap) => {
                    rooms.gap.get_or_insert(gap);
                    None
                }
            };
            let Some(resources) = &it.resources else { continue };
            let left = room(&resources.remaining, interfaces.map(|it| it.left));
            let whole = room(&resources.registered, interfaces.map(|it| it.all));
            rooms.of.insert(it.arn.clone(), (left, whole));
        }
        Ok(rooms)
    }

    /// What its tasks leave.
    pub(super) fn left(&self, it: &ContainerInstance) -> Option<&Room> {
        self.of.get(&it.arn).map(|(left, _)| left)
    }

    /// What it has without any task.
    pub(super) fn whole(&self, it: &ContainerInstance) -> Option<&Room> {
        self.of.get(&it.arn).map(|(_, whole)| whole)
    }

    /// Whether it has room for a task.
    pub(super) fn hold(&self, it: &ContainerInstance, demand: &Demand) -> Truth {
        match self.left(it).map(|room| room.holds(demand)) {
            Some(Fit::Fits) => Truth::True,
            Some(Fit::Lacks(_)) => Truth::False,
            Some(Fit::Unknown) | None => Truth::Unknown,
        }
    }

    /// Whether the instance lacks nothing for a task but a network interface of its trunk. The list of limits
    /// may be older than the instance, so that ECS might place the task all the same.
    pub(super) fn may_hold(&self, it: &ContainerInstance, demand: &Demand) -> bool {
        trunk_limit(it).is_some()
            && self.left(it).is_some_and(|room| unlimited(room).holds(demand) == Fit::Fits)
    }

    /// How many tasks it has room for without any task.
    pub(super) fn ever(&self, it: &ContainerInstance, demand: &Demand) -> u64 {
        let times = self.whole(it).map(|room| match trunk_limit(it) {
            Some(_) => unlimited(room).times(demand),
            None => room.times(demand),
        });
        times.unwrap_or(u64::MAX)
    }

    /// Why the room of an instance is not known.
    pub(super) fn gap(&self) -> Option<Gap> {
        self.gap.clone()
    }
}

/// The same with any number of network interfaces.
fn unlimited(room: &Room) -> Room {
    Room { interfaces: Some(u64::MAX), ..room.clone() }
}

fn room(pool: &Pool, interfaces: Option<u64>) -> Room {
    Room {
        cpu: pool.cpu,
        memory: pool.memory,
        tcp_taken: pool.tcp_ports.clone(),
        udp_taken: pool.udp_ports.clone(),
        interfaces,
        gpus: pool.gpus as u64,
    }
}

/// The limit of an instance with a trunk network interface, which no API shows. Whether it has one is an
/// attribute, and no account setting
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html>).
fn trunk_limit(it: &ContainerInstance) -> Option<u64> {
    if !it.has(TRUNK) {
        return None;
    }
    it.attribute("ecs.instance-type").and_then(trunk::limit)
}

const TRUNK: &str = "ecs.awsvpc-trunk-id";

/// The interfaces of the machine except its primary one, or those of its trunk.
fn interfaces(
    fleet: &Fleet,
    it: &ContainerInstance,
    facts: &View,
) -> Result<Option<Interfaces>, Stop> {
    const MANY: Interfaces = Interfaces { left: u64::MAX, all: u64::MAX };
    let of_tasks = it.resources.as_ref().map_or(0, |it| it.interfaces as u64);
    if it.has(TRUNK) {
        return Ok(Some(
            trunk_limit(it)
                .map_or(MANY, |all| Interfaces { left: all.saturating_sub(of_tasks), all }),
        ));
    }
    let unknown = |what: &str| {
        let why = format!(
            "cannot determine how many network interfaces container instance {} has: {what}",
            it.id()
        );
        Stop::Gap(Gap::Undecidable { why })
    };
    let machine = match fleet.machine(it, facts) {
        None => return Err(unknown("it is no EC2 instance")),
        Some(machine) => machine?,
    };
    let attached = machine.and_then(|(_, machine)| machine.attached.as_ref());
    let attached = attached.ok_or_else(|| unknown("its EC2 instance is not described"))?;
    let asked = DescribeInstanceType { region: fleet.region.clone(), kind: attached.kind.clone() };
    let most = facts.need_optional(&asked)?.and_then(|of_type| of_type.interfaces);
    let most = most.ok_or_else(|| unknown("the limit of its instance type is not known"))?;
    let used = of_tasks.max((attached.interfaces as u64).saturating_sub(1));
    let all = most.saturating_sub(1);
    Ok(Some(Interfaces { left: all.saturating_sub(used), all }))
}
