//! The key that something is encrypted with, and the service that uses it.

use super::stored;
use super::used::{Encrypted, Used, is_of_aws, managed_by_aws};
use crate::account::parameter;
use crate::facts::View;
use crate::iam::KeyState;
use crate::knowledge::{Purpose, Seen, Stop};
use crate::lookup::CallerIdentity;
use crate::lookup::kms::DescribeKey;
use crate::lookup::logs::DescribeLogGroup;
use crate::lookup::s3::{Encryption, HeadObject, Object};
use crate::lookup::secretsmanager::{DescribeSecret, Secret};
use crate::names::{AccountId, Arn, Owner, S3Object, ValueFrom};
use crate::task::{AwslogsUse, EncryptedUse, FirelensFileUse, SecretUse, Task};

/// What a subject is encrypted with.
///
/// # Errors
/// Why that cannot be determined: the subject itself may be missing.
pub(super) fn of(it: &EncryptedUse, facts: &View) -> Result<Encrypted, Stop> {
    match it {
        EncryptedUse::ValueFrom(it) => value_from(it, facts),
        EncryptedUse::Credentials(it) => {
            let lookup = it.lookup()?;
            let found = facts.need(&lookup);
            let found = found.map_err(|stop| stop.wanted_for(Purpose::RegistryCredentials))?;
            secret(found, &lookup, it.task, facts)
        }
        EncryptedUse::EnvironmentFile(it) => file(it.object()?, it.task, facts),
        EncryptedUse::FirelensFile(it) => firelens_file(it, facts),
        EncryptedUse::LogGroup(it, _) => log_group(it, facts),
        EncryptedUse::Stored(it) => stored::of(it, facts),
    }
}

fn value_from(it: &SecretUse, facts: &View) -> Result<Encrypted, Stop> {
    let reference = it.reference()?;
    let ValueFrom::Parameter(reading) = &reference else {
        let lookup = it.lookup(&reference)?;
        return secret(facts.need(&lookup)?, &lookup, it.task, facts);
    };
    let region = it.region_asked(&reference)?;
    let found = parameter::found(it, reading, facts)?;
    let Some(key) = found.and_then(|found| found.kms_key.as_deref()) else {
        return Ok(Encrypted::Otherwise(format!("{} is not encrypted", reading.name)));
    };
    if is_of_aws(key) {
        return Ok(managed_by_aws(key));
    }
    let caller = facts.need(&CallerIdentity { region: it.task.region()?.clone() })?;
    let arn = reading.arn_in(&region, &caller.account);
    let standard = found.is_some_and(|found| found.tier.as_deref() == Some("Standard"));
    // https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html: an advanced
    // parameter has further pairs in its context.
    let names = match standard {
        true => KeyState::Known(vec!["PARAMETER_ARN".to_owned()]),
        false => KeyState::Unknown,
    };
    Ok(Encrypted::With(Box::new(Used {
        key: DescribeKey::of(key, &region),
        region,
        service: "ssm",
        what: format!("parameter {}", reading.name),
        context: vec![
            ("kms:EncryptionContext:PARAMETER_ARN".to_owned(), KeyState::Known(vec![arn])),
            ("kms:EncryptionContextKeys".to_owned(), names),
        ],
        is_whole: standard,
        setting: None,
    })))
}

/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html>
fn secret(
    secret: &Secret,
    lookup: &DescribeSecret,
    task: &Task,
    facts: &View,
) -> Result<Encrypted, Stop> {
    let key = match secret.kms_key.as_deref() {
        Some(key) if is_of_aws(key) => return Ok(managed_by_aws(key)),
        Some(key) => key,
        None => return Ok(managed_by_aws("alias/aws/secretsmanager")),
    };
    let caller = facts.need(&CallerIdentity { region: task.region()?.clone() })?;
    let key = in_account_of(secret, key, &caller.account);
    let names = ["SecretARN", "SecretVersionId"].map(str::to_owned);
    Ok(Encrypted::With(Box::new(Used {
        key: DescribeKey::of(&key, &lookup.region),
        region: lookup.region.clone(),
        service: "secretsmanager",
        what: format!("secret {}", secret.arn),
        context: vec![
            (
                "kms:EncryptionContext:SecretARN".to_owned(),
                KeyState::Known(vec![secret.arn.clone()]),
            ),
            ("kms:EncryptionContext:SecretVersionId".to_owned(), KeyState::Unknown),
            ("kms:EncryptionContextKeys".to_owned(), KeyState::Known(names.to_vec())),
        ],
        is_whole: true,
        setting: None,
    })))
}

