//! What tests of checks share.

pub(crate) mod account;
mod misjudged;
pub(crate) mod story;
