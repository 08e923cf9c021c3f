//! `image-registry-credentials`

use crate::account;
use crate::account::rights::{PoliciesOf, of_task};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::{Purpose, Stop};
use crate::lookup::secretsmanager::{
    DescribeSecret, GetSecretPolicy, SecretForm, SecretValue, Wanted,
};
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::words;
use crate::permission::secret::Version;
use crate::permission::{PERMISSION_CALLS, secret};
use crate::reachability::origin::CallOrigin;
use crate::shell::ShellCommand;
use crate::task::{CredentialsUse, NO_ROLE};
use crate::verdict::{Finding, Judgement, fail, not_applicable};

pub(super) static IMAGE_REGISTRY_CREDENTIALS: Check = Check {
    id: "image-registry-credentials",
    verifies: "the secret with the registry credentials exists, and the execution role may read it; with --read-secrets, it has a user name and a password",
    prevents: &[
        "CannotPullContainerAuthError: AccessDeniedException: asm fetching secret from the service for <id>",
        "CannotPullContainerAuthError: asm fetching authorization data: unable to unmarshal secret value, invalid schema",
        "CannotPullContainerAuthError: asm fetching username: AuthorizationData is malformed, empty field",
        "CannotPullContainerAuthError: asm fetching authorization data: empty secrets value",
    ],
    remedy: "Store {\"username\": ..., \"password\": ...} in Secrets Manager, set credentialsParameter to its ARN, and allow the execution role secretsmanager:GetSecretValue on it",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html",
    asks: &[
        &[DescribeSecret::CALL, GetSecretPolicy::CALL, CallerIdentity::CALL, SecretValue::CALL],
        &PoliciesOf::CALLS_FOR_ROLE,
        &PERMISSION_CALLS,
        &CallOrigin::CALLS,
    ],
    advises: false,
    judge: |task| each(task, image_registry_credentials),
};

fn image_registry_credentials(it: &CredentialsUse, facts: &View) -> Judgement {
    let lookup = it.lookup()?;
    // Before the role, so that a missing secret is reported even if the role is unknown.
    let secret = account::secret::found(&lookup, facts)
        .map_err(|stop| stop.wanted_for(Purpose::RegistryCredentials))?;
    if let Some(scheduled) = secret.scheduled_for_deletion() {
        let restored = secret.restored(&lookup.region);
        return fail(scheduled).on(secret.arn.clone()).mended(restored).judge();
    }
    if let Some(finding) = malformed(it, &lookup, facts)? {
        return finding.on(secret.arn.clone()).judge();
    }
    let Some(who) = of_task::policies(it.task, facts)? else {
        return not_applicable(NO_ROLE);
    };
    let made = (Vec::new(), CallOrigin::Agent(it.task));
    secret::reads_secret(who, &lookup, Version::default(), made, facts)
}

/// What is wrong with the value, if the run may read it. The words of the errors are those of
/// <https://github.com/aws/amazon-ecs-agent/blob/master/agent/asm/asm.go>.
fn malformed(
    it: &CredentialsUse,
    lookup: &DescribeSecret,
    facts: &View,
) -> Result<Option<Finding>, Stop> {
    if !it.task.read_secrets {
        return Ok(None);
    }
    let DescribeSecret { region, id } = lookup;
    let wanted = Wanted::Credentials {};
    let value = SecretValue { region: region.clone(), id: id.clone(), wanted };
    let [.., schema, field, empty] = IMAGE_REGISTRY_CREDENTIALS.prevents else { return Ok(None) };
    let (flaw, error) = match facts.need(&value)? {
        SecretForm::Complete => return Ok(None),
        SecretForm::Lacks(keys) => (format!("lack {}", words::and(keys)), field),
        SecretForm::NotJson => ("are not a JSON object".to_owned(), schema),
        SecretForm::Invalid(keys) => {
            (format!("contain a value that is not text: {}", words::and(keys)), schema)
        }
        SecretForm::Empty | SecretForm::Binary => ("are empty or binary".to_owned(), empty),
    };
    let put = ShellCommand::of("aws secretsmanager put-secret-value --secret-string file://VALUE")
        .option("--secret-id", id)
        .region(region);
    let finding = fail(format!("the registry credentials in secret {id} {flaw}"))
        .prevents(*error)
        .remedy("Write {\"username\": ..., \"password\": ...} to the file VALUE, with two texts, and store it in the secret")
        .command(put);
    Ok(Some(finding))
}
