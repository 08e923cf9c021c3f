//! `role-deployer`

mod tagging;

use crate::permission::PERMISSION_CALLS;
use std::collections::BTreeMap;

use serde_json::Value;

use super::caller;
use crate::account::rights::Policies;
use crate::checks::{Check, whole};
use crate::document::ContextKind;
use crate::facts::View;
use crate::iam::KeyState;
use crate::knowledge::{Gap, Stop};
use crate::lookup::ecs::account::ListAccountSettings;
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::AccountId;
use crate::permission::Wish;
use crate::task::Task;
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
    asks: &[caller::CALLS, &[ListAccountSettings::CALL], &PERMISSION_CALLS],
    advises: false,
    judge: |task| whole(task, role_deployer),
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
        tagging::judge(*call, who, task, account, facts, &mut found)?;
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

impl DeployCall {
    /// The tags that the call sets, if the documents tell all of them: ECS adds some of its own.
    fn tags(self, task: &Task) -> Result<Option<BTreeMap<String, String>>, Stop> {
        let request = &task.context.request;
        let of_ecs = request.enable_ecs_managed_tags.get()?.is_some_and(|it| *it)
            || request.propagate_tags.get()?.is_some_and(|it| it != "NONE");
        let tags = match self {
            DeployCall::Register => &task.definition.tags,
            DeployCall::UpdateService => return Ok(Some(BTreeMap::new())),
            DeployCall::CreateService | DeployCall::RunTask | DeployCall::StartTask if of_ecs => {
                return Ok(None);
            }
            DeployCall::CreateService | DeployCall::RunTask | DeployCall::StartTask => {
                &request.tags
            }
        };
        let mut found = BTreeMap::new();
        for tag in tags.items()? {
            let Some(key) = tag.key.get()? else { continue };
            found.insert(key.clone(), tag.value.get()?.cloned().unwrap_or_default());
        }
        Ok(Some(found))
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
    let tags = call.tags(task)?;
    let judge = |resource: String| {
        let mut wish = arns.context(Wish::new(call.action(), resource), call);
        if let Some(tags) = &tags {
            wish = wish.setting(tags);
        }
        caller::denied(who, &wish, task, facts)
    };
    match call {
        DeployCall::RunTask | DeployCall::StartTask => {
            one_answer(call, arns.revisions(who).into_iter().map(judge).collect())
        }
        DeployCall::CreateService | DeployCall::UpdateService => judge(arns.service(task)?),
        DeployCall::Register => {
            // Whether a statement for a single family counts, AWS's pages do not say alike.
            match (judge("*".to_owned())?, judge(arns.revision())?) {
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

/// The answer for a revision that is not known yet: that of all which policies tell apart, if they agree.
fn one_answer(
    call: DeployCall,
    answers: Vec<Result<Option<Finding>, Stop>>,
) -> Result<Option<Finding>, Stop> {
    let answers = answers.into_iter().collect::<Result<Vec<_>, Stop>>()?;
    let denied = answers.iter().filter(|answer| answer.is_some()).count();
    if denied != 0 && denied != answers.len() {
        let why = format!(
            "whether the caller may {} depends on the revision, which the definition gets when it is registered",
            call.action()
        );
        return Err(Gap::Undecidable { why }.into());
    }
    Ok(answers.into_iter().next().flatten())
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

    /// The revision that will run. That of a definition not yet registered is not known; 0 stands for all
    /// that no policy names.
    fn revision(&self) -> String {
        let Arns { start, family, .. } = self;
        format!("{start}:task-definition/{family}:{}", self.revision.unwrap_or_default())
    }

    /// The revisions that it may be, as far as the policies of whoever deploys tell them apart.
    fn revisions(&self, who: &Policies) -> Vec<String> {
        let mut found = vec![self.revision()];
        if let (None, Policies::Held(set)) = (self.revision, who) {
            let policies = set.identity.iter().chain(&set.boundary);
            for policy in policies {
                found.extend(self.named(&policy.document));
            }
            found.sort();
            found.dedup();
        }
        found
    }

    /// The revisions that a policy names one by one; a wildcard among digits stands for one of them.
    fn named(&self, document: &Value) -> Vec<String> {
        match document {
            Value::Array(values) => values.iter().flat_map(|it| self.named(it)).collect(),
            Value::Object(fields) => fields.values().flat_map(|it| self.named(it)).collect(),
            Value::String(text) => {
                let revision = text.rsplit_once(":task-definition/").and_then(|(_, name)| {
                    let (_, revision) = name.split_once(':')?;
                    revision.contains(|c: char| c.is_ascii_digit()).then_some(revision)
                });
                let Arns { start, family, .. } = self;
                let revision = revision.map(|it| it.replace(['*', '?'], "1"));
                revision
                    .map(|it| format!("{start}:task-definition/{family}:{it}"))
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// A task that is to run: its id is not known yet.
    fn task(&self) -> String {
        format!("{}:task/{}/00000000000000000000000000000000", self.start, self.cluster)
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
