//! Where a task fits: pure functions over what a task needs and what a place offers. The task sizes of Fargate
//! and its platform versions are here, the resources of container instances and the language of placement
//! constraints; each answer names the nearest value that would fit.

pub mod chart;
pub mod demand;
pub mod fargate;
pub mod platform_version;
pub mod query;
pub mod room;
pub mod size;
pub mod trunk;
