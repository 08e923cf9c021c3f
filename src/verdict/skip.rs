//! Why a check does not judge: as types, so that a report can count and group it.

use serde::{Serialize, Serializer};

/// Why a check does not judge a subject, with the sentence that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// One sentence.
    pub because: String,
    /// The input that would let it judge; none where it does not apply.
    pub needs: Option<Input>,
}

impl Skip {
    /// It does not apply, because of what the document says.
    pub fn not_applicable(because: impl Into<String>) -> Skip {
        Skip { because: because.into(), needs: None }
    }

    /// It needs an input that was not given.
    pub fn needs(input: Input, because: impl Into<String>) -> Skip {
        Skip { because: because.into(), needs: Some(input) }
    }
}

/// An input that a user may leave out, and that some checks need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input {
    /// The service or the request that starts the task.
    Request,
    /// The subnets that the task runs in.
    Subnets,
    /// The cluster whose container instances run the task.
    Cluster,
    /// The permission to read the values of secrets.
    SecretValues,
}

impl Input {
    /// All of them.
    pub const ALL: [Input; 4] =
        [Input::Request, Input::Subnets, Input::Cluster, Input::SecretValues];

    /// The flags that give it; any of them is enough.
    pub fn flags(self) -> &'static [&'static str] {
        match self {
            Input::Request => &["--service-definition", "--service", "--run-task"],
            Input::Subnets => &["--subnets", "--service-definition", "--service", "--run-task"],
            Input::Cluster => &["--cluster", "--service-definition", "--service", "--run-task"],
            Input::SecretValues => &["--read-secrets"],
        }
    }

    /// The flag that gives it and nothing else, where the request would give it too.
    pub fn narrow_flag(self) -> Option<&'static str> {
        match self {
            Input::Subnets => Some("--subnets"),
            Input::Cluster => Some("--cluster"),
            Input::Request | Input::SecretValues => None,
        }
    }
}

impl Serialize for Input {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.flags().serialize(serializer)
    }
}
