//! Whether CloudWatch Logs may use the key of a log group. It acts for itself, so the key's own policy
//! alone decides
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>).

use super::key::Used;
use crate::checks::permission::{Wish, context};
use crate::facts::View;
use crate::iam::{Decision, Evaluation, Layer, Layers, Policy, Principal, Request, evaluate};
use crate::knowledge::{Gap, Stop};
use crate::lookup::kms::{GetKeyPolicy, Key};
use crate::names::Region;
use crate::verdict::{Finding, fail};

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
    let names = names(region);
    for action in ENCRYPT {
        let judged: Vec<Evaluation> =
            names.iter().map(|name| asked_by(name, action, key, used, &policy)).collect();
        if judged.iter().any(|it| it.decision == Decision::Allow) {
            continue;
        }
        let open = judged.iter().find(|it| matches!(it.decision, Decision::Depends(_)));
        let said = open.or(judged.first()).map(|it| it.sentences().join("; ")).unwrap_or_default();
        if open.is_some() {
            let why = format!("whether {} may {action} on {} is open: {said}", names[0], key.arn);
            return Err(Gap::Undecidable { why }.into());
        }
        let finding = fail(format!(
            "{} may not {action} on {}, which encrypts {}: {said}",
            names[0], key.arn, used.what
        ));
        return Ok(Some(
            finding
                .prevents("failed to create Cloudwatch log stream: AccessDeniedException")
                .remedy(format!(
                    "Allow {} kms:Encrypt*, kms:Decrypt*, kms:ReEncrypt*, kms:GenerateDataKey* and kms:Describe* in the key's policy",
                    names[0]
                ))
                .command(format!(
                    "aws kms put-key-policy --key-id {} --policy-name default --policy file://key-policy.json --region {region}",
                    key.arn
                )),
        ));
    }
    Ok(None)
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
