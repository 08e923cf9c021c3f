use super::*;

mod cloudformation;
mod terraform;
