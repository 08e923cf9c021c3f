//! Roles: whom they trust, and what policies they hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{NO_SUCH_ENTITY, arns, boundary, named, sent, tags, whole};
use crate::lookup::{Answer, Call, Lookup, Mend, Missing, Services, classify, policy_document};
use crate::names::Region;
use crate::shell::ShellCommand;

/// A role of the caller's account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetRole {
    /// The region of the run.
    pub region: Region,
    /// The name, without path.
    pub name: String,
}

/// A role as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The ARN, with the path.
    pub arn: String,
    /// The unique id, `AROA...`: it begins the user id of each session.
    pub id: String,
    /// The path, which begins and ends with a slash.
    pub path: String,
    /// When it was created: what is younger than some minutes may not be known everywhere.
    pub created: String,
    /// The trust policy: who may assume it.
    pub trust: Value,
    /// The ARN of the policy that is its permissions boundary.
    pub boundary: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Lookup for GetRole {
    type Fact = Role;
    const CALL: Call = Call("iam:GetRole");
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn what(&self) -> String {
        format!("IAM role {}", self.name)
    }

    fn resource(&self) -> String {
        named(&self.region, "role", &self.name)
    }

    /// Where the role is named tells who is to assume it.
    fn mend(&self, missing: &Missing) -> Mend {
        let Some(trust) = trust(missing) else { return Mend::default() };
        Mend::by(
            ShellCommand::of("aws iam create-role")
                .option("--role-name", &self.name)
                .option("--assume-role-policy-document", trust),
        )
    }

    async fn fetch(&self, services: &Services) -> Answer<Role> {
        let reply = services.iam(&self.region).get_role().role_name(&self.name).send().await;
        classify::answer(self, reply, |it| {
            let role = it.role.ok_or("the role")?;
            let trust = role.assume_role_policy_document.ok_or("the trust policy")?;
            Ok(Role {
                arn: sent(role.arn, "the ARN")?,
                id: sent(role.role_id, "the id")?,
                path: sent(role.path, "the path")?,
                created: role.create_date.to_string(),
                trust: policy_document::encoded(&trust)?,
                boundary: boundary(role.permissions_boundary)?,
                tags: tags(role.tags),
            })
        })
    }
}

/// The trust policy of a role that is named there. That of a task should hold for tasks of the account
/// only (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html>);
/// that for infrastructure has no condition
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html>).
fn trust(missing: &Missing) -> Option<Value> {
    let place = missing.subject.rsplit(['/', '#', ' ']).next().unwrap_or_default();
    let of_task = match place {
        "executionRoleArn" | "taskRoleArn" => true,
        "roleArn" | "role" | "--infrastructure-role-arn" => false,
        _ => return None,
    };
    let service = if of_task { "ecs-tasks.amazonaws.com" } else { "ecs.amazonaws.com" };
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    });
    if let (true, Some(account)) = (of_task, missing.account) {
        statement["Condition"] = json!({"StringEquals": {"aws:SourceAccount": account.as_str()}});
    }
    Some(json!({"Version": "2012-10-17", "Statement": [statement]}))
}

/// The names of the policies that are written into a role.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListRolePolicies {
    /// The region of the run.
    pub region: Region,
    /// The role's name, without path.
    pub role: String,
}

impl Lookup for ListRolePolicies {
    type Fact = Vec<String>;
    const CALL: Call = Call("iam:ListRolePolicies");
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn what(&self) -> String {
        format!("inline policies of IAM role {}", self.role)
    }

    fn absence(&self) -> String {
        format!("there is no IAM role {}", self.role)
    }

    fn resource(&self) -> String {
        named(&self.region, "role", &self.role)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
        let pages = services
            .iam(&self.region)
            .list_role_policies()
            .role_name(&self.role)
            .into_paginator()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        classify::answer(self, pages, |pages| {
            whole(pages, |page| (page.is_truncated, Some(page.policy_names)))
        })
    }
}

/// A policy that is written into a role.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetRolePolicy {
    /// The region of the run.
    pub region: Region,
    /// The role's name, without path.
    pub role: String,
    /// The policy's name.
    pub policy: String,
}

impl Lookup for GetRolePolicy {
    type Fact = Value;
    const CALL: Call = Call("iam:GetRolePolicy");
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn what(&self) -> String {
        format!("inline policy {} of IAM role {}", self.policy, self.role)
    }

    fn resource(&self) -> String {
        named(&self.region, "role", &self.role)
    }

    async fn fetch(&self, services: &Services) -> Answer<Value> {
        let reply = services
            .iam(&self.region)
            .get_role_policy()
            .role_name(&self.role)
            .policy_name(&self.policy)
            .send()
            .await;
        classify::answer(self, reply, |it| policy_document::encoded(&it.policy_document))
    }
}

/// The ARNs of the managed policies that are attached to a role.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListAttachedRolePolicies {
    /// The region of the run.
    pub region: Region,
    /// The role's name, without path.
    pub role: String,
}

impl Lookup for ListAttachedRolePolicies {
    type Fact = Vec<String>;
    const CALL: Call = Call("iam:ListAttachedRolePolicies");
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn what(&self) -> String {
        format!("managed policies attached to IAM role {}", self.role)
    }

    fn absence(&self) -> String {
        format!("there is no IAM role {}", self.role)
    }

    fn resource(&self) -> String {
        named(&self.region, "role", &self.role)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
        let pages = services
            .iam(&self.region)
            .list_attached_role_policies()
            .role_name(&self.role)
            .into_paginator()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        classify::answer(self, pages, |pages| {
            whole(pages, |page| (page.is_truncated, page.attached_policies)).and_then(arns)
        })
    }
}
