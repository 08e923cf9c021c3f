//! The volumes that the definition itself describes: EFS, FSx, S3 Files, and volumes with Docker drivers.

use super::subject::text;
use super::{
    Attachment, Planned, SendsFrom, Subject, Subjects, Task, Unplanned, Written, given, items,
};
use crate::document::volume::{DockerVolume, EfsVolume, FsxVolume, S3FilesVolume, Volume};
use crate::document::{Container, Place};
use crate::knowledge::Stop;
use crate::verdict::{Input, Skip};

const NO_SUBNETS: &str = "no subnets known: pass --subnets and --security-groups, or --service, --service-definition or --run-task";
const NO_CLUSTER: &str = "no cluster known, whose container instances mount the volume: pass --cluster, --service, --service-definition or --run-task";
const OUTSIDE: &str =
    "external instances cannot mount EFS volumes; see definition-fargate-parameters";

/// One volume on EFS.
#[derive(Clone, Copy)]
pub struct EfsVolumeUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// The volume.
    pub volume: &'t Volume,
    /// Its EFS configuration.
    pub efs: &'t EfsVolume,
}

/// One volume on EFS, mounted from one place.
#[derive(Clone, Copy)]
pub struct EfsMountUse<'t> {
    /// The volume.
    pub volume: EfsVolumeUse<'t>,
    /// The place that mounts it; or why that is unknown.
    pub from: Result<SendsFrom<'t>, Unmounted>,
}

/// Why it is unknown where a volume is mounted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmounted {
    /// No subnets were given.
    NoSubnets,
    /// No cluster was given.
    NoCluster,
    /// External instances cannot mount it.
    Outside,
}

impl Unmounted {
    /// The reason for which a check does not judge.
    pub fn skip(self) -> Skip {
        match self {
            Unmounted::NoSubnets => Skip::needs(Input::Subnets, NO_SUBNETS),
            Unmounted::NoCluster => Skip::needs(Input::Cluster, NO_CLUSTER),
            Unmounted::Outside => Skip::not_applicable(OUTSIDE),
        }
    }
}

/// One volume that needs something other than EFS and EBS.
#[derive(Clone, Copy)]
pub struct DrivenVolumeUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// The volume.
    pub volume: &'t Volume,
    /// Its driver.
    pub driver: Driver<'t>,
}

/// The driver of a volume.
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
    /// The volumes of the definition; if they cannot be read, that is recorded.
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
    /// the network namespace of the task, which in mode awsvpc is that of the task's own interface
    /// (<https://repost.aws/knowledge-center/efs-mount-on-ecs-container-or-task>).
    pub fn efs_mounts(&self) -> Vec<Planned<EfsMountUse<'_>>> {
        let mut found = Vec::new();
        for planned in self.efs_volumes() {
            match planned {
                Ok(volume) => match self.mounted_from() {
                    Ok(from) => {
                        found.extend(from.into_iter().map(|from| Ok(EfsMountUse { volume, from })));
                    }
                    Err(unplanned) => found.push(Err(unplanned)),
                },
                Err(unplanned) => found.push(Err(unplanned)),
            }
        }
        found
    }

    fn mounted_from(&self) -> Planned<Vec<Result<SendsFrom<'_>, Unmounted>>> {
        let (mode, subnets) = (&self.definition.network_mode, &self.context.network.subnets);
        let attachment = self.attachment().map_err(|stop| Unplanned::at(mode, stop))?;
        Ok(match attachment {
            Attachment::Fargate | Attachment::OwnInterface => {
                let items = subnets.items().map_err(|stop| Unplanned::at(subnets, stop))?;
                match items {
                    [] => vec![Err(Unmounted::NoSubnets)],
                    items => items.iter().map(|it| Ok(SendsFrom::Subnet(it))).collect(),
                }
            }
            Attachment::InstanceInterface => {
                let cluster = &self.context.request.cluster;
                let located = cluster.located().map_err(|stop| Unplanned::at(cluster, stop))?;
                vec![located.map(SendsFrom::Instances).ok_or(Unmounted::NoCluster)]
            }
            Attachment::Outside => vec![Err(Unmounted::Outside)],
        })
    }

    /// Each volume that needs something other than EFS and EBS.
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

impl Subject for EfsVolumeUse<'_> {
    const KIND: &'static str = "EFS volume";

    fn place(&self) -> &Place {
        &self.volume.place
    }

    fn resource(&self) -> Option<String> {
        text(&self.efs.file_system_id)
    }
}

impl<'t> Written<'t> for EfsVolumeUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.efs_volumes())
    }
}

impl Subject for EfsMountUse<'_> {
    const KIND: &'static str = "EFS volume";

    fn place(&self) -> &Place {
        &self.volume.volume.place
    }

    fn resource(&self) -> Option<String> {
        text(&self.volume.efs.file_system_id)
    }
}

impl<'t> Written<'t> for EfsMountUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.efs_mounts())
    }
}

impl Subject for DrivenVolumeUse<'_> {
    const KIND: &'static str = "volume on FSx or S3 Files, or with a Docker volume driver";

    fn place(&self) -> &Place {
        &self.volume.place
    }

    fn resource(&self) -> Option<String> {
        text(&self.volume.name)
    }
}

impl<'t> Written<'t> for DrivenVolumeUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.driven_volumes())
    }
}
