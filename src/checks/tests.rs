//! What tests of checks share.

mod denied;
mod feedback;
mod fields;
mod misjudged;
