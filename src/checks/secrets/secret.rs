//! `secret-exists` and `secret-json-key`

use crate::account::secret;
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::secretsmanager::{
    DescribeSecret, ListSecretVersions, NO_SECRET, Secret, SecretForm, SecretValue, Wanted,
};
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::{SecretRef, ValueFrom};
use crate::shell::ShellCommand;
use crate::task::InSecretsManager;
use crate::verdict::{Finding, Input, Judgement, fail, needs_input, not_applicable, pass, warn};

pub(super) static SECRET_EXISTS: Check = Check {
    id: "secret-exists",
    verifies: "the secret exists in its region, is not scheduled for deletion, and has the requested version",
    prevents: &[NO_SECRET],
    remedy: "Create the secret, or correct its ARN: aws secretsmanager describe-secret prints the right one",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html",
    asks: &[&[DescribeSecret::CALL, ListSecretVersions::CALL, CallerIdentity::CALL]],
    advises: false,
    judge: |task| each(task, secret_exists),
};

fn secret_exists(it: &InSecretsManager, facts: &View) -> Judgement {
    let reference = it.reference()?;
    let lookup = it.lookup(&reference)?;
    let secret = secret::found(&lookup, facts)?;
    if let Some(scheduled) = secret.scheduled_for_deletion() {
        return fail(scheduled)
            .on(secret.arn.clone())
            .prevents("InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.")
            .mended(secret.restored(&lookup.region))
            .judge();
    }
    let asked = match &reference {
        ValueFrom::Secret(asked) => Some(asked),
        _ => None,
    };
    if let Some(finding) = version(&lookup, secret, asked, facts)? {
        return finding.on(secret.arn.clone()).judge();
    }
    match asked {
        Some(asked) if asked.secret_arn().to_string() != secret.arn => {
            partial(asked, secret).judge()
        }
        _ => pass(format!("{} exists, with a current value", secret.arn)),
    }
}

/// A command about the secret.
fn of_secret(program: &'static str, secret: &Secret, lookup: &DescribeSecret) -> ShellCommand {
    ShellCommand::of(program).option("--secret-id", &secret.arn).region(&lookup.region)
}

/// Without its six-character suffix an ARN is resolved by name, as long as it matches no other secret (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html>).
fn partial(asked: &SecretRef, secret: &Secret) -> Finding {
    let with_key =
        if asked.json_key.is_some() { "; with a JSON key, ECS requires the full ARN" } else { "" };
    warn(format!("the ARN is incomplete: the full ARN is {}{with_key}", secret.arn))
        .remedy(format!("Use the full ARN: {}", secret.arn))
}

/// What is wrong with the requested version; by default that is the one with the label AWSCURRENT.
fn version(
    lookup: &DescribeSecret,
    secret: &Secret,
    asked: Option<&SecretRef>,
    facts: &View,
) -> Result<Option<Finding>, Stop> {
    let has =
        |stage: &str| secret.versions.values().any(|stages| stages.iter().any(|it| it == stage));
    let (stage, id) = match asked {
        Some(asked) => (asked.stage.as_deref(), asked.version.as_deref()),
        None => (None, None),
    };
    let stage = match (stage, id) {
        // A version without labels is not in the description, but it can be read.
        (None, Some(id)) if !secret.versions.contains_key(id) => {
            let versions =
                ListSecretVersions { region: lookup.region.clone(), id: secret.arn.clone() };
            let listed = facts.need(&versions)?;
            return Ok((!listed.iter().any(|it| it == id)).then(|| {
                fail(format!("secret {} has no version {id}", lookup.id))
                    .remedy("Use an existing version, or leave it out to get the current one")
                    .command(of_secret(
                        "aws secretsmanager list-secret-version-ids --include-deprecated",
                        secret,
                        lookup,
                    ))
            }));
        }
        (None, Some(_)) => return Ok(None),
        (stage, _) => stage.unwrap_or("AWSCURRENT"),
    };
    if has(stage) {
        return Ok(None);
    }
    if stage == "AWSCURRENT" {
        return Ok(Some(
            fail(format!("secret {} has no value yet", lookup.id))
                .remedy("Write the value to a file without a trailing newline, and store it in the secret")
                .command(of_secret(
                    "aws secretsmanager put-secret-value --secret-string file://VALUE",
                    secret,
                    lookup,
                )),
        ));
    }
    Ok(Some(without_stage(stage, lookup, secret)))
}

