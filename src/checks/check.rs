//! One check: its record, and the function that judges its claim.

use std::iter::once;

use crate::facts::View;
use crate::lookup::{Call, beside};
use crate::task::{
    AwslogsUse, ContainerUse, CredentialsUse, DrivenVolumeUse, EbsVolumeUse, EfsMountUse,
    EfsVolumeUse, EncryptedUse, EnvironmentFileUse, FirelensFileUse, ImageUse, LaunchVolumeUse,
    NetworkUse, RoleUse, SecretUse, SenderUse, StoredUse, Task,
};
use crate::verdict::Judgement;

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
    /// The calls that it may make: its own, then what a permission, or the network, may add.
    pub asks: &'static [&'static [Call]],
    /// It could at most warn: what it cannot learn makes it `skip`, never `unknown`.
    pub advises: bool,
    /// The function, at its granularity.
    pub judge: Judge,
}

impl Check {
    /// Every call that it may make, each once, with the calls that these lookups add.
    pub fn calls(&self) -> impl Iterator<Item = Call> {
        let mut calls: Vec<Call> = Vec::new();
        for call in self.asks.iter().copied().flatten() {
            if !calls.contains(call) {
                calls.push(*call);
            }
        }
        calls.into_iter().flat_map(|call| once(call).chain(beside(call).iter().copied()))
    }
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
