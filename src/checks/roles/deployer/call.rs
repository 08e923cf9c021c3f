//! The calls of a deployment, and the resources that they are made on.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::account::rights::Policies;
use crate::iam::KeyState;
use crate::knowledge::Stop;
use crate::names::AccountId;
use crate::permission::Wish;
use crate::task::Task;

/// A call of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeployCall {
    Register,
    CreateService,
    UpdateService,
    RunTask,
    StartTask,
}

impl DeployCall {
    pub(super) fn action(self) -> &'static str {
        match self {
            DeployCall::Register => "ecs:RegisterTaskDefinition",
            DeployCall::CreateService => "ecs:CreateService",
            DeployCall::UpdateService => "ecs:UpdateService",
            DeployCall::RunTask => "ecs:RunTask",
            DeployCall::StartTask => "ecs:StartTask",
        }
    }

    /// The tags that the call sets, if the documents contain all of them: ECS may add its own.
    pub(super) fn tags(self, task: &Task) -> Result<Option<BTreeMap<String, String>>, Stop> {
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

/// The resources of a deployment.
pub(super) struct Arns {
    /// `arn:aws:ecs:eu-west-1:111122223333`
    start: String,
    cluster: String,
    family: String,
    revision: Option<i64>,
    exec: bool,
}

impl Arns {
    pub(super) fn of(task: &Task, account: &AccountId) -> Result<Arns, Stop> {
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

    /// The revision that will run. Before registration it is unknown: 0 then represents every revision that
    /// no policy names.
    pub(super) fn revision(&self) -> String {
        let Arns { start, family, .. } = self;
        format!("{start}:task-definition/{family}:{}", self.revision.unwrap_or_default())
    }

    /// The revisions that it may be, as far as the caller's policies distinguish them.
    pub(super) fn revisions(&self, who: &Policies) -> Vec<String> {
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

    /// The revisions that a policy names; a wildcard next to digits represents one digit.
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
    pub(super) fn task(&self) -> String {
        format!("{}:task/{}/00000000000000000000000000000000", self.start, self.cluster)
    }

    pub(super) fn service(&self, task: &Task) -> Result<String, Stop> {
        let name = task.context.request.service_name.get()?.map_or("", String::as_str);
        let name = name.rsplit('/').next().unwrap_or(name);
        Ok(format!("{}:service/{}/{name}", self.start, self.cluster))
    }

    /// The condition keys that the call carries.
    pub(super) fn context(&self, wish: Wish, call: DeployCall) -> Wish {
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
