//! The log groups, secrets and parameters that an apply creates or changes, as the plan writes them.

use super::plan::Plan;
use super::resource::Resource;
use crate::document::node::Value;
use crate::document::template::described::{Described, DescribedKind};
use crate::names::Region;

const KINDS: [(&str, DescribedKind); 3] = [
    ("aws_cloudwatch_log_group", DescribedKind::LogGroup),
    ("aws_secretsmanager_secret", DescribedKind::Secret),
    ("aws_ssm_parameter", DescribedKind::Parameter),
];

/// What the six characters at the end of a secret's ARN are before it exists.
const SUFFIX: &str = "-000000";

/// The key of a SecureString without one.
const DEFAULT_KEY: &str = "alias/aws/ssm";

/// Those whose names are known. What the apply leaves as it is is not among them: the account has the answers.
pub(super) fn described(plan: &Plan) -> Vec<Described> {
    let (Some(region), Some(account)) = (plan.region, plan.account) else { return Vec::new() };
    let changed = plan.resources().iter().filter(|it| it.changes && !it.creates_first);
    let here = changed.filter(|it| plan.is_in_region(it) && plan.is_in_account(it));
    here.filter_map(|it| of(plan, it, region, account)).collect()
}

/// Whether this is the resource that is described.
pub(super) fn is_it(described: &Described, resource: &Resource, name: &str) -> bool {
    described.id == resource.address && described.name == name
}

fn of(plan: &Plan, resource: &Resource, region: &Region, account: &str) -> Option<Described> {
    let (_, kind) = KINDS.into_iter().find(|(name, _)| *name == resource.kind)?;
    let name = resource.text("name").filter(|it| !it.is_empty())?.to_owned();
    let arn = |service: &str, rest: &str| {
        format!("arn:{}:{service}:{region}:{account}:{rest}", region.partition())
    };
    let is_set = |attribute: &str| {
        // A new resource has no value of the provider's before it exists.
        let is_written = plan.expressions(resource).is_none_or(|it| it.has(attribute));
        resource.given(attribute).filter(|it| match it.value {
            Value::Unresolved(_) => resource.exists || is_written,
            _ => true,
        })
    };
    let text = |attribute: &str| match is_set(attribute).map(|it| &it.value) {
        None => Ok(None),
        Some(Value::Text(text)) if text.is_empty() => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text.clone())),
        Some(Value::Unresolved(it)) => Err(it.why.clone()),
        Some(_) => Err(format!("`{attribute}` of {} is no text", resource.address)),
    };
    let (arn, class, kms_key) = match kind {
        DescribedKind::LogGroup => {
            let arn = arn("logs", &format!("log-group:{name}"));
            let (class, key) = match (text("log_group_class"), text("kms_key_id")) {
                (Ok(class), key) => (class, key),
                (Err(why), _) => (None, Err(why)),
            };
            (arn, class, key)
        }
        // What a secret that exists has as values, and what is left of one that is replaced, is not in a plan.
        DescribedKind::Secret if resource.exists || is_replaced(plan, resource) => return None,
        DescribedKind::Secret => {
            (arn("secretsmanager", &format!("secret:{name}{SUFFIX}")), None, text("kms_key_id"))
        }
        DescribedKind::Parameter => {
            let arn = arn("ssm", &format!("parameter/{}", name.trim_start_matches('/')));
            let key = match text("type") {
                Ok(Some(kind)) if kind == "SecureString" => {
                    text("key_id").map(|it| Some(it.unwrap_or_else(|| DEFAULT_KEY.to_owned())))
                }
                Ok(Some(_)) => Ok(None),
                Ok(None) => Err(format!("the type of {} is not known", resource.address)),
                Err(why) => Err(why),
            };
            (arn, None, key)
        }
    };
    let has_value = kind != DescribedKind::Secret || has_version(plan, resource);
    Some(Described { id: resource.address.clone(), kind, name, arn, class, kms_key, has_value })
}

fn is_replaced(plan: &Plan, resource: &Resource) -> bool {
    plan.deleted
        .iter()
        .any(|it| it.address == resource.address || it.text("name") == resource.text("name"))
}

/// Whether the apply certainly gives a new secret a value.
fn has_version(plan: &Plan, secret: &Resource) -> bool {
    let versions =
        plan.resources().iter().filter(|it| it.kind == "aws_secretsmanager_secret_version");
    versions.filter(|it| it.is_created()).any(|it| {
        let is_its =
            plan.referred(it, "secret_id").is_some_and(|(it, _)| it.address == secret.address);
        // A stage of another name is not the current version.
        let is_current = it.given("version_stages").is_none_or(|it| match &it.value {
            Value::Unresolved(_) => true,
            _ => it.items().iter().any(|it| it.text() == Some("AWSCURRENT")),
        });
        is_its && is_current
    })
}
