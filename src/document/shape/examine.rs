//! What in a document does not fit its shape.

use serde_json::Number;

use super::{
    CONTAINER, CREATE_SERVICE, Kind, REGISTER_TASK_DEFINITION, RUN_TASK, START_TASK, Shape,
    UPDATE_SERVICE,
};
use crate::document::convention::is_same;
use crate::document::kind::{self, READ_ONLY};
use crate::document::node::{Entry, Node, Value};
use crate::document::place::Place;
use crate::document::run_context::ContextKind;
use crate::names::{nearest, placeholder};

/// Something in a document that does not fit its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Complaint {
    /// Its place; for a missing field, that of its owner.
    pub place: Place,
    /// What is wrong.
    pub kind: Mismatch,
    /// The same as a sentence.
    pub message: String,
    /// The known field that was probably meant.
    pub nearest: Option<&'static str>,
}

/// The kinds of complaints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The shape has no such field.
    UnknownField,
    /// A field is null. Deployment tools drop it, the AWS CLI rejects it.
    Null,
    /// A template placeholder for a value that is not text.
    Placeholder,
    /// A number for `cpu` or `memory`, which must be text.
    UnquotedSize,
    /// `true` or `false` for a number, which clients accept.
    TruthForNumber,
    /// A text that is not one of the documented values. The service may support more by now.
    UnknownValue,
    /// The wrong type of value.
    WrongType,
    /// A required field is missing.
    Missing,
    /// A required text is empty.
    Empty,
    /// A number or a length below its minimum.
    TooSmall,
    /// Not exactly one of mutually exclusive fields.
    NotOne,
    /// A number of more than 32 bits, which is as many as the numbers of ECS have.
    Long,
    /// A number of more than 63 bits.
    TooLarge,
}

/// How bad a complaint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Some client drops or ignores it, or it is a placeholder.
    Warn,
    /// Every client rejects it, or AWS does.
    Fail,
}

impl Mismatch {
    /// How bad it is.
    pub fn severity(self) -> Severity {
        match self {
            Mismatch::UnknownField
            | Mismatch::Null
            | Mismatch::Placeholder
            | Mismatch::UnquotedSize
            | Mismatch::TruthForNumber
            | Mismatch::UnknownValue
            | Mismatch::Long => Severity::Warn,
            Mismatch::WrongType
            | Mismatch::Missing
            | Mismatch::Empty
            | Mismatch::TooSmall
            | Mismatch::NotOne
            | Mismatch::TooLarge => Severity::Fail,
        }
    }
}

/// The complaints about a task definition, in any of its forms, as input of `RegisterTaskDefinition`.
/// Read-only fields of a described definition are accepted.
pub fn examine_definition(root: &Node, form: kind::Kind) -> Vec<Complaint> {
    let mut found = Vec::new();
    match form {
        kind::Kind::Containers => {
            for (number, container) in (1..).zip(root.items()) {
                fields(container, &CONTAINER, &format!("container {number}"), &mut found);
            }
        }
        kind::Kind::Container => fields(root, &CONTAINER, "the container", &mut found),
        kind::Kind::Input | kind::Kind::Described | kind::Kind::Wrapped => {
            let task = root.get("taskDefinition").unwrap_or(root);
            fields(task, &REGISTER_TASK_DEFINITION, "the task definition", &mut found);
            let read_only = |it: &Complaint| {
                it.kind == Mismatch::UnknownField
                    && READ_ONLY
                        .iter()
                        .any(|name| it.place.pointer == task.place.pointer.field(*name))
            };
            // An empty family has words of AWS's own, and is judged with the names.
            let family = task.get("family").map(|it| &it.place.pointer);
            found.retain(|it| {
                !read_only(it) && (it.kind != Mismatch::Empty || Some(&it.place.pointer) != family)
            });
        }
    }
    found
}

