//! What tests are told with: accounts, VPCs, and stories about task definitions.

pub(crate) mod account;
pub(crate) mod story;
pub(crate) mod vpc;
