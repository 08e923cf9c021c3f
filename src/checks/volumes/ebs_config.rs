//! `ebs-volume-config`

use super::ebs_limits::{self, DEFAULT, INITIALIZATION, IOPS_PER_MIB, Iops, Lies, Limits, Range};
use crate::checks::subject::{EbsVolumeUse, LaunchVolumeUse};
use crate::checks::{Check, Judge};
use crate::document::run_context::{ManagedEbsVolume, VolumeConfiguration};
use crate::document::volume::Volume;
use crate::document::{ContextKind, Field, Place};
use crate::facts::View;
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::Lookup;
use crate::lookup::ec2::encryption::GetEbsEncryptionByDefault;
use crate::lookup::ec2::snapshot::DescribeSnapshot;
use crate::verdict::{Finding, Findings, Judgement, fail, not_applicable, warn};

pub(super) static EBS_VOLUME_CONFIG: Check = Check {
    id: "ebs-volume-config",
    verifies: "the launch input configures the volume that the definition leaves open, within the limits of EBS",
    prevents: &[
        "InvalidParameterException from the request that creates the service or runs the task",
        "ClientException from RegisterTaskDefinition: more than one volume is configured at launch",
        "InvalidParameterValue or InvalidParameterCombination from ec2:CreateVolume, as the status reason of the volume's attachment",
    ],
    remedy: "Configure the volume in volumeConfigurations of the service or task, as its type allows",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/configure-ebs-volume.html",
    asks: &[GetEbsEncryptionByDefault::CALL, DescribeSnapshot::CALL],
    advises: false,
    judge: Judge::LaunchVolume(ebs_volume_config),
};

/// The error of the request that starts the task.
const REQUEST: &str = EBS_VOLUME_CONFIG.prevents[0];
/// The error of a second volume in the definition.
const DEFINITION: &str = EBS_VOLUME_CONFIG.prevents[1];
/// The error of the volume that is to be created.
const CREATION: &str = EBS_VOLUME_CONFIG.prevents[2];

fn ebs_volume_config(it: &LaunchVolumeUse, facts: &View) -> Judgement {
    let mut found = Findings::new();
    if let Some(volume) = it.volume {
        found.part(&volume.place, |found| only_one(it, volume, found));
    }
    let Some(configuration) = it.configuration else {
        return match (it.volume, found.is_empty()) {
            (Some(volume), true) => unconfigured(it, volume),
            _ => found.or_pass(""),
        };
    };
    found.part(configuration.name.place(), |found| belongs(it, configuration, found));
    found.part(&configuration.place, |found| {
        if is_second(it, configuration) {
            found.add(
                fail("a task has one EBS volume, and this is another")
                    .at(&configuration.place)
                    .prevents(REQUEST)
                    .remedy("Configure one volume only"),
            );
        }
        Ok(())
    });
    found
        .part(it.task.context.request.deployment_controller.place(), |found| controller(it, found));
    found.part(configuration.managed_ebs.place(), |found| {
        match configuration.managed_ebs.get()? {
            Some(ebs) => {
                let volume = EbsVolumeUse { task: it.task, configuration, ebs };
                Volumes { it: volume, facts, found }.judge()
            }
            None => {
                found.add(
                    fail("the configuration has no managedEBSVolume, the only kind of volume that is configured at launch")
                        .at(&configuration.place)
                        .prevents(REQUEST),
                );
                Ok(())
            }
        }
    });
    found.or_pass("the volume is configured as the definition wants it, within the limits of EBS")
}

