//! Volumes on S3 Files
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-s3files-config.html>).

use super::errors::{DENIED, NO_ATTRIBUTE};
use super::hosts::hosts;
use crate::account::rights::Policies;
use crate::account::rights::of_task::{name, policies_of};
use crate::document::Field;
use crate::document::volume::S3FilesVolume;
use crate::facts::View;
use crate::iam::{Decision, KeyState};
use crate::knowledge::{Gap, Purpose, Stop};
use crate::names::{Arn, words};
use crate::permission::{ResourceSide, Wish, assume_organization, fixes, may};
use crate::task::{DrivenVolumeUse, root_directory};
use crate::verdict::{Findings, Judgement, fail, warn};

/// The permissions of a client
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3files.html>).
const MOUNT: &str = "s3files:ClientMount";
const WRITE: &str = "s3files:ClientWrite";

/// The attribute with which an agent reports that its instance can mount S3 Files.
const CAPABILITY: &str = "ecs.capability.storage.s3-files";

pub(super) fn judge(it: &DrivenVolumeUse, files: &S3FilesVolume, facts: &View) -> Judgement {
    let place = &it.volume.place;
    let mut found = Findings::new();
    found.part(place, |found| root_directory(files, found));
    found.part(place, |found| capability(it, facts, found));
    found.part(place, |found| role(it, files, facts, found));
    // This tool knows no API that shows the file system.
    facts.assume("that the S3 Files file system exists, and that its policy denies nothing");
    found.or_pass("the task role may mount the volume")
}

fn capability(it: &DrivenVolumeUse, facts: &View, found: &mut Findings) -> Result<(), Stop> {
    if it.task.may_run_on_fargate()? {
        return Ok(());
    }
    let Some(hosts) = hosts(it.task, facts)? else { return Ok(()) };
    if let Some(lack) = hosts.lack(CAPABILITY, "can mount S3 Files") {
        found.add(
            fail(lack)
                .prevents(NO_ATTRIBUTE)
                .remedy("Update the agent and the AMI of the container instances"),
        );
    }
    Ok(())
}

/// It is always mounted with the task role
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_S3FilesVolumeConfiguration.html>).
fn role(
    it: &DrivenVolumeUse,
    files: &S3FilesVolume,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(role) = it.task.task_role()? else {
        found.add(
            fail("an S3 Files volume is mounted with the task role, but the task has none")
                .prevents(
                    "ClientException from RegisterTaskDefinition (AWS's exact words are not known)",
                )
                .remedy(
                    "Set taskRoleArn to a role that allows s3files:ClientMount on the file system",
                ),
        );
        return Ok(());
    };
    let file_system = arn(&files.file_system_arn, "file-system/fs-", "an S3 Files file system")?;
    let point = match files.access_point_arn.is_missing() {
        true => None,
        false => Some(arn(&files.access_point_arn, "access-point/", "an S3 Files access point")?),
    };
    let who = policies_of(it.task, &role, Purpose::Task, facts)?;
    let mut mount = Mount { it, who, file_system, point, found };
    mount.judge(MOUNT)?;
    if !it.task.writers(it.volume)?.is_empty() {
        mount.judge(WRITE)?;
    }
    assume_organization(facts);
    Ok(())
}

/// An ARN of S3 Files.
fn arn(field: &Field<String>, kind: &str, what: &str) -> Result<Arn, Stop> {
    let text = field.get()?.map_or("", String::as_str);
    let arn = text.parse::<Arn>().ok();
    let of_kind = |arn: &Arn| {
        arn.service == "s3files" && arn.resource.contains(kind) && arn.account().is_some()
    };
    arn.filter(of_kind).ok_or_else(|| {
        let sentence = format!(
            "{} is not the ARN of {what}: arn:aws:s3files:<region>:<account>:file-system/fs-…",
            words::shown(text)
        );
        Stop::written(field.place().subject(), sentence)
    })
}

struct Mount<'a> {
    it: &'a DrivenVolumeUse<'a>,
    who: &'a Policies,
    file_system: Arn,
    point: Option<Arn>,
    found: &'a mut Findings,
}

impl Mount<'_> {
    /// An allow in the role's identity policies is enough, or one in the policy of the file system, which this
    /// tool cannot read: so only an explicit deny is certain
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-files-security-iam.html>).
    fn judge(&mut self, action: &str) -> Result<(), Stop> {
        let region = self.it.task.region()?;
        let point = self.point.as_ref().map(ToString::to_string);
        let point = point.map_or(KeyState::Absent, |arn| KeyState::Known(vec![arn]));
        let arn = self.file_system.to_string();
        let wish = Wish::new(action, &arn).knowing("s3files:AccessPointArn", point);
        let Some(evaluation) = may(self.who, &wish, ResourceSide::default(), region)? else {
            return Ok(());
        };
        let said = evaluation.sentences().join("; ");
        let name = name(self.who);
        let finding = match &evaluation.decision {
            Decision::Allow => return Ok(()),
            Decision::Depends(_) => {
                let why = format!(
                    "cannot determine whether {name} may perform {action} on {arn}: {said}"
                );
                return Err(Gap::Undecidable { why }.into());
            }
            Decision::ExplicitDeny if action == MOUNT => {
                fail(format!("{name} is not authorized to perform {action} on {arn}: {said}"))
            }
            Decision::ExplicitDeny => {
                warn(format!("{name} is not authorized to perform {action} on {arn}: {said}"))
            }
            Decision::ImplicitDeny => warn(format!(
                "{name} is not authorized to perform {action} on {arn}, unless the policy of the file system, which this tool cannot read, allows it: {said}"
            )),
        };
        let mut finding = finding
            .on(name)
            .prevents(DENIED)
            .remedy(format!("Allow the task role {action} on the file system"));
        if let Policies::Held(set) = self.who {
            finding.commands = fixes(set, wish, evaluation);
        }
        self.found.add(finding);
        Ok(())
    }
}
