//! Mount points: each names a volume and a path that no other uses, and a volume that is configured at
//! launch is mounted.

use std::collections::{HashMap, HashSet};

use super::super::names::{Names, alone, shown};
use super::super::target;
use crate::document::container::MountPoint;
use crate::document::{Container, Place};
use crate::knowledge::Stop;
use crate::task::Task;
use crate::verdict::{Findings, Rule};

const UNKNOWN: Rule = Rule::quoted(
    "a mount point names a volume of the task definition",
    "ClientException: Unknown volume '<name>'.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const NO_PATH: Rule = Rule::quoted(
    "a mount point has a containerPath",
    "Unable to resolve volume mounts; invalid path",
    "https://github.com/aws/amazon-ecs-agent/blob/master/agent/api/task/task.go",
    "2026-06-30",
);
const TWICE: Rule = Rule::quoted(
    "a path of a container is mounted once",
    "CannotCreateContainerError: Error response from daemon: Duplicate mount point: <path>",
    "https://github.com/moby/moby/blob/master/daemon/volumes.go",
    "2026-08-23",
);
const UNMOUNTED: Rule = Rule::quoted(
    "a container mounts each volume that is configuredAtLaunch",
    "ClientException: Volumes [<name>] are not referenced by any of the containers",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const ONE_AT_LAUNCH: Rule = Rule::unquoted(
    "at most one volume is configuredAtLaunch",
    "RegisterTaskDefinition refuses it",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-volumes.html",
    "2026-06",
);
const NAMELESS: Rule = Rule::unquoted(
    "a volume has a name",
    "no container can mount it, or RegisterTaskDefinition refuses it",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html",
    "2026-06",
);

/// The rules of this file.
pub(super) const RULES: [Rule; 6] = [UNKNOWN, NO_PATH, TWICE, UNMOUNTED, ONE_AT_LAUNCH, NAMELESS];

/// Judges all mount points, and whether volumes are mounted that have to be.
pub(super) fn judge(task: &Task, containers: &[Container], found: &mut Findings) {
    let volumes = Names::of_volumes(task);
    for container in containers {
        mounts(container, &volumes, found);
        paths(task, container, found);
    }
    nameless(task, found);
    at_launch(task, containers, found);
}

fn mounts(container: &Container, volumes: &Names, found: &mut Findings) {
    found.part(container.mount_points.place(), |found| {
        for mount in container.mount_points.items()? {
            found.part(mount.source_volume.place(), |found| source(mount, volumes, found));
            found.part(mount.container_path.place(), |found| {
                if mount.container_path.get()?.is_none_or(String::is_empty) {
                    found.add(
                        NO_PATH
                            .fail("the mount point has no containerPath")
                            .at(mount.container_path.place())
                            .remedy("Add containerPath: where the volume appears in the container"),
                    );
                }
                Ok(())
            });
        }
        Ok(())
    });
}

fn source(mount: &MountPoint, volumes: &Names, found: &mut Findings) -> Result<(), Stop> {
    let field = &mount.source_volume;
    let (name, message) = match field.get()?.map(String::as_str) {
        Some(name) if volumes.have(name)? => return Ok(()),
        Some(name) => {
            (name, format!("no volume is called {} (there are: {})", shown(name), volumes.list()))
        }
        None => ("null", "the mount point has no sourceVolume".to_owned()),
    };
    found.add(
        UNKNOWN
            .fail(message)
            .at(field.place())
            .on(name)
            .naming("<name>", name)
            .remedy("Name a volume of the definition, or add this one to volumes"),
    );
    Ok(())
}

/// Docker mounts one thing at a path, whether a volume or a tmpfs. What Fargate's runtime does is not
/// documented.
fn paths(task: &Task, container: &Container, found: &mut Findings) {
    let mounts = container.mount_points.items().unwrap_or_default();
    let linux = container.linux_parameters.get().ok().flatten();
    let tmpfs = linux.and_then(|it| it.tmpfs.items().ok()).unwrap_or_default();
    let fields =
        mounts.iter().map(|it| &it.container_path).chain(tmpfs.iter().map(|it| &it.container_path));
    let mut taken: HashMap<&str, &Place> = HashMap::new();
    for field in fields {
        let Ok(Some(path)) = field.get() else { continue };
        let plain = match path.trim_end_matches('/') {
            "" => path.as_str(),
            plain => plain,
        };
        if path.is_empty() {
            continue;
        }
        let Some(first) = taken.insert(plain, field.place()) else { continue };
        let message = format!("{path} is mounted twice, first at {first}");
        found.part(field.place(), |found| {
            let finding = match target::runs_docker(task)? {
                true => TWICE.fail(message),
                false => TWICE.warn(message),
            };
            found.add(
                finding
                    .at(field.place())
                    .naming("<path>", path)
                    .remedy("Give each mount another path"),
            );
            Ok(())
        });
    }
}

fn nameless(task: &Task, found: &mut Findings) {
    for volume in task.definition.volumes.items().unwrap_or_default() {
        if let Ok(name) = volume.name.get()
            && name.is_none_or(String::is_empty)
        {
            found.add(
                NAMELESS.warn("the volume has no name").at(&volume.place).remedy("Add a name"),
            );
        }
    }
}

/// The volume of a task that is configured at launch. Any other may be left unmounted.
fn at_launch(task: &Task, containers: &[Container], found: &mut Findings) {
    let volumes = task.definition.volumes.items().unwrap_or_default();
    let at_launch: Vec<_> =
        volumes.iter().filter(|it| it.configured_at_launch.get() == Ok(Some(&true))).collect();
    if let [_, second, ..] = at_launch.as_slice() {
        let message =
            format!("{} volumes are configuredAtLaunch, and a task can have one", at_launch.len());
        found.add(
            ONE_AT_LAUNCH
                .fail(message)
                .at(second.configured_at_launch.place())
                .remedy("Keep one volume that is configuredAtLaunch"),
        );
    }
    let mounted = Mounted::of(task, containers);
    for volume in at_launch {
        found.part(volume.configured_at_launch.place(), |found| {
            let Some(name) = volume.name.get()? else { return Ok(()) };
            if !mounted.has(name)? {
                found.add(
                    UNMOUNTED
                        .fail(format!("the volume {name} is configuredAtLaunch, and no container mounts it"))
                        .at(volume.configured_at_launch.place())
                        .on(name)
                        .naming("<name>", name)
                        .remedy("Add a mountPoint with this sourceVolume to a container, or remove the volume"),
                );
            }
            Ok(())
        });
    }
}

/// The volumes that containers mount.
struct Mounted<'t> {
    names: HashSet<&'t str>,
    /// Why there may be others.
    gap: Option<Stop>,
}

impl<'t> Mounted<'t> {
    fn of(task: &Task, containers: &'t [Container]) -> Mounted<'t> {
        let mut mounted = Mounted { names: HashSet::new(), gap: alone(task).err() };
        for container in containers {
            match container.mount_points.items() {
                Ok(mounts) => mounts.iter().for_each(|mount| mounted.add(mount)),
                Err(stop) => mounted.gap = Some(stop),
            }
        }
        mounted
    }

    fn add(&mut self, mount: &'t MountPoint) {
        match mount.source_volume.get() {
            Ok(name) => self.names.extend(name.map(String::as_str)),
            Err(stop) => self.gap = Some(stop),
        }
    }

    /// Whether a container mounts the volume. One that cannot be read could.
    fn has(&self, name: &str) -> Result<bool, Stop> {
        match &self.gap {
            _ if self.names.contains(name) => Ok(true),
            Some(stop) => Err(stop.clone()),
            None => Ok(false),
        }
    }
}
