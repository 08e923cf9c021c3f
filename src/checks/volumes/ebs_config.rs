//! `ebs-volume-config`

use crate::checks::subject::EbsVolumeUse;
use crate::checks::{Check, Judge};
use crate::facts::View;
use crate::verdict::{Judgement, fail, pass};

pub(super) static EBS_VOLUME_CONFIG: Check = Check {
    id: "ebs-volume-config",
    verifies: "the launch input configures the volume that the definition leaves open, within the limits of EBS",
    prevents: &["InvalidParameterException"],
    remedy: "Configure the volume in volumeConfigurations of the service or task",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceManagedEBSVolumeConfiguration.html",
    asks: &[],
    advises: false,
    judge: Judge::EbsVolume(ebs_volume_config),
};

fn ebs_volume_config(it: &EbsVolumeUse, _: &View) -> Judgement {
    match it.role()? {
        Some(_) => pass("an infrastructure role creates the volume"),
        None => fail("the volume names no infrastructure role to create it").judge(),
    }
}
