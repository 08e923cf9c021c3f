//! What tests of checks share.

pub(crate) mod story;
