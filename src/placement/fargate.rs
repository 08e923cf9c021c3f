//! The sizes of task that Fargate offers
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html>).

use std::fmt;

use super::size::{CpuUnits, MemoryMib};
use crate::names::{Architecture, OperatingSystem, words};

/// One row of the table: a cpu, and the memory that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    cpu: CpuUnits,
    memory: MemoryRange,
    windows: bool,
    /// Needs Linux platform version 1.4.0 or later.
    needs_1_4: bool,
    /// When it was last seen to be offered.
    seen: &'static str,
}

/// Where the sizes are listed.
pub const SOURCE: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html";

/// The memory that Fargate offers with one cpu: every step from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryRange {
    /// The smallest.
    pub least: MemoryMib,
    /// The largest.
    pub most: MemoryMib,
    /// From one to the next.
    pub step: MemoryStep,
}

/// How the sizes of memory follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryStep {
    /// Each is twice the one before.
    Doubling,
    /// Each is so many MiB more than the one before.
    Mib(u64),
}

const fn size(cpu: u64, least: u64, most: u64, step: MemoryStep, seen: &'static str) -> Size {
    let memory = MemoryRange { least: MemoryMib(least), most: MemoryMib(most), step };
    let windows = cpu >= 1024 && cpu <= 4096;
    Size { cpu: CpuUnits(cpu), memory, windows, needs_1_4: cpu >= 8192, seen }
}

const SIZES: [Size; 7] = [
    size(256, 512, 2048, MemoryStep::Doubling, "2026-06"),
    size(512, 1024, 4096, MemoryStep::Mib(1024), "2026-06"),
    size(1024, 2048, 8192, MemoryStep::Mib(1024), "2026-06"),
    size(2048, 4096, 16_384, MemoryStep::Mib(1024), "2026-06"),
    size(4096, 8192, 30_720, MemoryStep::Mib(1024), "2026-06"),
    size(8192, 16_384, 61_440, MemoryStep::Mib(4096), "2026-06"),
    size(16_384, 32_768, 122_880, MemoryStep::Mib(8192), "2026-06"),
];

/// Why Fargate does not offer a size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SizeProblem {
    /// No size has this cpu.
    #[error("Fargate offers no task with {cpu} CPU units on {os}; the nearest offered: {}", words::and(.nearest))]
    Cpu {
        /// What is requested.
        cpu: CpuUnits,
        /// On which operating system.
        os: OperatingSystem,
        /// The next smaller and the next larger cpu that is offered.
        nearest: Vec<CpuUnits>,
    },
    /// The cpu is offered, but not with this memory.
    #[error(
        "Fargate offers no task with {cpu} CPU units and {memory} MiB; with that cpu, memory is {allowed}{}",
        instead(.nearest)
    )]
    Memory {
        /// The cpu that is requested.
        cpu: CpuUnits,
        /// The memory that is requested.
        memory: MemoryMib,
        /// The memory that is offered with this cpu.
        allowed: MemoryRange,
        /// The next smaller and the next larger pair that is offered: with the same cpu, and with
        /// the smallest cpu that has this very memory.
        nearest: Vec<(CpuUnits, MemoryMib)>,
    },
    /// Larger than any size that this tool knows. AWS adds larger sizes, so this one may exist.
    #[error(
        "{cpu} CPU units is more than the largest Fargate size that this tool knows, {largest}"
    )]
    LargerThanKnown {
        /// What is requested.
        cpu: CpuUnits,
        /// The largest that is known.
        largest: CpuUnits,
    },
    /// Fargate runs Windows on X86_64 only.
    #[error("Fargate runs Windows on X86_64 only, not on ARM64")]
    WindowsOnArm,
}

