//! Which key a disk of the task is encrypted with.
//!
//! A volume's own key goes before that of the cluster, and that before the one of the account
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-kms-encryption.html>).

use super::used::{Encrypted, Setting, Used, is_of_aws, managed_by_aws};
use crate::facts::View;
use crate::iam::KeyState;
use crate::knowledge::{Seen, Stop};
use crate::lookup::ec2::encryption::{GetEbsDefaultKmsKeyId, GetEbsEncryptionByDefault};
use crate::lookup::ec2::snapshot::DescribeSnapshot;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::kms::{DescribeKey, Key};
use crate::lookup::{Call, CallerIdentity, Lookup};
use crate::task::{EbsVolumeUse, StoredUse, Task};

/// The calls that find the key of a disk.
pub(super) const CALLS: [Call; 6] = [
    DescribeKey::CALL,
    DescribeCluster::CALL,
    DescribeSnapshot::CALL,
    GetEbsEncryptionByDefault::CALL,
    GetEbsDefaultKmsKeyId::CALL,
    CallerIdentity::CALL,
];

/// The status reason of a volume whose key cannot be used
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshoot-ebs-volumes-scenarios.html>).
pub(super) const MISMATCH: &str = "ECS failed to set up the EBS volume. Encountered IdempotentParameterMismatch\"; \"The client token you have provided is associated with a resource that is already deleted. Please use a different client token.\"";

/// What a key encrypts that the volume itself names.
pub(super) const VOLUME: &str = "the volume";

/// The effect of a key that Fargate cannot use for the ephemeral storage.
pub(super) const STORAGE: &str = "ResourceInitializationError: Fargate cannot encrypt the ephemeral storage of the task (AWS's exact words are not known)";

/// What a disk is encrypted with.
///
/// # Errors
/// Why that cannot be determined.
pub(super) fn of(it: &StoredUse, facts: &View) -> Result<Encrypted, Stop> {
    match it {
        StoredUse::Volume(it) => volume(it, facts),
        StoredUse::Snapshot(it) => snapshot(it, facts),
        StoredUse::Fargate(task) => fargate(task, facts),
    }
}

/// The key of a disk. A missing key is reported once, where it is written.
///
/// # Errors
/// The gap, or the absence.
pub(super) fn key<'f>(it: &StoredUse, used: &Used, facts: &View<'f>) -> Result<&'f Key, Stop> {
    match facts.get(&used.key)? {
        Seen::Found(key) => Ok(key),
        Seen::Absent(absence) => Err(Stop::written(it.field().place().subject(), absence.sentence)),
    }
}

/// The runtime error of a disk whose key cannot be used.
pub(super) fn error(it: &StoredUse) -> &'static str {
    match it {
        StoredUse::Volume(_) | StoredUse::Snapshot(_) => MISMATCH,
        StoredUse::Fargate(_) => STORAGE,
    }
}

fn volume(it: &EbsVolumeUse, facts: &View) -> Result<Encrypted, Stop> {
    let task = it.task;
    let encrypted = it.ebs.encrypted.get()?.copied();
    // EBS encryption by default overrides `encrypted: false` and the key of the volume: the account's key
    // applies
    // (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceManagedEBSVolumeConfiguration.html).
    if encrypted == Some(false) {
        match by_default(task, facts)? {
            Some(true) => {}
            Some(false) => {
                return Ok(Encrypted::Otherwise(
                    "the volume is not encrypted: encrypted is false".to_owned(),
                ));
            }
            None => return Ok(unencrypted_unless_by_default()),
        }
    } else {
        if let Some(key) = it.ebs.kms_key_id.get()?.filter(|key| !key.is_empty()) {
            return ebs(key, VOLUME, None, task);
        }
        let cluster = facts.need(&task.cluster()?)?;
        if let Some(key) = &cluster.volume_key {
            let cluster = name_of(&cluster.arn).to_owned();
            let what = format!("the volumes without their own key in cluster {cluster}");
            return ebs(key, &what, Some(Setting { cluster, field: "kmsKeyId" }), task);
        }
    }
    // A volume from an own snapshot keeps the snapshot's key
    // (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html).
    if let Some(asked) = it.snapshot()? {
        let snapshot = facts.need(&asked)?;
        if snapshot.encrypted {
            let caller = facts.need(&CallerIdentity { region: task.region()?.clone() })?;
            let own =
                snapshot.owner.as_deref().is_none_or(|owner| owner == caller.account.as_str());
            return match &snapshot.key {
                Some(key) if own => ebs(key, "the volume (key of its snapshot)", None, task),
                _ => default(task, facts),
            };
        }
    }
    if encrypted.is_some() {
        return default(task, facts);
    }
    match by_default(task, facts)? {
        Some(true) => default(task, facts),
        Some(false) => {
            Ok(Encrypted::Otherwise("the volume is not encrypted: neither it, its snapshot, the cluster nor the account asks for it".to_owned()))
        }
        None => Ok(unencrypted_unless_by_default()),
    }
}

