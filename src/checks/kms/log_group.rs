//! Whether CloudWatch Logs may use the key of a log group. Where it acts for itself, the key's own policy
//! alone decides
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

/// What becomes of a line that is written to a group whose key cannot be used.
pub(super) const ERROR: &str = "AccessDeniedException from logs:PutLogEvents";

/// Of what the page asks for, what every event that comes in takes.
const ENCRYPT: [&str; 2] = ["kms:GenerateDataKey", "kms:Decrypt"];

/// What keeps CloudWatch Logs from the key, if anything does.
///
/// # Errors
/// A gap: the policy cannot be read, or the answer depends on what is not known.
pub(super) fn refusal(key: &Key, used: &Used, facts: &View) -> Result<Option<Finding>, Stop> {
    let region = &used.key.region;
    let asked = GetKeyPolicy { region: region.clone(), key: key.arn.clone() };
    let document = facts.need(&asked)?;
    let policy = Policy::read(Layer::Key, &format!("policy of key {}", key.arn), document);
    let (mut found, mut open) = (None, None);
    for action in ENCRYPT {
        let judged: Vec<(String, Evaluation)> = names(region)
            .into_iter()
            .map(|name| {
                let evaluation = asked_by(&name, action, key, used, &policy);
                (name, evaluation)
            })
            .collect();
        match word(&judged) {
            Word::Allowed => {}
            Word::Open(said) => {
                let why =
                    format!("whether {} may {action} on {} is open: {said}", judged[0].0, key.arn);
                open = open.or(Some(Gap::Undecidable { why }));
            }
            Word::Denied(said) => return Ok(Some(denied(&judged[0].0, action, key, used, &said))),
            Word::Unnamed(said) => {
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
    match (found, open) {
        (None, Some(gap)) => Err(gap.into()),
        (found, _) => Ok(found),
    }
}

/// What the policy says of the service, under all of its names.
enum Word {
    Allowed,
    /// It depends on what is not known.
    Open(String),
    /// A statement denies it.
    Denied(String),
    /// No statement allows it.
    Unnamed(String),
}

fn word(judged: &[(String, Evaluation)]) -> Word {
    let decided = |decision: &Decision| judged.iter().any(|(_, it)| it.decision == *decision);
    let said = |it: Option<&(String, Evaluation)>| {
        it.map(|(_, it)| it.sentences().join("; ")).unwrap_or_default()
    };
    let open = judged.iter().find(|(_, it)| matches!(it.decision, Decision::Depends(_)));
    match () {
        () if decided(&Decision::Allow) => Word::Allowed,
        () if open.is_some() => Word::Open(said(open)),
        () if decided(&Decision::ImplicitDeny) => Word::Unnamed(said(judged.first())),
        () => Word::Denied(said(judged.first())),
    }
}

fn denied(name: &str, action: &str, key: &Key, used: &Used, said: &str) -> Finding {
    fail(sentence(name, action, key, used, said))
        .remedy(format!("Narrow the statement of the key's policy so that it spares {name}"))
        .command(show_key(&key.arn, &used.key.region))
}

/// CloudWatch Logs may also use the key in the name of whoever calls it, by `kms:ViaService`: that the
/// policy does not name the service proves nothing yet.
fn unnamed(name: &str, action: &str, key: &Key, used: &Used, said: &str) -> Finding {
    let message = format!(
        "{}; unless the role that logs may use the key through CloudWatch Logs, nothing that is written is kept",
        sentence(name, action, key, used, said)
    );
    warn(message).remedy(format!(
        "Allow {name} {} in the key's policy; the command replaces the policy by all that it says and this",
        ALLOWED.join(", ")
    ))
}

fn sentence(name: &str, action: &str, key: &Key, used: &Used, said: &str) -> String {
    format!("{name} may not {action} on {}, which encrypts {}: {said}", key.arn, used.what)
}

/// What AWS's example for the key policy allows
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>).
const ALLOWED: [&str; 5] =
    ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"];

/// The command that adds that to the policy, for this log group alone.
fn allowing(name: &str, document: &Value, key: &Key, used: &Used) -> ShellCommand {
    let statement = json!({
        "Effect": "Allow", "Principal": {"Service": name}, "Action": ALLOWED, "Resource": "*",
        "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": used.what}},
    });
    put_key(&key.arn, &amended(document, vec![statement]), &used.key.region)
}

/// The names of the service's principal: outside of AWS's commercial regions also under their domain.
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
