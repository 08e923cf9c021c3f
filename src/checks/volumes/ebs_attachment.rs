//! Whether the container instances can attach another volume.

use crate::account::fleet::Fleet;
use crate::document::{LaunchTarget, launch};
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::ec2::instance::Attached;
use crate::lookup::ec2::instance_type::{DescribeInstanceType, InstanceType, ROOM};
use crate::shell::{ShellCommand, Word};
use crate::task::EbsVolumeUse;
use crate::verdict::{Finding, warn};

/// The error of an instance at its volume limit
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachVolume.html>).
pub(super) const NO_ATTACHMENT: &str =
    "AttachmentLimitExceeded from ec2:AttachVolume (AWS's exact words are not known)";

/// Warns if no container instance that the task may run on can attach another volume. One that can is
/// enough, because the placement is not known in advance.
///
/// # Errors
/// Only while answers are pending, or if the cluster does not exist: what the caller may not read is an
/// assumption.
pub(super) fn short_of(it: &EbsVolumeUse, facts: &View) -> Result<Option<Finding>, Stop> {
    let Some(fleet) = fleet(it) else { return Ok(None) };
    let Ok(machines) = facts.tolerate(|| machines(&fleet, facts))? else {
        facts.assume(ROOM);
        return Ok(None);
    };
    let of_type =
        |kind: &str| DescribeInstanceType { region: fleet.region.clone(), kind: kind.to_owned() };
    let types: Vec<_> =
        machines.iter().map(|machine| facts.peek(&of_type(&machine.attached.kind))).collect();
    let mut full = Vec::new();
    for (machine, of_type) in machines.iter().zip(types) {
        let Some(Seen::Found(of_type)) = of_type? else { return Ok(None) };
        full.extend(machine.fullness(of_type));
    }
    let all_are = full.len() == machines.len();
    Ok(full.first().filter(|_| all_are).map(|first| self::full(&fleet, first, full.len() - 1)))
}

/// The instances that the task may run on; none if they are unknown, or are started and stopped with the
/// tasks.
fn fleet(it: &EbsVolumeUse) -> Option<Fleet> {
    let targets = match launch::requested(&it.task.context).ok()? {
        Some(targets) => targets,
        None => it.task.launch_targets().ok()?,
    };
    let on_instances = !targets.is_empty() && targets.iter().all(|it| *it == LaunchTarget::Ec2);
    Fleet::of(it.task).ok()?.filter(|_| on_instances)
}

/// The volumes attached to each; none if they are unknown for one, because that one may have room.
fn machines<'f>(fleet: &Fleet, facts: &View<'f>) -> Result<Vec<Machine<'f>>, Stop> {
    let mut machines = Vec::new();
    for (id, instance) in fleet.members(facts)?.into_iter().filter_map(|it| it.machine) {
        let Some(attached) = &instance.attached else { return Ok(Vec::new()) };
        machines.push(Machine { id, attached });
    }
    Ok(machines)
}

/// An instance.
struct Machine<'f> {
    id: &'f str,
    attached: &'f Attached,
}

impl<'f> Machine<'f> {
    /// Why it cannot attach another volume; none if it can.
    fn fullness(&self, of_type: &InstanceType) -> Option<(&'f str, String)> {
        let Attached { kind, volumes, interfaces } = self.attached;
        let most = of_type.volumes?;
        // The limit does not count the first network interface
        // (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/volume_limits.html).
        let further = if of_type.shared { interfaces.saturating_sub(1) } else { 0 };
        let extra = match further {
            0 => String::new(),
            1 => " and a second network interface".to_owned(),
            many => format!(" and {many} additional network interfaces"),
        };
        let words = format!("{} ({kind}) has {volumes} volumes{extra}, of at most {most}", self.id);
        (volumes + further >= most).then_some((self.id, words))
    }
}

fn full(fleet: &Fleet, (id, words): &(&str, String), others: usize) -> Finding {
    let Fleet { region, cluster, .. } = fleet;
    let others = match others {
        0 => String::new(),
        1 => "; one more is full too".to_owned(),
        many => format!("; {many} more are full too"),
    };
    warn(format!(
        "no container instance of cluster {cluster} that the task may run on can attach another volume until one is detached: {words}{others}"
    ))
    .on(*id)
    .prevents(NO_ATTACHMENT)
    .remedy("Add container instances, or use an instance type with a higher volume limit")
    .command(
        ShellCommand::of("aws ec2 describe-volumes")
            .option("--filters", Word::of("Name=attachment.instance-id,Values=").and(*id))
            .option("--query", "Volumes[].[VolumeId,Tags]")
            .region(region),
    )
}
