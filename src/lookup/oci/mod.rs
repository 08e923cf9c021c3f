//! Container image registries.
pub mod manifest;
pub mod platform;
