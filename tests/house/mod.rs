//! The rules of the house, held by tests where the compiler does not hold them.

/// Every ban in `.clippy.toml` fires on bad code.
mod bans;
/// What is lifted, named and called stays in the folder where it belongs.
mod boundaries;
/// Files do not use each other all the way round.
mod circles;
/// Each dependency has a reason.
mod dependencies;
/// Every file of tests is compiled into a test.
mod forgotten;
/// Groups of checks do not use each other, and are alone in their folder.
mod groups;
/// What a file names and defines, read from its code.
mod imports;
/// Each layer uses only those to its right.
mod layers;
/// Which file uses what another one defines, through every re-export.
mod modules;
/// Rust files as the other tests read them: with comments and literals taken out.
pub mod source;
