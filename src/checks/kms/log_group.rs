//! Whether CloudWatch Logs may use the key of a log group. Where the service acts for itself, only the key
//! policy decides
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>).

use serde_json::{Value, json};

use super::used::Used;
use crate::facts::View;
use crate::iam::{Decision, Evaluation, Layer, Layers, Policy, Principal, Request, evaluate};
use crate::knowledge::{Gap, Stop};
use crate::lookup::kms::{GetKeyPolicy, Key};
use crate::names::Region;
use crate::permission::{Wish, amended, context, put_key, show_key};
use crate::shell::ShellCommand;
use crate::verdict::{Finding, fail, warn};

/// The effect of a log group key that cannot be used.
pub(super) const ERROR: &str = "no error text: log events are lost, because logs:PutLogEvents fails with AccessDeniedException";

/// The actions, of those that the page lists, that every incoming event needs.
const ENCRYPT: [&str; 2] = ["kms:GenerateDataKey", "kms:Decrypt"];

/// Why CloudWatch Logs may not use the key; none if it may.
///
/// # Errors
/// A gap: the policy cannot be read, or the answer depends on something unknown.
pub(super) fn refusal(key: &Key, used: &Used, facts: &View) -> Result<Option<Finding>, Stop> {
    let region = &used.key.region;
    let asked = GetKeyPolicy { region: region.clone(), key: key.arn.clone() };
    let document = facts.need(&asked)?;
    let policy = Policy::read(Layer::Key, &key.arn, document);
    let (mut found, mut unknown) = (None, None);
    for action in ENCRYPT {
        let judged: Vec<(String, Evaluation)> = names(region)
            .into_iter()
            .map(|name| {
                let evaluation = asked_by(&name, action, key, used, &policy);
                (name, evaluation)
            })
            .collect();
        match access(&judged) {
            Access::Allowed => {}
            Access::Unknown(said) => {
                let why = format!(
                    "cannot determine whether {} may perform {action} on {}: {said}",
                    judged[0].0, key.arn
                );
                unknown = unknown.or(Some(Gap::Undecidable { why }));
            }
            Access::Denied(said) => {
                return Ok(Some(denied(&judged[0].0, action, key, used, &said)));
            }
            Access::Unnamed(said) => {
                found = found.or_else(|| {
                    Some(unnamed(&judged[0].0, action, key, used, &said).command(allowing(
                        &judged[0].0,
                        document,
                        key,
                        used,
                    )))
                });
            }
        }
    }
    match (found, unknown) {
        (None, Some(gap)) => Err(gap.into()),
        (found, _) => Ok(found),
    }
}

/// What the policy says about the service, under all of its names.
enum Access {
    Allowed,
    /// It depends on something unknown.
    Unknown(String),
    /// A statement denies it.
    Denied(String),
    /// No statement allows it.
    Unnamed(String),
}

fn access(judged: &[(String, Evaluation)]) -> Access {
    let decided = |decision: &Decision| judged.iter().any(|(_, it)| it.decision == *decision);
    let said = |it: Option<&(String, Evaluation)>| {
        it.map(|(_, it)| it.sentences().join("; ")).unwrap_or_default()
    };
    let unknown = judged.iter().find(|(_, it)| matches!(it.decision, Decision::Depends(_)));
    match () {
        () if decided(&Decision::Allow) => Access::Allowed,
        () if unknown.is_some() => Access::Unknown(said(unknown)),
        () if decided(&Decision::ImplicitDeny) => Access::Unnamed(said(judged.first())),
        () => Access::Denied(said(judged.first())),
    }
}

fn denied(name: &str, action: &str, key: &Key, used: &Used, said: &str) -> Finding {
    fail(sentence(name, action, key, used, said))
        .remedy(format!(
            "Narrow that statement of the key policy so that it no longer matches {name}"
        ))
        .command(show_key(&key.arn, &used.key.region))
}

/// CloudWatch Logs may also use the key on behalf of its caller, by `kms:ViaService`: a policy that does not
/// name the service proves nothing yet.
fn unnamed(name: &str, action: &str, key: &Key, used: &Used, said: &str) -> Finding {
    let message = format!(
        "{}; unless the role that writes the logs may use the key through CloudWatch Logs, all log events are lost",
        sentence(name, action, key, used, said)
    );
    warn(message).remedy(format!(
        "Allow {name} {} in the key policy; the command keeps the current statements and adds this one",
        ALLOWED.join(", ")
    ))
}

fn sentence(name: &str, action: &str, key: &Key, used: &Used, said: &str) -> String {
    format!(
        "{name} is not authorized to perform {action} on {}, which encrypts {}: {said}",
        key.arn, used.what
    )
}

/// What AWS's example for the key policy allows
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>).
const ALLOWED: [&str; 5] =
    ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"];

/// The command that adds that to the policy, for this log group only.
fn allowing(name: &str, document: &Value, key: &Key, used: &Used) -> ShellCommand {
    let statement = json!({
        "Effect": "Allow", "Principal": {"Service": name}, "Action": ALLOWED, "Resource": "*",
        "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": used.what}},
    });
    put_key(&key.arn, &amended(document, vec![statement]), &used.key.region)
}

/// The names of the service principal: outside the `aws` partition also with the domain of the partition.
fn names(region: &Region) -> Vec<String> {
    let mut names = vec![
        format!("logs.{region}.amazonaws.com"),
        format!("logs.{region}.{}", region.partition().dns_suffix()),
    ];
    names.dedup();
    names
}

fn asked_by(name: &str, action: &str, key: &Key, used: &Used, policy: &Policy) -> Evaluation {
    let principal = Principal::service(name);
    let mut wish = Wish::new(action, &key.arn);
    for (key, state) in &used.context {
        wish = wish.knowing(key, state.clone());
    }
    let context = context(&principal, None, &wish, &used.region);
    let layers = Layers { resource: Some(policy.clone()), ..Layers::default() };
    evaluate(&Request::new(principal, action, &key.arn, context), &layers)
}
