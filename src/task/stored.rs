//! The disks that AWS creates for a task: EBS volumes, and Fargate ephemeral storage.

use super::role::role;
use super::subject::text;
use super::{Planned, Subject, Subjects, Task, Unplanned, Written};
use crate::document::run_context::{ManagedEbsVolume, VolumeConfiguration};
use crate::document::volume::Volume;
use crate::document::{ContextKind, Field, Place};
use crate::knowledge::Stop;
use crate::lookup::ec2::snapshot::DescribeSnapshot;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::names::RoleRef;

/// A volume that is configured at launch, by the definition, by the launch input, or by both.
#[derive(Clone, Copy)]
pub struct LaunchVolumeUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// The volume in the definition.
    pub volume: Option<&'t Volume>,
    /// The volume in the launch input.
    pub configuration: Option<&'t VolumeConfiguration>,
}

/// One EBS volume that ECS creates for the task.
#[derive(Clone, Copy)]
pub struct EbsVolumeUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// The volume as the launch input configures it.
    pub configuration: &'t VolumeConfiguration,
    /// The volume that ECS creates.
    pub ebs: &'t ManagedEbsVolume,
}

/// A disk that is, or may be, encrypted with a key.
#[derive(Clone, Copy)]
pub enum StoredUse<'t> {
    /// An EBS volume.
    Volume(EbsVolumeUse<'t>),
    /// The snapshot that an EBS volume is created from.
    Snapshot(EbsVolumeUse<'t>),
    /// The ephemeral storage of a task on Fargate.
    Fargate(&'t Task),
}

impl Task {
    /// Each volume that is configured at launch: pairs with the same name, and a single remaining one on both
    /// sides, where only the name can be wrong.
    pub fn launch_volumes(&self) -> Vec<Planned<LaunchVolumeUse<'_>>> {
        let (volumes, configurations) = match self.configured_at_launch() {
            Ok(both) => both,
            Err(unplanned) => return vec![Err(unplanned)],
        };
        let mut rest = volumes;
        let mut found: Vec<LaunchVolumeUse> = Vec::new();
        for configuration in configurations {
            let name = name(&configuration.name);
            let at =
                rest.iter().position(|volume| name.is_some() && self::name(&volume.name) == name);
            let volume = at.map(|at| rest.remove(at));
            found.push(LaunchVolumeUse { task: self, volume, configuration: Some(configuration) });
        }
        let mut alone: Vec<_> = found.iter_mut().filter(|it| it.volume.is_none()).collect();
        if let ([volume], [one]) = (rest.as_slice(), alone.as_mut_slice()) {
            one.volume = Some(*volume);
            rest.clear();
        }
        let unconfigured = rest.into_iter().map(|volume| LaunchVolumeUse {
            task: self,
            volume: Some(volume),
            configuration: None,
        });
        found.into_iter().chain(unconfigured).map(Ok).collect()
    }

    /// The volumes that the definition leaves to launch, and the configurations in the launch input.
    fn configured_at_launch(
        &self,
    ) -> Result<(Vec<&Volume>, &[VolumeConfiguration]), Box<Unplanned>> {
        let definition = &self.definition.volumes;
        let input = &self.context.request.volume_configurations;
        let volumes = definition.items().map_err(|stop| Unplanned::at(definition, stop))?;
        let configurations = input.items().map_err(|stop| Unplanned::at(input, stop))?;
        let mut open = Vec::new();
        for volume in volumes {
            let at_launch = &volume.configured_at_launch;
            match at_launch.get() {
                Ok(Some(true)) => open.push(volume),
                Ok(_) => {}
                Err(stop) => return Err(Unplanned::at(at_launch, stop)),
            }
        }
        Ok((open, configurations))
    }

    /// Each EBS volume that ECS creates.
    pub fn ebs_volumes(&self) -> Vec<Planned<EbsVolumeUse<'_>>> {
        let field = &self.context.request.volume_configurations;
        let volumes = match field.get() {
            Ok(volumes) => volumes.into_iter().flatten(),
            Err(stop) => return vec![Err(Unplanned::at(field, stop))],
        };
        volumes
            .filter_map(|configuration| match configuration.managed_ebs.get() {
                Ok(None) => None,
                Ok(Some(ebs)) => Some(Ok(EbsVolumeUse { task: self, configuration, ebs })),
                Err(stop) => Some(Err(Unplanned::at(&configuration.managed_ebs, stop))),
            })
            .collect()
    }

    /// Each disk that may be encrypted.
    pub fn stored(&self) -> Vec<Planned<StoredUse<'_>>> {
        let mut found = Vec::new();
        for planned in self.ebs_volumes() {
            match planned {
                Err(unplanned) => found.push(Err(unplanned)),
                Ok(it) => {
                    found.push(Ok(StoredUse::Volume(it)));
                    if !it.ebs.snapshot_id.is_missing() {
                        found.push(Ok(StoredUse::Snapshot(it)));
                    }
                }
            }
        }
        if self.names_cluster() {
            match self.may_run_on_fargate() {
                Ok(true) => found.push(Ok(StoredUse::Fargate(self))),
                Ok(false) => {}
                Err(stop) => {
                    found.push(Err(Unplanned::at(&self.context.request.launch_type, stop)));
                }
            }
        }
        found
    }

    /// Whether the place where the task runs is known: a launch input without a cluster means the cluster
    /// `default`.
    pub fn names_cluster(&self) -> bool {
        self.context.kind != ContextKind::Flags || !self.context.request.cluster.is_missing()
    }

    /// The request for the cluster of the task.
    ///
    /// # Errors
    /// A gap for a placeholder, and without a region.
    pub fn cluster(&self) -> Result<DescribeCluster, Stop> {
        let named = self.context.request.cluster.get()?.filter(|name| !name.is_empty());
        let cluster = named.map_or("default", String::as_str).to_owned();
        Ok(DescribeCluster { region: self.region()?.clone(), cluster })
    }
}

