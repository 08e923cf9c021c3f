//! The shapes of ECS API requests, and what in a document does not fit them.
//!
//! The AWS CLI and the SDKs reject such a document before they send it, so this is found without any call.
//! The tables follow
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html> and its
//! related pages.

mod container;
mod create_service;
mod examine;
mod register_task_definition;
mod request;
mod run_task;
mod service;
mod start_task;
mod task;
mod update_service;

use serde_json::Value;

pub use container::CONTAINER;
pub use create_service::CREATE_SERVICE;
pub use examine::{
    Complaint, Mismatch, Severity, described_fields, examine, examine_context, examine_definition,
};
pub use register_task_definition::REGISTER_TASK_DEFINITION;
pub use run_task::RUN_TASK;
pub use start_task::START_TASK;
pub use update_service::UPDATE_SERVICE;

/// The allowed fields of an object.
#[derive(Debug)]
pub struct Shape {
    /// The fields, in the order of the API reference.
    pub fields: &'static [Member],
    /// Whether exactly one of them is required.
    pub exactly_one: bool,
}

/// A field of a shape.
#[derive(Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// The type of its value.
    pub kind: Kind,
    /// Whether it is required.
    pub required: bool,
}

/// The type of a field's value.
#[derive(Debug)]
pub enum Kind {
    /// Text.
    Text,
    /// Text that is not empty.
    Filled,
    /// Text that should be one of the documented values; clients do not enforce it.
    OneOf(&'static [&'static str]),
    /// A whole number.
    Whole,
    /// A whole number that is not less than this.
    From(i64),
    /// A number.
    Decimal,
    /// `true` or `false`.
    Truth,
    /// An object.
    Object(&'static Shape),
    /// A list.
    List(&'static Kind),
    /// A list that is not empty.
    NonEmpty(&'static Kind),
    /// A map with arbitrary names.
    Map(&'static Kind),
    /// Any JSON value.
    Anything,
}

impl Shape {
    /// A required field that an object lacks, or an object inside it.
    pub fn lacking(&self, json: &Value) -> Option<&'static str> {
        self.fields.iter().find_map(|member| match json.get(member.name) {
            None | Some(Value::Null) => member.required.then_some(member.name),
            Some(value) => member.kind.lacking(value),
        })
    }
}

impl Kind {
    fn lacking(&self, json: &Value) -> Option<&'static str> {
        match (self, json) {
            (Kind::Object(shape), _) => shape.lacking(json),
            (Kind::List(of) | Kind::NonEmpty(of), Value::Array(items)) => {
                items.iter().find_map(|item| of.lacking(item))
            }
            (Kind::Map(of), Value::Object(values)) => {
                values.values().find_map(|value| of.lacking(value))
            }
            _ => None,
        }
    }
}

const fn object(fields: &'static [Member]) -> Shape {
    Shape { fields, exactly_one: false }
}

const fn one_of(fields: &'static [Member]) -> Shape {
    Shape { fields, exactly_one: true }
}

const fn optional(name: &'static str, kind: Kind) -> Member {
    Member { name, kind, required: false }
}

const fn required(name: &'static str, kind: Kind) -> Member {
    Member { name, kind, required: true }
}
