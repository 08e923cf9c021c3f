//! The limits for a volume that ECS creates.

use super::ebs_limits::{self, DEFAULT, INITIALIZATION, IOPS_PER_MIB, Iops, Lies, Limits, Range};
use crate::document::run_context::ManagedEbsVolume;
use crate::document::{ContextKind, Field, Place};
use crate::knowledge::Stop;
use crate::lookup::ec2::snapshot::{DescribeSnapshot, Snapshot};
use crate::task::EbsVolumeUse;
use crate::verdict::{Finding, Findings, fail, warn};

/// The error of the request that starts the task.
pub(super) const REQUEST: &str = "InvalidParameterException from the request that creates the service or runs the task (AWS's exact words are not known)";
/// The error of the volume that is to be created.
pub(super) const CREATION: &str = "InvalidParameterValue or InvalidParameterCombination from ec2:CreateVolume (AWS's exact words are not known)";

/// Judges the volume as far as the documents describe it.
pub(super) fn judge(it: &EbsVolumeUse, found: &mut Findings) {
    let ebs = it.ebs;
    found.part(ebs.role_arn.place(), |_| role(it));
    found.part(&ebs.place, |found| source(ebs, found));
    found.part(ebs.volume_type.place(), |found| {
        let Some(limits) = limits(it, found)? else { return Ok(()) };
        found.part(ebs.size_in_gib.place(), |found| size(ebs, limits, found));
        found.part(ebs.iops.place(), |found| iops(ebs, limits, found));
        found.part(ebs.throughput.place(), |found| throughput(ebs, limits, found));
        Ok(())
    });
    found.part(ebs.volume_initialization_rate.place(), |found| initialization(ebs, found));
    found.part(ebs.kms_key_id.place(), |found| encryption(ebs, found));
    tags(it, found);
}

/// Judges whether the configured volume can be created from this snapshot.
pub(super) fn judge_of_snapshot(
    it: &EbsVolumeUse,
    asked: &DescribeSnapshot,
    snapshot: &Snapshot,
    found: &mut Findings,
) {
    let ebs = it.ebs;
    let field = &ebs.size_in_gib;
    found.part(field.place(), |found| {
        if let Some(size) = field.get()? {
            if *size < snapshot.size {
                found.add(
                    fail(format!(
                        "sizeInGiB is {size}, but snapshot {} needs a volume of at least {} GiB",
                        asked.id, snapshot.size
                    ))
                    .at(field.place())
                    .on(&asked.id)
                    .prevents(CREATION)
                    .remedy(format!("Set sizeInGiB to {} or more, or leave it out", snapshot.size)),
                );
            }
            return Ok(());
        }
        let kind = ebs.volume_type.get()?.filter(|kind| !kind.is_empty());
        let Some(limits) = ebs_limits::of(kind.map_or(DEFAULT, String::as_str)) else {
            return Ok(());
        };
        let of_type = format!("a volume of type {}", limits.kind);
        let at = ebs.snapshot_id.place();
        within(snapshot.size, limits.size, at, "the size of the snapshot", &of_type, found);
        if let (Some(iops), Some(offered)) = (ebs.iops.get()?, limits.iops) {
            ratio(*iops, snapshot.size, offered, limits, ebs, found);
        }
        Ok(())
    });
}

fn role(it: &EbsVolumeUse) -> Result<(), Stop> {
    match it.ebs.role_arn.is_missing() {
        false => Ok(()),
        true => Err(Stop::written(
            it.ebs.place.subject(),
            "the volume has no infrastructure role (roleArn) with which ECS can create it",
        )),
    }
}

fn source(ebs: &ManagedEbsVolume, found: &mut Findings) -> Result<(), Stop> {
    if ebs.size_in_gib.get()?.is_none() && is_empty(&ebs.snapshot_id)? {
        found.add(
            fail("the volume has neither sizeInGiB nor snapshotId, but needs one of them")
                .at(&ebs.place)
                .prevents(REQUEST)
                .remedy("Set sizeInGiB, or snapshotId"),
        );
    }
    Ok(())
}

fn is_empty(field: &Field<String>) -> Result<bool, Stop> {
    Ok(field.get()?.is_none_or(String::is_empty))
}

