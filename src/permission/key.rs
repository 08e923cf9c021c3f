//! May a role use a key? Its policy, the role's own policies and, where those do not allow it, grants.

use super::{Answer, Guard, ResourceSide, Tags, Wish, decide, granted, judge, side_of};
use crate::account::rights::Policies;
use crate::account::rights::of_task::account;
use crate::facts::View;
use crate::iam::{Grants, Layer};
use crate::knowledge::Stop;
use crate::lookup::kms::{GetKeyPolicy, Key, ListGrants};
use crate::names::{Arn, Region};
use crate::reachability::origin::CallOrigin;

/// The policy of a key of this region.
pub(crate) fn policy_of(key: &Key, region: &Region) -> GetKeyPolicy {
    GetKeyPolicy { region: region.clone(), key: key.arn.clone() }
}

/// Judges all the calls on a key of this region, over this network path. Grants can only allow, so they
/// are read only where nothing else allows the calls.
///
/// # Errors
/// A gap: a policy or the grants cannot be read, or the answer depends on something unknown.
pub(crate) fn judge_key(
    who: &Policies,
    wishes: &[Wish],
    key: &Key,
    (region, departure): (&Region, CallOrigin),
    facts: &View,
) -> Result<Answer, Stop> {
    let asked = policy_of(key, region);
    let document = facts.tolerate(|| facts.need(&asked).map(Some))?;
    let mut own = side_of(Layer::Key, &format!("the key policy of `{}`", key.arn), document);
    if key.arn.parse::<Arn>().is_ok_and(|arn| arn.account() == Some(account(who))) {
        own.tags = Tags::of_key(region, &key.arn);
    }
    let guard = Guard::Key { arn: key.arn.clone(), region: region.clone() };
    let calls =
        |side: &ResourceSide| wishes.iter().map(|wish| (wish.clone(), side.clone())).collect();
    if let Ok(Answer::Allowed(by)) = judge(who, calls(&own), region, Some(&guard)) {
        return Ok(Answer::Allowed(by));
    }
    let asked = ListGrants { region: region.clone(), key: key.arn.clone() };
    let grants = facts.tolerate(|| facts.need(&asked))?;
    own.grants = match grants {
        Ok(grants) => Grants::Known(grants.iter().map(granted).collect()),
        Err(gap) => {
            let why = gap.to_string();
            own.unread.push(gap);
            Grants::Unreadable(why)
        }
    };
    decide(who, calls(&own), (region, departure), Some(&guard), facts)
}