/// Whether Fargate offers a task of this size.
pub fn judge(
    cpu: CpuUnits,
    memory: MemoryMib,
    os: OperatingSystem,
    architecture: Architecture,
) -> Result<(), SizeProblem> {
    if (os, architecture) == (OperatingSystem::Windows, Architecture::Arm64) {
        return Err(SizeProblem::WindowsOnArm);
    }
    let Some(size) = offered(os).find(|size| size.cpu == cpu) else {
        return Err(no_such_cpu(cpu, os));
    };
    if size.memory.holds(memory) {
        return Ok(());
    }
    let same_cpu = size.memory.neighbours(memory).into_iter().map(|memory| (cpu, memory));
    let same_memory =
        offered(os).find(|size| size.memory.holds(memory)).map(|size| (size.cpu, memory));
    let nearest = same_cpu.chain(same_memory).collect();
    Err(SizeProblem::Memory { cpu, memory, allowed: size.memory, nearest })
}

/// Each size as a sentence, with the day on which it was last seen to be offered.
pub fn offers() -> impl Iterator<Item = (String, &'static str)> {
    SIZES.iter().map(|size| {
        let on = if size.windows { "Linux and Windows" } else { "Linux" };
        let sentence =
            format!("Fargate offers {} CPU units with {} on {on}", size.cpu, size.memory);
        (sentence, size.seen)
    })
}

/// Whether a size of this cpu needs Linux platform version 1.4.0 or later.
pub fn needs_1_4(cpu: CpuUnits) -> bool {
    SIZES.iter().any(|size| size.cpu == cpu && size.needs_1_4)
}

fn offered(os: OperatingSystem) -> impl Iterator<Item = &'static Size> {
    SIZES.iter().filter(move |size| os == OperatingSystem::Linux || size.windows)
}

fn no_such_cpu(cpu: CpuUnits, os: OperatingSystem) -> SizeProblem {
    if let Some(largest) = SIZES.last().filter(|largest| cpu > largest.cpu) {
        return SizeProblem::LargerThanKnown { cpu, largest: largest.cpu };
    }
    let cpus = || offered(os).map(|size| size.cpu);
    let below = cpus().filter(|offered| *offered < cpu).max();
    let above = cpus().filter(|offered| *offered > cpu).min();
    SizeProblem::Cpu { cpu, os, nearest: below.into_iter().chain(above).collect() }
}

impl MemoryRange {
    /// Whether this memory is one of the steps.
    pub fn holds(&self, memory: MemoryMib) -> bool {
        self.steps().any(|step| step == memory)
    }

    fn steps(&self) -> impl Iterator<Item = MemoryMib> {
        let MemoryRange { least, most, step } = *self;
        let next = move |memory: &MemoryMib| match step {
            MemoryStep::Doubling => Some(MemoryMib(memory.0 * 2)),
            MemoryStep::Mib(mib) => Some(MemoryMib(memory.0 + mib)),
        };
        std::iter::successors(Some(least), next).take_while(move |memory| *memory <= most)
    }

    /// The next smaller and the next larger step.
    fn neighbours(&self, memory: MemoryMib) -> Vec<MemoryMib> {
        let below = self.steps().filter(|step| *step < memory).max();
        let above = self.steps().filter(|step| *step > memory).min();
        below.into_iter().chain(above).collect()
    }
}

impl fmt::Display for MemoryRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let MemoryRange { least, most, step } = self;
        match step {
            MemoryStep::Doubling => {
                let steps: Vec<MemoryMib> = self.steps().collect();
                write!(f, "{} MiB", words::and(&steps))
            }
            MemoryStep::Mib(mib) => write!(f, "{least} to {most} MiB in steps of {mib}"),
        }
    }
}

