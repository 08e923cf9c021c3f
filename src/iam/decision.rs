//! Whether a request passes, and what that depends on.

use super::key_state::KeyState;
use super::origin::{Layer, Origin};
use super::verdict::Verdict;

/// Whether a request passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is allowed, whatever the unknown values are.
    Allow,
    /// A statement denies it.
    ExplicitDeny,
    /// A required allow is missing.
    ImplicitDeny,
    /// It depends on something unknown.
    Depends(Depends),
}

/// What a decision depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Depends {
    /// Condition keys whose values are unknown, with the statements that use them.
    pub keys: Vec<AskedKey>,
    /// Policies that could not be read.
    pub layers: Vec<UnreadLayer>,
    /// Statements that AWS may read in several ways, and why.
    pub statements: Vec<(Origin, String)>,
    /// Whether the account that owns the resource is unknown, and within or across accounts makes a difference.
    pub is_of_unknown_owner: bool,
    /// What comes out for which values, if only one or two keys are unknown.
    pub outcomes: Vec<Outcome>,
}

/// An unknown condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedKey {
    /// The key, as a policy writes it.
    pub key: String,
    /// The statements that use it.
    pub by: Vec<Origin>,
    /// Whether the context does not list it: a key that this tool does not know, or a typo.
    pub unrecognised: bool,
    /// How its value begins, if that much is known.
    pub begins: Option<String>,
}

/// A policy that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadLayer {
    /// The kind of policy.
    pub layer: Layer,
    /// What sentences call it.
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
    /// What is assumed: absent, or one value for all those that the policies treat alike.
    pub state: KeyState,
    /// The values in policies that the assumed value matches, as written.
    pub like: Vec<String>,
}
