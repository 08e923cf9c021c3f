//! Where a task fits: pure functions over what a task demands and what a place offers. Sizes that
//! Fargate sells and the versions of its platform are here; each answers with the nearest thing
//! that would fit, so that a refusal always comes with a way out.

pub mod fargate;
pub mod platform_version;
pub mod size;
