//! `ebs-filesystem`

use crate::checks::{Check, each};
use crate::document::ContextKind;
use crate::document::launch::OperatingSystem;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::task::EbsVolumeUse;
use crate::verdict::{Judgement, fail, pass, warn};

pub(super) static EBS_FILESYSTEM: Check = Check {
    id: "ebs-filesystem",
    verifies: "the file system type of the volume matches the task's operating system and the snapshot",
    prevents: &["ECS timed out while configuring the EBS volume attachment to your Task."],
    remedy: "Set filesystemType to a type that the task's operating system supports, and that the snapshot has",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshoot-ebs-volumes-scenarios.html",
    asks: &[],
    advises: false,
    judge: |task| each(task, ebs_filesystem),
};

const LINUX: [&str; 3] = ["ext3", "ext4", "xfs"];
const WINDOWS: &str = "ntfs";

/// The default file system type
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html>).
const DEFAULT: &str = "xfs";

fn ebs_filesystem(it: &EbsVolumeUse, facts: &View) -> Judgement {
    let field = &it.ebs.filesystem_type;
    let written = field.get()?.filter(|kind| !kind.is_empty()).map(|kind| kind.to_lowercase());
    let windows = matches!(it.task.definition.operating_system()?, OperatingSystem::Windows(_));
    let kind = match (&written, windows) {
        (Some(kind), _) => kind.as_str(),
        (None, true) => WINDOWS,
        (None, false) => DEFAULT,
    };
    let known = LINUX.contains(&kind) || kind == WINDOWS;
    if !known {
        return fail(format!("ECS does not support the file system type {kind}"))
            .at(field.place())
            .remedy(format!("Set filesystemType to {}", offered(windows)))
            .judge();
    }
    if windows != (kind == WINDOWS) {
        let system = if windows { "Windows" } else { "Linux" };
        let finding = match kind == WINDOWS && may_be_windows(it)? {
            true => warn(format!(
                "filesystemType is {kind}, but the definition does not set a Windows operating system"
            ))
            .remedy("Set runtimePlatform.operatingSystemFamily to a Windows version"),
            false => fail(format!("filesystemType is {kind}, but a {system} task supports {}", offered(windows)))
                .remedy(format!("Set filesystemType to {}", offered(windows))),
        };
        return finding.at(field.place()).judge();
    }
    let standalone = matches!(it.task.context.kind, ContextKind::RunTask | ContextKind::StartTask);
    if windows && standalone {
        return warn("AWS documents ntfs only for volumes of services, but this task is not started by a service")
            .at(field.place())
            .judge();
    }
    match it.ebs.snapshot_id.get()?.filter(|id| !id.is_empty()) {
        None => pass(format!("the volume is formatted with {kind}")),
        // No API returns the file system type of a snapshot.
        Some(snapshot) if written.is_none() => warn(format!(
            "the volume is created from snapshot {snapshot} without filesystemType, so ECS expects {kind} in it"
        ))
        .at(it.ebs.snapshot_id.place())
        .on(snapshot)
        .remedy("Set filesystemType to the type that the volume had when the snapshot was taken")
        .judge(),
        Some(snapshot) => {
            facts.assume(format!("that snapshot {snapshot} contains a file system of type {kind}, without partitions"));
            pass(format!("the task's operating system supports {kind}"))
        }
    }
}

fn offered(windows: bool) -> String {
    match windows {
        true => WINDOWS.to_owned(),
        false => LINUX.join(", "),
    }
}

/// On EC2, a definition without an operating system runs on Linux and Windows instances.
fn may_be_windows(it: &EbsVolumeUse) -> Result<bool, Stop> {
    let platform = it.task.definition.runtime_platform.get()?;
    let named = match platform {
        Some(platform) => platform.operating_system_family.get()?.is_some(),
        None => false,
    };
    Ok(!named && !it.task.may_run_on_fargate()?)
}
