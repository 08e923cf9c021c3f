//! `volume-driver`

mod docker;
mod fsx;
mod s3_files;

use crate::account::rights::PoliciesOf;
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
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

/// The container instances that take tasks, and their cluster.
struct Hosts<'t, 'f> {
    cluster: &'t str,
    active: Vec<&'f ContainerInstance>,
}

/// The hosts that the task may be placed on; nothing where no cluster is named.
///
/// # Errors
/// A gap where there is none to look at, since managed scaling may add one that has everything.
fn hosts<'t, 'f>(task: &'t Task, facts: &View<'f>) -> Result<Option<Hosts<'t, 'f>>, Stop> {
    let Some(cluster) = task.context.request.cluster.get()? else { return Ok(None) };
    let asked = ContainerInstances { region: task.region()?.clone(), cluster: cluster.clone() };
    let active: Vec<_> = facts.need(&asked)?.iter().filter(|it| it.is_active()).collect();
    if active.is_empty() {
        let why = format!("cluster {cluster} has no active container instance to look at");
        return Err(Gap::Undecidable { why }.into());
    }
    Ok(Some(Hosts { cluster, active }))
}

impl Hosts<'_, '_> {
    /// How many have the attribute.
    fn with(&self, attribute: &str) -> usize {
        self.active.iter().filter(|it| it.has(attribute)).count()
    }
}
