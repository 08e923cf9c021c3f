use super::*;

mod certainty;
mod cloudformation;
mod live;
mod terraform;
