//! The walk through a value along its shape, in which each dialect converts objects and scalars its way.

use crate::document::node::{Entry, Node, Value};
use crate::document::shape::{Kind, Shape};

/// How a dialect becomes input of the API.
pub(super) struct Conversion {
    /// An object with the names of the shape.
    pub(super) object: fn(Node, &'static Shape) -> Node,
    /// A value that is no object, of the type that the kind has.
    pub(super) scalar: fn(&'static Kind, Value) -> Value,
}

impl Conversion {
    /// The value with all that is in it converted.
    pub(super) fn of(&self, node: Node, kind: &'static Kind) -> Node {
        let Node { value, place } = node;
        let value = match (kind, value) {
            (Kind::Object(shape), value) => return (self.object)(Node { value, place }, shape),
            (Kind::List(item) | Kind::NonEmpty(item), Value::List(items)) => {
                Value::List(items.into_iter().map(|it| self.of(it, item)).collect())
            }
            (Kind::Map(item), Value::Map(entries)) => {
                let entry = |it: Entry| Entry { node: self.of(it.node, item), ..it };
                Value::Map(entries.into_iter().map(entry).collect())
            }
            (kind, value) => (self.scalar)(kind, value),
        };
        Node { value, place }
    }
}
