//! The user's documents, with the place of every value.

pub mod container;
mod convention;
mod cursor;
mod deploy_tool;
pub mod ecspresso;
pub mod field;
pub mod identity;
mod input_error;
mod json;
pub mod kind;
pub mod launch;
pub mod node;
mod other_format;
pub mod overlay;
pub mod place;
pub mod run_context;
pub mod shape;
pub mod source;
pub mod task_definition;
pub mod template;
pub mod volume;
mod yaml;

pub use container::Container;
pub use deploy_tool::DeployTool;
pub use field::{Field, Located};
pub use identity::Identity;
pub use input_error::{InputError, printable};
pub use launch::{LaunchTarget, launch_targets};
pub use node::Node;
pub use place::{Place, Pointer, Position, Role};
pub use run_context::{ContextKind, LaunchInput, RunContext, UNRECORDED, Unrecorded};
pub use source::{Dialect, Source};
pub use task_definition::TaskDefinition;
