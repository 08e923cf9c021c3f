//! Whether a request passes, and what that depends on.

use super::key_state::KeyState;
use super::origin::{Layer, Origin};
use super::verdict::Verdict;

/// Whether a request passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It passes, whatever the unknown may be.
    Allow,
    /// A statement denies it.
    ExplicitDeny,
    /// What would have to allow it is missing.
    ImplicitDeny,
    /// It depends on what is not known.
    Depends(Depends),
}

/// What a decision depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Depends {
    /// Condition keys whose values are not known, with the statements that ask for them.
    pub keys: Vec<AskedKey>,
    /// Policies that could not be read.
    pub layers: Vec<UnreadLayer>,
    /// Statements of which it is not known how AWS reads them, and why.
    pub statements: Vec<(Origin, String)>,
    /// What comes out for which values, if only one or two keys are unknown.
    pub outcomes: Vec<Outcome>,
}

/// An unknown condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedKey {
    /// The key, as a policy writes it.
    pub key: String,
    /// The statements that ask for it.
    pub by: Vec<Origin>,
    /// Whether the context never told of it: a key that the tool does not know, or a typing error.
    pub unrecognised: bool,
}

/// A policy that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadLayer {
    /// Which kind of policy it is.
    pub layer: Layer,
    /// Its name.
    pub policy: String,
    /// Why it could not be read.
    pub why: String,
}

/// What comes out if the unknown keys are so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What is assumed of each key.
    pub when: Vec<Assumption>,
    /// The verdict then.
    pub verdict: Verdict,
    /// The statement that allows or denies it then; none for an implicit deny.
    pub by: Option<Origin>,
}

/// What is assumed of an unknown key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// The key, as a policy writes it.
    pub key: String,
    /// What is assumed: absent, or a value that stands for all that the policies treat like it.
    pub state: KeyState,
    /// The values of policies that the assumed value meets, as written.
    pub like: Vec<String>,
}