/// The fields of a document that only a described definition has.
pub fn described_fields(root: &Node, form: kind::Kind) -> Vec<&Entry> {
    let task = match form {
        kind::Kind::Described => root,
        kind::Kind::Wrapped => root.get("taskDefinition").unwrap_or(root),
        kind::Kind::Input | kind::Kind::Containers | kind::Kind::Container => return Vec::new(),
    };
    task.entries().iter().filter(|it| READ_ONLY.contains(&&*it.key)).collect()
}

/// The complaints about a context document. Required top-level names may be on the command line instead, as
/// the task definition always is here. Live services and flags are not written by hand, so they are not
/// examined.
pub fn examine_context(root: &Node, kind: ContextKind) -> Vec<Complaint> {
    let mut found = match kind {
        ContextKind::CreateService => examine(root, &CREATE_SERVICE, "the create-service input"),
        ContextKind::UpdateService => examine(root, &UPDATE_SERVICE, "the update-service input"),
        ContextKind::RunTask => examine(root, &RUN_TASK, "the run-task input"),
        ContextKind::StartTask => examine(root, &START_TASK, "the start-task input"),
        ContextKind::LiveService | ContextKind::Flags => Vec::new(),
    };
    found.retain(|it| it.kind != Mismatch::Missing || it.place.pointer != root.place.pointer);
    for complaint in &mut found {
        let top = root.entries().iter().any(|it| it.node.place.pointer == complaint.place.pointer);
        complaint.kind = match complaint.kind {
            Mismatch::Missing if top => Mismatch::Null,
            Mismatch::Empty if top => Mismatch::UnknownValue,
            kind => kind,
        };
    }
    found
}

/// The complaints about `node` with this shape; `name` is for messages.
pub fn examine(node: &Node, shape: &'static Shape, name: &str) -> Vec<Complaint> {
    let mut found = Vec::new();
    fields(node, shape, name, &mut found);
    found
}

fn fields(node: &Node, shape: &'static Shape, name: &str, found: &mut Vec<Complaint>) {
    if !matches!(node.value, Value::Map(_)) {
        return mismatch(node, "an object", name, found);
    }
    if shape.exactly_one && node.entries().len() != 1 {
        let message = format!("{name} must have exactly one of {}", list(shape));
        found.push(complaint(&node.place, Mismatch::NotOne, message));
    }
    for field in shape.fields.iter().filter(|field| field.required && !node.has(field.name)) {
        let message = format!("{name} lacks `{}`, which is required", field.name);
        found.push(complaint(&node.place, Mismatch::Missing, message));
    }
    for entry in node.entries() {
        match shape.fields.iter().find(|field| field.name == &*entry.key) {
            Some(field) if field.required && entry.node.value == Value::Null => {
                let message = format!("`{}` of {name} is null, and it is required", field.name);
                found.push(complaint(&entry.node.place, Mismatch::Missing, message));
            }
            Some(field) if field.required && entry.node.text() == Some("") => {
                let message = format!("`{}` of {name} is empty, and it is required", field.name);
                found.push(complaint(&entry.node.place, Mismatch::Empty, message));
            }
            Some(field) => check(&entry.node, &field.kind, &format!("`{}`", field.name), found),
            None => found.push(unknown(&entry.key, &entry.key_place, shape, name)),
        }
    }
}