/// A definition leaves one volume open, and says nothing else of it
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html>).
fn only_one(it: &LaunchVolumeUse, volume: &Volume, found: &mut Findings) -> Result<(), Stop> {
    let others = [
        ("host", volume.host.is_missing()),
        ("dockerVolumeConfiguration", volume.docker.is_missing()),
        ("efsVolumeConfiguration", volume.efs.is_missing()),
        ("s3filesVolumeConfiguration", volume.s3_files.is_missing()),
        ("fsxWindowsFileServerVolumeConfiguration", volume.fsx.is_missing()),
    ];
    if let Some((other, _)) = others.iter().find(|(_, missing)| !missing) {
        found.add(
            fail(format!(
                "the volume is configured at launch and has {other}: it can be one of both"
            ))
            .at(&volume.place)
            .prevents("ClientException from RegisterTaskDefinition")
            .remedy(format!("Remove {other}, or configuredAtLaunch")),
        );
    }
    for other in it.task.definition.volumes.items()? {
        if other.place == volume.place {
            break;
        }
        if other.configured_at_launch.get()? == Some(&true) {
            found.add(
                fail(
                    "a definition has one volume that is configured at launch, and this is another",
                )
                .at(&volume.place)
                .prevents(DEFINITION)
                .remedy("Leave configuredAtLaunch to one volume"),
            );
            break;
        }
    }
    Ok(())
}

/// A volume that is left open, of which the launch input says nothing.
fn unconfigured(it: &LaunchVolumeUse, volume: &Volume) -> Judgement {
    let context = &it.task.context;
    let name = text(&volume.name);
    if context.kind == ContextKind::Flags && !context.live {
        return not_applicable(format!(
            "volume {name} is configured at launch: give --service-definition, --run-task or --service"
        ));
    }
    if context.kind == ContextKind::UpdateService && !context.live {
        let why = format!(
            "the update leaves the configuration of volume {name} as the service has it: give --cluster and --service too"
        );
        return Err(Gap::Undecidable { why }.into());
    }
    fail(format!(
        "volume {name} is configured at launch, and the launch input does not configure it"
    ))
    .prevents(REQUEST)
    .remedy(format!(
        "Add volumeConfigurations with the name {name} and a managedEBSVolume to the input"
    ))
    .judge()
}

/// A configuration is of a volume that is left open, by its name
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceVolumeConfiguration.html>).
fn belongs(
    it: &LaunchVolumeUse,
    configuration: &VolumeConfiguration,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(name) = configuration.name.get()? else {
        found.fail(&configuration.place, "the configuration does not name its volume");
        return Ok(());
    };
    let message = match it.volume {
        Some(volume) if volume.name.get()? == Some(name) => return Ok(()),
        Some(volume) => format!(
            "the configuration is of a volume {name}, and the one that is configured at launch is {}",
            text(&volume.name)
        ),
        None => {
            let mut named = false;
            for volume in it.task.definition.volumes.items()? {
                named |= volume.name.get()? == Some(name);
            }
            match named {
                true => format!("volume {name} of the definition is not configured at launch"),
                false => {
                    format!("the definition has no volume {name} that is configured at launch")
                }
            }
        }
    };
    let remedy = match it.volume {
        Some(volume) => format!("Call it {}", text(&volume.name)),
        None => format!(
            "Add {{\"name\": \"{name}\", \"configuredAtLaunch\": true}} to the volumes of the definition, or remove the configuration"
        ),
    };
    found.add(
        fail(message).at(configuration.name.place()).on(name).prevents(REQUEST).remedy(remedy),
    );
    Ok(())
}

fn is_second(it: &LaunchVolumeUse, configuration: &VolumeConfiguration) -> bool {
    let all = it.task.context.request.volume_configurations.get().ok().flatten();
    all.and_then(|all| all.first()).is_some_and(|first| first.place != configuration.place)
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-volumes.html>
fn controller(it: &LaunchVolumeUse, found: &mut Findings) -> Result<(), Stop> {
    let Some(controller) = it.task.context.request.deployment_controller.get()? else {
        return Ok(());
    };
    if let Some(kind) = controller.kind.get()?
        && kind != "ECS"
    {
        found.add(
            fail(format!(
                "services with EBS volumes are deployed by ECS, and deploymentController is {kind}"
            ))
            .at(controller.kind.place())
            .prevents(REQUEST)
            .remedy("Let the type of deploymentController be ECS, or keep the data elsewhere"),
        );
    }
    Ok(())
}

fn text(field: &Field<String>) -> &str {
    field.get().ok().flatten().map_or("without a name", String::as_str)
}

/// Judges what is to be created.
struct Volumes<'t, 'v, 'f> {
    it: EbsVolumeUse<'t>,
    facts: &'v View<'v>,
    found: &'f mut Findings,
}

