//! May Fargate encrypt the ephemeral storage of the task with the cluster's key?

use serde_json::{Value, json};

use super::stored::STORAGE;
use super::used::Used;
use crate::facts::View;
use crate::iam::{
    Context, Decision, Evaluation, KeyState, Layer, Layers, Policy, Principal, Request, evaluate,
};
use crate::knowledge::Gap;
use crate::lookup::kms::{GetKeyPolicy, Key};
use crate::names::words;
use crate::permission::{amended, put_key, show_key};
use crate::verdict::{Judgement, fail, pass};

/// The service that the key policy has to allow.
const FARGATE: &str = "fargate.amazonaws.com";

/// The actions that it has to allow: AWS's example allows no others
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-create-storage-key.html>).
const ACTIONS: [&str; 2] = ["kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant"];

/// Judges the key policy in the encryption context of the cluster.
pub(super) fn judge(key: &Key, used: &Used, facts: &View) -> Judgement {
    let asked = GetKeyPolicy { region: used.key.region.clone(), key: key.arn.clone() };
    let document = facts.need(&asked)?;
    let policy = Policy::read(Layer::Key, &key.arn, document);
    let layers = Layers { resource: Some(policy), ..Layers::default() };
    let mut refused: Vec<(&str, Evaluation)> = Vec::new();
    for action in ACTIONS {
        let evaluation = ask(action, key, used, &layers);
        match evaluation.decision {
            Decision::Allow => {}
            Decision::ExplicitDeny | Decision::ImplicitDeny => refused.push((action, evaluation)),
            Decision::Depends(_) => {
                let said = evaluation.sentences().join("; ");
                let why = format!(
                    "cannot determine whether {FARGATE} may perform {action} on {}: {said}",
                    key.arn
                );
                return Err(Gap::Undecidable { why }.into());
            }
        }
    }
    let Some((_, first)) = refused.first() else {
        return pass(format!("{FARGATE} may encrypt {} with {}", used.what, key.arn));
    };
    let actions: Vec<&str> = refused.iter().map(|(action, _)| *action).collect();
    let finding = fail(format!(
        "{FARGATE} is not authorized to perform {} on {}, which encrypts {}: {}",
        actions.join(", "),
        key.arn,
        used.what,
        first.sentences().join("; ")
    ))
    .on(&key.arn)
    .prevents(STORAGE);
    match refused.iter().any(|(_, it)| it.decision == Decision::ExplicitDeny) {
        true => finding
            .remedy(format!(
                "Narrow the denying statement of the key policy so that it no longer matches {FARGATE}"
            ))
            .command(show_key(&key.arn, &used.key.region)),
        false => {
            let statements = actions.iter().map(|action| statement(action, used)).collect();
            finding
                .remedy(format!(
                    "Allow {FARGATE} {} in the key policy, for the encryption context of the cluster; the command keeps the current statements and adds this one",
                    words::and(&actions)
                ))
                .command(put_key(&key.arn, &amended(document, statements), &used.key.region))
        }
    }
    .judge()
}

/// As in AWS's example: for this cluster only, and grants for decryption only
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-create-storage-key.html>).
fn statement(action: &str, used: &Used) -> Value {
    let mut statement = json!({
        "Effect": "Allow", "Principal": {"Service": FARGATE}, "Action": action, "Resource": "*",
    });
    for (name, state) in &used.context {
        if let (true, KeyState::Known(values)) = (name.starts_with("kms:EncryptionContext:"), state)
        {
            statement["Condition"]["StringEquals"][name] = json!(values);
        }
    }
    if action == "kms:CreateGrant" {
        statement["Condition"]["ForAllValues:StringEquals"]["kms:GrantOperations"] =
            json!(["Decrypt"]);
    }
    statement
}

fn ask(action: &str, key: &Key, used: &Used, layers: &Layers) -> Evaluation {
    let service = Principal::service(FARGATE);
    let mut context = Context::partial().with_principal(&service);
    for (name, state) in &used.context {
        context.set(name, state.clone());
    }
    if action == "kms:CreateGrant" {
        context.set("kms:GrantOperations", KeyState::Known(vec!["Decrypt".to_owned()]));
    }
    evaluate(&Request::new(service, action, &key.arn, context), layers)
}
