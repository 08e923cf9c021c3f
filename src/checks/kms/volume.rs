//! `kms-volume-permission`

use super::key::{self, Encrypted, Used};
use super::permission::{judge_all, wish};
use crate::checks::execution_role::{self, policies_of};
use crate::checks::permission::{Answer, Wish};
use crate::checks::policies::Policies;
use crate::checks::subject::{EbsVolumeUse, EncryptedUse};
use crate::checks::{Check, Judge};
use crate::facts::View;
use crate::iam::KeyState;
use crate::lookup::Lookup;
use crate::lookup::kms::{DescribeKey, GetKeyPolicy, Key, ListGrants, Manager};
use crate::verdict::{Finding, Judgement, Severity, not_applicable};

pub(super) static KMS_VOLUME_PERMISSION: Check = Check {
    id: "kms-volume-permission",
    verifies: "the infrastructure role may create the volume under its key",
    prevents: &[
        "IdempotentParameterMismatch: The client token that you have provided is associated with a resource that is already deleted.",
    ],
    remedy: "Allow the infrastructure role to use the key: in its own policy (the managed policy for volumes has no KMS action) and, unless the key policy trusts the account, in the key policy",
    docs: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html",
    asks: &execution_role::asking::<3, 10>([
        GetKeyPolicy::CALL,
        ListGrants::CALL,
        DescribeKey::CALL,
    ]),
    advises: false,
    judge: Judge::EbsVolume(kms_volume_permission),
};

/// What it takes to create and attach an encrypted volume.
const CREATE: [&str; 4] =
    ["kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:Decrypt", "kms:CreateGrant"];

/// What it takes besides to put a snapshot's data under another key. AWS's page lists it for every
/// volume, but only data that is already encrypted can be encrypted again.
const REENCRYPT: [&str; 2] = ["kms:ReEncryptFrom", "kms:ReEncryptTo"];

fn kms_volume_permission(it: &EbsVolumeUse, facts: &View) -> Judgement {
    let used = match key::of(&EncryptedUse::Volume(*it), facts)? {
        Encrypted::With(used) => used,
        Encrypted::Otherwise(why) => return not_applicable(why),
    };
    let Some(role) = it.role()? else {
        return not_applicable("the volume names no infrastructure role");
    };
    let (who, key) = (policies_of(it.task, &role, facts), facts.need(&used.key));
    let (who, key) = (who?, key?);
    if key.manager == Manager::Aws {
        return not_applicable(format!(
            "AWS manages the key {}, which takes no permission of its own",
            key.arn
        ));
    }
    let may = format!("create {} under {}", used.what, key.arn);
    let mut wishes = wishes(who, &CREATE, key, &used);
    let reencrypt = self::wishes(who, &REENCRYPT, key, &used);
    if it.ebs.snapshot_id.get()?.is_some() {
        wishes.extend(reencrypt);
        let answer = judge_all(who, &wishes, key, &used, facts)?;
        return execution_role::verdict(who, &may, answer, facts);
    }
    let answer = judge_all(who, &wishes, key, &used, facts)?;
    if let Answer::Refused(finding) = answer {
        return finding.judge();
    }
    match judge_all(who, &reencrypt, key, &used, facts)? {
        Answer::Refused(finding) => {
            let message = format!(
                "{}; AWS asks for it, though a volume without a snapshot has nothing to encrypt again",
                finding.message
            );
            Finding { severity: Severity::Warn, message, ..*finding }.judge()
        }
        Answer::Allowed(_) => execution_role::verdict(who, &may, answer, facts),
    }
}

/// The calls of EBS for the role: the volume is named in their encryption context
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/services-ebs.html>), and the grant is for
/// EBS itself.
fn wishes(who: &Policies, actions: &[&str], key: &Key, used: &Used) -> Vec<Wish> {
    let one = |action: &&str| {
        let wish = wish(who, action, key, used);
        match *action {
            "kms:DescribeKey" => wish
                .knowing("kms:EncryptionContext:aws:ebs:id", KeyState::Absent)
                .knowing("kms:EncryptionContextKeys", KeyState::Absent),
            "kms:CreateGrant" => {
                in_context_of_volume(wish).carrying("kms:GrantIsForAWSResource", "true")
            }
            _ => in_context_of_volume(wish),
        }
    };
    actions.iter().map(one).collect()
}

fn in_context_of_volume(wish: Wish) -> Wish {
    wish.carrying("kms:EncryptionContextKeys", "aws:ebs:id")
        .knowing("kms:EncryptionContext:aws:ebs:id", KeyState::Begins("vol-".to_owned()))
}
