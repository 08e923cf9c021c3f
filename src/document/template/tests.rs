use super::*;

mod certainty;
mod cloudformation;
mod hostile;
mod live;
mod terraform;
mod terraform_changes;
mod terraform_locations;
mod terraform_positions;
mod terraform_references;
mod terraform_roles;
