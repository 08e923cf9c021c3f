//! Roles: whom they trust, and what policies they hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::holder::{GetInlinePolicy, ListAttachedPolicies, ListInlinePolicies, OfRole};
use super::{NO_SUCH_ENTITY, boundary, named, sent, tags};
use crate::knowledge::Purpose;
use crate::lookup::{Answer, Call, Lookup, Mend, Missing, Services, classify, policy_document};
use crate::names::{AccountId, Region};
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

    /// What it is wanted for tells who is to assume it. Nobody creates a role to deploy with, or for
    /// instances that run: there another one is meant.
    fn mend(&self, missing: &Missing) -> Mend {
        let named = |error: &str| error.replace("<arn>", &self.name);
        let (error, service) = match missing.purpose {
            Some(Purpose::Task) => (NO_TASK_ROLE, "ecs-tasks.amazonaws.com"),
            Some(Purpose::Infrastructure) => (NO_INFRASTRUCTURE_ROLE, "ecs.amazonaws.com"),
            Some(Purpose::LoadBalancing) => (NO_SERVICE_ROLE, "ecs.amazonaws.com"),
            Some(Purpose::Deployment) => {
                return no_deployer(&format!(
                    "AccessDenied: User: <arn> is not authorized to perform: sts:AssumeRole on resource: role {}",
                    self.name
                ));
            }
            Some(Purpose::ContainerInstance) => {
                return Mend::default()
                    .saying("Give the container instances an instance profile whose role exists");
            }
            _ => return Mend::default().saying(CREATE_ROLE),
        };
        Mend::by(
            ShellCommand::of("aws iam create-role")
                .option("--role-name", &self.name)
                .option("--assume-role-policy-document", trust(service, missing.account)),
        )
        .saying(CREATE_ROLE)
        .instead_of(named(error))
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

/// What a task that names a role which is not there ends with.
pub const NO_TASK_ROLE: &str = "ECS was unable to assume the role '<arn>' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.";
/// The same of an infrastructure role.
pub const NO_INFRASTRUCTURE_ROLE: &str = "ECS was unable to assume the configured ECS Infrastructure Role '<arn>'. Please verify that the role being passed has the proper trust relationship with Amazon ECS.";
/// The same of the role of a service with a load balancer.
pub const NO_SERVICE_ROLE: &str = "Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being passed has the proper permissions.";

const CREATE_ROLE: &str =
    "Create the role, or correct its ARN: aws iam get-role prints the right one";

/// Who is named with `--caller-arn`, or runs this in a session of a role that is gone.
pub(super) fn no_deployer(error: &str) -> Mend {
    Mend::by(ShellCommand::of("aws sts get-caller-identity"))
        .saying("Name the role or user that deploys with --caller-arn; without it, the one that the command prints is judged")
        .instead_of(error)
}

/// The trust policy of a role for this service. That of a task should hold for tasks of the account
/// only (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html>);
/// that for infrastructure has no condition
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html>).
fn trust(service: &str, account: Option<&AccountId>) -> Value {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    });
    if let ("ecs-tasks.amazonaws.com", Some(account)) = (service, account) {
        statement["Condition"] = json!({"StringEquals": {"aws:SourceAccount": account.as_str()}});
    }
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

/// The names of the policies that are written into a role.
pub type ListRolePolicies = ListInlinePolicies<OfRole>;

/// A policy that is written into a role.
pub type GetRolePolicy = GetInlinePolicy<OfRole>;

/// The ARNs of the managed policies that are attached to a role.
pub type ListAttachedRolePolicies = ListAttachedPolicies<OfRole>;
