//! The product: what is checked, group by group.
//!
//! A check is one static record and one plain function, in the file of its group. Everything else that
//! is said about it (help, `explain`, the manual, completions, the README's table) is derived from the
//! record. [`GROUPS`] is the one list; its order is the order of the report.

pub mod access;
mod definition;
mod departure;
mod execution_role;
mod image;
mod instance_role;
mod key_state;
mod kms;
mod logs;
pub mod needs;
pub mod network;
pub(crate) mod permission;
pub mod policies;
mod roles;
mod scene;
mod secrets;
pub mod subject;
mod surroundings;
mod volumes;

use crate::facts::View;
use crate::lookup::iam::role::ListRolePolicies;
use crate::lookup::{Call, Lookup, beside};
use crate::verdict::Judgement;

use departure::Departure;
use network::Trail;
use subject::{
    AwslogsUse, ContainerUse, CredentialsUse, DrivenVolumeUse, EbsVolumeUse, EfsMountUse,
    EfsVolumeUse, EncryptedUse, EnvironmentFileUse, FirelensFileUse, ImageUse, LaunchVolumeUse,
    NetworkUse, RoleUse, SecretUse, SenderUse, StoredUse, Task,
};

/// All paths of a task, to look at: those to services and registries, then those to mount targets.
pub fn trails(task: &Task, facts: &View) -> Vec<Trail> {
    let (mut found, mounted) = (network::trails(task, facts), volumes::trails(task, facts));
    found.extend(mounted);
    found
}

/// One check: what it claims, and the function that judges the claim.
pub struct Check {
    /// Stable from the first release on: group first, then the thing that is claimed to hold.
    pub id: &'static str,
    /// The claim, in the positive and in the user's words.
    pub verifies: &'static str,
    /// The runtime errors that a failure would become.
    pub prevents: &'static [&'static str],
    /// How to mend it, in one sentence.
    pub remedy: &'static str,
    /// The page of AWS's documentation that makes the rule.
    pub docs: &'static str,
    /// The calls that it may make.
    pub asks: &'static [Call],
    /// It could at most warn: what it cannot learn makes it `skip`, never `unknown`.
    pub advises: bool,
    /// The function, at its granularity.
    pub judge: Judge,
}

impl Check {
    /// Every call that it may make: what it asks, what these lookups do beside, and what it takes where
    /// the answer to a permission hangs on tags, on the organization or on the network.
    pub fn calls(&self) -> impl Iterator<Item = Call> {
        // Whoever reads the policies of a role judges what it may do.
        let judges = self.asks.contains(&ListRolePolicies::CALL);
        let above = if judges { &permission::BESIDE[..] } else { &[] };
        let network = if judges && self.judge.is_of_start() { &Departure::CALLS[..] } else { &[] };
        let further = above.iter().chain(network.iter().filter(|call| !above.contains(call)));
        let further = further.filter(|call| !self.asks.contains(call));
        self.asks
            .iter()
            .chain(further)
            .flat_map(|call| std::iter::once(*call).chain(beside(*call).iter().copied()))
    }
}

/// Both lists of calls in one, for what a check asks beside others of its kind.
const fn joined<const ALL: usize>(first: &[Call], second: &[Call]) -> [Call; ALL] {
    assert!(ALL == first.len() + second.len(), "the length is the sum of both");
    let mut all = [first[0]; ALL];
    let mut at = 0;
    while at < ALL {
        all[at] = if at < first.len() { first[at] } else { second[at - first.len()] };
        at += 1;
    }
    all
}

