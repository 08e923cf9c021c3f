//! A lookup, with its API call.

use std::fmt;
use std::future::Future;
use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::mend::{Mend, Missing};
use super::naming::Named;
use super::services::Services;
use crate::knowledge::{Gap, Seen};

/// The result of a lookup.
pub type Answer<F> = Result<Seen<F>, Gap>;

/// The name of a call: the IAM action that allows it (`secretsmanager:DescribeSecret`), or, for
/// a registry, `registry:GetManifest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Call(pub &'static str);

impl Call {
    /// The service's part of the name: `secretsmanager`.
    pub fn service(self) -> &'static str {
        self.0.split_once(':').map_or(self.0, |(service, _)| service)
    }

    /// Whether this is an IAM action, so that a policy could grant it.
    pub fn is_iam_action(self) -> bool {
        self.service() != "registry"
    }

    /// Whether a successful answer contains a secret. An error could repeat it, so its message is not quoted.
    pub fn returns_secret(self) -> bool {
        SECRETS.contains(&self.0) || self.0 == USER_DATA
    }
}

/// The call whose answer contains the user data of instances, in which some keep secrets.
const USER_DATA: &str = "ec2:DescribeLaunchTemplateVersions";

/// The calls that return a secret or use a key, which `.clippy.toml` bans: one that is needed nonetheless is
/// treated so, whichever lookup makes it. A test in `tests/house/` compares the two lists.
const SECRETS: &[&str] = &[
    "ecr:GetAuthorizationToken",
    "kms:Decapsulate",
    "kms:Decrypt",
    "kms:DeriveSharedSecret",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue",
    "ssm:GetAccessToken",
    "ssm:GetParameter",
    "ssm:GetParameterHistory",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
];

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Which lookups may share a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Batch {
    /// Lookups with the same call and group share a request. If IAM evaluates a resource, it is part of the
    /// group, so that a denial concerns all members.
    pub group: String,
    /// The maximum number.
    pub most: usize,
}

impl Batch {
    /// Up to `most` lookups with an equal `group`.
    pub fn of(most: usize, group: impl fmt::Display) -> Batch {
        Batch { group: group.to_string(), most }
    }
}

/// A member of the list of all lookups.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not in the list of lookups",
    note = "add it to src/lookup/list.rs, and a case of it to src/lookup/tests"
)]
pub trait Listed {
    /// The name of the type.
    const NAME: &'static str;
}

/// A lookup with its key. Equal lookups are made once in a run.
pub trait Lookup:
    Listed + Clone + fmt::Debug + Eq + Hash + Serialize + Send + Sync + 'static
{
    /// The contents of a found answer: only what a check reads.
    type Fact: Serialize + DeserializeOwned + fmt::Debug + Send + Sync + 'static;
    /// The call that answers it.
    const CALL: Call;
    /// The error codes that mean that the resource does not exist.
    const ABSENT: &'static [&'static str] = &[];

    /// The fields of an answer that name what was asked: another answer is a gap.
    fn named(&self) -> Named {
        Named::Unsaid
    }

    /// The resource, in words: `secret prod/db in eu-west-1`.
    fn what(&self) -> String;

    /// The sentence for its absence.
    fn absence(&self) -> String {
        format!("there is no {}", self.what())
    }

    /// The resource of the IAM statement that allows the call.
    fn resource(&self) -> String {
        "*".to_owned()
    }

    /// The fix for this absence, if it is more exact than the check's.
    fn mend(&self, _: &Missing) -> Mend {
        Mend::default()
    }

    /// Which lookups may share a request; none unless overridden together with `fetch_all`.
    fn batch(&self) -> Option<Batch> {
        None
    }

    /// Makes the call.
    fn fetch(&self, services: &Services) -> impl Future<Output = Answer<Self::Fact>> + Send;

    /// Makes one call for several of one batch; answers in the same order.
    fn fetch_all(
        asked: &[Self],
        services: &Services,
    ) -> impl Future<Output = Vec<Answer<Self::Fact>>> + Send {
        async move {
            let mut answers = Vec::with_capacity(asked.len());
            for one in asked {
                answers.push(one.fetch(services).await);
            }
            answers
        }
    }
}

/// A lookup that most callers are not allowed, and that rarely decides. A check may
/// [`peek`](crate::facts::View::peek) at it: without it, a pass states its assumption.
#[diagnostic::on_unimplemented(
    message = "`{Self}` decides verdicts, so a check must not only peek at it",
    note = "use `need` or `get`; only `Optional` lookups may be missing"
)]
pub trait Optional: Lookup {
    /// The assumption if this is not known.
    fn assumption(&self) -> String;
}
