//! What is put together from several answers of the account, and shared: rights, images, parameters, fleets.

pub(crate) mod fleet;
pub(crate) mod image;
pub(crate) mod key_state;
pub(crate) mod parameter;
pub mod rights;