/// The key of a secret, as this account would have to name it. A secret may contain a plain key id or alias, which
/// means a key of the account that owns the secret
/// (<https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html>).
fn in_account_of(secret: &Secret, key: &str, own: &AccountId) -> String {
    let is_arn = key.starts_with("arn:");
    match secret.arn.parse::<Arn>() {
        Ok(Arn { partition, region: Some(region), owner: Owner::Account(owner), .. })
            if !is_arn && owner != *own =>
        {
            let resource = match key.starts_with("alias/") {
                true => key.to_owned(),
                false => format!("key/{key}"),
            };
            format!("arn:{partition}:kms:{region}:{owner}:{resource}")
        }
        _ => key.to_owned(),
    }
}

/// With a bucket key the context names the bucket instead of the object
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>).
fn named_in_context(object: &S3Object, found: &Object) -> KeyState {
    let whole = object.to_string();
    let bucket = whole.split('/').next().unwrap_or(&whole).to_owned();
    match found.bucket_key {
        Some(true) => KeyState::Known(vec![bucket]),
        Some(false) => KeyState::Known(vec![whole]),
        None => KeyState::Begins(bucket),
    }
}

/// The key of a file in S3.
fn file(object: S3Object, task: &Task, facts: &View) -> Result<Encrypted, Stop> {
    let head = HeadObject { region: task.region()?.clone(), object: object.clone() };
    let found = facts.need(&head)?;
    let key = match &found.encryption {
        Encryption::Key(key) if is_of_aws(key) => return Ok(managed_by_aws(key)),
        Encryption::Key(key) => key,
        Encryption::Own => {
            return Ok(Encrypted::Otherwise(format!("no KMS key encrypts {object}")));
        }
        // Reading it takes the permission to read the file itself, like the value of a secret.
        Encryption::Untold => {
            return Ok(Encrypted::Otherwise(format!(
                "cannot read which key encrypts {object}, if any: that takes s3:GetObject on it"
            )));
        }
    };
    let key = DescribeKey::of(key, task.region()?);
    let region = key.region.clone();
    Ok(Encrypted::With(Box::new(Used {
        key,
        region,
        service: "s3",
        what: object.to_string(),
        context: vec![(
            "kms:EncryptionContext:aws:s3:arn".to_owned(),
            named_in_context(&object, found),
        )],
        // An upload may add pairs to the context, and S3 does not show them.
        is_whole: false,
        setting: None,
    })))
}

/// `log-firelens` reports a missing file or a wrong ARN.
fn firelens_file(it: &FirelensFileUse, facts: &View) -> Result<Encrypted, Stop> {
    if it.task.may_run_on_fargate()? {
        let why = "Fargate does not support a FireLens configuration in S3".to_owned();
        return Ok(Encrypted::Otherwise(why));
    }
    let object = match it.object() {
        Ok(object) => object,
        Err(Stop::Absent(lack)) => return Ok(Encrypted::Otherwise(lack.absence.sentence)),
        Err(gap) => return Err(gap),
    };
    file(object, it.task, facts).map_err(|stop| stop.wanted_for(Purpose::LogRouter))
}

/// A group without a key is encrypted by CloudWatch Logs itself
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>).
fn log_group(it: &AwslogsUse, facts: &View) -> Result<Encrypted, Stop> {
    let (region, name) = match it.group() {
        Ok(group) => group,
        Err(Stop::Absent(lack)) => return Ok(Encrypted::Otherwise(lack.absence.sentence)),
        Err(gap) => return Err(gap),
    };
    let group = match facts.get(&DescribeLogGroup { region: region.clone(), name })? {
        Seen::Found(group) => group,
        Seen::Absent(absence) => return Ok(Encrypted::Otherwise(absence.sentence)),
    };
    let Some(key) = &group.kms_key else {
        return Ok(Encrypted::Otherwise(format!("no KMS key encrypts {}", group.arn)));
    };
    let context = "kms:EncryptionContext:aws:logs:arn".to_owned();
    Ok(Encrypted::With(Box::new(Used {
        key: DescribeKey::of(key, &region),
        region,
        service: "logs",
        what: group.arn.clone(),
        context: vec![(context, KeyState::Known(vec![group.arn.clone()]))],
        is_whole: true,
        setting: None,
    })))
}
