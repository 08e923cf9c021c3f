//! May a role read a secret? Its policies, the secret's policy, and the secret's key.

use super::{Guard, GuardPolicy, Now, ResourceSide, Tags, Wish, decide, file_name, side_of};
use crate::account::rights::{Policies, of_task};
use crate::facts::View;
use crate::iam::{KeyState, Layer};
use crate::knowledge::Stop;
use crate::lookup::secretsmanager::{DescribeSecret, GetSecretPolicy, Secret};
use crate::names::{AccountId, Arn};
use crate::reachability::origin::CallOrigin;
use crate::shell::{ShellCommand, Word};
use crate::verdict::{Finding, Judgement, fail};

/// The requested version of a secret.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Version<'a> {
    /// Its staging label.
    pub stage: Option<&'a str>,
    /// Its id.
    pub id: Option<&'a str>,
}

/// The policy of a secret.
pub(crate) fn policy_of(secret: &Secret, lookup: &DescribeSecret) -> GetSecretPolicy {
    GetSecretPolicy { region: lookup.region.clone(), id: secret.arn.clone() }
}

/// The call that reads a secret, with the secret's policy and tags.
///
/// # Errors
/// While the policy is being fetched. If it cannot be read, it might deny.
pub(crate) fn reading(
    secret: &Secret,
    lookup: &DescribeSecret,
    version: Version,
    facts: &View,
) -> Result<(Wish, ResourceSide), Stop> {
    let asked = policy_of(secret, lookup);
    let document = facts.tolerate(|| facts.need(&asked).map(Option::as_ref))?;
    let side = side_of(Layer::Resource, &policy_name(secret), document);
    let mut wish = Wish::new("secretsmanager:GetSecretValue", &secret.arn);
    for (key, asked) in
        [("secretsmanager:VersionStage", version.stage), ("secretsmanager:VersionId", version.id)]
    {
        wish = match asked {
            Some(asked) => wish.carrying(key, asked),
            // Both are parameters of the request, and ECS leaves out what the reference does: a policy
            // that demands the default label AWSCURRENT refuses such a request
            // (https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html).
            None => wish.knowing(key, KeyState::Absent),
        };
    }
    if lookup.id.starts_with("arn:") {
        wish = wish.carrying("secretsmanager:SecretId", &lookup.id);
    }
    let tags = secret.tags.clone().map_or(Tags::Unknown, Tags::Known);
    Ok((wish, ResourceSide { tags, ..side }))
}

/// The key that encrypts the secrets of an account by default can be used in that account only
/// (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html>).
pub(crate) fn locked_in(
    secret: &Secret,
    lookup: &DescribeSecret,
    reader: &AccountId,
) -> Option<Finding> {
    let owner = secret.arn.parse::<Arn>().ok()?.account()?.clone();
    let default =
        secret.kms_key.as_deref().is_none_or(|key| key.ends_with("alias/aws/secretsmanager"));
    (default && owner != *reader).then(|| {
        fail(format!(
            "{} belongs to account {owner} and is encrypted with that account's AWS managed key, which account {reader} cannot use",
            secret.arn
        ))
        .on(secret.arn.clone())
        .prevents("AccessDeniedException: Access to KMS is not allowed")
        .remedy("Encrypt the secret with a customer managed key whose key policy allows the task's account")
        .command(
            ShellCommand::of("aws secretsmanager update-secret")
                .option("--secret-id", &secret.arn)
                .option("--kms-key-id", Word::placeholder("KEY-ARN"))
                .region(&lookup.region),
        )
    })
}

/// The policy of a secret, with the commands that show and replace it.
fn guard(secret: &Secret, lookup: &DescribeSecret, facts: &View) -> Result<Guard, Stop> {
    let asked = GetSecretPolicy { region: lookup.region.clone(), id: secret.arn.clone() };
    let document = facts.tolerate(|| facts.need(&asked).map(Option::as_ref))?;
    let command = |program| {
        ShellCommand::of(program).option("--secret-id", &secret.arn).region(&lookup.region)
    };
    let name = secret.arn.rsplit(':').next().unwrap_or(&secret.arn);
    Ok(Guard::Policy(Box::new(GuardPolicy {
        name: policy_name(secret),
        now: Now::of(document.as_ref().map(|it| *it)),
        owner: secret.arn.parse::<Arn>().ok().and_then(|arn| arn.account().cloned()),
        names_resources: true,
        show: command("aws secretsmanager get-resource-policy")
            .flag("--query ResourcePolicy --output text"),
        replace: command("aws secretsmanager put-resource-policy"),
        option: "--resource-policy",
        file: file_name(name),
    })))
}

fn policy_name(secret: &Secret) -> String {
    format!("the policy of secret `{}`", secret.arn)
}

/// Whether a role may read an existing secret over this network path. `before` are the calls to a service
/// that passes the secret on.
///
/// # Errors
/// Whatever keeps that from being known.
pub(crate) fn reads_secret(
    who: &Policies,
    lookup: &DescribeSecret,
    version: Version,
    (before, departure): (Vec<(Wish, ResourceSide)>, CallOrigin),
    facts: &View,
) -> Judgement {
    let secret = facts.need(lookup)?;
    if let Some(finding) = locked_in(secret, lookup, of_task::account(who)) {
        return finding.judge();
    }
    let (wish, side) = reading(secret, lookup, version, facts)?;
    let guard = guard(secret, lookup, facts)?;
    let wish = if before.is_empty() { wish } else { wish.forwarded() };
    let mut calls = before;
    calls.push((wish, side));
    let answer = decide(who, calls, (&lookup.region, departure), Some(&guard), facts)?;
    answer.judge(who, &format!("read {}", secret.arn), facts)
}
