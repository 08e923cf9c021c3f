//! `ebs-volume-config`

use super::ebs_created::{self, CREATION, REQUEST};
use crate::checks::{Check, each};
use crate::document::run_context::VolumeConfiguration;
use crate::document::volume::Volume;
use crate::document::{ContextKind, Field};
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::names::words;
use crate::task::{EbsVolumeUse, LaunchVolumeUse};
use crate::verdict::{Findings, Input, Judgement, fail, needs_input};

pub(super) static EBS_VOLUME_CONFIG: Check = Check {
    id: "ebs-volume-config",
    verifies: "the service or run-task input configures the volume that the definition leaves to launch, within the limits of EBS",
    prevents: &[
        REQUEST,
        "ClientException from RegisterTaskDefinition: more than one volume is configured at launch (AWS's exact words are not known)",
        CREATION,
    ],
    remedy: "Configure the volume in volumeConfigurations of the service or run-task input, within the limits of its type",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/configure-ebs-volume.html",
    asks: &[],
    advises: false,
    judge: |task| each(task, ebs_volume_config),
};

/// The error of a second volume in the definition.
const DEFINITION: &str = EBS_VOLUME_CONFIG.prevents[1];

fn ebs_volume_config(it: &LaunchVolumeUse, _: &View) -> Judgement {
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
                fail("a task can have only one EBS volume, and this is another one")
                    .at(&configuration.place)
                    .prevents(REQUEST)
                    .remedy("Configure one volume only"),
            );
        }
        Ok(())
    });
    found
        .part(it.task.context.request.deployment_controller.place(), |found| controller(it, found));
    found.part(it.task.context.request.scheduling_strategy.place(), |found| strategy(it, found));
    found.part(configuration.managed_ebs.place(), |found| {
        match configuration.managed_ebs.get()? {
            Some(ebs) => {
                ebs_created::judge(&EbsVolumeUse { task: it.task, configuration, ebs }, found);
                Ok(())
            }
            None => {
                found.add(
                    fail("the configuration has no managedEBSVolume, the only kind of volume that can be configured at launch")
                        .at(&configuration.place)
                        .prevents(REQUEST),
                );
                Ok(())
            }
        }
    });
    found.or_pass("the volume is configured, within the limits of EBS")
}

/// A definition leaves at most one volume to launch, and says nothing else about it
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
                "the volume has both configuredAtLaunch and {other}: only one of them is allowed"
            ))
            .at(&volume.place)
            .prevents(
                "ClientException from RegisterTaskDefinition (AWS's exact words are not known)",
            )
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
                    "only one volume of a definition can be configured at launch, and this is another one",
                )
                .at(&volume.place)
                .prevents(DEFINITION)
                .remedy("Set configuredAtLaunch on one volume only"),
            );
            break;
        }
    }
    Ok(())
}

/// A volume that is left to launch, but missing in the launch input.
fn unconfigured(it: &LaunchVolumeUse, volume: &Volume) -> Judgement {
    let context = &it.task.context;
    let name = text(&volume.name);
    if context.kind == ContextKind::Flags && !context.live {
        return needs_input(
            Input::Request,
            format!(
                "volume {name} is configured at launch: pass --service-definition, --run-task or --service"
            ),
        );
    }
    if context.kind == ContextKind::UpdateService && !context.live {
        let why = format!(
            "the update keeps the service's configuration of volume {name}: pass --cluster and --service too"
        );
        return Err(Gap::Undecidable { why }.into());
    }
    fail(format!(
        "volume {name} is configured at launch, but the service or run-task input does not configure it"
    ))
    .prevents(REQUEST)
    .remedy(format!(
        "Add volumeConfigurations with the name {name} and a managedEBSVolume to the input"
    ))
    .judge()
}

/// A configuration names the volume that is left to launch
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceVolumeConfiguration.html>).
fn belongs(
    it: &LaunchVolumeUse,
    configuration: &VolumeConfiguration,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(name) = configuration.name.get()? else {
        found.fail(&configuration.place, "the configuration has no volume name");
        return Ok(());
    };
    let (message, remedy) = match it.volume {
        Some(volume) if volume.name.get()? == Some(name) => return Ok(()),
        Some(volume) => (
            format!(
                "the configuration is for volume {}, but the volume that is configured at launch is {}",
                words::shown(name),
                text(&volume.name)
            ),
            format!("Set name to {}", text(&volume.name)),
        ),
        None => {
            let mut named = false;
            for volume in it.task.definition.volumes.items()? {
                named |= volume.name.get()? == Some(name);
            }
            match named {
                true => (
                    format!(
                        "volume {} of the definition is not configured at launch",
                        words::shown(name)
                    ),
                    format!(
                        "Set configuredAtLaunch of volume {name} in the definition to true, or remove the configuration"
                    ),
                ),
                false => (
                    format!(
                        "the definition has no volume {} that is configured at launch",
                        words::shown(name)
                    ),
                    format!(
                        "Add {{\"name\": \"{name}\", \"configuredAtLaunch\": true}} to the volumes of the definition, or remove the configuration"
                    ),
                ),
            }
        }
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
                "a service with EBS volumes needs the deployment controller ECS, but deploymentController is {kind}"
            ))
            .at(controller.kind.place())
            .prevents(REQUEST)
            .remedy("Set the type of deploymentController to ECS, or keep the data elsewhere"),
        );
    }
    Ok(())
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html>. Fargate
/// runs no daemons at all, so there another check reports it.
fn strategy(it: &LaunchVolumeUse, found: &mut Findings) -> Result<(), Stop> {
    let strategy = &it.task.context.request.scheduling_strategy;
    let is_daemon = strategy.get()?.is_some_and(|strategy| strategy == "DAEMON");
    if is_daemon && !it.task.may_run_on_fargate()? {
        found.add(
            fail("only services with schedulingStrategy REPLICA can have EBS volumes, but it is DAEMON")
                .at(strategy.place())
                .prevents(REQUEST)
                .remedy("Set schedulingStrategy to REPLICA, or keep the data elsewhere"),
        );
    }
    Ok(())
}

fn text(field: &Field<String>) -> String {
    field.get().ok().flatten().map_or("unnamed".to_owned(), |name| words::shown(name))
}
