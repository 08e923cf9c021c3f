//! What tests of checks share.

mod feedback;
mod misjudged;
