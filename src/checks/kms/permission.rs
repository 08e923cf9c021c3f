//! May a role use a key? Its policy, the role's own policies and, where those do not allow it, grants.

use super::used::Used;
use crate::account::rights::Policies;
use crate::account::rights::of_task::account;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::kms::Key;
use crate::permission::key::judge_key;
use crate::permission::{Answer, Wish};
use crate::reachability::origin::CallOrigin;

/// A call on a key that a service makes on behalf of a role.
pub(super) fn wish(who: &Policies, action: &str, key: &Key, used: &Used) -> Wish {
    let mut wish = Wish::new(action, &key.arn)
        .carrying("kms:CallerAccount", account(who).as_str())
        .knowing("kms:ViaService", used.via())
        .knowing("kms:RequestAlias", used.requested_alias())
        .forwarded();
    for (name, value) in attributes(action, key) {
        wish = wish.carrying(name, value);
    }
    for (key, state) in &used.context {
        wish = wish.knowing(key, state.clone());
    }
    match used.is_whole {
        true => wish.with_no_other("kms:EncryptionContext:"),
        false => wish,
    }
}

/// The condition keys that follow from the key
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>).
fn attributes(action: &str, key: &Key) -> Vec<(&'static str, String)> {
    let mut known =
        vec![("kms:KeySpec", key.spec.clone()), ("kms:MultiRegion", key.multi_region.to_string())];
    known.extend(key.usage.clone().map(|usage| ("kms:KeyUsage", usage)));
    if ["kms:Decrypt", "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"].contains(&action)
        && key.spec == SYMMETRIC
    {
        known.push(("kms:EncryptionAlgorithm", SYMMETRIC.to_owned()));
    }
    known
}

/// The specification of a symmetric key, and its only algorithm.
const SYMMETRIC: &str = "SYMMETRIC_DEFAULT";

/// Judges all the calls. Grants can only allow, so they are read only where nothing else allows the calls.
///
/// # Errors
/// A gap: a policy or the grants cannot be read, or the answer depends on something unknown.
pub(super) fn judge_all(
    who: &Policies,
    wishes: &[Wish],
    key: &Key,
    used: &Used,
    facts: &View,
) -> Result<Answer, Stop> {
    judge_key(who, wishes, key, (&used.key.region, CallOrigin::Elsewhere), facts)
}

#[cfg(test)]
mod tests;