/// A label belongs to at most one version; the command attaches it to the current one.
fn without_stage(stage: &str, lookup: &DescribeSecret, secret: &Secret) -> Finding {
    let labels: Vec<&str> = secret.versions.values().flatten().map(String::as_str).collect();
    let finding = fail(format!(
        "no version of secret {} has the staging label {stage}; existing labels: {}",
        lookup.id,
        labels.join(", ")
    ));
    let is_current = |labels: &[String]| labels.iter().any(|it| it == "AWSCURRENT");
    match secret.versions.iter().find(|(_, labels)| is_current(labels)) {
        Some((current, _)) => finding
            .remedy(format!(
                "Use an existing staging label, or attach {stage} to a version: the command attaches it to the current one"
            ))
            .command(
                ShellCommand::of("aws secretsmanager update-secret-version-stage")
                    .option("--secret-id", &secret.arn)
                    .option("--version-stage", stage)
                    .option("--move-to-version-id", current)
                    .region(&lookup.region),
            ),
        None => finding
            .remedy("Use an existing staging label, or attach this one to a version")
            .command(of_secret(
                "aws secretsmanager list-secret-version-ids --include-deprecated",
                secret,
                lookup,
            )),
    }
}

pub(super) static SECRET_JSON_KEY: Check = Check {
    id: "secret-json-key",
    verifies: "the secret's value contains the JSON key (checked only with --read-secrets)",
    prevents: &[
        "ResourceInitializationError: ... retrieved secret from Secrets Manager did not contain json key <key>",
        "ResourceInitializationError: ... invalid character '<c>' looking for beginning of value",
    ],
    remedy: "Add the key to the secret's value, or correct the key in valueFrom",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html",
    asks: &[&[DescribeSecret::CALL, SecretValue::CALL]],
    advises: false,
    judge: |task| each(task, secret_json_key),
};

fn secret_json_key(it: &InSecretsManager, facts: &View) -> Judgement {
    let reference = it.reference()?;
    let ValueFrom::Secret(secret) = &reference else {
        return not_applicable("no JSON key is named, so the whole value is used");
    };
    let Some(key) = &secret.json_key else {
        return not_applicable("no JSON key is named, so the whole value is used");
    };
    if !it.task.read_secrets {
        return needs_input(
            Input::SecretValues,
            format!(
                "not checked: the JSON key {key} is visible only in the secret's value; pass --read-secrets to read it"
            ),
        );
    }
    facts.need(&it.lookup(&reference)?)?;
    let form = facts.need(&SecretValue {
        region: it.region_asked(&reference)?,
        id: secret.secret_arn().to_string(),
        wanted: Wanted::Key {
            stage: secret.stage.clone(),
            version: secret.version.clone(),
            key: key.clone(),
        },
    })?;
    match form {
        SecretForm::Complete => pass(format!("the value is a JSON object with the key {key}")),
        SecretForm::Lacks(_) | SecretForm::Invalid(_) => {
            fail(format!("the value is a JSON object without the key {key}")).judge()
        }
        SecretForm::NotJson | SecretForm::Empty => {
            fail(format!("the value is not a JSON object, so it has no key {key}"))
                .prevents(SECRET_JSON_KEY.prevents[1])
                .judge()
        }
        SecretForm::Binary => {
            fail(format!("the value is binary, but ECS reads only text, so it has no key {key}"))
                .remedy(
                    "Store the value as text: aws secretsmanager put-secret-value --secret-string",
                )
                .judge()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::secrets::parameter::PARAMETER_EXISTS;
    use crate::report::Status;
    use crate::testing::story::Story;

    /// A placeholder could become either, so neither check may stay silent about it.
    #[test]
    fn given_a_placeholder_then_both_secret_and_parameter_are_unknown() {
        let story = Story::container(
            r#""secrets": [{"name": "TOKEN", "valueFrom": "arn:aws:${SERVICE}:eu-west-1:1:x"}]"#,
        );
        let at = "/containerDefinitions/0/secrets/0/valueFrom";
        story.ends(&SECRET_EXISTS, &[(Status::Unknown, at, "placeholder")]);
        story.ends(&PARAMETER_EXISTS, &[(Status::Unknown, at, "placeholder")]);
    }

    #[test]
    fn given_an_arn_of_another_partition_then_it_fails_without_being_asked_for() {
        let story = Story::container(
            r#""secrets": [{"name": "TOKEN", "valueFrom": "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:db-AbCdEf"}]"#,
        );
        let at = "/containerDefinitions/0/secrets/0/valueFrom";
        story.ends(&SECRET_EXISTS, &[(Status::Fail, at, "in partition aws-cn")]);
    }
}
