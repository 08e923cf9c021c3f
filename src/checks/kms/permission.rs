//! May a role use a key? Its policy, the role's own policies and, where those do not allow it, grants.

use super::key::Used;
use crate::checks::execution_role::account;
use crate::checks::permission::{Answer, Beside, Tags, Wish, beside_of, decide, judge};
use crate::checks::policies::Policies;
use crate::facts::View;
use crate::iam::{Constraint, Grant, Grants, KeyState, Layer};
use crate::knowledge::Stop;
use crate::lookup::kms::{self, GetKeyPolicy, Key, ListGrants, ListResourceTags};
use crate::names::Arn;

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
    let document = facts.weigh(|| facts.need(&asked).map(Some))?;
    let mut own = beside_of(Layer::Key, &format!("policy of key {}", key.arn), document);
    if key.arn.parse::<Arn>().is_ok_and(|arn| arn.account() == Some(account(who))) {
        own.tags = Tags::Key(ListResourceTags { region: region.clone(), key: key.arn.clone() });
    }
    let command = format!(
        "aws kms put-key-policy --key-id {} --policy-name default --policy file://key-policy.json --region {region}",
        key.arn
    );
    let calls =
        |beside: &Beside| wishes.iter().map(|wish| (wish.clone(), beside.clone())).collect();
    if let Ok(Answer::Allowed(by)) = judge(who, calls(&own), region, Some(&command)) {
        return Ok(Answer::Allowed(by));
    }
    let asked = ListGrants { region: region.clone(), key: key.arn.clone() };
    let grants = facts.weigh(|| facts.need(&asked))?;
    own.grants = match grants {
        Ok(grants) => Grants::Known(grants.iter().map(read).collect()),
        Err(gap) => {
            let why = gap.to_string();
            own.unread.push(gap);
            Grants::Unreadable(why)
        }
    };
    decide(who, calls(&own), region, Some(&command), facts)
}

fn read(grant: &kms::Grant) -> Grant {
    let pairs = |map: &std::collections::BTreeMap<String, String>| {
        map.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    let constraint = match (&grant.context_equals, &grant.context_subset) {
        (Some(equals), _) => Constraint::Equals(pairs(equals)),
        (None, Some(subset)) => Constraint::Subset(pairs(subset)),
        (None, None) => Constraint::None,
    };
    Grant {
        id: grant.id.clone(),
        grantee: grant.grantee.clone(),
        operations: grant.operations.clone(),
        constraint,
    }
}

#[cfg(test)]
mod tests;
