//! What a container instance has left, and what it lacks for a task.

use std::collections::BTreeSet;
use std::fmt;

use super::demand::Demand;
use crate::names::words;

/// How many host ports of an instance may be reserved at once, including those of the agent
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>).
pub const MOST_PORTS: usize = 100;

/// What a container instance has for tasks: left now, or in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// CPU units.
    pub cpu: u64,
    /// MiB.
    pub memory: u64,
    /// The TCP ports that are reserved already.
    pub tcp_taken: BTreeSet<u16>,
    /// The UDP ports that are reserved already.
    pub udp_taken: BTreeSet<u16>,
    /// Network interfaces for tasks, if it is known how many.
    pub interfaces: Option<u64>,
    /// GPUs.
    pub gpus: u64,
}

/// A resource that an instance does not have enough of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// CPU units.
    Cpu(Amount),
    /// MiB of memory.
    Memory(Amount),
    /// Host ports that are reserved already, of TCP and of UDP.
    Ports {
        /// Of TCP.
        tcp: Vec<u16>,
        /// Of UDP.
        udp: Vec<u16>,
    },
    /// More than [`MOST_PORTS`] would be reserved.
    PortCount(Amount),
    /// Network interfaces.
    Interfaces(Amount),
    /// GPUs.
    Gpus(Amount),
}

/// What is required, and what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// What the task requires.
    pub required: u64,
    /// What the instance has.
    pub available: u64,
}

/// Whether a task fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It does.
    Fits,
    /// It does not: what is lacking.
    Lacks(Vec<Shortage>),
    /// All that is known is enough, but the number of network interfaces is not known.
    Unknown,
}

impl Room {
    /// Whether a task fits.
    pub fn holds(&self, demand: &Demand) -> Fit {
        let lacking = self.lacking(demand);
        match self.interfaces {
            _ if !lacking.is_empty() => Fit::Lacks(lacking),
            None if demand.interfaces > 0 => Fit::Unknown,
            _ => Fit::Fits,
        }
    }

    fn lacking(&self, demand: &Demand) -> Vec<Shortage> {
        let mut lacking = Vec::new();
        let mut compare = |required, available, kind: fn(Amount) -> Shortage| {
            if required > available {
                lacking.push(kind(Amount { required, available }));
            }
        };
        compare(demand.cpu, self.cpu, Shortage::Cpu);
        compare(demand.memory, self.memory, Shortage::Memory);
        compare(demand.gpus, self.gpus, Shortage::Gpus);
        if let Some(interfaces) = self.interfaces {
            compare(demand.interfaces, interfaces, Shortage::Interfaces);
        }
        let taken = |wanted: &BTreeSet<u16>, taken: &BTreeSet<u16>| -> Vec<u16> {
            wanted.intersection(taken).copied().collect()
        };
        let tcp = taken(&demand.tcp, &self.tcp_taken);
        let udp = taken(&demand.udp, &self.udp_taken);
        let free = MOST_PORTS.saturating_sub(self.tcp_taken.len() + self.udp_taken.len());
        let ports = demand.tcp.len() + demand.udp.len();
        if !(tcp.is_empty() && udp.is_empty()) {
            lacking.push(Shortage::Ports { tcp, udp });
        } else if ports > free {
            let amount = Amount { required: ports as u64, available: free as u64 };
            lacking.push(Shortage::PortCount(amount));
        }
        lacking
    }

    /// The resource that limits how many such tasks fit.
    pub fn scarcest(&self, demand: &Demand) -> Option<&'static str> {
        let times = self.times(demand);
        if times == u64::MAX {
            return None;
        }
        let factor = times.saturating_add(1);
        let more = Demand {
            cpu: demand.cpu.saturating_mul(factor),
            memory: demand.memory.saturating_mul(factor),
            interfaces: demand.interfaces.saturating_mul(factor),
            gpus: demand.gpus.saturating_mul(factor),
            ..demand.clone()
        };
        Some(self.lacking(&more).first().map_or("RESOURCE:PORTS", Shortage::reason))
    }

    /// How many such tasks fit at once. An unknown number of network interfaces does not limit it.
    pub fn times(&self, demand: &Demand) -> u64 {
        if matches!(self.holds(demand), Fit::Lacks(_)) {
            return 0;
        }
        if !(demand.tcp.is_empty() && demand.udp.is_empty()) {
            return 1;
        }
        let each = [
            (demand.cpu, Some(self.cpu)),
            (demand.memory, Some(self.memory)),
            (demand.gpus, Some(self.gpus)),
            (demand.interfaces, self.interfaces),
        ];
        let times = each.into_iter().filter_map(|(required, available)| {
            available.and_then(|available| available.checked_div(required))
        });
        times.min().unwrap_or(u64::MAX)
    }
}

/// Which of several rooms comes nearest to holding the task: the one that lacks the fewest resources, then the
/// smallest part of what is required.
pub fn nearest<'r>(
    rooms: impl IntoIterator<Item = &'r Room>,
    demand: &Demand,
) -> Option<(usize, Vec<Shortage>)> {
    let lacking =
        rooms.into_iter().enumerate().filter_map(|(nth, room)| match room.holds(demand) {
            Fit::Lacks(lacking) => Some((nth, lacking)),
            Fit::Fits | Fit::Unknown => None,
        });
    lacking.min_by_key(|(_, lacking)| {
        (lacking.len(), lacking.iter().map(Shortage::per_mille).fold(0, u64::saturating_add))
    })
}

