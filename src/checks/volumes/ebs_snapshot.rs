//! `ebs-snapshot`

use super::ebs_created;
use crate::checks::{Check, each};
use crate::facts::View;
use crate::lookup::Lookup;
use crate::lookup::ec2::snapshot::{DescribeSnapshot, Snapshot};
use crate::shell::ShellCommand;
use crate::task::EbsVolumeUse;
use crate::verdict::{Finding, Findings, Judgement, fail, not_applicable, warn};

pub(super) static EBS_SNAPSHOT: Check = Check {
    id: "ebs-snapshot",
    verifies: "the snapshot exists, is completed, is available to this account, and fits into the volume",
    prevents: &[
        "InvalidSnapshot.NotFound from ec2:CreateVolume (AWS's exact words are not known)",
        "IncorrectState from ec2:CreateVolume: the snapshot is not completed (AWS's exact words are not known)",
        "InvalidParameterValue from ec2:CreateVolume: the volume is smaller than its snapshot (AWS's exact words are not known)",
    ],
    remedy: "Use a completed snapshot in this region that belongs to the account or is shared with it",
    docs: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshots.html",
    asks: &[&[DescribeSnapshot::CALL]],
    advises: false,
    judge: |task| each(task, ebs_snapshot),
};

fn ebs_snapshot(it: &EbsVolumeUse, facts: &View) -> Judgement {
    let Some(asked) = it.snapshot()? else {
        return not_applicable("the volume is not created from a snapshot");
    };
    let snapshot = facts.need(&asked)?;
    let mut found = Findings::new();
    if let Some(finding) = state(snapshot, &asked).or_else(|| tier(snapshot, &asked)) {
        let at = it.ebs.snapshot_id.place();
        found.add(finding.at(at).on(&asked.id).prevents(EBS_SNAPSHOT.prevents[1]));
    }
    ebs_created::judge_of_snapshot(it, &asked, snapshot, &mut found);
    found.or_pass(format!(
        "snapshot {} is completed, and its {} GiB fit into the volume",
        asked.id, snapshot.size
    ))
}

/// <https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html>
fn tier(snapshot: &Snapshot, asked: &DescribeSnapshot) -> Option<Finding> {
    let DescribeSnapshot { region, id } = asked;
    let restore = ShellCommand::of("aws ec2 restore-snapshot-tier")
        .option("--snapshot-id", id)
        .flag("--permanent-restore")
        .region(region);
    match (&snapshot.restored_until, snapshot.archived) {
        (Some(until), _) => Some(
            warn(format!("snapshot {id} is restored from the archive only until {until}"))
                .remedy("Restore it permanently")
                .command(restore),
        ),
        (None, true) => Some(
            fail(format!(
                "snapshot {id} is in the archive, and no volume can be created from it there"
            ))
            .remedy("Restore the snapshot from the archive, which takes up to three days")
            .command(restore),
        ),
        (None, false) => None,
    }
}

fn state(snapshot: &Snapshot, asked: &DescribeSnapshot) -> Option<Finding> {
    let DescribeSnapshot { region, id } = asked;
    let wait = ShellCommand::of("aws ec2 wait snapshot-completed")
        .option("--snapshot-ids", id)
        .region(region);
    let said = format!("snapshot {id} is in state {}", snapshot.state);
    match snapshot.state.as_str() {
        "completed" => None,
        "pending" => Some(
            warn(format!("{said}: no volume can be created from it before it is completed"))
                .remedy("Wait until the snapshot is completed")
                .command(wait),
        ),
        // https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin-working-with-snaps.html
        "recovering" => Some(
            warn(format!(
                "{said}: it is being restored from the recycle bin, and no volume can be created from it yet"
            ))
            .remedy("Wait until the snapshot is completed")
            .command(wait),
        ),
        "recoverable" => Some(
            fail(format!("{said}: it was deleted and is in the recycle bin"))
                .remedy("Restore the snapshot from the recycle bin, or use another one")
                .command(
                    ShellCommand::of("aws ec2 restore-snapshot-from-recycle-bin")
                        .option("--snapshot-id", id)
                        .region(region),
                ),
        ),
        _ => Some(
            fail(format!("{said}, and no volume can be created from it"))
                .remedy("Use another snapshot, or create a new one"),
        ),
    }
}
