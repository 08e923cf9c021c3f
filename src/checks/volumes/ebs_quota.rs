//! Whether the account's quotas allow the volumes of the new tasks in addition to the existing ones.

use super::ebs_limits::{self, DEFAULT};
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::ec2::volume::{Provisioned, ProvisionedVolumes};
use crate::lookup::servicequotas::{GetServiceQuota, Quota};
use crate::names::Region;
use crate::shell::{ShellCommand, Word};
use crate::task::{EbsVolumeUse, Rollout};
use crate::verdict::{Finding, warn};

/// The error of an account whose storage quota for the volume type is used up
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>).
pub(super) const NO_STORAGE: &str =
    "VolumeLimitExceeded from ec2:CreateVolume (AWS's exact words are not known)";
/// The error of an account whose IOPS quota for the volume type is used up.
pub(super) const NO_IOPS: &str =
    "MaxIOPSLimitExceeded from ec2:CreateVolume (AWS's exact words are not known)";

/// Warns if the new tasks need more storage or IOPS than the quotas of their volume type leave. Nothing is
/// looked up if the number of tasks is unknown.
///
/// # Errors
/// Only while answers are pending: what the caller may not read is an assumption.
pub(super) fn short_of(it: &EbsVolumeUse, facts: &View) -> Result<Vec<Finding>, Stop> {
    // ebs-volume-config reports what is unreadable or wrong in the documents.
    let Some(wanted) = Wanted::of(it) else { return Ok(Vec::new()) };
    let (size, has) = (wanted.size(facts), wanted.has(facts));
    let storage = wanted.may_have(Quota::of_storage(wanted.kind), facts);
    let iops = wanted.may_have(Quota::of_iops(wanted.kind), facts);
    let (size, has) = (size?, has?);
    let mut found = Vec::new();
    if let (Some(each), Some((quota, tib))) = (size, storage?) {
        let of_storage = Measure {
            quota,
            unit: "GiB",
            in_a_unit_of_the_quota: GIB_IN_A_TIB,
            may_have: whole(tib * 1_024.0),
            has: has.map(|it| it.storage),
            each,
        };
        let place = it.ebs.size_in_gib.place();
        found.extend(wanted.beyond(&of_storage).map(|it| it.at(place).prevents(NO_STORAGE)));
    }
    if let (Ok(Some(each)), Some((quota, iops))) = (it.ebs.iops.get(), iops?) {
        let of_iops = Measure {
            quota,
            unit: "IOPS",
            in_a_unit_of_the_quota: 1,
            may_have: whole(iops),
            has: has.map(|it| it.iops),
            each: *each,
        };
        let place = it.ebs.iops.place();
        found.extend(wanted.beyond(&of_iops).map(|it| it.at(place).prevents(NO_IOPS)));
    }
    Ok(found)
}

const GIB_IN_A_TIB: i64 = 1_024;

/// The volumes of the new tasks.
struct Wanted<'t> {
    it: &'t EbsVolumeUse<'t>,
    kind: &'t str,
    region: &'t Region,
    rollout: Rollout,
}

/// What all volumes use of a quota, and the limit.
struct Measure {
    quota: Quota,
    unit: &'static str,
    in_a_unit_of_the_quota: i64,
    may_have: i64,
    /// What the existing volumes of the type use, if known.
    has: Option<i64>,
    /// What each new volume uses.
    each: i64,
}

impl<'t> Wanted<'t> {
    fn of(it: &'t EbsVolumeUse) -> Option<Wanted<'t>> {
        let kind = it.ebs.volume_type.get().ok()?.filter(|kind| !kind.is_empty());
        let limits = ebs_limits::of(kind.map_or(DEFAULT, String::as_str))?;
        let rollout = it.task.rollout().ok()??;
        Some(Wanted { it, kind: limits.kind, region: it.task.region().ok()?, rollout })
    }

    /// The size of each: as configured, or that of the snapshot.
    fn size(&self, facts: &View) -> Result<Option<i64>, Stop> {
        if let Ok(Some(size)) = self.it.ebs.size_in_gib.get() {
            return Ok(Some(*size));
        }
        let Ok(Some(asked)) = self.it.snapshot() else { return Ok(None) };
        Ok(match facts.tolerate(|| facts.need_optional(&asked))? {
            Ok(snapshot) => snapshot.map(|it| it.size),
            Err(_) => {
                let quota = Quota::of_storage(self.kind);
                quota.iter().for_each(|it| facts.assume(it.assumption(self.region)));
                None
            }
        })
    }

    fn has<'f>(&self, facts: &View<'f>) -> Result<Option<&'f Provisioned>, Stop> {
        let asked = ProvisionedVolumes { region: self.region.clone(), kind: self.kind.to_owned() };
        Ok(match facts.peek(&asked)? {
            Some(Seen::Found(all)) => Some(all),
            Some(Seen::Absent(_)) | None => None,
        })
    }

    fn may_have(&self, of: Option<Quota>, facts: &View) -> Result<Option<(Quota, f64)>, Stop> {
        let Some(quota) = of else { return Ok(None) };
        Ok(match facts.peek(&GetServiceQuota { region: self.region.clone(), quota })? {
            Some(Seen::Found(value)) => Some((quota, *value)),
            Some(Seen::Absent(_)) | None => None,
        })
    }

    /// A warning if they exceed the quota.
    fn beyond(&self, of: &Measure) -> Option<Finding> {
        let Rollout { tasks, of: start } = &self.rollout;
        let Measure { quota, unit, may_have, each, .. } = of;
        let all = of.has.unwrap_or(0).saturating_add(tasks.saturating_mul(*each));
        if all <= *may_have {
            return None;
        }
        let (kind, region) = (self.kind, self.region);
        // What the new volumes use is known even if the existing ones cannot be listed.
        let there = match of.has {
            Some(has) if has > 0 => {
                format!(", in addition to {has} {unit} of existing {kind} volumes")
            }
            _ => String::new(),
        };
        let enough = (all + of.in_a_unit_of_the_quota - 1) / of.in_a_unit_of_the_quota;
        Some(
            warn(format!(
                "{start} needs {tasks} volumes of {each} {unit}{there}, but the account quota for {kind} volumes in {region} is {may_have} {unit}"
            ))
            .on(format!("{}/{}", quota.service, quota.code))
            .remedy(format!(
                "Request a quota increase ({}), or delete unused volumes",
                quota.name
            ))
            .command(quota.raised_to(enough, region))
            .command(
                ShellCommand::of("aws ec2 describe-volumes")
                    .option("--filters", Word::of("Name=volume-type,Values=").and(kind))
                    .flag("Name=status,Values=available")
                    .option("--query", "Volumes[].VolumeId")
                    .region(region),
            ),
        )
    }
}

/// A quota as a whole number.
fn whole(quota: f64) -> i64 {
    quota.floor() as i64
}
