//! `volume-driver`

mod docker;
mod errors;
mod fsx;
mod hosts;
mod s3_files;

use crate::account::rights::PoliciesOf;
use crate::checks::{Check, each};
use crate::facts::View;
use crate::lookup::Lookup;
use crate::lookup::ecs::instance::ContainerInstances;
use crate::lookup::fsx::DescribeFsxFileSystem;
use crate::lookup::secretsmanager::{DescribeSecret, GetSecretPolicy};
use crate::lookup::ssm::DescribeParameter;
use crate::permission::PERMISSION_CALLS;
use crate::reachability::origin::CallOrigin;
use crate::task::{DrivenVolumeUse, Driver};
use crate::verdict::Judgement;
use errors::{DENIED, NO_ATTRIBUTE, NO_PLUGIN, NOT_MOUNTED};

pub(super) static VOLUME_DRIVER: Check = Check {
    id: "volume-driver",
    verifies: "the requirements of a volume on FSx, S3 Files or a Docker plugin are met",
    prevents: &[NO_ATTRIBUTE, NO_PLUGIN, NOT_MOUNTED, DENIED],
    remedy: "Install the plugin on the container instances, or correct the volume configuration",
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
        &CallOrigin::CALLS,
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
