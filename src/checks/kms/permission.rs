//! May a role use a key? Its policy, the role's own policies and, where those do not allow it, grants.

use super::key::Used;
use crate::checks::execution_role::account;
use crate::checks::permission::{Answer, Beside, Wish, granted, judge};
use crate::checks::policies::Policies;
use crate::facts::View;
use crate::iam::{Grants, KeyState, Layer, Policy};
use crate::knowledge::Stop;
use crate::lookup::kms::{self, GetKeyPolicy, Key, ListGrants};

/// A call on a key that a service makes for a role. Where such a call comes from is the service's
/// affair: what the role's own calls carry is not known of it.
pub(super) fn wish(who: &Policies, action: &str, key: &Key, used: &Used) -> Wish {
    let mut wish = Wish::new(action, &key.arn)
        .carrying("kms:CallerAccount", account(who).as_str())
        .knowing("kms:ViaService", used.via());
    for key in ["aws:ViaAWSService", "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"] {
        wish = wish.knowing(key, KeyState::Unknown);
    }
    for (key, state) in &used.context {
        wish = wish.knowing(key, state.clone());
    }
    wish
}

/// Judges all the calls. Grants can only allow, and are asked for only where nothing else does.
///
/// # Errors
/// A gap: a policy or the grants cannot be read, or the answer depends on what is not known.
pub(super) fn judge_all(
    who: &Policies,
    wishes: &[Wish],
    key: &Key,
    used: &Used,
    facts: &View,
) -> Result<Answer, Stop> {
    let region = &used.key.region;
    let asked = GetKeyPolicy { region: region.clone(), key: key.arn.clone() };
    let document = facts.need(&asked)?;
    let policy = Policy::read(Layer::Key, &format!("policy of key {}", key.arn), document);
    let command = format!(
        "aws kms put-key-policy --key-id {} --policy-name default --policy file://key-policy.json --region {region}",
        key.arn
    );
    let with = |grants: &[kms::Grant]| {
        let beside = Beside {
            resource: Some(policy.clone()),
            grants: Grants::Known(grants.iter().map(granted).collect()),
            owner: None,
        };
        let calls = wishes.iter().map(|wish| (wish.clone(), beside.clone())).collect();
        judge(who, calls, region, Some(&command))
    };
    match with(&[]) {
        Ok(Answer::Allowed(by)) => Ok(Answer::Allowed(by)),
        Ok(Answer::Refused(_)) | Err(_) => {
            let grants = ListGrants { region: region.clone(), key: key.arn.clone() };
            with(facts.need(&grants)?)
        }
    }
}

#[cfg(test)]
mod tests;
