//! `kms-volume-permission`

use super::permission::{judge_all, wish};
use super::used::{Encrypted, Used, needs_no_permission};
use super::{storage, stored};
use crate::account::rights::of_task::policies_of;
use crate::account::rights::{Policies, PoliciesOf};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::iam::KeyState;
use crate::knowledge::{Purpose, Stop};
use crate::lookup::Lookup;
use crate::lookup::kms::{GetKeyPolicy, Key, ListGrants, Manager};
use crate::permission::{Answer, PERMISSION_CALLS, Wish};
use crate::task::{EbsVolumeUse, StoredUse};
use crate::verdict::{Finding, Judgement, Severity, Verdict, not_applicable};

pub(super) static KMS_VOLUME_PERMISSION: Check = Check {
    id: "kms-volume-permission",
    verifies: "the infrastructure role may use the volume's key, and Fargate may use the key of the ephemeral storage",
    prevents: &[stored::MISMATCH, stored::STORAGE],
    remedy: "Allow the infrastructure role to use the key: in an identity policy (the AWS managed policy for volumes has no KMS actions), and also in the key policy unless that allows the whole account",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-kms-encryption.html",
    asks: &[
        &[
            GetKeyPolicy::CALL,
            ListGrants::CALL,
            stored::CALLS[0],
            stored::CALLS[1],
            stored::CALLS[2],
            stored::CALLS[3],
            stored::CALLS[4],
            stored::CALLS[5],
        ],
        &PoliciesOf::CALLS_FOR_ROLE,
        &PERMISSION_CALLS,
    ],
    advises: false,
    judge: |task| each(task, kms_volume_permission),
};

/// The actions that create and attach an encrypted volume.
const CREATE: [&str; 4] =
    ["kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:Decrypt", "kms:CreateGrant"];

/// The actions that re-encrypt a snapshot's data with another key. AWS lists them for every volume, but only
/// encrypted data can be re-encrypted.
const REENCRYPT: [&str; 2] = ["kms:ReEncryptFrom", "kms:ReEncryptTo"];

/// The actions that read data that is encrypted with the key of a snapshot
/// (<https://docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html>).
const READ: [&str; 2] = ["kms:Decrypt", "kms:ReEncryptFrom"];

fn kms_volume_permission(it: &StoredUse, facts: &View) -> Judgement {
    let used = match stored::of(it, facts)? {
        Encrypted::With(used) => used,
        Encrypted::Otherwise(why) => return not_applicable(why),
    };
    if let Some(why) = used.elsewhere() {
        return not_applicable(why);
    }
    match it {
        StoredUse::Fargate(_) => storage::judge(stored::key(it, &used, facts)?, &used, facts),
        StoredUse::Volume(volume) | StoredUse::Snapshot(volume) => {
            let Some(role) = volume.role()? else {
                return not_applicable("the volume has no infrastructure role (roleArn)");
            };
            let who = policies_of(volume.task, &role, Purpose::Infrastructure, facts);
            let key = stored::key(it, &used, facts);
            let (who, key) = (who?, key?);
            if key.manager == Manager::Aws {
                return not_applicable(needs_no_permission(&key.arn));
            }
            match it {
                StoredUse::Snapshot(_) => of_snapshot(volume, who, key, &used, facts),
                _ => of_volume(volume, who, key, &used, facts),
            }
        }
    }
}

fn of_volume(it: &EbsVolumeUse, who: &Policies, key: &Key, used: &Used, facts: &View) -> Judgement {
    let may = format!("create {} with key {}", used.what, key.arn);
    let create = wishes(who, &CREATE, key, used);
    let reencrypt = wishes(who, &REENCRYPT, key, used);
    let all = [create.as_slice(), reencrypt.as_slice()].concat();
    let judged =
        |wishes: &[Wish]| judge_all(who, wishes, key, used, facts).map(|it| named(it, used));
    let answer = judged(&all)?;
    let alike = nothing_again(it, key, facts)?;
    let (Answer::Refused(whole), Some(alike)) = (&answer, alike) else {
        return answer.judge(who, &may, facts);
    };
    if let Answer::Refused(finding) = judged(&create)? {
        // The fix allows all that AWS lists, so that no warning is left.
        let Finding { remedy, commands, .. } = whole.as_ref().clone();
        return Finding { remedy, commands, ..*finding }.judge();
    }
    match judge_all(who, &reencrypt, key, used, facts)? {
        Answer::Refused(finding) => {
            let message = format!(
                "{}; AWS lists this permission, but a volume {alike} needs no re-encryption",
                finding.message
            );
            Finding { severity: Severity::Warn, message, ..*finding }.judge()
        }
        Answer::Allowed(_) => answer.judge(who, &may, facts),
    }
}

