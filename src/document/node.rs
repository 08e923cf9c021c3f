//! The contents of a document: a tree of values, each with its place.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::sync::Arc;

use serde_json::Number;

use super::place::{Place, Pointer, Role};

/// The maximum nesting depth. The deepest API shape needs nine levels.
pub const DEPTH_LIMIT: usize = 100;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it starts.
    pub place: Place,
}

/// A value with its order and repeated keys.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map: an object in JSON, a mapping in YAML.
    Map(Vec<Entry>),
    /// A value of YAML that JSON does not have, such as a date, as it is written.
    Foreign(Foreign, String),
    /// A value that a template computes, and that nothing known determines.
    Unresolved(Box<Unresolved>),
}

/// An expression of a template whose value is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// The value as far as it is known, with `${…}` for the rest.
    pub text: String,
    /// Why the rest is not known, as a clause: "the parameter `Tag` has no value".
    pub why: String,
    /// Whether there is certainly a value: a resource of the template.
    pub is_given: bool,
}

/// The values of YAML that JSON does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// A date or a time.
    Date,
    /// An infinite number, or one that is none (`.inf`, `.nan`).
    NotFinite,
}

/// One key of a map with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Arc<str>,
    /// Where the key is written; its pointer is that of the value.
    pub key_place: Place,
    /// The value.
    pub node: Node,
}

/// A repeated key of a map. The last one is used, as in the AWS CLI.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicate {
    /// The key.
    pub key: Arc<str>,
    /// The place of the key that is ignored.
    pub ignored: Place,
    /// The place of the key that repeats it.
    pub repeated: Place,
}

impl Node {
    /// The value of the field `name`, if this is a map with it; the last one for a repeated key.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries().iter().rev().find(|entry| &*entry.key == name).map(|entry| &entry.node)
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text, if this is one; of an unresolved value, the text with its placeholders.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Unresolved(it) => Some(&it.text),
            _ => None,
        }
    }

    /// How many values there are, with those inside it.
    pub fn count(&self) -> usize {
        let fields = self.entries().iter().map(|entry| entry.node.count());
        1 + fields.chain(self.items().iter().map(Node::count)).sum::<usize>()
    }

    /// Whether this is a map that has the field `name`.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// What kind of value this is, for a sentence: "a list".
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "an object",
            Value::Foreign(Foreign::Date, _) => "a YAML date",
            Value::Foreign(Foreign::NotFinite, _) => "a number that is not finite",
            Value::Unresolved(_) => "an unresolved expression",
        }
    }

    /// The same tree in a document of another role.
    #[must_use]
    pub fn in_role(self, role: Role) -> Node {
        let moved = |place: Place| Place { role, ..place };
        let value = match self.value {
            Value::List(items) => {
                Value::List(items.into_iter().map(|it| it.in_role(role)).collect())
            }
            Value::Map(entries) => {
                let entry = |it: Entry| Entry {
                    key_place: moved(it.key_place),
                    node: it.node.in_role(role),
                    key: it.key,
                };
                Value::Map(entries.into_iter().map(entry).collect())
            }
            value => value,
        };
        Node { value, place: moved(self.place) }
    }

    /// The value as JSON; the last one for a repeated key.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(truth) => Json::Bool(*truth),
            Value::Number(number) => Json::Number(number.clone()),
            Value::Text(text) | Value::Foreign(_, text) => Json::String(text.clone()),
            Value::Unresolved(it) => Json::String(it.text.clone()),
            Value::List(items) => Json::Array(items.iter().map(Node::to_json).collect()),
            Value::Map(entries) => Json::Object(
                entries.iter().map(|it| (it.key.to_string(), it.node.to_json())).collect(),
            ),
        }
    }

    /// The tree of a service's answer: every value has the position of the whole.
    pub(super) fn from_json(value: &serde_json::Value, place: Place) -> Node {
        use serde_json::Value as Json;
        let below = |pointer: Pointer| Place { pointer, ..place.clone() };
        let value = match value {
            Json::Null => Value::Null,
            Json::Bool(truth) => Value::Bool(*truth),
            Json::Number(number) => Value::Number(number.clone()),
            Json::String(text) => Value::Text(text.clone()),
            Json::Array(items) => Value::List(
                (0..)
                    .zip(items)
                    .map(|(index, item)| Node::from_json(item, below(place.pointer.item(index))))
                    .collect(),
            ),
            Json::Object(fields) => Value::Map(
                fields
                    .iter()
                    .map(|(key, value)| {
                        let key: Arc<str> = key.as_str().into();
                        let key_place = below(place.pointer.field(key.clone()));
                        let node = Node::from_json(value, key_place.clone());
                        Entry { key, key_place, node }
                    })
                    .collect(),
            ),
        };
        Node { value, place }
    }
}

/// The repeated keys of maps, in the order of the document.
pub fn duplicates(root: &Node) -> Vec<Duplicate> {
    let mut found = Vec::new();
    add_duplicates(root, &mut found);
    found
}

fn add_duplicates(root: &Node, found: &mut Vec<Duplicate>) {
    let mut seen: HashMap<&str, &Place> = HashMap::new();
    for entry in root.entries() {
        match seen.entry(&entry.key) {
            Slot::Vacant(slot) => {
                slot.insert(&entry.key_place);
            }
            Slot::Occupied(mut slot) => found.push(Duplicate {
                key: entry.key.clone(),
                ignored: slot.insert(&entry.key_place).clone(),
                repeated: entry.key_place.clone(),
            }),
        }
    }
    root.entries().iter().for_each(|entry| add_duplicates(&entry.node, found));
    root.items().iter().for_each(|item| add_duplicates(item, found));
}
