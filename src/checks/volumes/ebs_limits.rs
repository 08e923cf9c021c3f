//! What EBS offers of each type of volume.
//!
//! ECS documents limits of its own, and EC2 has raised some of them since: between the two a volume is
//! likely to be created all the same
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceManagedEBSVolumeConfiguration.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html>).

/// A range of whole numbers, as ECS documents it, and how far EC2 goes beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub least: i64,
    /// The most that ECS documents.
    pub most: i64,
    /// The most that EC2 documents.
    pub most_of_ec2: i64,
}

/// How a number lies to a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lies {
    Within,
    /// Beyond what ECS documents, within what EC2 does.
    Between,
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
}

/// I/O operations per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Iops {
    pub range: Range,
    /// What a volume has that names none; nothing where it has to.
    pub default: Option<i64>,
    /// How many of them go with a GiB, at most
    /// (<https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html>,
    /// <https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html>).
    pub per_gib: i64,
}

/// How many operations per second 1 MiB/s of throughput takes
/// (<https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html>).
pub(super) const IOPS_PER_MIB: i64 = 4;

/// What a volume is that names no type
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html>).
pub(super) const DEFAULT: &str = "gp3";

/// At which rate a volume can be filled from its snapshot, in MiB/s.
pub(super) const INITIALIZATION: Range = range(100, 300);

const fn range(least: i64, most: i64) -> Range {
    Range { least, most, most_of_ec2: most }
}

const fn raised(least: i64, most: i64, most_of_ec2: i64) -> Range {
    Range { least, most, most_of_ec2 }
}

static TYPES: [Limits; 7] = [
    Limits { kind: "gp2", size: range(1, 16_384), iops: None, throughput: None },
    Limits {
        kind: "gp3",
        size: raised(1, 16_384, 65_536),
        iops: Some(Iops {
            range: raised(3_000, 16_000, 80_000),
            default: Some(3_000),
            per_gib: 500,
        }),
        throughput: Some(raised(125, 1_000, 2_000)),
    },
    Limits {
        kind: "io1",
        size: range(4, 16_384),
        iops: Some(Iops { range: range(100, 64_000), default: None, per_gib: 50 }),
        throughput: None,
    },
    Limits {
        kind: "io2",
        size: raised(4, 16_384, 65_536),
        iops: Some(Iops { range: range(100, 256_000), default: None, per_gib: 1_000 }),
        throughput: None,
    },
    Limits { kind: "st1", size: range(125, 16_384), iops: None, throughput: None },
    Limits { kind: "sc1", size: range(125, 16_384), iops: None, throughput: None },
    Limits { kind: "standard", size: range(1, 1_024), iops: None, throughput: None },
];

/// The limits of this type, if there is one of that name.
pub(super) fn of(kind: &str) -> Option<&'static Limits> {
    TYPES.iter().find(|limits| limits.kind == kind)
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
    fn operations_grow_with_the_size_from_what_every_volume_has() {
        let most = |kind: &str, size| of(kind).unwrap().iops.unwrap().most_of(size);
        assert_eq!(most("gp3", 1), 3_000);
        assert_eq!(most("gp3", 20), 10_000);
        assert_eq!(most("io1", 100), 5_000);
        assert_eq!(most("io1", 1), 100);
        assert_eq!(most("io2", 4), 4_000);
    }
}