/// A denial also says where the key comes from, if the volume itself does not name it.
fn named(answer: Answer, used: &Used) -> Answer {
    match answer {
        Answer::Refused(finding) if used.what != stored::VOLUME => {
            let message = format!("{}; this key encrypts {}", finding.message, used.what);
            Answer::Refused(Box::new(Finding { message, ..*finding }))
        }
        other => other,
    }
}

/// The kind of volume, if none of its data is re-encrypted. A volume with the key of its snapshot uses the
/// snapshot's data key
/// (<https://docs.aws.amazon.com/ebs/latest/userguide/how-ebs-encryption-works.html>).
fn nothing_again(it: &EbsVolumeUse, key: &Key, facts: &View) -> Result<Option<&'static str>, Stop> {
    let Some(asked) = it.snapshot()? else {
        return Ok(Some("without an encrypted snapshot"));
    };
    let snapshot = facts.need(&asked)?;
    Ok(match &snapshot.key {
        _ if !snapshot.encrypted => Some("without an encrypted snapshot"),
        Some(own) if *own == key.arn => Some("with the key of its snapshot"),
        _ => None,
    })
}

/// The key of the snapshot has to be usable too.
fn of_snapshot(
    it: &EbsVolumeUse,
    who: &Policies,
    key: &Key,
    used: &Used,
    facts: &View,
) -> Judgement {
    if let Encrypted::With(own) = stored::of(&StoredUse::Volume(*it), facts)?
        && facts.need(&own.key)?.arn == key.arn
    {
        return not_applicable("the volume uses the same key, which is checked there");
    }
    // Its encryption context may be that of the volume it was created from, or its own.
    let of_either =
        |wish: Wish| wish.knowing("kms:EncryptionContext:aws:ebs:id", KeyState::Unknown);
    let wishes: Vec<Wish> = wishes(who, &READ, key, used).into_iter().map(of_either).collect();
    let answer = judge_all(who, &wishes, key, used, facts)?;
    let may = format!("read {} with key {}", used.what, key.arn);
    match answer.judge(who, &may, facts)? {
        Verdict::Found(findings) => Ok(Verdict::Found(
            findings
                .into_iter()
                .map(|it| it.remedy("Allow the infrastructure role to use the snapshot's key too, or copy the snapshot with the key of the volume"))
                .collect(),
        )),
        other => Ok(other),
    }
}

/// The calls of EBS on behalf of the role: their encryption context names the volume
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/services-ebs.html>), and the grant is for EBS
/// itself.
fn wishes(who: &Policies, actions: &[&str], key: &Key, used: &Used) -> Vec<Wish> {
    let one = |action: &&str| {
        let wish = wish(who, action, key, used);
        match *action {
            "kms:DescribeKey" => wish
                .knowing("kms:EncryptionContext:aws:ebs:id", KeyState::Absent)
                .knowing("kms:EncryptionContextKeys", KeyState::Absent),
            "kms:CreateGrant" => in_context_of_volume(wish)
                .carrying("kms:GrantIsForAWSResource", "true")
                .allowed_if("Bool", "kms:GrantIsForAWSResource", "true"),
            _ => in_context_of_volume(wish),
        }
    };
    actions.iter().map(one).collect()
}

fn in_context_of_volume(wish: Wish) -> Wish {
    wish.carrying("kms:EncryptionContextKeys", "aws:ebs:id")
        .knowing("kms:EncryptionContext:aws:ebs:id", KeyState::Begins("vol-".to_owned()))
}
