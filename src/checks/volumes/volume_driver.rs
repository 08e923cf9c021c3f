//! `volume-driver`

mod docker;
mod fsx;
mod s3_files;

use crate::account::fleet::Fleet;
use crate::account::rights::PoliciesOf;
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ecs::instance::{ContainerInstance, ContainerInstances};
use crate::lookup::fsx::DescribeFsxFileSystem;
use crate::lookup::secretsmanager::{DescribeSecret, GetSecretPolicy};
use crate::lookup::ssm::DescribeParameter;
use crate::permission::PERMISSION_CALLS;
use crate::reachability::origin::Departure;
use crate::task::{DrivenVolumeUse, Driver, Task};
use crate::verdict::Judgement;

pub(super) static VOLUME_DRIVER: Check = Check {
    id: "volume-driver",
    verifies: "what a volume of FSx, S3 Files or a Docker plugin needs is there",
    prevents: &[
        "TaskFailedToStart: ATTRIBUTE",
        "CannotCreateVolumeError: Error response from daemon: create <volume>: error looking up volume plugin <driver>: plugin not found",
        "unable to mount file system <fs>",
        "mount.nfs4: access denied by server while mounting 127.0.0.1:/",
    ],
    remedy: "Install the plugin on the container instances, or correct what the volume names",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_data_volumes.html",
    asks: &[
        &[
            DescribeFsxFileSystem::CALL,
            ContainerInstances::CALL,
            DescribeSecret::CALL,
            GetSecretPolicy::CALL,
            DescribeParameter::CALL,
        ],
        &PoliciesOf::CALLS_FOR_ROLE,
        &PERMISSION_CALLS,
        &Departure::CALLS,
    ],
    advises: false,
    judge: |task| each(task, volume_driver),
};

fn volume_driver(it: &DrivenVolumeUse, facts: &View) -> Judgement {
    match it.driver {
        Driver::Docker(docker) => docker::judge(it, docker, facts),
        Driver::Fsx(fsx) => fsx::judge(it, fsx, facts),
        Driver::S3Files(files) => s3_files::judge(it, files, facts),
    }
}

/// The container instances that the task may be placed on, at least one.
struct Hosts<'f> {
    fleet: Fleet,
    instances: Vec<&'f ContainerInstance>,
}

/// The hosts that the task may be placed on; nothing where no cluster is named.
///
/// # Errors
/// A gap where there is none to look at, since managed scaling may add one that has everything.
fn hosts<'f>(task: &Task, facts: &View<'f>) -> Result<Option<Hosts<'f>>, Stop> {
    let Some(fleet) = Fleet::of(task)? else { return Ok(None) };
    let instances = fleet.instances(facts)?;
    if instances.is_empty() {
        return Err(fleet.nobody().into());
    }
    Ok(Some(Hosts { fleet, instances }))
}

impl Hosts<'_> {
    /// How many have the attribute.
    fn with(&self, attribute: &str) -> usize {
        self.instances.iter().filter(|it| it.has(attribute)).count()
    }

    /// That the task does not start for want of an attribute, in words; `able` says what it stands for.
    /// The scheduler looks for an instance that has it. Where the request names the instances, the task
    /// starts on each.
    fn lack(&self, attribute: &str, able: &str) -> Option<String> {
        let cluster = &self.fleet.cluster;
        let lacking: Vec<_> =
            self.instances.iter().filter(|it| !it.has(attribute)).map(|it| it.id()).collect();
        match (lacking.len(), self.instances.len()) {
            (0, _) => None,
            (none, all) if none == all => Some(format!(
                "no container instance of cluster {cluster} that the task may land on {able}: of {all} that are active, none has the attribute {attribute}"
            )),
            _ if self.fleet.is_named() => Some(format!(
                "not every container instance of cluster {cluster} that the request names {able}: the attribute {attribute} is missing on {}",
                lacking.join(", ")
            )),
            _ => None,
        }
    }
}
