//! The names of fields in `container_definitions`, which the provider reads without regard to capitals.

use crate::document::node::{Entry, Node, Value};
use crate::document::shape::{CONTAINER, Shape};
use crate::document::template::expression::unresolved;
use crate::document::template::walk::Conversion;

/// Fields as the provider reads them: it converts no values.
const FIELDS: Conversion = Conversion { object, scalar: |_, value| value };

/// The containers with the names of fields as the API has them.
pub(super) fn corrected(containers: Node) -> Node {
    let Node { value, place } = containers;
    let value = match value {
        Value::List(items) => {
            Value::List(items.into_iter().map(|it| object(it, &CONTAINER)).collect())
        }
        value => value,
    };
    Node { value, place }
}

fn object(node: Node, shape: &'static Shape) -> Node {
    let Value::Map(entries) = node.value else { return node };
    let mut found: Vec<Entry> = Vec::new();
    for entry in entries {
        let is_it = |name: &str| name.eq_ignore_ascii_case(&entry.key);
        let Some(member) = shape.fields.iter().find(|it| is_it(it.name)) else {
            found.push(entry);
            continue;
        };
        match found.iter_mut().find(|it| &*it.key == member.name) {
            // Which of them counts depends on their order, and objects are merged.
            Some(other) => {
                let why = format!("`{}` is written twice, with other capitals", member.name);
                other.node = unresolved(&other.node.place, member.name, why);
            }
            None => found.push(Entry {
                key: member.name.into(),
                node: FIELDS.of(entry.node, &member.kind),
                key_place: entry.key_place,
            }),
        }
    }
    Node { value: Value::Map(found), place: node.place }
}
