//! All integration tests in one binary: one link, one list.
#![cfg(test)]

/// The rules of the house, held by tests where the compiler does not hold them.
mod house;