fn check(node: &Node, kind: &'static Kind, name: &str, found: &mut Vec<Complaint>) {
    if matches!(kind, Kind::Anything) {
        return;
    }
    match (kind, &node.value) {
        (_, Value::Null) => {
            let message = format!("{name} is null; leave it out instead");
            found.push(complaint(&node.place, Mismatch::Null, message));
        }
        (Kind::Text, Value::Text(_)) | (Kind::Truth, Value::Bool(_)) => {}
        (Kind::Text | Kind::OneOf(_) | Kind::Filled, Value::Unresolved(_)) => {}
        (Kind::OneOf(values), Value::Text(text)) => documented(text, values, node, name, found),
        (Kind::Filled, Value::Text(text)) => at_least(text.is_empty(), "empty", node, name, found),
        (Kind::Decimal, Value::Number(_)) => {}
        (Kind::Whole, Value::Number(number)) if !number.is_f64() => {
            at_most(number, node, name, found);
        }
        (Kind::From(least), Value::Number(number)) if !number.is_f64() => {
            let below = number.as_i64().is_some_and(|it| it < *least);
            at_least(below, &format!("{number}, less than {least}"), node, name, found);
            at_most(number, node, name, found);
        }
        (Kind::Whole | Kind::From(_), Value::Number(number))
            if number.as_f64().is_some_and(|it| it.abs() >= LARGEST) =>
        {
            too_large(number, node, name, found);
        }
        (Kind::Whole | Kind::From(_) | Kind::Decimal, Value::Bool(_)) => {
            let message = format!("{name} is written as true or false where a number belongs");
            found.push(complaint(&node.place, Mismatch::TruthForNumber, message));
        }
        (Kind::Object(shape), _) => fields(node, shape, name, found),
        (Kind::List(item) | Kind::NonEmpty(item), Value::List(items)) => {
            let none = matches!(kind, Kind::NonEmpty(_)) && items.is_empty();
            at_least(none, "empty", node, name, found);
            for (index, it) in items.iter().enumerate() {
                check(it, item, &format!("item {} of {name}", index + 1), found);
            }
        }
        (Kind::Map(value), Value::Map(entries)) => {
            for entry in entries {
                check(&entry.node, value, &format!("`{}` of {name}", entry.key), found);
            }
        }
        _ => mismatch(node, wanted(kind), name, found),
    }
}

/// A value with a placeholder is not judged.
fn documented(
    text: &str,
    values: &'static [&'static str],
    node: &Node,
    name: &str,
    found: &mut Vec<Complaint>,
) {
    if values.contains(&text) || placeholder::find(text).is_some() {
        return;
    }
    let message = match nearest(text, values.iter().copied()) {
        _ if text.is_empty() => format!("{name} is empty; leave it out instead"),
        Some(known) => format!("{name} is {text:?}, which is not documented; is {known:?} meant?"),
        None => format!("{name} is {text:?}; documented are {}", values.join(", ")),
    };
    found.push(complaint(&node.place, Mismatch::UnknownValue, message));
}

fn mismatch(node: &Node, wanted: &str, name: &str, found: &mut Vec<Complaint>) {
    let size_as_number = wanted == "text"
        && matches!(node.value, Value::Number(_))
        && ["`cpu`", "`memory`"].contains(&name);
    let placeholder = node.text().and_then(placeholder::find);
    let (kind, message) = match (&node.value, placeholder) {
        (Value::Unresolved(it), _) => (Mismatch::Placeholder, it.why.clone()),
        (_, Some(text)) => (
            Mismatch::Placeholder,
            format!("{name} is the placeholder `{text}` where {wanted} belongs"),
        ),
        (Value::Number(number), _) if wanted == "text" => {
            let kind = if size_as_number { Mismatch::UnquotedSize } else { Mismatch::WrongType };
            // Elsewhere a number may be a password: only sizes are repeated.
            let write = match size_as_number {
                true => format!(": write \"{number}\""),
                false => ": put it in double quotes".to_owned(),
            };
            (kind, format!("{name} is a number where text belongs{write}"))
        }
        (Value::Text(text), _)
            if wanted.contains("number") && text.trim().parse::<i64>().is_ok() =>
        {
            (
                Mismatch::WrongType,
                format!("{name} is text where {wanted} belongs: write it without quotes"),
            )
        }
        (Value::Foreign(..), _) if wanted == "text" => (
            Mismatch::WrongType,
            format!("{name} is {} where text belongs: put it in quotes", node.kind()),
        ),
        _ => (Mismatch::WrongType, format!("{name} is {} where {wanted} belongs", node.kind())),
    };
    found.push(complaint(&node.place, kind, message));
}

fn at_least(too_small: bool, what: &str, node: &Node, name: &str, found: &mut Vec<Complaint>) {
    if too_small {
        found.push(complaint(&node.place, Mismatch::TooSmall, format!("{name} is {what}")));
    }
}

