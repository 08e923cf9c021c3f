//! The rules of the house, held by tests where the compiler does not hold them.

/// Every ban in `.clippy.toml` fires on bad code.
mod bans;
/// What is lifted, named and called stays in the folder where it belongs.
mod boundaries;
/// Every file of tests is compiled into a test.
mod forgotten;
/// Each layer uses only what stands to its right.
mod layers;
/// Rust files as the other tests read them: with comments and literals taken out.
mod source;
