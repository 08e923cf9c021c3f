//! `secret-reference` and `secret-region`

use crate::checks::{Check, each};
use crate::facts::View;
use crate::names::{Arn, Region, ValueFrom};
use crate::shell::ShellCommand;
use crate::task::SecretUse;
use crate::verdict::{Judgement, Rule, pass, warn};

pub(super) static SECRET_REFERENCE: Check = Check {
    id: "secret-reference",
    verifies: "valueFrom has a form that ECS accepts",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: an invalid ARN format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try again.",
        "ResourceInitializationError: ... invalid ssm parameters: <name>",
    ],
    remedy: "Use the secret's full ARN (plus :json-key:stage:version if needed), or the parameter's name or ARN",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html",
    asks: &[],
    advises: false,
    judge: |task| each(task, secret_reference),
};

fn secret_reference(it: &SecretUse, _: &View) -> Judgement {
    match it.reference()? {
        ValueFrom::Secret(secret) => match secret.nested_key() {
            // https://github.com/aws/containers-roadmap/issues/2224
            Some(key) => warn(format!(
                "ECS looks up the JSON key {key} as one key with a dot in its name, not as a path"
            ))
            .remedy("Make sure that the secret has a top-level key of exactly this name")
            .judge(),
            None => pass("references a secret in Secrets Manager"),
        },
        ValueFrom::Parameter(parameter) => match &parameter.selector {
            Some(selector) if parameter.arn.is_none() => NO_VERSION
                .fail(format!(
                    "{} names the version or label {selector} of a parameter, which ECS does not take",
                    parameter
                ))
                .remedy(format!("Write the name alone: {}. ECS reads its latest version", parameter.name))
                .judge(),
            Some(selector) => warn(format!(
                "valueFrom selects version or label {selector} of the parameter, which ECS does not document"
            ))
            .remedy("Leave out the version or label, or try it in a test task first")
            .judge(),
            None => pass("references a parameter in Parameter Store"),
        },
        ValueFrom::SecretThroughParameter { secret_id, .. } => {
            pass(format!("references secret {secret_id} through Parameter Store"))
        }
    }
}

const NO_VERSION: Rule = Rule::quoted(
    "a parameter is named without a version or label",
    "ClientException: The Systems Manager parameter name specified for secret <name> is invalid. The parameter name can be up to 2048 characters and include the following letters and symbols: a-zA-Z0-9_.-/",
    "https://github.com/aws/containers-roadmap/issues/859",
    "2020-04-24",
);

pub(super) static SECRET_REGION: Check = Check {
    id: "secret-region",
    verifies: "the secret or parameter is in the region where the task runs",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... ResourceNotFoundException",
    ],
    remedy: "Use a secret or parameter in the task's region, or replicate it there",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html",
    asks: &[],
    advises: false,
    judge: |task| each(task, secret_region),
};

fn secret_region(it: &SecretUse, _: &View) -> Judgement {
    let reference = it.reference()?;
    let home = it.task.region()?;
    let Some(arn) = reference.arn() else {
        return pass(format!("a name without a region is looked up in the task's region, {home}"));
    };
    match &arn.region {
        Some(region) if region != home => elsewhere(it, &reference, region, home),
        _ => pass(format!("in the task's region, {home}")),
    }
}

/// ECS reads from the region in the ARN, so this works; but the call leaves the task's region, and interface
/// endpoints serve only their own.
fn elsewhere(it: &SecretUse, reference: &ValueFrom, region: &Region, home: &Region) -> Judgement {
    let finding = warn(format!(
        "it is in {region}, but the task runs in {home}: reading it needs internet access (an interface endpoint serves one region), and the start depends on both regions"
    ))
    .at(it.value_from.place());
    match reference {
        ValueFrom::Secret(secret) => finding
            .remedy(format!(
                "Replicate the secret to {home} and reference the replica there: {}",
                Arn { region: Some(home.clone()), ..secret.secret_arn().clone() }
            ))
            .command(
                ShellCommand::of("aws secretsmanager replicate-secret-to-regions")
                    .option("--secret-id", secret.secret_arn().to_string())
                    .option("--add-replica-regions", format!("Region={home}"))
                    .region(region),
            )
            .judge(),
        _ => finding.judge(),
    }
}
