//! The log groups, secrets and parameters that a template creates, as it writes them.

use super::expression::{Resolver, function, scalar};
use crate::document::node::{Node, Value};

/// What is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DescribedKind {
    /// `AWS::Logs::LogGroup`
    LogGroup,
    /// `AWS::SecretsManager::Secret`
    Secret,
    /// `AWS::SSM::Parameter`
    Parameter,
}

/// A resource that a template creates.
#[derive(Clone, Debug)]
pub struct Described {
    /// Its name in the template.
    pub id: String,
    /// What it is.
    pub kind: DescribedKind,
    /// Its name, or a made-up one.
    pub name: String,
    /// Its ARN; of a secret with made-up characters at its end.
    pub arn: String,
    /// The class of a log group.
    pub class: Option<String>,
    /// The KMS key, or why it is not known.
    pub kms_key: Result<Option<String>, String>,
    /// Whether it has a value. A secret may be created without one.
    pub has_value: bool,
}

pub(super) const KINDS: [(&str, DescribedKind); 3] = [
    ("AWS::Logs::LogGroup", DescribedKind::LogGroup),
    ("AWS::SecretsManager::Secret", DescribedKind::Secret),
    ("AWS::SSM::Parameter", DescribedKind::Parameter),
];

/// Those that are created for certain, and whose names are known. What an update leaves as it is is not among them: the account has the answers.
pub(super) fn described(resolver: &Resolver) -> Vec<Described> {
    let resources = resolver.template.get("Resources").map_or(&[][..], Node::entries).iter();
    let created = resources.filter(|it| {
        resolver.is_created(&it.node) == Some(true) && !resolver.unchanged.contains(&*it.key)
    });
    created.filter_map(|it| of(&it.key, &it.node, resolver)).collect()
}

fn of(id: &str, resource: &Node, resolver: &Resolver) -> Option<Described> {
    let kind = resource.get("Type").and_then(Node::text)?;
    let (_, kind) = KINDS.into_iter().find(|(name, _)| *name == kind)?;
    let property = |name: &str| resolver.value(resource.get("Properties")?.get(name)?);
    let referred = resolver.physical(id, resource, None)?;
    let (region, account) = (resolver.known.region.as_ref()?, resolver.known.account.as_ref()?);
    let arn = |service: &str, rest: &str| {
        format!("arn:{}:{service}:{region}:{account}:{rest}", region.partition())
    };
    let (name, arn) = match kind {
        DescribedKind::LogGroup => {
            let arn = arn("logs", &format!("log-group:{referred}"));
            (referred, arn)
        }
        DescribedKind::Secret => {
            let (_, name) = referred.rsplit_once(":secret:")?;
            (name.rsplit_once('-')?.0.to_owned(), referred)
        }
        DescribedKind::Parameter => {
            let arn = arn("ssm", &format!("parameter/{}", referred.trim_start_matches('/')));
            (referred, arn)
        }
    };
    let kms_key = match property("KmsKeyId").map(|it| it.value) {
        None => Ok(None),
        Some(Value::Unresolved(it)) => Err(it.why),
        Some(value) => Ok(scalar(&value)),
    };
    let unclear = ["LogGroupClass", "SecretString", "GenerateSecretString"];
    let unclear = unclear.iter().find_map(|name| match property(name)?.value {
        Value::Unresolved(it) if !is_given(resource, name) => Some(it.why),
        _ => None,
    });
    let kms_key = unclear.map_or(kms_key, Err);
    let has_value = kind != DescribedKind::Secret
        || ["SecretString", "GenerateSecretString"].iter().any(|it| property(it).is_some());
    let class = property("LogGroupClass").and_then(|it| scalar(&it.value));
    Some(Described { id: id.to_owned(), kind, name, arn, class, kms_key, has_value })
}

/// Whether a value is given, whatever it is: only a condition may leave it out.
fn is_given(resource: &Node, name: &str) -> bool {
    let written = resource.get("Properties").and_then(|it| it.get(name));
    let is_choice =
        written.and_then(|it| function(&it.value)).is_some_and(|(it, _)| it == "Fn::If");
    name != "LogGroupClass" && !is_choice
}