fn name(field: &Field<String>) -> Option<&String> {
    field.get().ok().flatten()
}

impl<'t> LaunchVolumeUse<'t> {
    /// Where it is written: in the launch input, if that contains it.
    pub fn place(&self) -> &'t Place {
        match (self.configuration, self.volume) {
            (Some(configuration), _) => &configuration.place,
            (None, Some(volume)) => &volume.place,
            (None, None) => &self.task.definition.place,
        }
    }

    /// Its name there.
    pub fn name(&self) -> &'t Field<String> {
        match (self.configuration, self.volume) {
            (Some(configuration), _) => &configuration.name,
            (None, Some(volume)) => &volume.name,
            (None, None) => &self.task.definition.family,
        }
    }
}

impl EbsVolumeUse<'_> {
    /// The infrastructure role, which creates the volume.
    ///
    /// # Errors
    /// A gap for a placeholder; an absence for a text that names no role.
    pub fn role(&self) -> Result<Option<RoleRef>, Stop> {
        match self.ebs.role_arn.is_missing() {
            true => role(&self.task.context.infrastructure_role),
            false => role(&self.ebs.role_arn),
        }
    }

    /// The request for the snapshot that it is created from, if there is one.
    ///
    /// # Errors
    /// A gap for a placeholder, and without a region.
    pub fn snapshot(&self) -> Result<Option<DescribeSnapshot>, Stop> {
        let id = self.ebs.snapshot_id.get()?.filter(|id| !id.is_empty());
        let region = self.task.region()?.clone();
        Ok(id.map(|id| DescribeSnapshot { region, id: id.clone() }))
    }
}

impl<'t> StoredUse<'t> {
    /// The task.
    pub fn task(&self) -> &'t Task {
        match self {
            StoredUse::Volume(it) | StoredUse::Snapshot(it) => it.task,
            StoredUse::Fargate(task) => task,
        }
    }

    /// Where it is written: the key, the snapshot, the cluster.
    pub fn field(&self) -> &'t Field<String> {
        match self {
            StoredUse::Volume(it) => &it.ebs.kms_key_id,
            StoredUse::Snapshot(it) => &it.ebs.snapshot_id,
            StoredUse::Fargate(task) => &task.context.request.cluster,
        }
    }
}

impl Subject for StoredUse<'_> {
    const KIND: &'static str = "EBS volume, and no cluster is known for Fargate ephemeral storage";

    fn place(&self) -> &Place {
        self.field().place()
    }

    fn resource(&self) -> Option<String> {
        text(self.field())
    }
}

impl<'t> Written<'t> for StoredUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.stored())
    }
}

impl Subject for LaunchVolumeUse<'_> {
    const KIND: &'static str = "volume that is configured at launch";

    fn place(&self) -> &Place {
        LaunchVolumeUse::place(self)
    }

    fn resource(&self) -> Option<String> {
        text(self.name())
    }
}

impl<'t> Written<'t> for LaunchVolumeUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.launch_volumes())
    }
}

impl Subject for EbsVolumeUse<'_> {
    const KIND: &'static str = "EBS volume that ECS creates";

    fn place(&self) -> &Place {
        &self.configuration.place
    }

    fn resource(&self) -> Option<String> {
        text(&self.configuration.name)
    }
}

impl<'t> Written<'t> for EbsVolumeUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.ebs_volumes())
    }
}
