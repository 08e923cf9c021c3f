//! What the expressions of a template were found to be. Each condition and each attribute is read once, however many
//! refer to it: conditions that refer to ten others each would take years otherwise.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::document::node::Value;

/// What was read before.
#[derive(Default)]
pub(super) struct Memory {
    conditions: RefCell<HashMap<String, Option<bool>>>,
    reasons: RefCell<HashMap<String, Option<String>>>,
    attributes: RefCell<HashMap<String, Value>>,
}

impl Memory {
    /// Whether the condition holds, if it was read.
    pub(super) fn condition(&self, name: &str) -> Option<Option<bool>> {
        self.conditions.borrow().get(name).copied()
    }

    pub(super) fn keep_condition(&self, name: &str, holds: Option<bool>) {
        self.conditions.borrow_mut().insert(name.to_owned(), holds);
    }

    /// Why the condition cannot be determined, if that was read.
    pub(super) fn reason(&self, name: &str) -> Option<Option<String>> {
        self.reasons.borrow().get(name).cloned()
    }

    pub(super) fn keep_reason(&self, name: &str, why: Option<String>) {
        self.reasons.borrow_mut().insert(name.to_owned(), why);
    }

    /// The value of an attribute, if it was read.
    pub(super) fn attribute(&self, path: &str) -> Option<Value> {
        self.attributes.borrow().get(path).cloned()
    }

    pub(super) fn keep_attribute(&self, path: &str, value: &Value) {
        self.attributes.borrow_mut().insert(path.to_owned(), value.clone());
    }
}