/// Whether EBS encryption by default is on; none if that cannot be read.
fn by_default(task: &Task, facts: &View) -> Result<Option<bool>, Stop> {
    let asked = GetEbsEncryptionByDefault { region: task.region()?.clone() };
    Ok(facts.peek(&asked)?.map(|seen| matches!(seen, Seen::Found(true))))
}

fn unencrypted_unless_by_default() -> Encrypted {
    Encrypted::Otherwise(
        "cannot read whether EBS encryption by default is on; assumed off, so the volume has no key"
            .to_owned(),
    )
}

/// The account's default key for volumes.
fn default(task: &Task, facts: &View) -> Result<Encrypted, Stop> {
    let asked = GetEbsDefaultKmsKeyId { region: task.region()?.clone() };
    match facts.peek(&asked)? {
        Some(Seen::Found(key)) => ebs(key, "the volume (default key of the account)", None, task),
        Some(Seen::Absent(_)) => Ok(managed_by_aws("alias/aws/ebs")),
        None => Ok(Encrypted::Otherwise(
            "cannot read the account's default EBS key; assumed to be alias/aws/ebs, an AWS managed key: no permission needed"
                .to_owned(),
        )),
    }
}

fn ebs(key: &str, what: &str, setting: Option<Setting>, task: &Task) -> Result<Encrypted, Stop> {
    if is_of_aws(key) {
        return Ok(managed_by_aws(key));
    }
    let region = task.region()?;
    Ok(Encrypted::With(Box::new(Used {
        key: DescribeKey::of(key, region),
        region: region.clone(),
        service: "ec2",
        what: what.to_owned(),
        context: Vec::new(),
        is_whole: false,
        setting,
    })))
}

/// The key of the snapshot.
fn snapshot(it: &EbsVolumeUse, facts: &View) -> Result<Encrypted, Stop> {
    let Some(asked) = it.snapshot()? else {
        return Ok(Encrypted::Otherwise("the volume is not created from a snapshot".to_owned()));
    };
    let snapshot = facts.need(&asked)?;
    match &snapshot.key {
        Some(key) if snapshot.encrypted => {
            ebs(key, &format!("snapshot {}", asked.id), None, it.task)
        }
        _ => Ok(Encrypted::Otherwise(format!("snapshot {} is not encrypted", asked.id))),
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-storage-encryption.html>
fn fargate(task: &Task, facts: &View) -> Result<Encrypted, Stop> {
    let cluster = facts.need(&task.cluster()?)?;
    let name = name_of(&cluster.arn).to_owned();
    let Some(key) = &cluster.fargate_storage_key else {
        return Ok(Encrypted::Otherwise(format!(
            "cluster {name} sets no key for Fargate ephemeral storage"
        )));
    };
    let account = cluster.arn.split(':').nth(4).unwrap_or_default();
    let context = [("aws:ecs:clusterAccount", account), ("aws:ecs:clusterName", name.as_str())];
    let known = |value: &str| KeyState::Known(vec![value.to_owned()]);
    let mut keys: Vec<(String, KeyState)> = context
        .iter()
        .map(|(key, value)| (format!("kms:EncryptionContext:{key}"), known(value)))
        .collect();
    let names = context.iter().map(|(key, _)| (*key).to_owned()).collect();
    keys.push(("kms:EncryptionContextKeys".to_owned(), KeyState::Known(names)));
    Ok(Encrypted::With(Box::new(Used {
        key: DescribeKey::of(key, task.region()?),
        region: task.region()?.clone(),
        service: "fargate",
        what: format!("the Fargate ephemeral storage in cluster {name}"),
        context: keys,
        is_whole: false,
        setting: Some(Setting { cluster: name, field: "fargateEphemeralStorageKmsKeyId" }),
    })))
}

/// The name of a cluster, from its ARN.
fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

#[cfg(test)]
mod tests;
