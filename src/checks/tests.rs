//! What tests of checks share.

mod misjudged;
