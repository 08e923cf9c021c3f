//! What an endpoint policy lacks, and the command that adds it.

use serde_json::{Value, json};

use super::caller::Caller;
use super::decision::{Decided, Held};
use super::objection::Objection;
use super::reading::{statements, with_statements};
use crate::names::RoleArn;
use crate::network::EndpointKind;
use crate::shell::ShellCommand;

/// How to fix a policy.
pub(super) struct Amendment {
    pub remedy: String,
    pub command: Option<ShellCommand>,
}

/// The maximum size of an endpoint policy
/// (<https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>).
const MOST: usize = 20_480;

impl Amendment {
    /// A call that an added statement does not allow is denied by another one.
    pub(super) fn of(objections: &[Objection], held: &Held, role: Option<&RoleArn>) -> Amendment {
        let (lacking, denied): (Vec<&Objection>, Vec<&Objection>) =
            objections.iter().partition(|it| is_fixed(it, held, role));
        let mut remedies: Vec<String> = Vec::new();
        let mut command = None;
        if !lacking.is_empty() {
            let new = missing(&lacking, held, role);
            let amended = added(held.document, new.clone());
            if amended.to_string().len() <= MOST {
                remedies.push(
                    "Add the missing statements to the endpoint policy: the command keeps the current statements and adds these".to_owned(),
                );
                command = Some(
                    ShellCommand::of("aws ec2 modify-vpc-endpoint")
                        .option("--vpc-endpoint-id", &held.endpoint.id)
                        .option("--policy-document", amended)
                        .region(held.region),
                );
            } else {
                remedies.push(format!(
                    "Shorten the endpoint policy, which is limited to {MOST} characters, and add {}",
                    json!(new)
                ));
            }
        }
        for it in denied {
            let by = it.denied_by.as_deref().unwrap_or("the statement that denies it");
            let remedy =
                format!("Narrow {by} so that it no longer matches {}", it.call.wish.action);
            if !remedies.contains(&remedy) {
                remedies.push(remedy);
            }
        }
        Amendment { remedy: remedies.join("; "), command }
    }
}

/// Whether a statement that allows the call is certain to fix it.
fn is_fixed(it: &Objection, held: &Held, role: Option<&RoleArn>) -> bool {
    let caller = match role {
        _ if it.call.is_by_ecr => held.ecr(),
        Some(role) => Caller::Role(role.clone()),
        None => held.some_role(),
    };
    let amended = added(held.document, missing(&[it], held, role));
    matches!(held.with(&amended).decide(&caller, &it.call), Decided::Allowed)
}

fn added(document: &Value, new: Vec<Value>) -> Value {
    let own = statements(document).into_iter().cloned();
    with_statements(document, own.chain(new).collect())
}

/// The statements that allow these calls: one for each caller and list of actions.
fn missing(lacking: &[&Objection], held: &Held, role: Option<&RoleArn>) -> Vec<Value> {
    let mut of_resources: Vec<(bool, &str, Vec<&str>)> = Vec::new();
    for it in lacking {
        let (by_ecr, wish) = (it.call.is_by_ecr, &it.call.wish);
        let known = of_resources
            .iter_mut()
            .find(|(own, resource, _)| (*own, *resource) == (by_ecr, wish.grantable()));
        match known {
            Some((.., actions)) => actions.push(&wish.action),
            None => of_resources.push((by_ecr, wish.grantable(), vec![&wish.action])),
        }
    }
    let mut of_actions: Vec<(bool, Vec<&str>, Vec<&str>)> = Vec::new();
    for (by_ecr, resource, mut actions) in of_resources {
        // Two streams of a log group need the same statement.
        let mut seen = Vec::new();
        actions.retain(|action| {
            !seen.contains(action) && {
                seen.push(*action);
                true
            }
        });
        match of_actions.iter_mut().find(|(own, same, _)| *own == by_ecr && *same == actions) {
            Some((.., resources)) => resources.push(resource),
            None => of_actions.push((by_ecr, actions, vec![resource])),
        }
    }
    of_actions
        .into_iter()
        .map(|(by_ecr, actions, resources)| {
            statement(&actions, &resources, held, role.filter(|_| !by_ecr))
        })
        .collect()
}

/// For this role, or for any caller. The policy of a gateway endpoint names no principals
/// (<https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>).
fn statement(actions: &[&str], resources: &[&str], held: &Held, role: Option<&RoleArn>) -> Value {
    let role = role.map(|role| role.arn().to_string());
    let mut statement = json!({
        "Effect": "Allow", "Principal": "*", "Action": actions, "Resource": resources,
    });
    match role {
        Some(role) if held.endpoint.kind == EndpointKind::Gateway => {
            statement["Condition"] = json!({"ArnEquals": {"aws:PrincipalArn": role}});
        }
        Some(role) => statement["Principal"] = json!({"AWS": role}),
        None => {}
    }
    statement
}
