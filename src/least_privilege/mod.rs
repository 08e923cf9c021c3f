//! The permissions that a task needs: of its execution role, its task role, its infrastructure role, and of
//! the principal that deploys it.
//!
//! They come from the documents alone, without network and credentials. What only AWS knows ([`Known`]: the
//! account, the full ARNs of secrets, their keys) makes them narrower and complete; what the documents do not
//! say is listed as unknown, never guessed.

mod deployer;
mod execution_role;
mod infrastructure_role;
mod known;
mod task_role;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::document::{Field, Place};
use crate::iam::KeyState;
use crate::knowledge::Stop;
use crate::names::{AccountId, Arn, Partition, Region, RoleRef, SecretRef};
use crate::task::{Task, Unplanned};

pub use known::{Asks, Known};
pub(crate) use task_role::CloudWatch;

/// Whose permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The role with which ECS starts the task.
    ExecutionRole,
    /// The role of the programs in the task.
    TaskRole,
    /// The role with which ECS manages volumes and load balancers.
    InfrastructureRole,
    /// The principal that registers the definition and runs it.
    Deployer,
}

/// What is needed for one purpose: one statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// The purpose, as the id of the statement.
    pub sid: &'static str,
    /// The conditions under which an allow is enough.
    pub conditions: Vec<Condition>,
    /// The actions.
    pub actions: BTreeSet<&'static str>,
    /// Their resources.
    pub resources: BTreeSet<String>,
}

/// A condition that every request for this purpose meets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// The operator: `StringEquals`.
    pub operator: &'static str,
    /// The key: `iam:PassedToService`.
    pub key: &'static str,
    /// The value.
    pub value: String,
}

impl Condition {
    /// The key as a request will contain it. The value of a wildcard is not known yet, so a value that no
    /// policy names represents it.
    pub fn state(&self) -> KeyState {
        KeyState::Known(vec![self.value.replace('*', "any")])
    }

    /// Equal, or like a value in which a part that is not known is a wildcard.
    fn equals(key: &'static str, value: impl Into<String>) -> Condition {
        let value = value.into();
        let operator = if value.contains('*') { "StringLike" } else { "StringEquals" };
        Condition { operator, key, value }
    }
}

/// All that one principal needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// One for each purpose, in the order of their ids.
    pub found: Vec<Need>,
    /// What the documents do not say, as sentences: there may be further needs.
    pub open: Vec<String>,
    /// What can be looked up in AWS to make these narrower and complete.
    pub asks: Asks,
}

/// The permissions that `whose` needs for this task.
pub fn of(task: &Task, whose: Whose, known: &Known) -> Needs {
    let mut needs = Collector { task, known, home: Home::of(task, known), needs: Needs::default() };
    match whose {
        Whose::ExecutionRole => needs.of_execution_role(),
        Whose::TaskRole => needs.of_task_role(),
        Whose::InfrastructureRole => needs.of_infrastructure_role(),
        Whose::Deployer => needs.of_deployer(),
    }
    let mut needs = needs.needs;
    needs.found.sort();
    needs.open.dedup();
    needs
}

/// What the infrastructure role that this field names needs, apart from volumes.
pub(crate) fn of_infrastructure(task: &Task, role: &Field<String>, known: &Known) -> Needs {
    let mut needs = Collector { task, known, home: Home::of(task, known), needs: Needs::default() };
    needs.of_role(role);
    needs.needs
}