/// What no signed number of 64 bits reaches.
const LARGEST: f64 = 9_223_372_036_854_775_808.0;

/// The API's numbers are of type `Integer`, which has 32 bits
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>).
fn at_most(number: &Number, node: &Node, name: &str, found: &mut Vec<Complaint>) {
    match number.as_i64().map(i32::try_from) {
        Some(Ok(_)) => {}
        Some(Err(_)) => {
            let message = format!("{name} is {number}, more than the 32 bits of ECS can hold");
            found.push(complaint(&node.place, Mismatch::Long, message));
        }
        None => too_large(number, node, name, found),
    }
}

fn too_large(number: &Number, node: &Node, name: &str, found: &mut Vec<Complaint>) {
    let message = format!("{name} is {number}, larger than any number that ECS takes");
    found.push(complaint(&node.place, Mismatch::TooLarge, message));
}

fn unknown(key: &str, place: &Place, shape: &'static Shape, owner: &str) -> Complaint {
    let nearest = nearest(key, shape.fields.iter().map(|field| field.name));
    let home = belongs_to(key).map(|home| format!("; it belongs to {home}"));
    let sibling = sibling(key, shape).map(|it| format!("; only {it} takes it"));
    let advice = match (nearest, sibling.or(home)) {
        (Some(known), _) if is_same(key, known) => format!("; it is written `{known}`"),
        (_, Some(home)) => home,
        (Some(known), None) => format!("; is `{known}` meant?"),
        (None, None) => String::new(),
    };
    let message = format!("{owner} has no field `{}`{advice}", shortened(key));
    Complaint { nearest, ..complaint(place, Mismatch::UnknownField, message) }
}

fn complaint(place: &Place, kind: Mismatch, message: String) -> Complaint {
    Complaint { place: place.clone(), kind, message, nearest: None }
}

/// The request that takes the field, if this one does not.
fn sibling(key: &str, shape: &Shape) -> Option<&'static str> {
    let siblings = [
        (&UPDATE_SERVICE, &CREATE_SERVICE, "create-service"),
        (&CREATE_SERVICE, &UPDATE_SERVICE, "update-service"),
        (&START_TASK, &RUN_TASK, "run-task"),
        (&RUN_TASK, &START_TASK, "start-task"),
    ];
    let has = |shape: &Shape| shape.fields.iter().any(|field| field.name == key);
    let takes =
        |(this, sibling, _): &(&Shape, &Shape, _)| std::ptr::eq(*this, shape) && has(sibling);
    siblings.into_iter().find(takes).map(|(_, _, name)| name)
}

/// The document with a top-level field of this name, for fields in the wrong document.
fn belongs_to(key: &str) -> Option<&'static str> {
    let homes = [
        (&REGISTER_TASK_DEFINITION, "the task definition itself"),
        (&CONTAINER, "a container definition"),
        (&CREATE_SERVICE, "the service definition"),
        (&RUN_TASK, "the run-task input"),
    ];
    let has = |shape: &Shape| shape.fields.iter().any(|field| field.name == key);
    if key == "containerOverrides" {
        return Some("the `overrides` of a run-task input");
    }
    homes.into_iter().find(|(shape, _)| has(shape)).map(|(_, home)| home)
}

fn wanted(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Filled | Kind::OneOf(_) => "text",
        Kind::Whole | Kind::From(_) => "a whole number",
        Kind::Decimal => "a number",
        Kind::Truth => "true or false",
        Kind::Object(_) | Kind::Map(_) => "an object",
        Kind::List(_) | Kind::NonEmpty(_) => "a list",
        Kind::Anything => "anything",
    }
}

fn list(shape: &Shape) -> String {
    let names: Vec<String> = shape.fields.iter().map(|field| format!("`{}`", field.name)).collect();
    names.join(", ")
}

fn shortened(key: &str) -> String {
    match key.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", &key[..cut]),
        None => key.into(),
    }
}

#[cfg(test)]
mod tests;
