//! Properties of CloudFormation as fields of the API: the names in camelCase, and values of the type that the
//! API takes, which CloudFormation converts to.

use serde_json::Number;

use super::walk::Conversion;
use crate::document::convention::is_same;
use crate::document::node::{Entry, Node, Unresolved, Value};
use crate::document::shape::{Kind, Shape};

/// Properties whose names differ from the API's in more than their capitals.
const RENAMED: [(&str, &str); 2] =
    [("PlacementStrategies", "placementStrategy"), ("ProxyConfigurationProperties", "properties")];

/// Why CloudFormation refuses a property in camelCase.
const CAPITAL: &str = "because names of properties begin with a capital";

/// Properties as CloudFormation converts them.
const PROPERTIES: Conversion = Conversion { object, scalar };

/// The object with the names and types of the shape. What the shape does not have stays as it is written.
pub(super) fn object(node: Node, shape: &'static Shape) -> Node {
    let Value::Map(entries) = node.value else { return node };
    let entries = entries.into_iter().map(|entry| property(entry, shape)).collect();
    Node { value: Value::Map(entries), place: node.place }
}

fn property(entry: Entry, shape: &'static Shape) -> Entry {
    let Entry { key, key_place, node } = entry;
    let renamed = RENAMED.iter().find(|(property, _)| *property == &*key).map(|(_, field)| *field);
    let is_meant = |name: &str| renamed == Some(name) || is_same(&key, name);
    let Some(member) = shape.fields.iter().find(|member| is_meant(member.name)) else {
        return Entry { key, key_place, node };
    };
    if key.starts_with(|letter: char| letter.is_lowercase()) {
        let value = not_a_property(&key);
        return Entry { key: member.name.into(), key_place, node: Node { value, ..node } };
    }
    Entry { key: member.name.into(), key_place, node: PROPERTIES.of(node, &member.kind) }
}

/// CloudFormation refuses a property in camelCase, so that its value never reaches ECS.
fn not_a_property(key: &str) -> Value {
    let mut letters = key.chars();
    let first = letters.next().map(|it| it.to_ascii_uppercase());
    let name: String = first.into_iter().chain(letters).collect();
    let why = format!("CloudFormation refuses `{key}`, {CAPITAL}: write `{name}`");
    Value::Unresolved(Box::new(Unresolved { text: format!("${{{key}}}"), why, is_given: false }))
}

/// The fields of a definition or a service that a template writes in camelCase.
pub fn misnamed(root: &Node) -> Vec<&Entry> {
    let is_refused = |it: &&Entry| match &it.node.value {
        Value::Unresolved(open) => open.why.contains(CAPITAL),
        _ => false,
    };
    let own = root.entries().iter().filter(is_refused);
    let children = root.entries().iter().map(|it| &it.node).chain(root.items());
    own.chain(children.flat_map(misnamed)).collect()
}

fn scalar(kind: &'static Kind, value: Value) -> Value {
    match (kind, value) {
        (Kind::Text | Kind::Filled | Kind::OneOf(_), value) => text(value),
        (Kind::Whole | Kind::From(_) | Kind::Decimal, Value::Text(text)) => number(text),
        (Kind::Truth, Value::Text(text)) => truth(text),
        (_, value) => value,
    }
}

fn text(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Text(number.to_string()),
        Value::Bool(truth) => Value::Text(truth.to_string()),
        Value::Foreign(_, text) => Value::Text(text),
        value => value,
    }
}

fn number(text: String) -> Value {
    let number = text.trim();
    let whole = number.parse::<i64>().ok().map(Number::from);
    let number = whole.or_else(|| number.parse().ok().and_then(Number::from_f64));
    number.map_or(Value::Text(text), Value::Number)
}

/// In the YAML of CloudFormation `yes` and `no` are truths too.
fn truth(text: String) -> Value {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Value::Bool(true),
        "false" | "no" | "off" => Value::Bool(false),
        _ => Value::Text(text),
    }
}
