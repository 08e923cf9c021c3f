//! `efs-access-point`

use super::efs_volume::is_usable;
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::efs::{AccessPoint, DescribeAccessPoint};
use crate::shell::ShellCommand;
use crate::task::{EfsVolumeUse, ROOT_REFUSED};
use crate::verdict::{Findings, Judgement, fail, not_applicable, warn};

pub(super) static EFS_ACCESS_POINT: Check = Check {
    id: "efs-access-point",
    verifies: "the access point exists, and belongs to the file system of the volume",
    prevents: &[
        "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4: access denied by server while mounting 127.0.0.1:/",
        ROOT_REFUSED,
        "mount.nfs4: mounting 127.0.0.1:/ failed, reason given by server: No such file or directory",
    ],
    remedy: "Use an access point of this file system (aws efs describe-access-points lists them), or create one",
    docs: "https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html",
    asks: &[&[DescribeAccessPoint::CALL]],
    advises: false,
    judge: |task| each(task, efs_access_point),
};

fn efs_access_point(it: &EfsVolumeUse, facts: &View) -> Judgement {
    let place = &it.volume.place;
    let Some(authorization) = it.efs.authorization.get()? else {
        return not_applicable("the volume has no access point");
    };
    if authorization.access_point_id.is_missing() {
        return not_applicable("the volume has no access point");
    }
    let mut found = Findings::new();
    let mut named = String::new();
    found.part(place, |found| it.root_directory(found));
    found.part(authorization.access_point_id.place(), |found| {
        let Some(asked) = it.access_point()? else { return Ok(()) };
        let point = facts.need(&asked)?;
        named = format!("EFS access point {} in {}", asked.id, asked.region);
        state(&named, point, found);
        path(&named, point, found);
        membership(it, &named, &asked, point, found)
    });
    found.or_pass(format!("{named} is available and belongs to the file system of the volume"))
}

fn state(named: &str, it: &AccessPoint, found: &mut Findings) {
    if !is_usable(&it.state) {
        found.add(
            fail(format!("{named} is {}, not available", it.state))
                .on(&it.arn)
                .remedy("Wait until the access point is available, or use another one"),
        );
    }
}

/// An access point that does not create its directory cannot be mounted until something else has created it
/// (<https://docs.aws.amazon.com/efs/latest/ug/enforce-root-directory-access-point.html>).
fn path(named: &str, it: &AccessPoint, found: &mut Findings) {
    if it.path != "/" && !it.creates_path {
        found.add(
            warn(format!(
                "cannot verify that {} exists, the root directory of {named}: the access point does not create it, and no AWS API lists it",
                it.path
            ))
            .on(&it.arn)
            .prevents(EFS_ACCESS_POINT.prevents[2])
            .remedy("Make sure that the directory exists, or use an access point with CreationInfo"),
        );
    }
}

fn membership(
    it: &EfsVolumeUse,
    named: &str,
    asked: &DescribeAccessPoint,
    point: &AccessPoint,
    found: &mut Findings,
) -> Result<(), Stop> {
    let file_system = it.file_system()?.id;
    if point.file_system == file_system {
        return Ok(());
    }
    let own = &point.file_system;
    found.add(
        fail(format!("{named} belongs to file system {own}, but the volume uses {file_system}"))
            .on(&point.arn)
            .remedy(format!(
                "Set the file system to {own}, or use an access point of {file_system}"
            ))
            .command(
                ShellCommand::of("aws efs describe-access-points")
                    .option("--file-system-id", &file_system)
                    .region(&asked.region),
            ),
    );
    Ok(())
}
