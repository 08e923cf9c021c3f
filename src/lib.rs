//! `aws-ecs-preflight`: will this Amazon ECS task definition start?
pub mod knowledge;
pub mod names;
pub mod document;
pub mod placement;
pub mod lookup;
