//! A question, with the call that answers it.

use std::fmt;
use std::future::Future;
use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::mend::{Mend, Missing};
use super::services::Services;
use crate::knowledge::{Gap, Seen};

/// What a lookup brings back.
pub type Answer<F> = Result<Seen<F>, Gap>;

/// The name of a question: the IAM action that allows it (`secretsmanager:DescribeSecret`), or, for
/// a registry, `registry:GetManifest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Call(pub &'static str);

impl Call {
    /// The service's part of the name: `secretsmanager`.
    pub fn service(self) -> &'static str {
        self.0.split_once(':').map_or(self.0, |(service, _)| service)
    }

    /// Whether IAM knows this call, so that a policy could grant it.
    pub fn is_iam_action(self) -> bool {
        self.service() != "registry"
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// With whom a question may travel in one request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Batch {
    /// Questions of one call and equal group share a request. Where IAM judges a resource, the group
    /// names it, so that a refusal concerns all members alike.
    pub group: String,
    /// How many at most.
    pub most: usize,
}

impl Batch {
    /// Up to `most` questions that agree in `group`.
    pub fn of(most: usize, group: impl fmt::Display) -> Batch {
        Batch { group: group.to_string(), most }
    }
}

/// What stands in the list of all lookups.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not in the list of lookups",
    note = "add it to src/lookup/list.rs, and a case of it to src/lookup/tests"
)]
pub trait Listed {
    /// The name of the type.
    const NAME: &'static str;
}

/// A question with its key. Equal questions are asked once in a run.
pub trait Lookup:
    Listed + Clone + fmt::Debug + Eq + Hash + Serialize + Send + Sync + 'static
{
    /// What a found answer holds: only what a check reads.
    type Fact: Serialize + DeserializeOwned + fmt::Debug + Send + Sync + 'static;
    /// The call that answers it.
    const CALL: Call;
    /// The error codes by which the service says that the thing does not exist.
    const ABSENT: &'static [&'static str] = &[];

    /// What is asked for, in words: `secret prod/db in eu-west-1`.
    fn what(&self) -> String;

    /// The sentence that says it is not there.
    fn absence(&self) -> String {
        format!("there is no {}", self.what())
    }

    /// The resource of the IAM statement that allows the call.
    fn resource(&self) -> String {
        "*".to_owned()
    }

    /// What mends this absence, where more is known than what the check says.
    fn mend(&self, _: &Missing) -> Mend {
        Mend::default()
    }

    /// With whom it may share a request; alone unless overridden together with `fetch_all`.
    fn batch(&self) -> Option<Batch> {
        None
    }

    /// Asks.
    fn fetch(&self, services: &Services) -> impl Future<Output = Answer<Self::Fact>> + Send;

    /// Asks for several of one batch; answers in the same order.
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

/// A lookup of knowledge that most callers cannot have, and that rarely decides. A check may
/// [`peek`](crate::facts::View::peek) at it: missing, it makes a pass that names its assumption.
#[diagnostic::on_unimplemented(
    message = "`{Self}` decides verdicts, so a check may not merely peek at it",
    note = "use `need` or `get`; only knowledge that is marked `Optional` may be missing"
)]
pub trait Optional: Lookup {
    /// What a verdict assumes when this is not known.
    fn assumption(&self) -> String;
}
