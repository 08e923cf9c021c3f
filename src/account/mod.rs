//! Shared facts that combine several answers: permissions, images, parameters, fleets.

pub(crate) mod fleet;
pub(crate) mod image;
pub(crate) mod key_state;
pub(crate) mod parameter;
pub mod rights;
pub(crate) mod secret;
