//! Does IAM allow a request? Answered from the policies alone, without asking AWS.
//!
//! A request is a principal, an action, a resource and condition keys; each key is known, absent, or
//! unknown. [`evaluate`] compares it with every statement of every policy in [`Layers`], in Kleene's
//! three-valued logic, and follows the order that AWS documents:
//!
//! 1. A `Deny` that applies anywhere, be it in a service or resource control policy, the identity
//!    policies, the permissions boundary, a session policy, the resource's policy or the VPC endpoint
//!    policy, denies the request.
//! 2. Each level of service control policies, and the endpoint's policy, has to allow.
//! 3. Within one account the identity policies, limited by boundary and session policies, are enough; so
//!    is the resource's policy alone: unlimited where it names the session, the user or everyone,
//!    limited where it names the role. Where it names the account it only hands over to the identity
//!    policies. Keys and roles do not count identity policies at all unless they are handed over to; a
//!    grant of a key may stand in for both.
//! 4. Between accounts both have to allow.
//!
//! What is not known stays unknown: a policy that may not be read could allow and could deny, and a
//! statement with an element that AWS would not accept may mean anything. If that leaves the answer
//! unknown, the unknown keys are tried with values that represent all others, since `k = a` and `k ≠ a`
//! are not independent. That takes a limited number of steps, whatever the policies are; beyond, the answer
//! stays unknown. What is still unknown is [`Decision::Depends`], with the keys, policies and
//! statements that it depends on.

mod automaton;
mod candidate;
mod condition;
mod context;
mod decision;
mod effort;
mod evaluate;
mod explain;
mod grant;
mod grounds;
mod hint;
mod inspection;
mod key_state;
mod layers;
mod miss;
mod moment;
mod operator;
mod origin;
mod pattern;
mod policy;
mod principal;
mod request;
mod resource;
mod trial;
mod truth;
mod variable;
mod variable_values;
mod verdict;
mod witness;

pub use condition::Condition;
pub use context::Context;
pub use decision::{AskedKey, Assumption, Decision, Depends, Outcome, UnreadLayer};
pub use evaluate::{Evaluation, evaluate};
pub use grant::{Constraint, Grant, Grants};
pub use key_state::KeyState;
pub use layers::Layers;
pub use miss::{Failure, Miss};
pub use origin::{Layer, Origin};
pub use policy::{Effect, Policy, Statement};
pub use principal::{Principal, PrincipalError};
pub use request::Request;
pub use truth::Truth;
pub use verdict::Verdict;
