//! `kms-key-usable`

use super::key;
use super::used::{Encrypted, Setting, Used};
use super::{log_group, stored};
use crate::account::key_state;
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::{Purpose, Seen};
use crate::lookup::kms::{DescribeKey, GetKeyPolicy, Key};
use crate::lookup::logs::DescribeLogGroup;
use crate::lookup::s3::HeadObject;
use crate::lookup::secretsmanager::DescribeSecret;
use crate::lookup::ssm::DescribeParameter;
use crate::lookup::{CallerIdentity, Lookup};
use crate::shell::ShellCommand;
use crate::task::EncryptedUse;
use crate::verdict::{Finding, Judgement, fail, not_applicable, pass, warn};

pub(super) static KMS_KEY_USABLE: Check = Check {
    id: "kms-key-usable",
    verifies: "the key exists in the region, is an enabled symmetric encryption key, and allows CloudWatch Logs if it encrypts a log group",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... KMSInvalidStateException",
        "ResourceInitializationError: unable to pull secrets or registry auth: ... DisabledException: <key> is disabled.",
        "NotFoundException: Invalid keyId",
        stored::MISMATCH,
        stored::STORAGE,
        log_group::ERROR,
    ],
    remedy: "Enable the key, or use another symmetric encryption key in the same region",
    docs: "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
    asks: &[&[
        DescribeKey::CALL,
        DescribeSecret::CALL,
        DescribeParameter::CALL,
        HeadObject::CALL,
        stored::CALLS[1],
        stored::CALLS[2],
        stored::CALLS[3],
        stored::CALLS[4],
        CallerIdentity::CALL,
        DescribeLogGroup::CALL,
        GetKeyPolicy::CALL,
    ]],
    advises: false,
    judge: |task| each(task, kms_key_usable),
};

fn kms_key_usable(it: &EncryptedUse, facts: &View) -> Judgement {
    let used = match key::of(it, facts)? {
        Encrypted::With(used) => used,
        Encrypted::Otherwise(why) => return not_applicable(why),
    };
    let finding = match of_region(&used) {
        Some(finding) => finding,
        None => {
            let key = match (it, facts.get(&used.key)?) {
                (_, Seen::Found(key)) => key,
                // Reported here, with the runtime error of a disk.
                (EncryptedUse::Stored(_), Seen::Absent(absence)) => {
                    let finding = fail(absence.sentence)
                        .on(&used.key.id)
                        .remedy("Use an existing key of the region, or name no key to use the account's default")
                        .command(ShellCommand::of("aws kms list-aliases").region(&used.region));
                    return with_error(it, finding).judge();
                }
                (EncryptedUse::LogGroup(..), Seen::Absent(_)) => {
                    facts.need(&used.key).map_err(|stop| stop.wanted_for(Purpose::LogGroup))?
                }
                (_, Seen::Absent(_)) => facts.need(&used.key)?,
            };
            let mut found =
                state(key, &used).or_else(|| kind(key, &used)).or_else(|| form(key, &used));
            if let (None, EncryptedUse::LogGroup(..)) = (&found, it) {
                found = log_group::refusal(key, &used, facts)?;
            }
            match found {
                Some(finding) => finding.on(&key.arn),
                None => {
                    return pass(format!("{} is enabled and encrypts {}", key.arn, used.what));
                }
            }
        }
    };
    with_error(it, finding).judge()
}

/// Disks and log groups have their own runtime errors.
fn with_error(it: &EncryptedUse, finding: Finding) -> Finding {
    match it {
        EncryptedUse::Stored(it) => finding.prevents(stored::error(it)),
        EncryptedUse::LogGroup(..) => finding.prevents(log_group::ERROR),
        _ => finding,
    }
}

fn of_region(used: &Used) -> Option<Finding> {
    (used.key.region != used.region).then(|| {
        fail(format!(
            "{} is encrypted in {}, but its key {} is in {}",
            used.what, used.region, used.key.id, used.key.region
        ))
        .on(&used.key.id)
        .remedy(format!("Encrypt it with a key of {}", used.region))
    })
}

/// The keys of a cluster are single-Region keys, and Fargate accepts no aliases
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedStorageConfiguration.html>,
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-create-storage-key.html>).
fn form(key: &Key, used: &Used) -> Option<Finding> {
    let Setting { cluster, field } = used.setting.as_ref()?;
    let alias = used.service == "fargate"
        && (used.key.id.starts_with("alias/") || used.key.id.contains(":alias/"));
    let why = match (key.multi_region, alias) {
        (true, _) => format!("{} is a multi-Region key", key.arn),
        (false, true) => format!("{} is an alias", used.key.id),
        (false, false) => return None,
    };
    Some(
        fail(format!("{why}, and cluster {cluster} cannot use one for {}", used.what))
            .remedy("Configure the cluster with the ARN of a single-Region key")
            .command(
                ShellCommand::of("aws ecs update-cluster")
                    .option("--cluster", cluster)
                    .option(
                        "--configuration",
                        format!("managedStorageConfiguration={{{field}=KEY-ARN}}"),
                    )
                    .region(&used.region),
            ),
    )
}

/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html>
fn state(key: &Key, used: &Used) -> Option<Finding> {
    let Key { arn, state, .. } = key;
    let Used { what, region, .. } = used;
    let said = format!("{arn}, which encrypts {what}, cannot be used: its state is {state}");
    let finding = match state.as_str() {
        "Enabled" => return None,
        "Disabled" => fail(said).prevents(KMS_KEY_USABLE.prevents[1]),
        "PendingDeletion" => fail(match &key.deleted {
            Some(day) => format!("{said}, and it will be deleted on {day}"),
            None => said,
        }),
        "Creating" | "Updating" => {
            warn(format!("{arn}, which encrypts {what}, is not ready yet: its state is {state}"))
        }
        _ => fail(said),
    };
    Some(key_state::with_fix(finding, key, region))
}

/// AWS services encrypt with symmetric keys only
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/symmetric-asymmetric.html>).
fn kind(key: &Key, used: &Used) -> Option<Finding> {
    let encrypts = key.usage.as_deref().is_none_or(|usage| usage == "ENCRYPT_DECRYPT");
    if key.spec == "SYMMETRIC_DEFAULT" && encrypts {
        return None;
    }
    let usage = key.usage.as_deref().unwrap_or("ENCRYPT_DECRYPT");
    Some(
        fail(format!(
            "{} is a {} key for {usage}, but {} needs a symmetric encryption key",
            key.arn, key.spec, used.what
        ))
        .prevents("InvalidKeyUsageException")
        .remedy(format!(
            "Encrypt {} with a symmetric encryption key: aws kms create-key without options creates one",
            used.what
        )),
    )
}
