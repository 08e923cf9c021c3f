//! The error and the fix for a missing key.

use super::DescribeKey;
use crate::knowledge::Purpose;
use crate::lookup::{Mend, Missing};
use crate::names::Arn;
use crate::shell::ShellCommand;

impl DescribeKey {
    /// The error, by what was encrypted, and the fix.
    pub(super) fn missed(&self, missing: &Missing) -> Mend {
        let error = match missing.purpose {
            Some(Purpose::LogGroup) => "AccessDeniedException from logs:PutLogEvents",
            Some(Purpose::Repository) => {
                return Mend::default()
                    .saying(
                        "Build the image again and push it to a repository with an existing key",
                    )
                    .instead_of("CannotPullContainerError: ... KmsException");
            }
            _ => "NotFoundException: Invalid keyId",
        };
        self.replaced(missing).instead_of(error)
    }

    /// Another key, or the same one again.
    fn replaced(&self, missing: &Missing) -> Mend {
        let arn = self.id.parse::<Arn>().ok();
        let account = arn.as_ref().and_then(Arn::account);
        if let Some(account) = account.filter(|it| missing.is_outside(it)) {
            return Mend::default().saying(format!(
                "Let account {account} restore the key, or encrypt with an existing one"
            ));
        }
        let named = arn.as_ref().map_or(&*self.id, |arn| &*arn.resource);
        // AWS creates its aliases at the first use of a service.
        match named.starts_with("alias/") && !named.starts_with("alias/aws/") {
            true => Mend::by(
                ShellCommand::of("aws kms create-alias")
                    .option("--alias-name", named)
                    .flag("--target-key-id KEY-ID")
                    .region(&self.region),
            )
            .saying("Create the alias again for its former key, or encrypt with another key"),
            false => Mend::by(ShellCommand::of("aws kms list-aliases").region(&self.region)).saying(
                "Encrypt with an existing key: data encrypted with a deleted key stays unreadable",
            ),
        }
    }
}
