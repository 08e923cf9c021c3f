//! Does a packet arrive? Answered from the parts of a VPC alone, without sending one.

mod topology;

pub use topology::*;
