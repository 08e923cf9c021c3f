//! May a role use a key? Its policy, the role's own policies and, where those do not allow it, grants.

use super::{Answer, Guard, ResourceSide, Tags, Wish, beside_of, decide, granted, judge};
use crate::account::rights::Policies;
use crate::account::rights::of_task::account;
use crate::facts::View;
use crate::iam::{Grants, Layer};
use crate::knowledge::Stop;
use crate::lookup::kms::{GetKeyPolicy, Key, ListGrants, ListResourceTags};
use crate::names::{Arn, Region};
use crate::reachability::origin::CallOrigin;

/// Judges all the calls on a key of this region, from where this leaves. Grants can only allow, and are
/// asked for only where nothing else does.
///
/// # Errors
/// A gap: a policy or the grants cannot be read, or the answer depends on what is not known.
pub(crate) fn judge_key(
    who: &Policies,
    wishes: &[Wish],
    key: &Key,
    (region, departure): (&Region, CallOrigin),
    facts: &View,
) -> Result<Answer, Stop> {
    let asked = GetKeyPolicy { region: region.clone(), key: key.arn.clone() };
    let document = facts.tolerate(|| facts.need(&asked).map(Some))?;
    let mut own = beside_of(Layer::Key, &format!("policy of key {}", key.arn), document);
    if key.arn.parse::<Arn>().is_ok_and(|arn| arn.account() == Some(account(who))) {
        own.tags = Tags::Key(ListResourceTags { region: region.clone(), key: key.arn.clone() });
    }
    let guard = Guard::Key { arn: key.arn.clone(), region: region.clone() };
    let calls =
        |beside: &ResourceSide| wishes.iter().map(|wish| (wish.clone(), beside.clone())).collect();
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
