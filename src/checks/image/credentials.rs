//! `image-registry-credentials`

use crate::checks::departure::Departure;
use crate::checks::execution_role::{self, NO_ROLE, Version};
use crate::checks::subject::CredentialsUse;
use crate::checks::{Check, Judge};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::secretsmanager::{DescribeSecret, GetSecretPolicy};
use crate::names::{Arn, SecretRef, ValueFrom};
use crate::shell::ShellCommand;
use crate::verdict::{Judgement, fail, not_applicable};

pub(super) static IMAGE_REGISTRY_CREDENTIALS: Check = Check {
    id: "image-registry-credentials",
    verifies: "the secret with the registry's credentials is there, and the execution role may read it",
    prevents: &[
        "CannotPullContainerAuthError: AccessDeniedException: asm fetching secret from the service for <id>",
        "CannotPullContainerAuthError: asm fetching authorization data: unable to unmarshal secret value, invalid schema",
    ],
    remedy: "Store {\"username\": ..., \"password\": ...} in Secrets Manager, name its ARN in credentialsParameter, and allow the execution role secretsmanager:GetSecretValue on it",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html",
    asks: &execution_role::asking::<2, 9>([DescribeSecret::CALL, GetSecretPolicy::CALL]),
    advises: false,
    judge: Judge::Credentials(image_registry_credentials),
};

fn image_registry_credentials(it: &CredentialsUse, facts: &View) -> Judgement {
    let lookup = described(it)?;
    // Before the role: whatever is not known of that, this check tells that the secret is missing.
    let secret = facts.need(&lookup)?;
    if let Some(date) = &secret.deleted {
        return fail(format!("{} is scheduled for deletion ({date})", secret.arn))
            .on(secret.arn.clone())
            .remedy("Restore the secret, or name another one")
            .command(
                ShellCommand::of("aws secretsmanager restore-secret")
                    .option("--secret-id", &secret.arn)
                    .region(&lookup.region),
            )
            .judge();
    }
    let Some(who) = execution_role::policies(it.task, facts)? else {
        return not_applicable(NO_ROLE);
    };
    let made = (Vec::new(), Departure::Agent(it.task));
    execution_role::reads_secret(who, &lookup, Version::default(), made, facts)
}

/// The secret: an ARN names its region, a name is looked up where the task runs.
///
/// # Errors
/// A gap for a placeholder; an absence for an ARN of something else.
pub(in crate::checks) fn described(it: &CredentialsUse) -> Result<DescribeSecret, Stop> {
    let text = it.secret.get()?.map_or("", String::as_str);
    let wrong = |why: String| Stop::written(it.secret.place().subject(), why);
    if text.is_empty() {
        return Err(wrong("credentialsParameter names no secret".to_owned()));
    }
    if !text.starts_with("arn:") {
        return Ok(DescribeSecret { region: it.task.region()?.clone(), id: text.to_owned() });
    }
    match text.parse::<ValueFrom>() {
        Ok(ValueFrom::Secret(secret)) => Ok(in_its_region(it, &secret)?),
        Ok(_) => Err(wrong(format!("{text} is not the ARN of a secret"))),
        Err(flaw) => Err(wrong(flaw.to_string())),
    }
}

fn in_its_region(it: &CredentialsUse, secret: &SecretRef) -> Result<DescribeSecret, Stop> {
    let arn: &Arn = secret.secret_arn();
    let region = arn.region.as_ref().map_or_else(|| it.task.region(), Ok)?;
    Ok(DescribeSecret { region: region.clone(), id: arn.to_string() })
}
