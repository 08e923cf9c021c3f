//! The principal that deploys, and what it may do.

use crate::account::rights::of_task::rights;
use crate::account::rights::{Policies, Principal, Session};
use crate::facts::View;
use crate::knowledge::{Purpose, Stop};
use crate::lookup::iam::group::{GetGroupPolicy, ListAttachedGroupPolicies, ListGroupPolicies};
use crate::lookup::iam::policy::{GetPolicy, GetPolicyVersion};
use crate::lookup::iam::role::{
    GetRole, GetRolePolicy, ListAttachedRolePolicies, ListRolePolicies,
};
use crate::lookup::iam::user::{
    GetUser, GetUserPolicy, ListAttachedUserPolicies, ListGroupsForUser, ListUserPolicies,
};
use crate::lookup::{Call, CallerIdentity, Lookup};
use crate::permission::{self, ResourceSide, Wish, assume_above};
use crate::task::Task;
use crate::verdict::Finding;

/// The calls that read the permissions of the caller, a role or a user.
pub(super) const CALLS: &[Call] = &[
    CallerIdentity::CALL,
    GetRole::CALL,
    ListRolePolicies::CALL,
    GetRolePolicy::CALL,
    ListAttachedRolePolicies::CALL,
    GetUser::CALL,
    ListUserPolicies::CALL,
    GetUserPolicy::CALL,
    ListAttachedUserPolicies::CALL,
    ListGroupsForUser::CALL,
    ListGroupPolicies::CALL,
    GetGroupPolicy::CALL,
    ListAttachedGroupPolicies::CALL,
    GetPolicy::CALL,
    GetPolicyVersion::CALL,
];

/// The policies of the principal that deploys: that of `--caller-arn`, or the one that runs this tool.
///
/// # Errors
/// The gap or absence that prevents reading them.
pub(super) fn policies<'f>(task: &Task, facts: &View<'f>) -> Result<&'f Policies, Stop> {
    let arn = match &task.caller {
        Some(arn) => arn,
        None => &facts.need(&CallerIdentity { region: task.region()?.clone() })?.arn,
    };
    rights(Principal::of_arn(arn)?, Session::Anybody, task, facts)
        .map_err(|stop| stop.wanted_for(Purpose::Deployment))
}

/// Why a principal may not make a call; none if it may.
///
/// # Errors
/// A gap that names what the answer depends on.
pub(super) fn denied(
    who: &Policies,
    wish: &Wish,
    task: &Task,
    facts: &View,
) -> Result<Option<Finding>, Stop> {
    let finding = permission::denied(who, wish, ResourceSide::default(), task.region()?, facts)?;
    if finding.is_none() {
        assume_above(who, facts);
    }
    Ok(finding)
}
