//! lookup
pub mod oci;
