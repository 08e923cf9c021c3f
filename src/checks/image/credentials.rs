//! `image-registry-credentials`

use crate::account::rights::{PoliciesOf, of_task};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::Purpose;
use crate::lookup::Lookup;
use crate::lookup::secretsmanager::{DescribeSecret, GetSecretPolicy};
use crate::permission::secret::Version;
use crate::permission::{PERMISSION_CALLS, secret};
use crate::reachability::origin::CallOrigin;
use crate::task::{CredentialsUse, NO_ROLE};
use crate::verdict::{Judgement, fail, not_applicable};

pub(super) static IMAGE_REGISTRY_CREDENTIALS: Check = Check {
    id: "image-registry-credentials",
    verifies: "the secret with the registry credentials exists, and the execution role may read it",
    prevents: &[
        "CannotPullContainerAuthError: AccessDeniedException: asm fetching secret from the service for <id>",
        "CannotPullContainerAuthError: asm fetching authorization data: unable to unmarshal secret value, invalid schema",
    ],
    remedy: "Store {\"username\": ..., \"password\": ...} in Secrets Manager, set credentialsParameter to its ARN, and allow the execution role secretsmanager:GetSecretValue on it",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html",
    asks: &[
        &[DescribeSecret::CALL, GetSecretPolicy::CALL],
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
    let secret =
        facts.need(&lookup).map_err(|stop| stop.wanted_for(Purpose::RegistryCredentials))?;
    if let Some(scheduled) = secret.scheduled_for_deletion() {
        let restored = secret.restored(&lookup.region);
        return fail(scheduled).on(secret.arn.clone()).mended(restored).judge();
    }
    let Some(who) = of_task::policies(it.task, facts)? else {
        return not_applicable(NO_ROLE);
    };
    let made = (Vec::new(), CallOrigin::Agent(it.task));
    secret::reads_secret(who, &lookup, Version::default(), made, facts)
}
