//! `role-deployer`

mod call;
mod tagging;

use super::caller;
use crate::account::rights::Policies;
use crate::checks::{Check, whole};
use crate::document::ContextKind;
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::ecs::account::ListAccountSettings;
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::AccountId;
use crate::permission::{PERMISSION_CALLS, Wish};
use crate::task::Task;
use crate::verdict::{Finding, Findings, Input, Judgement, needs_input};
use call::{Arns, DeployCall};

pub(super) static ROLE_DEPLOYER: Check = Check {
    id: "role-deployer",
    verifies: "the caller may make the calls of this deployment",
    prevents: &[
        "AccessDeniedException: User: <arn> is not authorized to perform: ecs:<action> on resource: <arn>",
        "AccessDeniedException: ... with an explicit deny in a permissions boundary",
    ],
    remedy: "Allow the call to the principal that deploys, or name another principal with --caller-arn",
    docs: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html",
    asks: &[caller::CALLS, &[ListAccountSettings::CALL], &PERMISSION_CALLS],
    advises: false,
    judge: |task| whole(task, role_deployer),
};

fn role_deployer(task: &Task, facts: &View) -> Judgement {
    let calls = calls(task);
    if calls.is_empty() {
        return needs_input(
            Input::Request,
            "already registered, and no service or run-task input given",
        );
    }
    let who = caller::policies(task, facts)?;
    let region = task.region()?.clone();
    let account = &facts.need(&CallerIdentity { region })?.account;
    let mut found = Findings::new();
    for call in &calls {
        found.part(&task.definition.place, |found| {
            let denied = denied(*call, who, task, account, facts)?;
            denied.into_iter().for_each(|finding| found.add(finding));
            Ok(())
        });
        tagging::judge(*call, who, task, account, facts, &mut found)?;
    }
    let actions: Vec<&str> = calls.iter().map(|call| call.action()).collect();
    let name = match who {
        Policies::Root(_) => "the root user",
        Policies::Held(set) => &set.arn,
    };
    found.or_pass(format!("{name} may call {}", actions.join(" and ")))
}

fn calls(task: &Task) -> Vec<DeployCall> {
    let register = (!task.definition.is_registered()).then_some(DeployCall::Register);
    let run = match task.context.kind {
        ContextKind::CreateService => Some(DeployCall::CreateService),
        ContextKind::UpdateService | ContextKind::LiveService => Some(DeployCall::UpdateService),
        ContextKind::RunTask => Some(DeployCall::RunTask),
        ContextKind::StartTask => Some(DeployCall::StartTask),
        ContextKind::Flags => None,
    };
    register.into_iter().chain(run).collect()
}

fn denied(
    call: DeployCall,
    who: &Policies,
    task: &Task,
    account: &AccountId,
    facts: &View,
) -> Result<Option<Finding>, Stop> {
    let arns = Arns::of(task, account)?;
    let tags = call.tags(task)?;
    let judge = |wish: Wish| {
        let mut wish = arns.context(wish, call);
        if let Some(tags) = &tags {
            wish = wish.setting(tags);
        }
        caller::denied(who, &wish, task, facts)
    };
    match call {
        DeployCall::RunTask | DeployCall::StartTask => {
            let wishes = arns.on_revisions(call.action(), who);
            one_answer(call, wishes.into_iter().map(judge).collect())
        }
        DeployCall::CreateService | DeployCall::UpdateService => {
            judge(Wish::new(call.action(), arns.service(task)?))
        }
        DeployCall::Register => {
            // AWS's pages disagree on whether a statement for a single family counts.
            let of_any = judge(Wish::new(call.action(), "*"))?;
            match (of_any, judge(arns.on_revision(call.action(), who))?) {
                (Some(finding), Some(_)) => Ok(Some(finding)),
                (None, None) => Ok(None),
                (Some(_), None) | (None, Some(_)) => Err(Gap::Undecidable {
                    why: format!(
                        "cannot determine whether {} is allowed: the policies allow it only on single task definitions, and AWS's pages disagree on whether that is enough; allow it on *",
                        call.action()
                    ),
                }
                .into()),
            }
        }
    }
}

/// The answer for a revision that is not known yet: that of every revision in the policies, if they agree.
fn one_answer(
    call: DeployCall,
    answers: Vec<Result<Option<Finding>, Stop>>,
) -> Result<Option<Finding>, Stop> {
    let answers = answers.into_iter().collect::<Result<Vec<_>, Stop>>()?;
    let denied = answers.iter().filter(|answer| answer.is_some()).count();
    if denied != 0 && denied != answers.len() {
        let why = format!(
            "cannot determine whether the caller may perform {}: the policies depend on the revision, which registration assigns",
            call.action()
        );
        return Err(Gap::Undecidable { why }.into());
    }
    Ok(answers.into_iter().next().flatten())
}
