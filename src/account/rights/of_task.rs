//! The policies of the roles of a task, and of the principal that deploys it.

use super::{Policies, PoliciesOf, Principal, RightsOf, Session};
use crate::facts::View;
use crate::knowledge::{Purpose, Stop};
use crate::lookup::CallerIdentity;
use crate::names::{AccountId, RoleArn, RoleRef};
use crate::task::Task;

/// The policies of the execution role; none if none is set.
///
/// # Errors
/// Why they cannot be read.
pub(crate) fn policies<'f>(task: &Task, facts: &View<'f>) -> Result<Option<&'f Policies>, Stop> {
    let Some(role) = task.execution_role()? else { return Ok(None) };
    is_of_the_account(&role, task, facts)
        .inspect_err(|stop| ask_ahead(stop, &role, task, facts))?;
    policies_of(task, &role, Purpose::Task, facts).map(Some)
}

/// Requests the policies of a role while it is not known yet whether it is in the account.
fn ask_ahead(stop: &Stop, role: &RoleRef, task: &Task, facts: &View) {
    if let Ok(region) = task.region() {
        PoliciesOf { principal: Principal::from(role), region: region.clone() }
            .ask_ahead(stop, facts);
    }
}

/// ECS assumes no role of another account, so such a role has no permissions here.
fn is_of_the_account(role: &RoleRef, task: &Task, facts: &View) -> Result<(), Stop> {
    let RoleRef::Arn(role) = role else { return Ok(()) };
    let caller = facts.need(&CallerIdentity { region: task.region()?.clone() })?;
    match of_another_account(role, &caller.account) {
        Some(why) => Err(Stop::written(task.execution_role_arn().place().subject(), why)),
        None => Ok(()),
    }
}

/// The sentence for a role that is not in the account of the task; `role-exists` fails with it.
pub(crate) fn of_another_account(role: &RoleArn, own: &AccountId) -> Option<String> {
    let (arn, account) = (role.arn(), role.account());
    (account != own)
        .then(|| format!("{arn} is in account {account}, but the task runs in account {own}"))
}

/// The policies of a role that a service assumes, and that is needed for this.
///
/// # Errors
/// Why they cannot be read.
pub(crate) fn policies_of<'f>(
    task: &Task,
    role: &RoleRef,
    purpose: Purpose,
    facts: &View<'f>,
) -> Result<&'f Policies, Stop> {
    let session = match purpose {
        Purpose::ContainerInstance => Session::Instance,
        _ => Session::Service,
    };
    rights(Principal::from(role), session, task, facts).map_err(|stop| {
        let stop = stop.wanted_for(purpose);
        match role {
            RoleRef::Arn(arn) => stop.with_arn(arn.arn().to_string()),
            RoleRef::Name(_) => stop,
        }
    })
}

/// The policies of any principal, and those of its organization.
///
/// # Errors
/// Why they cannot be read.
pub(crate) fn rights<'f>(
    principal: Principal,
    session: Session,
    task: &Task,
    facts: &View<'f>,
) -> Result<&'f Policies, Stop> {
    let policies = PoliciesOf { principal, region: task.region()?.clone() };
    facts.derive(&RightsOf { policies, witness: task.witness, session, now: task.now })
}

/// The account of a principal whose policies were read.
pub(crate) fn account(who: &Policies) -> &AccountId {
    match who {
        Policies::Root(account) => account,
        Policies::Held(set) => &set.account,
    }
}

/// The ARN of a principal whose policies were read, or words for the root user.
pub(crate) fn name(who: &Policies) -> &str {
    match who {
        Policies::Root(_) => "the root user",
        Policies::Held(set) => &set.arn,
    }
}
