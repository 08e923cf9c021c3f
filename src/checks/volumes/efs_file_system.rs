//! `efs-file-system`

use super::efs_volume::is_usable;
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::efs::{DescribeFileSystem, FileSystem};
use crate::shell::ShellCommand;
use crate::task::{EfsVolumeUse, PLAIN_REFUSED};
use crate::verdict::{Findings, Judgement, fail, warn};

pub(super) static EFS_FILE_SYSTEM: Check = Check {
    id: "efs-file-system",
    verifies: "the EFS file system exists and is available, and the mount options fit it",
    prevents: &[
        "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: Failed to resolve \"<fs>.efs.<region>.amazonaws.com\" - check that your file system ID is correct, and ensure that the VPC has an EFS mount target for this file system ID.",
        PLAIN_REFUSED,
        "mount.nfs4: mounting <fs>:/<directory> failed, reason given by server: No such file or directory",
    ],
    remedy: "Use a file system in the task's region (aws efs describe-file-systems lists them), or create one",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-efs-config.html",
    asks: &[&[DescribeFileSystem::CALL]],
    advises: false,
    judge: |task| each(task, efs_file_system),
};

fn efs_file_system(it: &EfsVolumeUse, facts: &View) -> Judgement {
    let place = &it.volume.place;
    let mut found = Findings::new();
    let mut named = String::new();
    found.part(place, |found| it.encryption(found));
    found.part(place, |found| directory(it, found));
    found.part(place, |found| {
        let asked = it.file_system()?;
        let file_system = facts.need(&asked)?;
        named = format!("EFS file system {} in {}", asked.id, asked.region);
        state(&named, &asked, file_system, found);
        replica(it, &named, file_system, found)
    });
    found.or_pass(format!("{named} is available"))
}

/// No API lists what is on a file system. With an access point, `efs-access-point` judges the directory.
fn directory(it: &EfsVolumeUse, found: &mut Findings) -> Result<(), Stop> {
    let Some(directory) = it.directory()? else { return Ok(()) };
    if it.names_access_point()? {
        return Ok(());
    }
    found.add(
        warn(format!(
            "cannot verify that {directory} exists on the file system: mounting does not create it, and no AWS API lists it"
        ))
        .at(it.efs.root_directory.place())
        .prevents(EFS_FILE_SYSTEM.prevents[2])
        .remedy("Make sure that the directory exists, or use an access point that creates it"),
    );
    Ok(())
}

fn state(named: &str, asked: &DescribeFileSystem, it: &FileSystem, found: &mut Findings) {
    if is_usable(&it.state) {
        return;
    }
    let DescribeFileSystem { region, id } = asked;
    found.add(
        fail(format!("{named} is {}, not available", it.state))
            .on(&it.arn)
            .remedy("Wait until the file system is available, or use another one")
            .command(
                ShellCommand::of("aws efs describe-file-systems")
                    .option("--file-system-id", id)
                    .option("--query", "FileSystems[0].LifeCycleState")
                    .region(region),
            ),
    );
}

/// The destination of a replication is read-only
/// (<https://docs.aws.amazon.com/efs/latest/ug/efs-replication.html>).
fn replica(
    volume: &EfsVolumeUse,
    named: &str,
    it: &FileSystem,
    found: &mut Findings,
) -> Result<(), Stop> {
    if it.replica && !volume.task.writers(volume.volume)?.is_empty() {
        found.add(
            warn(format!(
                "{named} is the destination of a replication and therefore read-only, but a container mounts it without readOnly"
            ))
            .on(&it.arn)
            .prevents("Read-only file system (when the container writes)")
            .remedy("Mount the source of the replication, set readOnly, or end the replication"),
        );
    }
    Ok(())
}
