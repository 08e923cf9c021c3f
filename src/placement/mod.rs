//! Where a task fits: pure functions over what a task needs and what a place offers. The task sizes of Fargate
//! and its platform versions are here; each answer names the nearest value that would fit.

pub mod fargate;
pub mod platform_version;
pub mod size;
