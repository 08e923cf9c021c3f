//! `kms-decrypt-permission`

use super::key;
use super::permission::{judge_all, wish};
use super::used::{Encrypted, needs_no_permission};
use crate::account::rights::{PoliciesOf, of_task};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::iam::KeyState;
use crate::lookup::Lookup;
use crate::lookup::kms::{DescribeKey, GetKeyPolicy, ListGrants, Manager};
use crate::lookup::s3::HeadObject;
use crate::lookup::secretsmanager::DescribeSecret;
use crate::lookup::ssm::DescribeParameter;
use crate::permission::PERMISSION_CALLS;
use crate::permission::key::policy_of;
use crate::task::{DecryptedUse, NO_ROLE};
use crate::verdict::{Judgement, not_applicable};

pub(super) static KMS_DECRYPT_PERMISSION: Check = Check {
    id: "kms-decrypt-permission",
    verifies: "the execution role may decrypt the task's secrets, parameters and files",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... AccessDeniedException: ... is not authorized to perform: kms:Decrypt",
        "AccessDeniedException: Access to KMS is not allowed",
    ],
    remedy: "Allow the execution role kms:Decrypt on the key: in an identity policy, and also in the key policy unless that allows the whole account",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html",
    asks: &[
        &[
            GetKeyPolicy::CALL,
            ListGrants::CALL,
            DescribeKey::CALL,
            DescribeSecret::CALL,
            DescribeParameter::CALL,
            HeadObject::CALL,
        ],
        &PoliciesOf::CALLS_FOR_ROLE,
        &PERMISSION_CALLS,
    ],
    advises: false,
    judge: |task| each(task, kms_decrypt_permission),
};

fn kms_decrypt_permission(it: &DecryptedUse, facts: &View) -> Judgement {
    let (who, encrypted) = (of_task::policies(it.task(), facts), key::of(it, facts));
    let used = match encrypted? {
        Encrypted::With(used) => used,
        Encrypted::Otherwise(why) => return not_applicable(why),
    };
    if let Some(why) = used.elsewhere() {
        return not_applicable(why);
    }
    let key = facts.need(&used.key);
    if let Ok(key) = &key
        && key.manager != Manager::Aws
    {
        facts.prefetch(&policy_of(key, &used.key.region));
    }
    let Some(who) = who? else { return not_applicable(NO_ROLE) };
    let key = key?;
    if key.manager == Manager::Aws {
        return not_applicable(needs_no_permission(&key.arn));
    }
    let mut decrypt = wish(who, "kms:Decrypt", key, &used);
    // The service that reads the secret is the only one that uses the key for the role.
    if let KeyState::Known(services) = used.via() {
        for service in services {
            decrypt = decrypt.allowed_if("StringEquals", "kms:ViaService", service);
        }
    }
    let wishes = [decrypt];
    let answer = judge_all(who, &wishes, key, &used, facts)?;
    answer.judge(who, &format!("decrypt {} with {}", used.what, key.arn), facts)
}
