//! `role-exists`, and the role that the other checks of the group look at

use crate::account::rights::of_task::of_another_account;
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::iam::role::{GetRole, NO_TASK_ROLE, Role};
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::{RoleArn, RoleRef};
use crate::task::RoleUse;
use crate::verdict::{Finding, Judgement, fail, pass};

pub(super) static ROLE_EXISTS: Check = Check {
    id: "role-exists",
    verifies: "the role exists in the task's account, with this path",
    prevents: &[NO_TASK_ROLE, "ClientException: Role is not valid"],
    remedy: "Create the role, or correct its ARN: aws iam get-role prints the right one",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html",
    asks: &[&[GetRole::CALL, CallerIdentity::CALL]],
    advises: false,
    judge: |task| each(task, role_exists),
};

fn role_exists(it: &RoleUse, facts: &View) -> Judgement {
    match found(it, facts)? {
        Found::Role(role) => pass(format!("{} exists", role.arn)),
        Found::Elsewhere(finding) => finding.judge(),
    }
}

/// What a reference points to.
enum Found<'f> {
    /// The role.
    Role(&'f Role),
    /// No role that ECS could use here, and why.
    Elsewhere(Box<Finding>),
}

/// The role, for a check that is skipped where `role-exists` fails.
///
/// # Errors
/// The gap, or the absence that `role-exists` reports.
pub(super) fn role<'f>(it: &RoleUse, facts: &View<'f>) -> Result<&'f Role, Stop> {
    match found(it, facts)? {
        Found::Role(role) => Ok(role),
        Found::Elsewhere(finding) => Err(Stop::written(it.role.place().subject(), finding.message)),
    }
}

fn found<'f>(it: &RoleUse, facts: &View<'f>) -> Result<Found<'f>, Stop> {
    let (reference, region) = (it.reference()?, it.task.region()?);
    if let RoleRef::Arn(written) = &reference
        && let Some(finding) = foreign(written, it, facts)?
    {
        return Ok(Found::Elsewhere(Box::new(finding)));
    }
    let lookup = GetRole { region: region.clone(), name: reference.name().to_owned() };
    let role = facts.need(&lookup).map_err(|stop| stop.wanted_for(it.purpose()));
    let role = role.map_err(|stop| match &reference {
        RoleRef::Arn(written) => stop.with_arn(written.arn().to_string()),
        RoleRef::Name(_) => stop,
    })?;
    match &reference {
        RoleRef::Arn(written) if written.arn().to_string() != role.arn => {
            Ok(Found::Elsewhere(Box::new(
                fail(format!(
                    "there is no role {}; the role of that name is {}: the ARN must include the path",
                    written.arn(),
                    role.arn
                ))
                .remedy(format!("Use the full ARN of the role: {}", role.arn)),
            )))
        }
        _ => Ok(Found::Role(role)),
    }
}

/// ECS assumes only roles of the account and partition where the task runs.
fn foreign(written: &RoleArn, it: &RoleUse, facts: &View) -> Result<Option<Finding>, Stop> {
    let region = it.task.region()?;
    if written.arn().partition != region.partition() {
        return Ok(Some(
            fail(format!(
                "{} is in partition {}, but the task runs in {region}, in partition {}",
                written.arn(),
                written.arn().partition,
                region.partition()
            ))
            .remedy("Use a role in the partition where the task runs"),
        ));
    }
    let caller = facts.need(&CallerIdentity { region: region.clone() })?;
    Ok(of_another_account(written, &caller.account).map(|why| {
        fail(why).remedy(
            "Use a role in the task's account; the task can then assume the other role itself",
        )
    }))
}
