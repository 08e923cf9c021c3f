//! The volumes that the definition itself describes: EFS, FSx, S3 Files, and those of Docker drivers.

use super::{Planned, Task, Unplanned, given, items};
use crate::document::volume::{DockerVolume, EfsVolume, FsxVolume, S3FilesVolume, Volume};
use crate::document::{Container, Located};
use crate::knowledge::Stop;

/// One volume on EFS.
#[derive(Clone, Copy)]
pub struct EfsVolumeUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// The volume.
    pub volume: &'t Volume,
    /// What it says of EFS.
    pub efs: &'t EfsVolume,
}

/// One volume on EFS, mounted from one subnet.
#[derive(Clone, Copy)]
pub struct EfsMountUse<'t> {
    /// The volume.
    pub volume: EfsVolumeUse<'t>,
    /// From where.
    pub from: MountedFrom<'t>,
}

/// From where a volume is mounted.
#[derive(Clone, Copy)]
pub enum MountedFrom<'t> {
    /// The network interface that the task gets in this subnet.
    Subnet(&'t Located<String>),
    /// The network interface of the container instance.
    Instance,
    /// The network interface that the task gets; it is not told in which subnet.
    Somewhere,
}

/// One volume for which something else than EFS and EBS has to be there.
#[derive(Clone, Copy)]
pub struct DrivenVolumeUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// The volume.
    pub volume: &'t Volume,
    /// By what it is driven.
    pub driver: Driver<'t>,
}

/// By what a volume is driven.
#[derive(Clone, Copy)]
pub enum Driver<'t> {
    /// FSx for Windows File Server.
    Fsx(&'t FsxVolume),
    /// S3 Files.
    S3Files(&'t S3FilesVolume),
    /// A volume driver of Docker.
    Docker(&'t DockerVolume),
}

impl Task {
    /// The volumes of the definition; where they cannot be read, that is noted.
    fn volumes<U>(&self, found: &mut Vec<Planned<U>>) -> &[Volume] {
        items(&self.definition.volumes, found)
    }

    /// Each volume on EFS.
    pub fn efs_volumes(&self) -> Vec<Planned<EfsVolumeUse<'_>>> {
        let mut found = Vec::new();
        for volume in self.volumes(&mut found) {
            if let Some(efs) = given(&volume.efs, &mut found) {
                found.push(Ok(EfsVolumeUse { task: self, volume, efs }));
            }
        }
        found
    }

    /// Each volume on EFS, from each subnet that it will be mounted from. The agent mounts it within
    /// the network namespace of the task, which in mode awsvpc is that of its own network interface
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html>).
    pub fn efs_mounts(&self) -> Vec<Planned<EfsMountUse<'_>>> {
        let mut found = Vec::new();
        for planned in self.efs_volumes() {
            match planned {
                Ok(volume) => self.mounts(volume, &mut found),
                Err(unplanned) => found.push(Err(unplanned)),
            }
        }
        found
    }

    fn mounts<'t>(&'t self, volume: EfsVolumeUse<'t>, found: &mut Vec<Planned<EfsMountUse<'t>>>) {
        let subnets = &self.context.network.subnets;
        let from = match self.has_own_interface() {
            Err(stop) => return found.push(Err(Unplanned::in_place(&volume.volume.place, stop))),
            Ok(false) => vec![MountedFrom::Instance],
            Ok(true) => match given(subnets, found) {
                Some(subnets) if !subnets.is_empty() => {
                    subnets.iter().map(MountedFrom::Subnet).collect()
                }
                None if !subnets.is_missing() => return,
                _ => vec![MountedFrom::Somewhere],
            },
        };
        found.extend(from.into_iter().map(|from| Ok(EfsMountUse { volume, from })));
    }

    /// Whether the task gets a network interface of its own: in mode awsvpc, the only one of Fargate.
    fn has_own_interface(&self) -> Result<bool, Stop> {
        let mode = self.definition.network_mode.get()?.map(String::as_str);
        Ok(mode == Some("awsvpc") || self.may_run_on_fargate()?)
    }

    /// Each volume for which something else than EFS and EBS has to be there.
    pub fn driven_volumes(&self) -> Vec<Planned<DrivenVolumeUse<'_>>> {
        let mut found = Vec::new();
        for volume in self.volumes(&mut found) {
            let drivers = [
                given(&volume.docker, &mut found).map(Driver::Docker),
                given(&volume.s3_files, &mut found).map(Driver::S3Files),
                given(&volume.fsx, &mut found).map(Driver::Fsx),
            ];
            let driven = |driver| Ok(DrivenVolumeUse { task: self, volume, driver });
            found.extend(drivers.into_iter().flatten().map(driven));
        }
        found
    }

    /// The containers that may write to the volume: they mount it without saying `readOnly`.
    ///
    /// # Errors
    /// A gap where the definition does not say.
    pub fn writers(&self, volume: &Volume) -> Result<Vec<&Container>, Stop> {
        let name = volume.name.get()?;
        let mut writers = Vec::new();
        for container in self.definition.container_definitions.items()? {
            for mount in container.mount_points.items()? {
                let is_its = mount.source_volume.get()? == name;
                if is_its && mount.read_only.get()? != Some(&true) {
                    writers.push(container);
                    break;
                }
            }
        }
        Ok(writers)
    }
}
