//! The condition keys that this program knows: who sets each, and what is known of it before the call is made.
//!
//! Absence is knowledge too. A key that no call of a task carries is absent, and so is one that only other
//! actions carry, or one of a list that was read as a whole. Everything else is unknown, and an answer that
//! depends on it says so.

mod global;
mod key;
mod kms;
mod services;

pub use key::{ConditionKey, KeyPage, Known};

/// Every page.
pub const PAGES: &[KeyPage] = &[
    global::GLOBAL,
    kms::KMS,
    services::SECRETS_MANAGER,
    services::PARAMETER_STORE,
    services::REGISTRY,
    services::OTHERS,
];

#[cfg(test)]
mod tests;
