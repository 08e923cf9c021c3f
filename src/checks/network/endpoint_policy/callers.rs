//! Who makes the calls that start a task, and what a policy decides for them.

use super::call::ApiCall;
use super::caller::Caller;
use super::decision::{Decided, Held};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::names::{AccountId, Region, RoleArn, RoleRef};
use crate::permission::acting;
use crate::task::Task;

/// Who makes the calls that start a task.
pub(super) struct Callers<'a, 'v, 't> {
    pub task: &'a Task,
    pub region: &'a Region,
    pub account: &'a AccountId,
    pub facts: &'v View<'t>,
}

impl Callers<'_, '_, '_> {
    /// What the policy decides for this call by its caller. Without an execution role that is the container
    /// instance, whose role is looked up only if the policy distinguishes callers.
    pub(super) fn decide(&self, held: &Held, call: &ApiCall) -> Result<Decided, Stop> {
        if call.is_by_ecr {
            return Ok(held.decide(&held.ecr(), call));
        }
        if let Some(role) = self.execution_role()? {
            return Ok(held.decide(&Caller::Role(role), call));
        }
        match held.decide(&held.some_role(), call) {
            Decided::Open(why) => {
                let roles = acting::roles(self.task, self.facts)?;
                let said = roles
                    .into_iter()
                    .map(|role| (role, held.decide(&Caller::Role(role.clone()), call)));
                Ok(together(said.collect()).unwrap_or_else(|| {
                    Decided::Open(format!("no execution role is set, and {why}"))
                }))
            }
            decided => Ok(decided),
        }
    }

    /// The execution role, which makes the calls that start a task.
    pub(super) fn execution_role(&self) -> Result<Option<RoleArn>, Stop> {
        Ok(match self.task.execution_role()? {
            None => None,
            Some(RoleRef::Arn(role)) => Some(role),
            Some(RoleRef::Name(name)) => {
                let partition = self.region.partition();
                format!("arn:{partition}:iam::{}:role/{name}", self.account).parse().ok()
            }
        })
    }
}

/// One instance that may call is enough for a task to start.
fn together(said: Vec<(&RoleArn, Decided)>) -> Option<Decided> {
    let all_allowed = said.iter().all(|(_, it)| matches!(it, Decided::Allowed));
    let all_refused = said.iter().all(|(_, it)| matches!(it, Decided::Refused { .. }));
    let rank = |decided: &Decided| match decided {
        Decided::Unread(_) => 0,
        Decided::Open(_) => 1,
        Decided::Refused { .. } => 2,
        Decided::Hurts { .. } => 3,
        Decided::Allowed => 4,
    };
    let (role, worst) = said.into_iter().min_by_key(|(_, it)| rank(it))?;
    Some(match worst {
        worst if all_allowed || all_refused => worst,
        Decided::Refused { why, denied_by } => Decided::Hurts {
            why: format!("on container instances with role {}, {why}", role.arn()),
            denied_by,
        },
        worst => worst,
    })
}
