//! The limits of each EBS volume type.
//!
//! ECS documents its own limits, and EC2 has raised some since: between the two a volume can probably be
//! created
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceManagedEBSVolumeConfiguration.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html>).

use crate::verdict::{Rule, Words};

/// A range of whole numbers, as ECS documents it, and how far EC2 goes beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub least: i64,
    /// The most that ECS documents.
    pub most: i64,
    /// The most that EC2 documents.
    pub most_of_ec2: i64,
    /// The least that EC2 accepts: it raises smaller numbers to the least that ECS documents.
    pub least_of_ec2: i64,
}

/// Where a number is relative to a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lies {
    Within,
    /// Beyond what ECS documents, within what EC2 does.
    Between,
    /// Below what ECS documents, but EC2 raises it.
    Raised,
    Outside,
}

/// The limits of a type of volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// The name of the type.
    pub kind: &'static str,
    /// Its size in GiB.
    pub size: Range,
    /// Its I/O operations per second, where they can be provisioned.
    pub iops: Option<Iops>,
    /// Its throughput in MiB/s, where it can be provisioned.
    pub throughput: Option<Range>,
    /// When this was last confirmed.
    pub seen: &'static str,
}

/// I/O operations per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Iops {
    pub range: Range,
    /// The default; none if a value is required.
    pub default: Option<i64>,
    /// The maximum for each GiB
    /// (<https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html>,
    /// <https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html>).
    pub per_gib: i64,
}

/// How many operations per second 1 MiB/s of throughput needs
/// (<https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html>).
pub(super) const IOPS_PER_MIB: i64 = 4;

/// The default volume type
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html>).
pub(super) const DEFAULT: &str = "gp3";

/// At which rate a volume can be filled from its snapshot, in MiB/s.
pub(super) const INITIALIZATION: Range = range(100, 300);

const fn range(least: i64, most: i64) -> Range {
    Range { least, most, most_of_ec2: most, least_of_ec2: least }
}

const fn grown(least: i64, most: i64, most_of_ec2: i64) -> Range {
    Range { least, most, most_of_ec2, least_of_ec2: least }
}

const fn raised(least_of_ec2: i64, range: Range) -> Range {
    Range { least_of_ec2, ..range }
}

static TYPES: [Limits; 7] = [
    Limits { kind: "gp2", size: range(1, 16_384), iops: None, throughput: None, seen: "2026-06" },
    Limits {
        kind: "gp3",
        size: grown(1, 16_384, 65_536),
        iops: Some(Iops {
            // EC2 raises 100 to 2,999, and refuses 99: measured on 2026-09-13.
            range: raised(100, grown(3_000, 16_000, 80_000)),
            default: Some(3_000),
            per_gib: 500,
        }),
        // EC2 raises what is below 125: measured on 2026-09-13.
        throughput: Some(raised(1, grown(125, 1_000, 2_000))),
        seen: "2026-09-13",
    },
    Limits {
        kind: "io1",
        size: range(4, 16_384),
        iops: Some(Iops { range: range(100, 64_000), default: None, per_gib: 50 }),
        throughput: None,
        seen: "2026-06",
    },
    Limits {
        kind: "io2",
        size: grown(4, 16_384, 65_536),
        iops: Some(Iops { range: range(100, 256_000), default: None, per_gib: 1_000 }),
        throughput: None,
        seen: "2026-06",
    },
    Limits { kind: "st1", size: range(125, 16_384), iops: None, throughput: None, seen: "2026-06" },
    Limits { kind: "sc1", size: range(125, 16_384), iops: None, throughput: None, seen: "2026-06" },
    Limits {
        kind: "standard",
        size: range(1, 1_024),
        iops: None,
        throughput: None,
        seen: "2026-06",
    },
];

/// The limits of this type, if there is one of that name.
pub(super) fn of(kind: &str) -> Option<&'static Limits> {
    TYPES.iter().find(|limits| limits.kind == kind)
}

const SOURCE: &str = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html";

/// The table as rules.
pub(super) fn rules() -> Vec<Rule> {
    let rule = |limits: &Limits| {
        let iops = limits.iops.map_or(String::new(), |it| format!(", {} iops", it.range));
        let throughput = limits.throughput.map_or(String::new(), |it| format!(", {it} MiB/s"));
        let claim = format!("a {} volume has {} GiB{iops}{throughput}", limits.kind, limits.size);
        let words = Words::Unknown("ECS cannot create the volume, and the task does not start");
        Rule { claim: claim.into(), words, source: SOURCE, seen: limits.seen }
    };
    TYPES.iter().map(rule).collect()
}

/// The names of all types.
pub(super) fn kinds() -> String {
    TYPES.map(|limits| limits.kind).join(", ")
}

impl Range {
    pub(super) fn holds(self, number: i64) -> Lies {
        match number {
            _ if (self.least..=self.most).contains(&number) => Lies::Within,
            _ if (self.least..=self.most_of_ec2).contains(&number) => Lies::Between,
            _ if (self.least_of_ec2..self.least).contains(&number) => Lies::Raised,
            _ => Lies::Outside,
        }
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{} to {}", self.least, self.most)
    }
}

impl Iops {
    /// The most that a volume of this size can have: at least what every volume has.
    pub(super) fn most_of(&self, size: i64) -> i64 {
        size.saturating_mul(self.per_gib).max(self.default.unwrap_or(self.range.least))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_lies_within_between_or_outside() {
        let size = of("gp3").unwrap().size;
        let cases = [
            (0, Lies::Outside),
            (1, Lies::Within),
            (16_384, Lies::Within),
            (16_385, Lies::Between),
            (65_536, Lies::Between),
            (65_537, Lies::Outside),
        ];
        for (number, lies) in cases {
            assert_eq!(size.holds(number), lies, "{number}");
        }
    }

    #[test]
    fn ec2_raises_what_is_below_the_least_of_gp3() {
        let gp3 = of("gp3").unwrap();
        let (iops, throughput) = (gp3.iops.unwrap().range, gp3.throughput.unwrap());
        for (range, number, lies) in [
            (iops, 99, Lies::Outside),
            (iops, 100, Lies::Raised),
            (iops, 2_999, Lies::Raised),
            (iops, 3_000, Lies::Within),
            (throughput, 0, Lies::Outside),
            (throughput, 124, Lies::Raised),
            (throughput, 125, Lies::Within),
            (of("io1").unwrap().iops.unwrap().range, 99, Lies::Outside),
        ] {
            assert_eq!(range.holds(number), lies, "{number} in {range}");
        }
    }

    #[test]
    fn operations_grow_with_the_size_from_what_every_volume_has() {
        let most = |kind: &str, size| of(kind).unwrap().iops.unwrap().most_of(size);
        assert_eq!(most("gp3", 1), 3_000);
        assert_eq!(most("gp3", 20), 10_000);
        assert_eq!(most("io1", 100), 5_000);
        assert_eq!(most("io1", 1), 100);
        assert_eq!(most("io2", 4), 4_000);
    }
}
