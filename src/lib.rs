//! `aws-ecs-preflight`: will this Amazon ECS task definition start?
pub mod document;
pub mod knowledge;
pub mod lookup;
pub mod names;
pub mod placement;