impl Shortage {
    /// The name of the resource in the reasons of ECS
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html>).
    pub fn reason(&self) -> &'static str {
        match self {
            Shortage::Cpu(_) => "RESOURCE:CPU",
            Shortage::Memory(_) => "RESOURCE:MEMORY",
            Shortage::Ports { .. } | Shortage::PortCount(_) => "RESOURCE:PORTS",
            Shortage::Interfaces(_) => "RESOURCE:ENI",
            Shortage::Gpus(_) => "RESOURCE:GPU",
        }
    }

    /// How much of what is required is lacking.
    pub fn per_mille(&self) -> u64 {
        match self {
            Shortage::Cpu(it)
            | Shortage::Memory(it)
            | Shortage::PortCount(it)
            | Shortage::Interfaces(it)
            | Shortage::Gpus(it) => {
                let lacking = it.required.saturating_sub(it.available);
                lacking.saturating_mul(1000) / it.required.max(1)
            }
            Shortage::Ports { tcp, udp } => 1000 * (tcp.len() + udp.len()) as u64,
        }
    }
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shortage::Cpu(Amount { required, available }) => {
                write!(f, "{available} CPU units are left of the {required} that the task requires")
            }
            Shortage::Memory(Amount { required, available }) => {
                write!(
                    f,
                    "{available} MiB of memory are left of the {required} that the task requires"
                )
            }
            Shortage::Gpus(Amount { required, available }) => {
                write!(f, "{available} of the {required} GPUs that the task requires are free")
            }
            Shortage::Interfaces(_) => f.write_str("no network interface is left for another task"),
            Shortage::PortCount(Amount { required, available }) => write!(
                f,
                "{available} of at most {MOST_PORTS} host ports can still be reserved, and the task requires {required}"
            ),
            Shortage::Ports { tcp, udp } => {
                let named = |name: &str, ports: &[u16]| match ports {
                    [] => None,
                    [port] => Some(format!("{name} port {port}")),
                    ports => Some(format!("{name} ports {}", words::and(ports))),
                };
                let named: Vec<String> =
                    [named("TCP", tcp), named("UDP", udp)].into_iter().flatten().collect();
                let are = if tcp.len() + udp.len() == 1 { "is" } else { "are" };
                write!(f, "{} of the host {are} already reserved", words::and(&named))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    fn room() -> Room {
        Room {
            cpu: 4096,
            memory: 7680,
            tcp_taken: BTreeSet::from([22, 2375, 2376, 51678, 51679]),
            udp_taken: BTreeSet::new(),
            interfaces: Some(3),
            gpus: 1,
        }
    }

    fn task() -> Demand {
        Demand { cpu: 1024, memory: 1024, interfaces: 1, ..Demand::default() }
    }

    fn ports(tcp: &[u16], udp: &[u16]) -> Demand {
        let all = |ports: &[u16]| ports.iter().copied().collect();
        Demand { tcp: all(tcp), udp: all(udp), ..task() }
    }

    #[test]
    fn what_is_lacking_is_named_in_the_words_of_ecs() {
        let full = Room { interfaces: Some(0), ..room() };
        let many: BTreeSet<u16> = (30_000..30_094).collect();
        let reserved = Room { tcp_taken: &room().tcp_taken | &many, ..room() };
        for (room, demand, expected) in [
            (
                room(),
                Demand { cpu: 8192, ..task() },
                "RESOURCE:CPU: 4096 CPU units are left of the 8192 that the task requires",
            ),
            (
                room(),
                Demand { memory: 7681, ..task() },
                "RESOURCE:MEMORY: 7680 MiB of memory are left of the 7681 that the task requires",
            ),
            (
                room(),
                Demand { gpus: 2, ..task() },
                "RESOURCE:GPU: 1 of the 2 GPUs that the task requires are free",
            ),
            (full, task(), "RESOURCE:ENI: no network interface is left for another task"),
            (
                room(),
                ports(&[22, 80], &[]),
                "RESOURCE:PORTS: TCP port 22 of the host is already reserved",
            ),
            (
                Room { udp_taken: BTreeSet::from([53]), ..room() },
                ports(&[2375, 2376], &[53]),
                "RESOURCE:PORTS: TCP ports 2375 and 2376 and UDP port 53 of the host are already reserved",
            ),
            (
                reserved,
                ports(&[8080, 8081], &[]),
                "RESOURCE:PORTS: 1 of at most 100 host ports can still be reserved, and the task requires 2",
            ),
        ] {
            let Fit::Lacks(lacking) = room.holds(&demand) else { panic!("{expected}: it fits") };
            let said: Vec<String> =
                lacking.iter().map(|it| format!("{}: {it}", it.reason())).collect();
            assert_eq!(said, [expected]);
        }
    }

    #[test]
    fn it_fits_where_everything_is_enough() {
        let nothing_left = Room { cpu: 0, ..room() };
        for (room, demand, expected) in [
            (room(), task(), Fit::Fits),
            (nothing_left, Demand { cpu: 0, ..task() }, Fit::Fits),
            // TCP and UDP are separate.
            (room(), ports(&[], &[22]), Fit::Fits),
            (Room { interfaces: None, ..room() }, task(), Fit::Unknown),
            (Room { interfaces: None, ..room() }, Demand { interfaces: 0, ..task() }, Fit::Fits),
        ] {
            assert_eq!(room.holds(&demand), expected, "{demand:?}");
        }
    }

    #[test]
    fn the_scarcest_resource_limits_how_many_fit() {
        for (demand, expected) in [
            (task(), 3),
            (Demand { interfaces: 0, ..task() }, 4),
            (Demand { interfaces: 0, memory: 7680, ..task() }, 1),
            (Demand { gpus: 1, ..task() }, 1),
            (ports(&[80], &[]), 1),
            (ports(&[22], &[]), 0),
            (Demand::default(), u64::MAX),
        ] {
            assert_eq!(room().times(&demand), expected, "{demand:?}");
        }
    }

    #[test]
    fn the_scarcest_resource_is_named() {
        for (demand, expected) in [
            (task(), Some("RESOURCE:ENI")),
            (Demand { interfaces: 0, ..task() }, Some("RESOURCE:CPU")),
            (Demand { interfaces: 0, memory: 7000, ..task() }, Some("RESOURCE:MEMORY")),
            (Demand { tcp: BTreeSet::from([80]), ..Demand::default() }, Some("RESOURCE:PORTS")),
            (Demand::default(), None),
        ] {
            assert_eq!(room().scarcest(&demand), expected, "{demand:?}");
        }
    }

    #[test]
    fn the_nearest_lacks_the_fewest_resources_and_then_the_least() {
        let rooms = [
            Room { cpu: 0, memory: 0, ..room() },
            Room { memory: 512, ..room() },
            Room { memory: 1000, ..room() },
            Room { tcp_taken: BTreeSet::from([80]), ..room() },
        ];
        let memory = Amount { required: 1024, available: 1000 };
        assert_eq!(nearest(&rooms, &ports(&[80], &[])), Some((2, vec![Shortage::Memory(memory)])));
        assert_eq!(nearest(&[room()], &task()), None);
    }

    #[test]
    fn a_thousand_instances_are_judged_in_milliseconds() {
        let rooms: Vec<Room> = (0..1000).map(|nth| Room { memory: nth, ..room() }).collect();
        let started = Instant::now();
        let found = nearest(&rooms, &ports(&[80, 443], &[53]));
        let times: u64 = rooms.iter().map(|room| room.times(&task())).sum();
        assert!(started.elapsed() < Duration::from_millis(50), "{:?}", started.elapsed());
        assert_eq!((found.map(|(nth, _)| nth), times), (Some(999), 0));
    }

    fn rooms() -> impl Strategy<Value = Room> {
        (0..5_u64, 0..5_u64, 0..3_u64, proptest::collection::btree_set(0..4_u16, 0..3), 0..3_u64)
            .prop_map(|(cpu, memory, interfaces, tcp_taken, gpus)| Room {
                cpu,
                memory,
                tcp_taken,
                udp_taken: BTreeSet::new(),
                interfaces: Some(interfaces),
                gpus,
            })
    }

    fn demands() -> impl Strategy<Value = Demand> {
        (0..4_u64, 0..4_u64, 0..2_u64, proptest::collection::btree_set(0..4_u16, 0..3), 0..3_u64)
            .prop_map(|(cpu, memory, interfaces, tcp, gpus)| Demand {
                cpu,
                memory,
                tcp,
                udp: BTreeSet::new(),
                interfaces,
                gpus,
            })
    }

    /// The room that a task leaves.
    fn less(room: &Room, demand: &Demand) -> Room {
        Room {
            cpu: room.cpu - demand.cpu,
            memory: room.memory - demand.memory,
            tcp_taken: &room.tcp_taken | &demand.tcp,
            udp_taken: &room.udp_taken | &demand.udp,
            interfaces: room.interfaces.map(|it| it - demand.interfaces),
            gpus: room.gpus - demand.gpus,
        }
    }

    proptest! {
        #[test]
        fn as_many_fit_as_can_be_placed_one_after_the_other(room in rooms(), demand in demands()) {
            let (mut left, mut placed) = (room.clone(), 0);
            while placed < 10 && left.holds(&demand) == Fit::Fits {
                left = less(&left, &demand);
                placed += 1;
            }
            prop_assert_eq!(room.times(&demand).min(10), placed);
        }

        #[test]
        fn more_room_never_lacks_more(room in rooms(), demand in demands()) {
            let more = Room { cpu: room.cpu + 1, memory: room.memory + 1, gpus: room.gpus + 1, ..room.clone() };
            if room.holds(&demand) == Fit::Fits {
                prop_assert_eq!(more.holds(&demand), Fit::Fits);
            }
        }
    }
}
