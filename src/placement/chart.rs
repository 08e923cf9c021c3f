//! The container instances of a cluster as a picture shows them: how full each one is, and whether a task fits.

use super::demand::Demand;
use super::room::{MOST_PORTS, Room};

/// The container instances that a task may be placed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// The name of the cluster.
    pub cluster: String,
    /// What one task requires.
    pub demand: Demand,
    /// Each instance.
    pub instances: Vec<Instance>,
    /// Why there are none, or why the picture says nothing about them.
    pub note: Option<String>,
}

/// A container instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its id.
    pub id: String,
    /// Its instance type.
    pub kind: Option<String>,
    /// Its Availability Zone.
    pub zone: Option<String>,
    /// Each resource that the picture shows.
    pub bars: Vec<Bar>,
    /// Whether the task fits.
    pub state: State,
}

/// How much of a resource an instance has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Which resource.
    pub resource: Resource,
    /// What the instance has in all, if that is known.
    pub all: Option<u64>,
    /// What its tasks leave, if that is known.
    pub free: Option<u64>,
    /// What one task requires.
    pub asked: u64,
}

/// A resource that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// CPU units.
    Cpu,
    /// MiB of memory.
    Memory,
    /// Network interfaces for tasks.
    Interfaces,
    /// GPUs.
    Gpus,
    /// Reserved host ports.
    Ports,
}

/// Whether a task fits on an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// So many times.
    Fits(u64),
    /// It does not.
    Lacks {
        /// What is lacking, in the words of ECS: `RESOURCE:CPU: …`.
        what: Vec<String>,
        /// How far it is from fitting: the nearest one has the least.
        distance: (usize, u64),
    },
    /// That cannot be determined.
    Unknown,
}

impl Bar {
    /// Whether the task requires more than is left.
    pub fn is_short(&self) -> bool {
        self.free.is_some_and(|free| self.asked > free)
    }
}

impl Resource {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Resource::Cpu => "CPU units",
            Resource::Memory => "memory, MiB",
            Resource::Interfaces => "ENI",
            Resource::Gpus => "GPU",
            Resource::Ports => "host ports",
        }
    }
}

/// The bars of an instance: CPU and memory always, the others if the task requires them.
pub fn bars(left: Option<&Room>, whole: Option<&Room>, demand: &Demand) -> Vec<Bar> {
    let bar = |resource, asked, of: fn(&Room) -> Option<u64>| Bar {
        resource,
        all: whole.and_then(of),
        free: left.and_then(of),
        asked,
    };
    let mut bars = vec![
        bar(Resource::Cpu, demand.cpu, |room| Some(room.cpu)),
        bar(Resource::Memory, demand.memory, |room| Some(room.memory)),
    ];
    if demand.interfaces > 0 {
        // An instance with a trunk whose limit is not known has none.
        bars.push(bar(Resource::Interfaces, demand.interfaces, |room| {
            room.interfaces.filter(|all| *all < u64::MAX)
        }));
    }
    if demand.gpus > 0 {
        bars.push(bar(Resource::Gpus, demand.gpus, |room| Some(room.gpus)));
    }
    let ports = demand.tcp.len() + demand.udp.len();
    if ports > 0 {
        bars.push(Bar {
            resource: Resource::Ports,
            all: Some(MOST_PORTS as u64),
            free: left.map(|room| {
                MOST_PORTS.saturating_sub(room.tcp_taken.len() + room.udp_taken.len()) as u64
            }),
            asked: ports as u64,
        });
    }
    bars
}

/// The instances that are shown one by one, and the others summed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest<'c> {
    /// Those that fit, the ones with the most room first, and how many more there are.
    pub fitting: Part<'c>,
    /// Those for which it cannot be determined.
    pub unknown: Part<'c>,
    /// Those that lack something, the nearest first.
    pub lacking: Part<'c>,
    /// How many tasks fit in all.
    pub times: u64,
}

/// Instances in one state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part<'c> {
    /// Those that are shown.
    pub shown: Vec<&'c Instance>,
    /// The others.
    pub more: Vec<&'c Instance>,
}

impl<'c> Part<'c> {
    fn of(mut shown: Vec<&'c Instance>, is_few: bool) -> Part<'c> {
        let at = if is_few { shown.len() } else { EACH.min(shown.len()) };
        // One more is as short as a line that sums it up.
        let at = if shown.len() == at + 1 { at + 1 } else { at };
        let more = shown.split_off(at);
        Part { shown, more }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.shown.len() + self.more.len()
    }

    /// The first reason of each of the others, with how many have it: the most frequent first.
    pub fn reasons(&self) -> Vec<(&str, usize)> {
        let mut reasons: Vec<(&str, usize)> = Vec::new();
        for it in &self.more {
            let State::Lacks { what, .. } = &it.state else { continue };
            let Some(first) = what.first() else { continue };
            let reason = first.split_once(": ").map_or(first.as_str(), |(reason, _)| reason);
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, count)) => *count += 1,
                None => reasons.push((reason, 1)),
            }
        }
        reasons.sort_by(|one, other| (other.1, one.0).cmp(&(one.1, other.0)));
        reasons
    }
}

