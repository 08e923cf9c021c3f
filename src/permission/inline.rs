//! Inline policies for a role or a user: additions that replace nothing.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::call::Wish;
use crate::account::rights::{Kind, Origin, PolicySet};
use crate::iam;
use crate::shell::ShellCommand;

/// Whether a role cannot be edited in IAM: roles of IAM Identity Center get their policies from a
/// permission set, service-linked roles from AWS
/// (<https://repost.aws/knowledge-center/identity-center-aws-reserved-sso>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html>).
pub(crate) fn is_reserved(set: &PolicySet) -> bool {
    is_of_identity_center(set) || set.arn.contains(":role/aws-service-role/")
}

/// Whether the role belongs to a permission set of IAM Identity Center.
pub(crate) fn is_of_identity_center(set: &PolicySet) -> bool {
    set.arn.contains(":role/aws-reserved/sso.amazonaws.com/")
}

/// The statements that allow these calls, and no more: one for each resource with the same conditions.
pub(crate) fn statements<'w>(wishes: impl IntoIterator<Item = &'w Wish>) -> Vec<Value> {
    let mut groups: Vec<(&Wish, Vec<&str>)> = Vec::new();
    for wish in wishes {
        let alike = |other: &Wish| {
            other.grantable() == wish.grantable() && other.allowed_if == wish.allowed_if
        };
        match groups.iter_mut().find(|(other, _)| alike(other)) {
            Some((_, actions)) if actions.contains(&wish.action.as_str()) => {}
            Some((_, actions)) => actions.push(&wish.action),
            None => groups.push((wish, vec![&wish.action])),
        }
    }
    groups.into_iter().map(|(wish, actions)| statement(wish, &actions)).collect()
}

fn statement(wish: &Wish, actions: &[&str]) -> Value {
    let action = match actions {
        [one] => json!(one),
        several => json!(several),
    };
    let mut statement = json!({"Effect": "Allow", "Action": action, "Resource": wish.grantable()});
    for (operator, key, value) in &wish.allowed_if {
        statement["Condition"][*operator][*key] = json!(value);
    }
    statement
}

/// The command that adds the missing permissions as an inline policy, where IAM accepts one.
pub(crate) fn grants(set: &PolicySet, wishes: &[&Wish]) -> Option<ShellCommand> {
    // The last is the narrowest: actions without a resource come first.
    let last = wishes.last()?;
    if is_reserved(set) {
        return None;
    }
    let calls = match wishes {
        [one] => one.action.replace(':', "-"),
        _ => format!("{}-for-ecs", last.action.split(':').next().unwrap_or("task")),
    };
    Some(put(set, &purpose(&calls, last.grantable()), &json!(statements(wishes.iter().copied()))))
}

/// The purpose of a policy, in characters that a policy name may contain.
fn purpose(calls: &str, resource: &str) -> String {
    let own = resource.splitn(6, ':').nth(5).unwrap_or_default();
    let words = own.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    std::iter::once(calls).chain(words).collect::<Vec<_>>().join("-")
}

/// A policy name may have at most 128 characters
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
const LONGEST: usize = 100;

/// The name with a digest of the statements: two commands of one report have the same policy name only if
/// their statements are equal.
fn named(purpose: &str, statements: &Value) -> String {
    let digest = Sha256::digest(statements.to_string());
    let digest: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let purpose: String = purpose.chars().take(LONGEST).collect();
    format!("{purpose}-{digest}")
}

/// The name, with a number if the principal already has a policy of that name: replacing it would remove
/// what it grants.
fn free(set: &PolicySet, name: &str) -> String {
    let taken = |name: &str| {
        set.identity
            .iter()
            .any(|policy| matches!(&policy.origin, Origin::Inline { name: own, .. } if own == name))
    };
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_else(|| name.to_owned())
}

/// The command that puts an inline policy with these statements.
fn put(set: &PolicySet, purpose: &str, statements: &Value) -> ShellCommand {
    let policy = free(set, &named(purpose, statements));
    let name = set.arn.rsplit('/').next().unwrap_or(&set.arn);
    let command = match set.kind {
        Kind::Role => ShellCommand::of("aws iam put-role-policy").option("--role-name", name),
        Kind::User => ShellCommand::of("aws iam put-user-policy").option("--user-name", name),
    };
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    command.option("--policy-name", policy).option("--policy-document", document)
}

/// The command that shows a policy of the principal, its boundary or its organization.
pub(crate) fn show(set: &PolicySet, wanted: &iam::Origin) -> Option<ShellCommand> {
    let above = set.beyond.organization.controls.iter();
    let above = above.flat_map(|it| it.service.iter().chain(&it.resource).flatten());
    let mut all = set.identity.iter().chain(&set.boundary).chain(above);
    let policy = all.find(|policy| policy.origin.called(wanted.layer) == *wanted.policy)?;
    Some(match &policy.origin {
        Origin::Inline { holder, name } => {
            let (kind, holder) = holder.split_once(' ')?;
            let command = match kind {
                "role" => ShellCommand::of("aws iam get-role-policy --role-name"),
                "user" => ShellCommand::of("aws iam get-user-policy --user-name"),
                "group" => ShellCommand::of("aws iam get-group-policy --group-name"),
                _ => return None,
            };
            command.word(holder).option("--policy-name", name).flag("--query PolicyDocument")
        }
        Origin::Managed { arn } => ShellCommand::of("aws iam get-policy-version")
            .option("--policy-arn", arn)
            .option("--version-id", policy.version.as_ref()?)
            .flag("--query PolicyVersion.Document"),
        Origin::Control { id, .. } => ShellCommand::of("aws organizations describe-policy")
            .option("--policy-id", id)
            .flag("--query Policy.Content --output text"),
    })
}