/// The function of a check, by what it is judged per. The planner fans out; a check never loops over
/// the document.
#[derive(Clone, Copy)]
pub enum Judge {
    /// Once for each task definition.
    Task(fn(&Task, &View) -> Judgement),
    /// For each container.
    Container(fn(&ContainerUse, &View) -> Judgement),
    /// For each container's image.
    Image(fn(&ImageUse, &View) -> Judgement),
    /// For each `valueFrom`, whatever it refers to.
    ValueFrom(fn(&SecretUse, &View) -> Judgement),
    /// For each `valueFrom` that Secrets Manager answers.
    Secret(fn(&SecretUse, &View) -> Judgement),
    /// For each `valueFrom` that Parameter Store answers.
    Parameter(fn(&SecretUse, &View) -> Judgement),
    /// For each environment file in S3.
    EnvironmentFile(fn(&EnvironmentFileUse, &View) -> Judgement),
    /// For each role that ECS is to assume.
    Role(fn(&RoleUse, &View) -> Judgement),
    /// For the registry credentials of each container.
    Credentials(fn(&CredentialsUse, &View) -> Judgement),
    /// For each thing that may be encrypted with a KMS key.
    Encrypted(fn(&EncryptedUse, &View) -> Judgement),
    /// For each of these that the execution role decrypts.
    Decrypted(fn(&EncryptedUse, &View) -> Judgement),
    /// For each configuration of the log driver awslogs.
    Awslogs(fn(&AwslogsUse, &View) -> Judgement),
    /// For each configuration of a log router that is kept in S3.
    FirelensFile(fn(&FirelensFileUse, &View) -> Judgement),
    /// For each disk of the task that may be encrypted: EBS volumes, snapshots, Fargate's storage.
    Stored(fn(&StoredUse, &View) -> Judgement),
    /// For each volume that is configured at launch, by the definition or the launch input.
    LaunchVolume(fn(&LaunchVolumeUse, &View) -> Judgement),
    /// For each EBS volume that ECS creates.
    EbsVolume(fn(&EbsVolumeUse, &View) -> Judgement),
    /// For each volume on EFS.
    EfsVolume(fn(&EfsVolumeUse, &View) -> Judgement),
    /// For each volume on EFS, from each subnet.
    EfsMount(fn(&EfsMountUse, &View) -> Judgement),
    /// For each volume that needs a driver, or a file system other than EFS and EBS.
    DrivenVolume(fn(&DrivenVolumeUse, &View) -> Judgement),
    /// For the network configuration as a whole, and for each subnet and group that it names.
    Network(fn(&NetworkUse, &View) -> Judgement),
    /// For everywhere that calls of the task leave from: each of its subnets, and the instances of its
    /// cluster.
    Sender(fn(&SenderUse, &View) -> Judgement),
    /// For all of these together: what is judged by the far end.
    Senders(fn(&[SenderUse], &View) -> Judgement),
}

impl Judge {
    /// Whether it is about what whoever starts the task fetches by the task's network.
    const fn is_of_start(&self) -> bool {
        matches!(
            self,
            Judge::Image(_)
                | Judge::ValueFrom(_)
                | Judge::Secret(_)
                | Judge::Parameter(_)
                | Judge::EnvironmentFile(_)
                | Judge::Credentials(_)
                | Judge::Awslogs(_)
                | Judge::FirelensFile(_)
                | Judge::DrivenVolume(_)
        )
    }
}

/// Checks that answer one question of the user, under one subcommand.
pub struct Group {
    /// The subcommand: `secrets`.
    pub name: &'static str,
    /// What the group answers for, for its help.
    pub about: &'static str,
    /// Whether it works without network and credentials.
    pub offline: bool,
    /// Its checks, in the order of the report.
    pub checks: &'static [&'static Check],
}

/// All groups, in the order of the report.
pub static GROUPS: &[&Group] = &[
    &definition::GROUP,
    &image::GROUP,
    &secrets::GROUP,
    &kms::GROUP,
    &roles::GROUP,
    &logs::GROUP,
    &volumes::GROUP,
    &network::GROUP,
];

/// All checks with their group, in catalogue order.
pub fn catalogue() -> impl Iterator<Item = (&'static Group, &'static Check)> {
    GROUPS.iter().flat_map(|group| group.checks.iter().map(move |check| (*group, *check)))
}

/// The check with this id.
pub fn find(id: &str) -> Option<(&'static Group, &'static Check)> {
    catalogue().find(|(_, check)| check.id == id)
}

#[cfg(test)]
pub(crate) mod tests;