/// The limits of the volume's type.
fn limits(it: &EbsVolumeUse, found: &mut Findings) -> Result<Option<&'static Limits>, Stop> {
    let field = &it.ebs.volume_type;
    let kind = field.get()?.filter(|kind| !kind.is_empty()).map_or(DEFAULT, String::as_str);
    let Some(limits) = ebs_limits::of(kind) else {
        let message =
            format!("EBS has no volume type {kind}; valid types: {}", ebs_limits::kinds());
        found.add(
            fail(message).at(field.place()).prevents(CREATION).remedy("Set volumeType to gp3"),
        );
        return Ok(None);
    };
    if kind == "standard" && it.task.may_run_on_fargate()? {
        found.add(
            fail("tasks on Fargate cannot have volumes of type standard")
                .at(field.place())
                .prevents(CREATION)
                .remedy("Set volumeType to gp3"),
        );
    }
    Ok(Some(limits))
}

/// Judges a number that has to be within a range.
fn within(
    number: i64,
    range: Range,
    field: &Place,
    name: &str,
    limits: &str,
    found: &mut Findings,
) {
    let finding = |finding: Finding| {
        finding.at(field).prevents(CREATION).remedy(format!("Set {name} to {range}"))
    };
    match range.holds(number) {
        Lies::Within => {}
        Lies::Between => found.add(finding(warn(format!(
            "{name} is {number}, but ECS documents {range} for {limits}; EC2 allows up to {}",
            range.most_of_ec2
        )))),
        Lies::Raised => found.add(finding(warn(format!(
            "{name} is {number}, but EC2 raises it to {}, the minimum for {limits}",
            range.least
        )))),
        Lies::Outside => {
            found.add(finding(fail(format!("{name} is {number}, but {limits} allows {range}"))));
        }
    }
}

fn size(ebs: &ManagedEbsVolume, limits: &Limits, found: &mut Findings) -> Result<(), Stop> {
    let field = &ebs.size_in_gib;
    if let Some(size) = field.get()? {
        let kind = format!("a volume of type {}", limits.kind);
        within(*size, limits.size, field.place(), "sizeInGiB", &kind, found);
    }
    Ok(())
}

fn iops(ebs: &ManagedEbsVolume, limits: &Limits, found: &mut Findings) -> Result<(), Stop> {
    let field = &ebs.iops;
    let kind = limits.kind;
    match (field.get()?, limits.iops) {
        (None, Some(Iops { default: None, range, .. })) => found.add(
            fail(format!("a volume of type {kind} needs iops, but none is set"))
                .at(field.place())
                .prevents(CREATION)
                .remedy(format!("Set iops to {range}, or volumeType to gp3")),
        ),
        (None, _) => {}
        (Some(iops), None) => found.add(
            fail(format!("iops is {iops}, but a volume of type {kind} does not support iops"))
                .at(field.place())
                .prevents(CREATION)
                .remedy("Remove iops, or set volumeType to gp3"),
        ),
        (Some(iops), Some(offered)) => {
            let of_type = format!("a volume of type {kind}");
            within(*iops, offered.range, field.place(), "iops", &of_type, found);
            if let Some(size) = ebs.size_in_gib.get()? {
                ratio(*iops, *size, offered, limits, ebs, found);
            }
        }
    }
    Ok(())
}

/// A volume allows a maximum of operations for each GiB.
fn ratio(
    iops: i64,
    size: i64,
    offered: Iops,
    limits: &Limits,
    ebs: &ManagedEbsVolume,
    found: &mut Findings,
) {
    let most = offered.most_of(size);
    if iops > most && offered.range.holds(iops) != Lies::Outside {
        found.add(
            fail(format!(
                "iops is {iops}, but a volume of type {} with {size} GiB allows at most {most} ({} per GiB)",
                limits.kind, offered.per_gib
            ))
            .at(ebs.iops.place())
            .prevents(CREATION)
            .remedy("Lower iops, or increase the size"),
        );
    }
}

