//! The names and ARNs of resources that a template creates, as far as policies and task definitions refer to
//! them before they exist.

use super::expression::{Resolver, scalar};
use crate::document::node::Node;
use crate::names::made_up;

/// What the six characters at the end of a secret's ARN are before it exists.
const SUFFIX: &str = "-000000";

/// Whether a name ends as one that CloudFormation makes up: with twelve letters and digits, or more.
fn is_made_up(name: &str) -> bool {
    let end = name.rsplit('-').next().unwrap_or_default();
    end.len() >= 12 && end.bytes().all(|it| it.is_ascii_alphanumeric())
}

impl Resolver<'_> {
    /// The value of `Ref`, or of an attribute. Of a role and of what [`described`](super::described) describes; of anything
    /// else only where AWS makes up the name: any other name would be looked for in the account.
    pub(super) fn physical(
        &self,
        id: &str,
        resource: &Node,
        attribute: Option<&str>,
    ) -> Option<String> {
        let kind = resource.get("Type")?.text()?;
        let live = self.known.live.as_ref().and_then(|it| it.resources.get(id));
        let live = live.filter(|it| it.kind == kind);
        let unchanged = live.filter(|_| self.unchanged.contains(id));
        if let Some(value) = unchanged.and_then(|it| it.value(attribute)) {
            return Some(value);
        }
        let property = |name: &str| resource.get("Properties").and_then(|it| it.get(name));
        let text = |name: &str| {
            let value = property(name).map(|it| self.value(it));
            match value {
                None | Some(None) => Some(None),
                Some(Some(node)) => scalar(&node.value).map(Some),
            }
        };
        let stack = self.known.label();
        let made_up = |name: &str, stack: Option<&str>| match unchanged {
            Some(it) => Some(it.id.clone()),
            None => property(name).is_none().then(|| made_up::of(stack, id)),
        };
        let named = |name: &str, stack: Option<&str>| match unchanged {
            Some(it) => Some(it.id.clone()),
            None => Some(text(name)?.unwrap_or_else(|| made_up::of(stack, id))),
        };
        // An update changes the policies of a role, and neither its name nor its ARN.
        let role = || {
            let named = live.filter(|it| is_made_up(&it.id));
            named.map_or_else(|| made_up::of(stack, id), |it| it.id.clone())
        };
        let (Some(region), Some(account)) = (&self.known.region, &self.known.account) else {
            // A name needs neither. One that is made up is never looked for in the account.
            return match (kind, attribute) {
                ("AWS::IAM::Role", None) => text("RoleName")?,
                ("AWS::Logs::LogGroup", None) => named("LogGroupName", stack),
                ("AWS::SSM::Parameter", None) => text("Name")?,
                _ => None,
            };
        };
        let partition = region.partition();
        let arn = |service: &str, resource: &str| {
            format!("arn:{partition}:{service}:{region}:{account}:{resource}")
        };
        match (kind, attribute) {
            ("AWS::IAM::Role", None) => Some(text("RoleName")?.unwrap_or_else(role)),
            ("AWS::IAM::Role", Some("Arn")) => {
                let name = text("RoleName")?.unwrap_or_else(role);
                let path = text("Path")?.unwrap_or_else(|| "/".to_owned());
                Some(format!("arn:{partition}:iam::{account}:role{path}{name}"))
            }
            ("AWS::IAM::ManagedPolicy", None | Some("PolicyArn")) => {
                self.policy_arn(resource, &made_up("ManagedPolicyName", stack)?)
            }
            ("AWS::SecretsManager::Secret", None | Some("Id")) => {
                let name = named("Name", None)?;
                Some(arn("secretsmanager", &format!("secret:{name}{SUFFIX}")))
            }
            ("AWS::Logs::LogGroup", None) => named("LogGroupName", stack),
            ("AWS::Logs::LogGroup", Some("Arn")) => {
                let name = named("LogGroupName", stack)?;
                Some(arn("logs", &format!("log-group:{name}:*")))
            }
            ("AWS::SSM::Parameter", None) => named("Name", None),
            ("AWS::ECS::Cluster", Some("Arn")) => {
                Some(arn("ecs", &format!("cluster/{}", unchanged?.id)))
            }
            ("AWS::ECR::Repository", Some("Arn")) => {
                Some(arn("ecr", &format!("repository/{}", unchanged?.id)))
            }
            ("AWS::ECR::Repository", Some("RepositoryUri")) => {
                let (name, suffix) = (&unchanged?.id, partition.dns_suffix());
                Some(format!("{account}.dkr.ecr.{region}.{suffix}/{name}"))
            }
            _ => None,
        }
    }

    /// The ARN of a managed policy with this name.
    pub(super) fn policy_arn(&self, policy: &Node, name: &str) -> Option<String> {
        let (region, account) = (self.known.region.as_ref()?, self.known.account.as_ref()?);
        let path = policy.get("Properties").and_then(|it| it.get("Path"));
        let path = match path.and_then(|it| self.value(it)) {
            Some(path) => scalar(&path.value)?,
            None => "/".to_owned(),
        };
        Some(format!("arn:{}:iam::{account}:policy{path}{name}", region.partition()))
    }
}
