//! What a task requires of a container instance, counted as the scheduler counts it
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html>).

use std::collections::BTreeSet;

use super::size::{CpuUnits, MemoryMib};

/// What one task requires.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// CPU units.
    pub cpu: u64,
    /// MiB.
    pub memory: u64,
    /// The fixed host ports for TCP.
    pub tcp: BTreeSet<u16>,
    /// The fixed host ports for UDP, which are separate.
    pub udp: BTreeSet<u16>,
    /// Network interfaces: one in awsvpc mode.
    pub interfaces: u64,
    /// GPUs, which no two containers share.
    pub gpus: u64,
}

/// What one container requires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContainerDemand {
    /// CPU units; none, like 0, reserves nothing.
    pub cpu: u64,
    /// The hard limit in MiB.
    pub memory: u64,
    /// The reservation in MiB. The scheduler counts it instead of the hard limit.
    pub reservation: u64,
    /// GPUs.
    pub gpus: u64,
}

impl Demand {
    /// The sum of the containers. The size of the task replaces it, even if it is larger
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html>).
    pub fn of(
        cpu: Option<CpuUnits>,
        memory: Option<MemoryMib>,
        containers: &[ContainerDemand],
    ) -> Demand {
        let sum = |of: fn(&ContainerDemand) -> u64| {
            containers.iter().map(of).fold(0, u64::saturating_add)
        };
        let counted = |it: &ContainerDemand| match it.reservation {
            0 => it.memory,
            reservation => reservation,
        };
        Demand {
            cpu: cpu.map_or_else(|| sum(|it| it.cpu), |CpuUnits(units)| units),
            memory: memory.map_or_else(|| sum(counted), |MemoryMib(mib)| mib),
            gpus: sum(|it| it.gpus),
            ..Demand::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(cpu: u64, memory: u64, reservation: u64) -> ContainerDemand {
        ContainerDemand { cpu, memory, reservation, gpus: 1 }
    }

    #[test]
    fn the_size_of_the_task_replaces_the_sum_of_its_containers() {
        let containers = [container(256, 4096, 256), container(0, 512, 0), container(1, 0, 128)];
        for (cpu, memory, expected) in [
            (None, None, (257, 896)),
            (Some(1024), None, (1024, 896)),
            (None, Some(2048), (257, 2048)),
            (Some(128), Some(128), (128, 128)),
        ] {
            let demand = Demand::of(cpu.map(CpuUnits), memory.map(MemoryMib), &containers);
            assert_eq!((demand.cpu, demand.memory), expected, "{cpu:?} {memory:?}");
            assert_eq!(demand.gpus, 3);
        }
    }
}
