//! `role-deployer`

use super::caller;
use crate::checks::permission::Wish;
use crate::checks::policies::Policies;
use crate::checks::subject::Task;
use crate::checks::{Check, Judge};
use crate::document::ContextKind;
use crate::facts::View;
use crate::iam::KeyState;
use crate::knowledge::{Gap, Stop};
use crate::lookup::CallerIdentity;
use crate::names::AccountId;
use crate::verdict::{Finding, Findings, Judgement, not_applicable};

pub(super) static ROLE_DEPLOYER: Check = Check {
    id: "role-deployer",
    verifies: "the caller may make the calls of this deployment",
    prevents: &[
        "AccessDeniedException: User: <arn> is not authorized to perform: ecs:<action> on resource: <arn>",
        "AccessDeniedException: ... with an explicit deny in a permissions boundary",
    ],
    remedy: "Allow the call to whoever deploys, or name that principal with --caller-arn",
    docs: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html",
    asks: caller::CALLS,
    advises: false,
    judge: Judge::Task(role_deployer),
};

fn role_deployer(task: &Task, facts: &View) -> Judgement {
    let calls = calls(task);
    if calls.is_empty() {
        return not_applicable("the definition is registered, and it is not told what runs it");
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
    }
    let actions: Vec<&str> = calls.iter().map(|call| call.action()).collect();
    let name = match who {
        Policies::Root(_) => "the root user",
        Policies::Held(set) => &set.arn,
    };
    found.or_pass(format!("{name} may call {}", actions.join(" and ")))
}

/// A call of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DeployCall {
    Register,
    CreateService,
    UpdateService,
    RunTask,
    StartTask,
}

impl DeployCall {
    fn action(self) -> &'static str {
        match self {
            DeployCall::Register => "ecs:RegisterTaskDefinition",
            DeployCall::CreateService => "ecs:CreateService",
            DeployCall::UpdateService => "ecs:UpdateService",
            DeployCall::RunTask => "ecs:RunTask",
            DeployCall::StartTask => "ecs:StartTask",
        }
    }
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
    let wish = |resource: String| arns.context(Wish::new(call.action(), resource), call);
    let judge = |wish: &Wish| caller::denied(who, wish, task, facts);
    match call {
        DeployCall::RunTask | DeployCall::StartTask => judge(&wish(arns.revision())),
        DeployCall::CreateService | DeployCall::UpdateService => judge(&wish(arns.service(task)?)),
        DeployCall::Register => {
            // Whether a statement for a single family counts, AWS's pages do not say alike.
            match (judge(&wish("*".to_owned()))?, judge(&wish(arns.revision()))?) {
                (Some(finding), Some(_)) => Ok(Some(finding)),
                (None, None) => Ok(None),
                (Some(_), None) | (None, Some(_)) => Err(Gap::Undecidable {
                    why: format!(
                        "{} is allowed on single task definitions only, and it is not certain that this suffices; allow it on *",
                        call.action()
                    ),
                }
                .into()),
            }
        }
    }
}

/// The resources of a deployment.
struct Arns {
    /// `arn:aws:ecs:eu-west-1:111122223333`
    start: String,
    cluster: String,
    family: String,
    revision: Option<i64>,
    exec: bool,
}

impl Arns {
    fn of(task: &Task, account: &AccountId) -> Result<Arns, Stop> {
        let (region, request) = (task.region()?, &task.context.request);
        // A cluster is written by its name or its ARN; without either it is the one named `default`.
        let cluster = request.cluster.get()?.map_or("default", String::as_str);
        let cluster = cluster.rsplit('/').next().unwrap_or(cluster);
        Ok(Arns {
            start: format!("arn:{}:ecs:{region}:{account}", region.partition()),
            cluster: cluster.to_owned(),
            family: task.definition.family.get()?.cloned().unwrap_or_default(),
            revision: task.definition.revision.get()?.copied(),
            exec: request.enable_execute_command.get()?.is_some_and(|enabled| *enabled),
        })
    }

    /// The revision that will run. That of a definition not yet registered is not known; 0 is none of
    /// the others.
    fn revision(&self) -> String {
        let Arns { start, family, .. } = self;
        format!("{start}:task-definition/{family}:{}", self.revision.unwrap_or_default())
    }

    fn service(&self, task: &Task) -> Result<String, Stop> {
        let name = task.context.request.service_name.get()?.map_or("", String::as_str);
        let name = name.rsplit('/').next().unwrap_or(name);
        Ok(format!("{}:service/{}/{name}", self.start, self.cluster))
    }

    /// The condition keys that the call carries.
    fn context(&self, wish: Wish, call: DeployCall) -> Wish {
        if call == DeployCall::Register {
            return wish;
        }
        let definition = match self.revision {
            Some(_) => KeyState::Known(vec![self.revision()]),
            None => KeyState::Begins(format!("{}:task-definition/{}:", self.start, self.family)),
        };
        wish.carrying("ecs:cluster", format!("{}:cluster/{}", self.start, self.cluster))
            .carrying("ecs:enable-execute-command", self.exec.to_string())
            .knowing("ecs:task-definition", definition)
    }
}
