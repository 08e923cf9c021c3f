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
    verifies: "the file system type of the volume fits the operating system, and is that of the snapshot",
    prevents: &["ECS timed out while configuring the EBS volume attachment to your Task."],
    remedy: "Set filesystemType to one of the task's operating system, and to that of the snapshot",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshoot-ebs-volumes-scenarios.html",
    asks: &[],
    advises: false,
    judge: |task| each(task, ebs_filesystem),
};

const LINUX: [&str; 3] = ["ext3", "ext4", "xfs"];
const WINDOWS: &str = "ntfs";

/// What a volume is formatted with that does not say
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
        return fail(format!("ECS makes no file system of type {kind}"))
            .at(field.place())
            .remedy(format!("Set filesystemType to {}", offered(windows)))
            .judge();
    }
    if windows != (kind == WINDOWS) {
        let system = if windows { "Windows" } else { "Linux" };
        let finding = match kind == WINDOWS && may_be_windows(it)? {
            true => warn(format!(
                "filesystemType is {kind}, and the definition does not say that its containers are of Windows"
            ))
            .remedy("Name Windows in runtimePlatform.operatingSystemFamily"),
            false => fail(format!("filesystemType is {kind}, and a task on {system} takes {}", offered(windows)))
                .remedy(format!("Set filesystemType to {}", offered(windows))),
        };
        return finding.at(field.place()).judge();
    }
    let standalone = matches!(it.task.context.kind, ContextKind::RunTask | ContextKind::StartTask);
    if windows && standalone {
        return warn("AWS documents ntfs for the volumes of services only, and this task is none of a service")
            .at(field.place())
            .judge();
    }
    match it.ebs.snapshot_id.get()?.filter(|id| !id.is_empty()) {
        None => pass(format!("the volume is formatted with {kind}")),
        // EC2 does not know what is in a snapshot: nobody can tell but who took it.
        Some(snapshot) if written.is_none() => warn(format!(
            "the volume is made of snapshot {snapshot} and names no file system type, so {kind} is expected in it"
        ))
        .at(it.ebs.snapshot_id.place())
        .on(snapshot)
        .remedy("Set filesystemType to what the volume had when the snapshot was taken")
        .judge(),
        Some(snapshot) => {
            facts.assume(format!("that snapshot {snapshot} holds a file system of type {kind}, without partitions"));
            pass(format!("{kind} is a file system of the task's operating system"))
        }
    }
}

fn offered(windows: bool) -> String {
    match windows {
        true => WINDOWS.to_owned(),
        false => LINUX.join(", "),
    }
}

/// On instances of one's own, a definition that names no operating system runs on either.
fn may_be_windows(it: &EbsVolumeUse) -> Result<bool, Stop> {
    let platform = it.task.definition.runtime_platform.get()?;
    let named = match platform {
        Some(platform) => platform.operating_system_family.get()?.is_some(),
        None => false,
    };
    Ok(!named && !it.task.may_run_on_fargate()?)
}
