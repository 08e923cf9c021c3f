//! The names and ARNs of resources that a template creates, as far as policies and task definitions refer to
//! them before they exist.

use super::expression::{Resolver, scalar};
use crate::document::node::Node;
use crate::names::made_up;

/// What the six characters at the end of a secret's ARN are before it exists.
const SUFFIX: &str = "-000000";

impl Resolver<'_> {
    /// The value of `Ref`, or of an attribute. Of everything but a role, only where AWS makes up the name: any
    /// other name would be looked for in the account.
    pub(super) fn physical(
        &self,
        id: &str,
        resource: &Node,
        attribute: Option<&str>,
    ) -> Option<String> {
        let kind = resource.get("Type")?.text()?;
        let (region, account) = (self.known.region.as_ref()?, self.known.account.as_ref()?);
        let property = |name: &str| resource.get("Properties").and_then(|it| it.get(name));
        let text = |name: &str| {
            let value = property(name).map(|it| self.value(it));
            match value {
                None | Some(None) => Some(None),
                Some(Some(node)) => scalar(&node.value).map(Some),
            }
        };
        let stack = self.known.parameters.get("AWS::StackName").map(String::as_str);
        let made_up = |name: &str, stack: Option<&str>| {
            property(name).is_none().then(|| made_up::of(stack, id))
        };
        let partition = region.partition();
        let arn = |service: &str, resource: &str| {
            format!("arn:{partition}:{service}:{region}:{account}:{resource}")
        };
        match (kind, attribute) {
            ("AWS::IAM::Role", None) => {
                Some(text("RoleName")?.unwrap_or_else(|| made_up::of(stack, id)))
            }
            ("AWS::IAM::Role", Some("Arn")) => {
                let name = text("RoleName")?.unwrap_or_else(|| made_up::of(stack, id));
                let path = text("Path")?.unwrap_or_else(|| "/".to_owned());
                Some(format!("arn:{partition}:iam::{account}:role{path}{name}"))
            }
            ("AWS::IAM::ManagedPolicy", None | Some("PolicyArn")) => {
                let name = made_up("ManagedPolicyName", stack)?;
                Some(format!("arn:{partition}:iam::{account}:policy/{name}"))
            }
            ("AWS::SecretsManager::Secret", None | Some("Id")) => {
                let name = made_up("Name", None)?;
                Some(arn("secretsmanager", &format!("secret:{name}{SUFFIX}")))
            }
            ("AWS::Logs::LogGroup", None) => made_up("LogGroupName", stack),
            ("AWS::Logs::LogGroup", Some("Arn")) => {
                let name = made_up("LogGroupName", stack)?;
                Some(arn("logs", &format!("log-group:{name}:*")))
            }
            ("AWS::SSM::Parameter", None) => made_up("Name", None),
            _ => None,
        }
    }
}
