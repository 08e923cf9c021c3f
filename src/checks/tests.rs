//! What tests of checks share.

mod feedback;
mod fields;
mod misjudged;