fn instead(pairs: &[(CpuUnits, MemoryMib)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(cpu, memory)| format!("{cpu}/{memory}")).collect();
    if pairs.is_empty() {
        String::new()
    } else {
        format!("; the nearest pairs are {}", words::and(&pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Architecture::{Arm64, X86_64};
    use OperatingSystem::{Linux, Windows};
    use proptest::prelude::*;

    fn judged(cpu: u64, memory: u64, os: OperatingSystem) -> Result<(), SizeProblem> {
        judge(CpuUnits(cpu), MemoryMib(memory), os, X86_64)
    }

    #[test]
    fn the_ends_of_every_range_are_offered_and_what_is_beyond_is_not() {
        let ranges = [
            (256, 512, 2048),
            (512, 1024, 4096),
            (1024, 2048, 8192),
            (2048, 4096, 16_384),
            (4096, 8192, 30_720),
            (8192, 16_384, 61_440),
            (16_384, 32_768, 122_880),
        ];
        for (cpu, least, most) in ranges {
            assert_eq!(judged(cpu, least, Linux), Ok(()));
            assert_eq!(judged(cpu, most, Linux), Ok(()));
            assert_eq!(judge(CpuUnits(cpu), MemoryMib(most), Linux, Arm64), Ok(()));
            for memory in [least - 1, least + 1, most - 1, most + 1, most * 2, 0] {
                assert!(judged(cpu, memory, Linux).is_err(), "{cpu} with {memory}");
            }
        }
    }

    #[test]
    fn the_steps_between_are_held_to() {
        assert_eq!(judged(8192, 20_480, Linux), Ok(()));
        assert!(judged(8192, 17_408, Linux).is_err());
        assert_eq!(judged(16_384, 40_960, Linux), Ok(()));
        assert!(judged(16_384, 36_864, Linux).is_err());
        assert!(judged(256, 1536, Linux).is_err());
    }

    #[test]
    fn windows_has_the_middle_sizes_on_x86_64() {
        for (cpu, memory) in [(1024, 2048), (2048, 4096), (4096, 8192)] {
            assert_eq!(judged(cpu, memory, Windows), Ok(()));
        }
        for (cpu, memory) in [(256, 512), (512, 1024), (8192, 16_384), (16_384, 32_768)] {
            assert!(matches!(judged(cpu, memory, Windows), Err(SizeProblem::Cpu { .. })));
        }
        let on_arm = judge(CpuUnits(1024), MemoryMib(2048), Windows, Arm64);
        assert_eq!(on_arm, Err(SizeProblem::WindowsOnArm));
    }

    #[test]
    fn given_more_cpu_than_any_known_size_then_it_is_told_apart() {
        let problem = judged(32_768, 65_536, Linux).unwrap_err();
        assert!(matches!(problem, SizeProblem::LargerThanKnown { largest: CpuUnits(16_384), .. }));
    }

    #[test]
    fn a_refusal_names_what_would_fit() {
        let cases = [
            (
                judged(256, 4096, Linux),
                "Fargate offers no task with 256 CPU units and 4096 MiB; with that cpu, memory is \
                 512, 1024 and 2048 MiB; the nearest pairs are 256/2048 and 512/4096",
            ),
            (
                judged(1024, 2500, Linux),
                "Fargate offers no task with 1024 CPU units and 2500 MiB; with that cpu, memory is \
                 2048 to 8192 MiB in steps of 1024; the nearest pairs are 1024/2048 and 1024/3072",
            ),
            (
                judged(1000, 2048, Linux),
                "Fargate offers no task with 1000 CPU units on Linux; the nearest offered: 512 and 1024",
            ),
            (
                judged(512, 1024, Windows),
                "Fargate offers no task with 512 CPU units on Windows; the nearest offered: 1024",
            ),
        ];
        for (judged, sentence) in cases {
            assert_eq!(judged.unwrap_err().to_string(), sentence);
        }
    }

    #[test]
    fn eight_vcpus_and_more_need_1_4() {
        let needing = SIZES.iter().filter(|size| needs_1_4(size.cpu)).map(|size| size.cpu.0);
        assert_eq!(needing.collect::<Vec<u64>>(), [8192, 16_384]);
    }

    proptest! {
        #[test]
        fn every_pair_that_is_proposed_is_offered(row in 0..SIZES.len(), memory in 0_u64..200_000) {
            let problem = judged(SIZES[row].cpu.0, memory, Linux);
            if let Err(SizeProblem::Memory { nearest, .. }) = problem {
                prop_assert!(!nearest.is_empty());
                for (cpu, memory) in nearest {
                    prop_assert_eq!(judged(cpu.0, memory.0, Linux), Ok(()));
                }
            }
        }
    }
}
