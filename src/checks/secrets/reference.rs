//! `secret-reference` and `secret-region`

use crate::checks::{Check, each};
use crate::facts::View;
use crate::names::{Region, ValueFrom};
use crate::shell::ShellCommand;
use crate::task::SecretUse;
use crate::verdict::{Judgement, pass, warn};

pub(super) static SECRET_REFERENCE: Check = Check {
    id: "secret-reference",
    verifies: "valueFrom has a form that ECS reads",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: an invalid ARN format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try again.",
        "ResourceInitializationError: ... invalid ssm parameters: <name>",
    ],
    remedy: "Write the secret's full ARN (with :json-key:stage:version if a part is wanted), or the parameter's name or ARN",
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
                "the JSON key {key} is looked up as one key with a dot in its name, not as a path"
            ))
            .remedy("Make sure that the secret has this very key on its top level")
            .judge(),
            None => pass("names a secret in Secrets Manager"),
        },
        ValueFrom::Parameter(parameter) => match &parameter.selector {
            Some(selector) => warn(format!(
                "the version or label {selector} of the parameter is asked for; ECS documents only the parameter itself"
            ))
            .remedy("Leave the version or label out, or try it in a test task first")
            .judge(),
            None => pass("names a parameter in Parameter Store"),
        },
        ValueFrom::SecretThroughParameter { secret_id, .. } => {
            pass(format!("names secret {secret_id}, read through Parameter Store"))
        }
    }
}

pub(super) static SECRET_REGION: Check = Check {
    id: "secret-region",
    verifies: "the region of the reference fits the place where the task runs",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... ResourceNotFoundException",
    ],
    remedy: "Name the secret or parameter of the task's own region, or replicate it there",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html",
    asks: &[],
    advises: false,
    judge: |task| each(task, secret_region),
};

fn secret_region(it: &SecretUse, _: &View) -> Judgement {
    let reference = it.reference()?;
    let home = it.task.region()?;
    let Some(arn) = reference.arn() else {
        return pass(format!("a name without region is looked up where the task runs, in {home}"));
    };
    match &arn.region {
        Some(region) if region != home => elsewhere(it, &reference, region, home),
        _ => pass(format!("it is of the task's own region, {home}")),
    }
}

/// ECS asks the region that the ARN names, so this works; but the way there leaves the region, which
/// an interface endpoint does not serve.
fn elsewhere(it: &SecretUse, reference: &ValueFrom, region: &Region, home: &Region) -> Judgement {
    let finding = warn(format!(
        "it is read from {region}, while the task runs in {home}: that needs a way to the internet, and works only as long as {region} does"
    ))
    .at(it.value_from.place());
    match reference {
        ValueFrom::Secret(secret) => finding
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
