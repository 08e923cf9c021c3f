//! tmp
pub(in crate::checks) mod scene;
