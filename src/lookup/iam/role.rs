//! Roles: their trust policies and their policies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::holder::{GetInlinePolicy, ListAttachedPolicies, ListInlinePolicies, OfRole};
use super::{NO_SUCH_ENTITY, boundary, date, named, sent, tags};
use crate::knowledge::Purpose;
use crate::lookup::aws::Query;
use crate::lookup::{
    Answer, Call, Lookup, Mend, Missing, Named, Services, classify, policy_document,
};
use crate::names::{AccountId, Region, RoleArn};
use crate::shell::ShellCommand;

/// A role of the caller's account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetRole {
    /// The region of the run.
    pub region: Region,
    /// The name, without path.
    pub name: String,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The ARN, with the path.
    pub arn: String,
    /// The unique id, `AROA...`: the user id of each session starts with it.
    pub id: String,
    /// The path, which begins and ends with a slash.
    pub path: String,
    /// When it was created: a recent role may not have propagated yet.
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

    fn named(&self) -> Named {
        Named::by("Role/RoleName", &self.name)
    }

    fn what(&self) -> String {
        format!("IAM role {}", self.name)
    }

    fn resource(&self) -> String {
        named(&self.region, "role", &self.name)
    }

    /// The purpose determines who assumes it. A missing role of the deployer or of running instances is not
    /// created: another one is meant.
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
                return Mend::default().saying(
                    "Use an instance profile with an existing role for the container instances",
                );
            }
            _ => return Mend::default().saying(CREATE_ROLE),
        };
        let create = ShellCommand::of("aws iam create-role").option("--role-name", &self.name);
        let create = match path(missing) {
            Some(path) => create.option("--path", path),
            None => create,
        };
        Mend::by(create.option("--assume-role-policy-document", trust(service, missing.account)))
            .saying(CREATE_ROLE)
            .instead_of(named(error))
    }

    async fn fetch(&self, services: &Services) -> Answer<Role> {
        let reply = services
            .iam(&self.region)
            .ask(self, &Query::default().with("RoleName", &self.name))
            .await;
        classify::answer(self, reply, |it| {
            let role = it.child("Role")?.ok_or("the role")?;
            let trust = role.text("AssumeRolePolicyDocument")?.ok_or("the trust policy")?;
            Ok(Role {
                arn: sent(role, "Arn", "the ARN")?,
                id: sent(role, "RoleId", "the id")?,
                path: sent(role, "Path", "the path")?,
                created: date(role, "CreateDate")?.ok_or("the date of creation")?,
                trust: policy_document::encoded(&trust)?,
                boundary: boundary(role)?,
                tags: tags(role)?,
            })
        })
    }
}

/// The error of a task with a missing role.
pub const NO_TASK_ROLE: &str = "ECS was unable to assume the role '<arn>' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.";
/// The same for an infrastructure role.
pub const NO_INFRASTRUCTURE_ROLE: &str = "ECS was unable to assume the configured ECS Infrastructure Role '<arn>'. Please verify that the role being passed has the proper trust relationship with Amazon ECS.";
/// The same for the role of a service with a load balancer.
pub const NO_SERVICE_ROLE: &str = "Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being passed has the proper permissions.";

const CREATE_ROLE: &str =
    "Create the role, or correct its ARN: aws iam get-role prints the right one";

/// The path in the ARN of a missing role, unless it is the default one.
fn path(missing: &Missing) -> Option<String> {
    let role: RoleArn = missing.arn?.parse().ok()?;
    Some(role.path().to_owned()).filter(|path| path != "/")
}

/// For a missing `--caller-arn` principal, or a session of a deleted role.
pub(super) fn no_deployer(error: &str) -> Mend {
    Mend::by(ShellCommand::of("aws sts get-caller-identity"))
        .saying("Pass the role or user that deploys with --caller-arn; the default is the principal that the command prints")
        .instead_of(error)
}

/// The trust policy of a role for this service. That of a task role should allow only tasks of the
/// account (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html>);
/// that of an infrastructure role has no condition
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

/// The names of the inline policies of a role.
pub type ListRolePolicies = ListInlinePolicies<OfRole>;

/// An inline policy of a role.
pub type GetRolePolicy = GetInlinePolicy<OfRole>;

/// The ARNs of the managed policies that are attached to a role.
pub type ListAttachedRolePolicies = ListAttachedPolicies<OfRole>;
