//! What the user wrote, with the place of every value.

mod input_error;
mod json;
pub mod place;
mod placeholder;
pub mod source;
mod yaml;

pub use input_error::InputError;
pub use place::{Place, Pointer, Position, Role};
pub use source::{Node, Source};