impl Volumes<'_, '_, '_> {
    fn judge(self) -> Result<(), Stop> {
        let Volumes { it, facts, found } = self;
        let ebs = it.ebs;
        found.part(ebs.role_arn.place(), |_| role(&it));
        found.part(&ebs.place, |found| source(ebs, found));
        found.part(ebs.volume_type.place(), |found| {
            let limits = limits(&it, found)?;
            let Some(limits) = limits else { return Ok(()) };
            found.part(ebs.size_in_gib.place(), |found| size(&it, limits, facts, found));
            found.part(ebs.iops.place(), |found| iops(&it, limits, facts, found));
            found.part(ebs.throughput.place(), |found| throughput(ebs, limits, found));
            Ok(())
        });
        found.part(ebs.volume_initialization_rate.place(), |found| initialization(ebs, found));
        found.part(ebs.kms_key_id.place(), |found| encryption(&it, facts, found));
        tags(&it, found);
        Ok(())
    }
}

fn role(it: &EbsVolumeUse) -> Result<(), Stop> {
    match it.ebs.role_arn.is_missing() {
        false => Ok(()),
        true => Err(Stop::written(
            it.ebs.place.subject(),
            "the volume names no infrastructure role (roleArn) by which ECS could create it",
        )),
    }
}

fn source(ebs: &ManagedEbsVolume, found: &mut Findings) -> Result<(), Stop> {
    if ebs.size_in_gib.get()?.is_none() && is_empty(&ebs.snapshot_id)? {
        found.add(
            fail("the volume has neither sizeInGiB nor snapshotId, and needs one of them")
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
        let message = format!("EBS has no volume type {kind} (there are: {})", ebs_limits::kinds());
        found.add(
            fail(message).at(field.place()).prevents(CREATION).remedy("Set volumeType to gp3"),
        );
        return Ok(None);
    };
    if kind == "standard" && it.task.may_run_on_fargate()? {
        found.add(
            fail("tasks on Fargate have no volumes of type standard")
                .at(field.place())
                .prevents(CREATION)
                .remedy("Set volumeType to gp3"),
        );
    }
    Ok(Some(limits))
}

/// Judges a number that has to lie within a range.
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
            "{name} is {number}, and ECS documents {range} for {limits}; EC2 goes up to {}",
            range.most_of_ec2
        )))),
        Lies::Outside => {
            found.add(finding(fail(format!("{name} is {number}, and {limits} takes {range}"))));
        }
    }
}

/// The size that the volume will have: as written, otherwise that of the snapshot.
fn sized(it: &EbsVolumeUse, facts: &View) -> Result<Option<i64>, Stop> {
    match (it.ebs.size_in_gib.get()?, it.snapshot()?) {
        (Some(size), _) => Ok(Some(*size)),
        (None, Some(asked)) => Ok(Some(facts.need(&asked)?.size)),
        (None, None) => Ok(None),
    }
}

fn size(
    it: &EbsVolumeUse,
    limits: &Limits,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let field = &it.ebs.size_in_gib;
    let kind = format!("a volume of type {}", limits.kind);
    if let Some(size) = field.get()? {
        within(*size, limits.size, field.place(), "sizeInGiB", &kind, found);
    }
    if is_empty(&it.ebs.snapshot_id)? {
        return Ok(());
    }
    let Some(asked) = it.snapshot()? else { return Ok(()) };
    let snapshot = facts.need(&asked)?;
    match field.get()? {
        Some(size) if *size < snapshot.size => found.add(
            fail(format!(
                "sizeInGiB is {size}, and snapshot {} takes a volume of {} GiB at least",
                asked.id, snapshot.size
            ))
            .at(field.place())
            .on(&asked.id)
            .prevents(CREATION)
            .remedy(format!("Set sizeInGiB to {} or more, or leave it out", snapshot.size)),
        ),
        Some(_) => {}
        None => within(
            snapshot.size,
            limits.size,
            it.ebs.snapshot_id.place(),
            "the size of the snapshot",
            &kind,
            found,
        ),
    }
    Ok(())
}