/// So many instances in a state are shown one by one if there are many in all.
const EACH: usize = 6;
/// So many in all are always shown one by one.
const ALWAYS: usize = 12;

impl Chart {
    /// What is shown one by one, and what is summed up.
    pub fn digest(&self) -> Digest<'_> {
        let of = |is: fn(&State) -> bool| -> Vec<&Instance> {
            self.instances.iter().filter(|it| is(&it.state)).collect()
        };
        let mut fitting = of(|state| matches!(state, State::Fits(_)));
        let mut lacking = of(|state| matches!(state, State::Lacks { .. }));
        let unknown = of(|state| matches!(state, State::Unknown));
        let times = |it: &Instance| match it.state {
            State::Fits(times) => times,
            State::Lacks { .. } | State::Unknown => 0,
        };
        let far = |it: &Instance| match it.state {
            State::Lacks { distance, .. } => distance,
            State::Fits(_) | State::Unknown => (0, 0),
        };
        fitting.sort_by_key(|it| std::cmp::Reverse(times(it)));
        lacking.sort_by_key(|it| far(it));
        let is_few = self.instances.len() <= ALWAYS;
        let all = fitting.iter().map(|it| times(it)).fold(0, u64::saturating_add);
        Digest {
            fitting: Part::of(fitting, is_few),
            unknown: Part::of(unknown, is_few),
            lacking: Part::of(lacking, is_few),
            times: all,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn instance(nth: usize, state: State) -> Instance {
        Instance { id: nth.to_string(), kind: None, zone: None, bars: Vec::new(), state }
    }

    fn lacks(reason: &str, distance: u64) -> State {
        State::Lacks { what: vec![format!("{reason}: so much")], distance: (1, distance) }
    }

    #[test]
    fn a_thousand_instances_are_summed_up() {
        let state = |nth: usize| match nth {
            ..400 => State::Fits(nth as u64 % 5 + 1),
            400..900 => lacks("RESOURCE:MEMORY", 1_000 - nth as u64),
            900..998 => lacks("AGENT", 5_000),
            _ => State::Unknown,
        };
        let instances = (0..1_000).map(|nth| instance(nth, state(nth))).collect();
        let chart = Chart { instances, ..Chart::default() };
        let digest = chart.digest();
        let ids = |part: &Part| part.shown.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&digest.fitting), ["4", "9", "14", "19", "24", "29"]);
        assert_eq!(ids(&digest.lacking), ["899", "898", "897", "896", "895", "894"]);
        assert_eq!(ids(&digest.unknown), ["998", "999"]);
        assert_eq!(digest.fitting.more.len(), 394);
        assert_eq!(digest.times, 1_200);
        assert_eq!(digest.lacking.reasons(), [("RESOURCE:MEMORY", 494), ("AGENT", 98)]);
    }

    #[test]
    fn a_few_are_all_shown() {
        let states = (0..7).map(|nth| instance(nth, State::Fits(1)));
        let chart = Chart { instances: states.collect(), ..Chart::default() };
        let digest = chart.digest();
        assert_eq!((digest.fitting.shown.len(), digest.fitting.more.len()), (7, 0));
    }

    #[test]
    fn bars_show_what_the_task_requires() {
        let room = Room { cpu: 10, memory: 20, interfaces: Some(u64::MAX), ..Room::default() };
        let plain = Demand { cpu: 11, memory: 20, ..Demand::default() };
        let kinds = |demand: &Demand| -> Vec<(Resource, Option<u64>, bool)> {
            let bars = bars(Some(&room), Some(&room), demand);
            bars.iter().map(|bar| (bar.resource, bar.free, bar.is_short())).collect()
        };
        let first = [(Resource::Cpu, Some(10), true), (Resource::Memory, Some(20), false)];
        assert_eq!(kinds(&plain), first);
        let more =
            Demand { interfaces: 1, gpus: 1, tcp: BTreeSet::from([80]), ..Demand::default() };
        let more = kinds(&more);
        assert_eq!(
            more[2..],
            [
                (Resource::Interfaces, None, false),
                (Resource::Gpus, Some(0), true),
                (Resource::Ports, Some(100), false)
            ]
        );
    }
}
