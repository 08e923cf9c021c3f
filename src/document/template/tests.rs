use super::*;

mod cloudformation;
mod live;
mod terraform;