fn iops(
    it: &EbsVolumeUse,
    limits: &Limits,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let field = &it.ebs.iops;
    let kind = limits.kind;
    match (field.get()?, limits.iops) {
        (None, Some(Iops { default: None, range, .. })) => found.add(
            fail(format!("a volume of type {kind} needs iops, and none are given"))
                .at(field.place())
                .prevents(CREATION)
                .remedy(format!("Set iops to {range}, or volumeType to gp3")),
        ),
        (None, _) => {}
        (Some(iops), None) => found.add(
            fail(format!("iops is {iops}, and a volume of type {kind} takes none"))
                .at(field.place())
                .prevents(CREATION)
                .remedy("Remove iops, or set volumeType to gp3"),
        ),
        (Some(iops), Some(offered)) => {
            within(
                *iops,
                offered.range,
                field.place(),
                "iops",
                &format!("a volume of type {kind}"),
                found,
            );
            if let Some(size) = sized(it, facts)?
                && *iops > offered.most_of(size)
                && offered.range.holds(*iops) != Lies::Outside
            {
                found.add(
                    fail(format!(
                        "iops is {iops}, and a volume of type {kind} and {size} GiB has {} at most ({} for each GiB)",
                        offered.most_of(size),
                        offered.per_gib
                    ))
                    .at(field.place())
                    .prevents(CREATION)
                    .remedy("Lower iops, or enlarge the volume"),
                );
            }
        }
    }
    Ok(())
}

fn throughput(ebs: &ManagedEbsVolume, limits: &Limits, found: &mut Findings) -> Result<(), Stop> {
    let field = &ebs.throughput;
    let Some(throughput) = field.get()? else { return Ok(()) };
    let kind = limits.kind;
    let Some(range) = limits.throughput else {
        found.add(
            fail(format!("throughput is {throughput}, and a volume of type {kind} takes none"))
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
    let iops = ebs.iops.get()?.copied().or(limits.iops.and_then(|it| it.default)).unwrap_or(0);
    let needed = throughput.saturating_mul(IOPS_PER_MIB);
    if needed > iops && range.holds(*throughput) != Lies::Outside {
        found.add(
            fail(format!(
                "throughput is {throughput} MiB/s, which takes {needed} iops, and the volume has {iops}"
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
            fail("volumeInitializationRate is set, and the volume is made of no snapshot")
                .at(field.place())
                .prevents(REQUEST)
                .remedy("Remove volumeInitializationRate, or set snapshotId"),
        );
    }
    within(*rate, INITIALIZATION, field.place(), "volumeInitializationRate", "EBS", found);
    Ok(())
}

/// A key is for a volume that is encrypted
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html>).
fn encryption(it: &EbsVolumeUse, facts: &View, found: &mut Findings) -> Result<(), Stop> {
    let ebs = it.ebs;
    if is_empty(&ebs.kms_key_id)? || ebs.encrypted.get()? != Some(&false) {
        return Ok(());
    }
    let asked = GetEbsEncryptionByDefault { region: it.task.region()?.clone() };
    let finding = match facts.get(&asked)? {
        // Then EBS encrypts the volume whatever is written.
        Seen::Found(true) => warn(
            "encrypted is false beside a kmsKeyId; the account encrypts by default, so the volume will be encrypted",
        ),
        _ => fail("encrypted is false, and kmsKeyId is for a volume that is encrypted"),
    };
    found.add(
        finding
            .at(ebs.encrypted.place())
            .prevents(CREATION)
            .remedy("Set encrypted to true, or remove kmsKeyId"),
    );
    Ok(())
}

/// How many tags a volume may have beside those of ECS
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
                                .remedy("Remove the tag, or call it otherwise"),
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
                    warn("propagateTags is SERVICE, and no service starts the task")
                        .at(specification.propagate_tags.place())
                        .prevents(REQUEST)
                        .remedy("Set propagateTags to TASK_DEFINITION, or leave it out"),
                );
            }
        }
        if count > MOST_TAGS {
            found.add(
                fail(format!(
                    "the volume has {count} tags, and takes {MOST_TAGS} beside those of ECS"
                ))
                .at(specifications.place())
                .prevents(REQUEST)
                .remedy("Remove some tags"),
            );
        }
        Ok(())
    });
}