fn throughput(ebs: &ManagedEbsVolume, limits: &Limits, found: &mut Findings) -> Result<(), Stop> {
    let field = &ebs.throughput;
    let Some(throughput) = field.get()? else { return Ok(()) };
    let kind = limits.kind;
    let Some(range) = limits.throughput else {
        found.add(
            fail(format!("throughput is {throughput}, but a volume of type {kind} does not support throughput"))
                .at(field.place())
                .prevents(CREATION)
                .remedy("Remove throughput, or set volumeType to gp3"),
        );
        return Ok(());
    };
    within(
        *throughput,
        range,
        field.place(),
        "throughput",
        &format!("a volume of type {kind}"),
        found,
    );
    // EC2 raises fewer operations to what every volume of the type has.
    let default = limits.iops.and_then(|it| it.default).unwrap_or(0);
    let iops = ebs.iops.get()?.copied().unwrap_or(0).max(default);
    let needed = throughput.saturating_mul(IOPS_PER_MIB);
    if needed > iops && range.holds(*throughput) != Lies::Outside {
        found.add(
            fail(format!(
                "throughput is {throughput} MiB/s, which needs {needed} iops, but the volume has {iops}"
            ))
            .at(field.place())
            .prevents(CREATION)
            .remedy(format!("Set iops to {needed} or more, or lower throughput to {}", iops / IOPS_PER_MIB)),
        );
    }
    Ok(())
}

fn initialization(ebs: &ManagedEbsVolume, found: &mut Findings) -> Result<(), Stop> {
    let field = &ebs.volume_initialization_rate;
    let Some(rate) = field.get()? else { return Ok(()) };
    if is_empty(&ebs.snapshot_id)? {
        found.add(
            fail("volumeInitializationRate is set, but the volume is not created from a snapshot")
                .at(field.place())
                .prevents(REQUEST)
                .remedy("Remove volumeInitializationRate, or set snapshotId"),
        );
    }
    within(*rate, INITIALIZATION, field.place(), "volumeInitializationRate", "EBS", found);
    Ok(())
}

/// A key needs an encrypted volume
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html>).
fn encryption(ebs: &ManagedEbsVolume, found: &mut Findings) -> Result<(), Stop> {
    if !is_empty(&ebs.kms_key_id)? && ebs.encrypted.get()? == Some(&false) {
        found.add(
            fail("kmsKeyId is set, but encrypted is false")
                .at(ebs.encrypted.place())
                .prevents(CREATION)
                .remedy("Set encrypted to true, or remove kmsKeyId"),
        );
    }
    Ok(())
}

/// How many tags a volume may have in addition to those of ECS
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html>).
const MOST_TAGS: usize = 48;

fn tags(it: &EbsVolumeUse, found: &mut Findings) {
    let specifications = &it.ebs.tag_specifications;
    found.part(specifications.place(), |found| {
        let mut count = 0;
        for specification in specifications.items()? {
            let tags = &specification.tags;
            count += tags.items()?.len();
            for tag in tags.items()? {
                found.part(tag.key.place(), |found| {
                    let Some(key) = tag.key.get()? else { return Ok(()) };
                    let reserved = matches!(key.as_str(), "AmazonECSCreated" | "AmazonECSManaged")
                        || key.to_lowercase().starts_with("aws:");
                    if reserved {
                        found.add(
                            fail(format!("the tag {key} is reserved for AWS"))
                                .at(tag.key.place())
                                .prevents(REQUEST)
                                .remedy("Remove or rename the tag"),
                        );
                    }
                    Ok(())
                });
            }
            let propagated = specification.propagate_tags.get()?.map(String::as_str);
            let standalone =
                matches!(it.task.context.kind, ContextKind::RunTask | ContextKind::StartTask);
            if propagated == Some("SERVICE") && standalone {
                found.add(
                    warn("propagateTags is SERVICE, but no service starts the task")
                        .at(specification.propagate_tags.place())
                        .prevents(REQUEST)
                        .remedy("Set propagateTags to TASK_DEFINITION, or leave it out"),
                );
            }
        }
        if count > MOST_TAGS {
            found.add(
                fail(format!(
                    "the volume has {count} tags, but may have at most {MOST_TAGS} in addition to those of ECS"
                ))
                .at(specifications.place())
                .prevents(REQUEST)
                .remedy("Remove some tags"),
            );
        }
        Ok(())
    });
}
