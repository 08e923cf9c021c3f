//! Amazon EC2: the machines and the networks under tasks. One file for each family of operations.

pub mod instance;
