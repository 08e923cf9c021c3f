//! The calls of a deployment, and the resources that they are made on.

use std::collections::{BTreeMap, BTreeSet};

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

    /// The call on the revision that will run. Which one a definition gets that is not yet registered, is
    /// not known.
    pub(super) fn on_revision(&self, action: &str, who: &Policies) -> Wish {
        self.on(action, &self.revision.map_or_else(|| unnamed(&named_by(who)), |it| it.to_string()))
    }

    /// The call on each possible revision, as far as the policies of the deployer distinguish them.
    pub(super) fn on_revisions(&self, action: &str, who: &Policies) -> Vec<Wish> {
        let mut wishes = vec![self.on_revision(action, who)];
        if self.revision.is_none() {
            let named: BTreeSet<String> = named_by(who).into_iter().filter_map(first_of).collect();
            wishes.extend(named.iter().map(|revision| self.on(action, revision)));
        }
        wishes
    }

    /// The call on one revision. A made-up revision is neither printed nor allowed by a command.
    fn on(&self, action: &str, revision: &str) -> Wish {
        let family = format!("{}:task-definition/{}", self.start, self.family);
        let wish = Wish::new(action, format!("{family}:{revision}"));
        match self.revision {
            Some(_) => wish,
            None => wish.called(format!("{family}:REVISION")).allowed_on(format!("{family}:*")),
        }
    }

    /// The call on a task that is to run, whose id is not known yet.
    pub(super) fn on_task(&self, action: &str) -> Wish {
        let tasks = format!("{}:task/{}", self.start, self.cluster);
        Wish::new(action, format!("{tasks}/00000000000000000000000000000000"))
            .called(format!("{tasks}/TASK"))
            .allowed_on(format!("{tasks}/*"))
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
            Some(revision) => KeyState::Known(vec![format!(
                "{}:task-definition/{}:{revision}",
                self.start, self.family
            )]),
            None => KeyState::Begins(format!("{}:task-definition/{}:", self.start, self.family)),
        };
        wish.carrying("ecs:cluster", format!("{}:cluster/{}", self.start, self.cluster))
            .carrying("ecs:enable-execute-command", self.exec.to_string())
            .knowing("ecs:task-definition", definition)
    }
}

/// The revisions with digits in the policies of the deployer: `7`, `1*`.
fn named_by(who: &Policies) -> Vec<String> {
    let Policies::Held(set) = who else { return Vec::new() };
    let policies = set.identity.iter().chain(&set.boundary);
    policies.flat_map(|policy| named_in(&policy.document)).collect()
}

fn named_in(document: &Value) -> Vec<String> {
    match document {
        Value::Array(values) => values.iter().flat_map(named_in).collect(),
        Value::Object(fields) => fields.values().flat_map(named_in).collect(),
        Value::String(text) => {
            let name = text.rsplit_once(":task-definition/").map(|(_, name)| name);
            let revision = name.and_then(|name| name.split_once(':')).map(|(_, revision)| revision);
            let is_named = |it: &&str| it.contains(|c: char| c.is_ascii_digit());
            revision.filter(is_named).map(str::to_owned).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// A revision that a pattern of revisions matches. They begin at 1, so some match none
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html>).
fn first_of(pattern: String) -> Option<String> {
    let revision = pattern.replace(['*', '?'], "1");
    (!revision.starts_with('0')).then_some(revision)
}

/// A revision that none of these patterns is made for.
fn unnamed(patterns: &[String]) -> String {
    let begins_none = |digit: &char| !patterns.iter().any(|pattern| pattern.starts_with(*digit));
    let digit = ('1'..='9').rev().find(begins_none).unwrap_or('9');
    format!("{digit}00000000")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_policy_names_revisions_with_digits_anywhere_in_it() {
        let family = |revision: &str| format!("arn:aws:ecs:*:*:task-definition/web:{revision}");
        let statement = json!({"Statement": [{"Resource": [family("7"), family("*")]}, {
            "Condition": {"ArnLike": {"ecs:task-definition": family("1*")}}}]});
        assert_eq!(named_in(&statement), ["7", "1*"]);
        assert_eq!(named_in(&json!("arn:aws:ecs:*:*:task-definition/web")), [""; 0]);
    }

    #[test]
    fn no_revision_is_before_the_first() {
        let first = |pattern: &str| first_of(pattern.to_owned());
        assert_eq!(first("1*"), Some("11".to_owned()));
        assert_eq!(first("0"), None);
        assert_eq!(first("0*"), None);
    }

    #[test]
    fn the_revision_that_stands_for_all_others_is_named_by_no_policy() {
        let unnamed = |patterns: &[&str]| {
            unnamed(&patterns.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(unnamed(&["7", "1*", "0"]), "900000000");
        assert_eq!(unnamed(&["9*", "8??"]), "700000000");
    }
}