/// A policy document that allows exactly these.
pub fn policy(needs: &[Need]) -> Value {
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    let statements: Vec<Value> = needs
        .iter()
        .map(|need| {
            let used = uses.entry(need.sid).or_default();
            *used += 1;
            let sid = if *used == 1 { need.sid.to_owned() } else { format!("{}{used}", need.sid) };
            need.statement(&sid)
        })
        .collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

impl Need {
    fn statement(&self, sid: &str) -> Value {
        let mut statement = Map::new();
        statement.insert("Sid".to_owned(), json!(sid));
        statement.insert("Effect".to_owned(), json!("Allow"));
        statement.insert("Action".to_owned(), json!(self.actions));
        statement.insert("Resource".to_owned(), json!(self.resources));
        if !self.conditions.is_empty() {
            let mut operators: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
            for Condition { operator, key, value } in &self.conditions {
                operators.entry(operator).or_default().insert(key, value);
            }
            statement.insert("Condition".to_owned(), json!(operators));
        }
        Value::Object(statement)
    }
}

/// The partition, region and account of the task; `*` in an ARN for what is unknown.
struct Home {
    partition: Partition,
    region: String,
    account: String,
}

impl Home {
    fn of(task: &Task, known: &Known) -> Home {
        let definition = &task.definition;
        let text = |field: &crate::document::Field<String>| field.get().ok().flatten().cloned();
        let registered: Option<Arn> =
            text(&definition.task_definition_arn).and_then(|arn| arn.parse().ok());
        let role = |field| text(field).and_then(|role| role.parse::<RoleRef>().ok());
        let roles = [role(&definition.execution_role_arn), role(&definition.task_role_arn)];
        let arn_of_role = roles.iter().flatten().find_map(|role| match role {
            RoleRef::Arn(role) => Some(role.arn().clone()),
            RoleRef::Name(_) => None,
        });
        // A task and its roles are in one account
        // (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html).
        let arns = [&registered, &arn_of_role];
        let account = arns.iter().find_map(|arn| arn.as_ref()?.account().cloned());
        let account = account.or_else(|| known.account.clone());
        let region =
            task.home.clone().or_else(|| registered.as_ref().and_then(|arn| arn.region.clone()));
        let partition = region.as_ref().map(Region::partition);
        let partition =
            partition.or_else(|| arns.iter().find_map(|arn| Some(arn.as_ref()?.partition)));
        Home {
            partition: partition.unwrap_or(Partition::Aws),
            region: region.map_or("*".to_owned(), |region| region.to_string()),
            account: account.as_ref().map_or("*", AccountId::as_str).to_owned(),
        }
    }

    /// The ARN of something in this region and account.
    fn arn(&self, service: &str, resource: &str) -> String {
        self.arn_in(&self.region, service, resource)
    }

    /// The ARN of something in another region of this account.
    fn arn_in(&self, region: &str, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{region}:{}:{resource}", self.partition, self.account)
    }

    /// The ARN of a role; a bare name is of this account.
    fn role(&self, role: &str) -> String {
        match role.parse::<RoleRef>() {
            Ok(RoleRef::Name(name)) => {
                format!("arn:{}:iam::{}:role/{name}", self.partition, self.account)
            }
            _ => role.to_owned(),
        }
    }
}

/// Collects needs, and what is unknown.
struct Collector<'t> {
    task: &'t Task,
    known: &'t Known,
    home: Home,
    needs: Needs,
}

impl Collector<'_> {
    /// These actions on this resource.
    fn need(&mut self, sid: &'static str, actions: &[&'static str], resource: impl Into<String>) {
        self.need_under(sid, actions, resource, Vec::new());
    }

    /// These actions on this resource, under these conditions.
    fn need_under(
        &mut self,
        sid: &'static str,
        actions: &[&'static str],
        resource: impl Into<String>,
        conditions: Vec<Condition>,
    ) {
        let actions: BTreeSet<&'static str> = actions.iter().copied().collect();
        let same = |need: &&mut Need| {
            need.sid == sid && need.conditions == conditions && need.actions == actions
        };
        match self.needs.found.iter_mut().find(same) {
            Some(need) => {
                need.resources.insert(resource.into());
            }
            None => {
                let resources = BTreeSet::from([resource.into()]);
                self.needs.found.push(Need { sid, conditions, actions, resources });
            }
        }
    }

    /// A part of the document. What it does not say is recorded as unknown.
    fn part(&mut self, place: &Place, collect: impl FnOnce(&mut Self) -> Result<(), Stop>) {
        let why = match collect(self) {
            Ok(()) => return,
            Err(Stop::Gap(gap)) => gap.to_string(),
            Err(Stop::Absent(lack)) => lack.absence.sentence,
        };
        self.needs.open.push(format!("{place}: {why}"));
    }

    /// The part cannot be read from the document.
    fn unplanned(&mut self, Unplanned { place, stop }: Unplanned) {
        self.part(&place, |_| Err(stop));
    }

    /// The ARN of a secret for a statement. Without its last six characters it is a name, which they
    /// are matched for (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples.html>).
    fn secret(&mut self, secret: &SecretRef) -> String {
        let arn = secret.arn.to_string();
        if let Some(region) = secret.region() {
            self.needs.asks.secret(region, &arn);
        }
        match self.known.secrets.get(&arn) {
            Some(full) => full.clone(),
            None if secret.has_suffix() => arn,
            None => format!("{arn}-??????"),
        }
    }

    /// The ARN of a secret of this account that is called by its name.
    fn secret_named(&mut self, name: &str) -> String {
        if let Some(region) = &self.task.home {
            self.needs.asks.secret(region, name);
        }
        match self.known.secrets.get(name) {
            Some(full) => full.clone(),
            None => self.home.arn("secretsmanager", &format!("secret:{name}-??????")),
        }
    }
}
