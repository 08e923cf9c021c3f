//! One field of the model: missing, given, or unreadable.

use std::sync::Arc;

use super::node::{Node, Value};
use super::place::Place;
use crate::knowledge::{Gap, Stop};
use crate::names::placeholder;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub place: Place,
}

/// A field of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Field<T> {
    /// It is missing or null; the place is that of its owner.
    Missing(Place),
    /// It is given.
    Given(Located<T>),
    /// It is given, but its value is not known: a placeholder, or the wrong type. The reason is long and rare:
    /// without the box it would double the size of every field, of which a container has dozens.
    Unreadable(Place, Box<Stop>),
}

impl<T> Field<T> {
    /// The value, if the field is given.
    pub fn get(&self) -> Result<Option<&T>, Stop> {
        Ok(self.located()?.map(|located| &located.value))
    }

    /// The value with its place, if the field is given.
    pub fn located(&self) -> Result<Option<&Located<T>>, Stop> {
        match self {
            Field::Missing(_) => Ok(None),
            Field::Given(located) => Ok(Some(located)),
            Field::Unreadable(_, stop) => Err(Stop::clone(stop)),
        }
    }

    /// The place of the value; if it is missing, of its owner.
    pub fn place(&self) -> &Place {
        match self {
            Field::Missing(place) | Field::Unreadable(place, _) => place,
            Field::Given(located) => &located.place,
        }
    }

    /// Whether the field is missing or null.
    pub fn is_missing(&self) -> bool {
        matches!(self, Field::Missing(_))
    }

    /// This field, or `earlier` if this one is missing.
    #[must_use]
    pub fn or(self, earlier: Field<T>) -> Field<T> {
        if self.is_missing() { earlier } else { self }
    }
}

impl<T> Field<Vec<T>> {
    /// The items of a list; none if it is missing.
    pub fn items(&self) -> Result<&[T], Stop> {
        Ok(self.get()?.map_or(&[], Vec::as_slice))
    }
}

impl<T: Read> Field<T> {
    /// Reads the field `name` of `owner`.
    pub fn of(owner: &Node, name: &str) -> Field<T> {
        match owner.get(name) {
            Some(node) if node.value != Value::Null => Field::at(node, name),
            _ => Field::Missing(owner.place.clone()),
        }
    }

    /// Reads `node`, with `name` for error messages.
    pub fn at(node: &Node, name: &str) -> Field<T> {
        match T::read(node) {
            Ok(value) => Field::Given(Located { value, place: node.place.clone() }),
            Err(why) => Field::Unreadable(node.place.clone(), Box::new(why.stop(name))),
        }
    }
}

/// What an `i64` is in a sentence.
const WHOLE_NUMBER: &str = "a whole number";

/// Why a value cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It contains a template placeholder.
    Placeholder {
        /// The placeholder as it is written.
        found: String,
        /// Its place, as a subject.
        subject: String,
    },
    /// A template computes it, and this says why its value is not known.
    Unresolved(String),
    /// It has the wrong type.
    Unlike {
        /// What it is: "a list".
        found: &'static str,
        /// The expected type: "a number".
        wanted: &'static str,
        /// Where it is written, as a subject.
        subject: String,
        /// Whether every client refuses it.
        refused: bool,
    },
    /// An item of the list, counted from 0, cannot be read.
    Item(usize, Box<Unread>),
}

impl Unread {
    fn unlike(node: &Node, wanted: &'static str) -> Unread {
        // Clients let `true` pass as a number, and some drop nulls.
        let refused = match node.value {
            Value::Bool(_) => wanted != WHOLE_NUMBER,
            Value::Null => false,
            _ => true,
        };
        Unread::Unlike { found: node.kind(), wanted, subject: node.place.subject(), refused }
    }

    /// Why a judgement that needs the value, which a sentence may call `name`, ends. A value that every
    /// client refuses is reported once; what needs it is not judged.
    fn stop(self, name: &str) -> Stop {
        match self {
            Unread::Placeholder { found, subject } => {
                Gap::Unresolved { why: format!("`{found}` in {subject} is a placeholder") }.into()
            }
            Unread::Unresolved(why) => Gap::Unresolved { why }.into(),
            Unread::Unlike { found, wanted, subject, refused } => {
                let why = format!("{name} is written as {found} where {wanted} belongs");
                match refused {
                    true => Stop::malformed(subject, why),
                    false => Gap::Unresolved { why }.into(),
                }
            }
            Unread::Item(index, why) => why.stop(&format!("item {} of {name}", index + 1)),
        }
    }
}

/// A type that can be read from a document. Other spellings of a value are accepted, since the shape of the
/// input is judged elsewhere.
pub trait Read: Sized {
    /// Reads a value that is not null.
    fn read(node: &Node) -> Result<Self, Unread>;
}

impl Read for String {
    fn read(node: &Node) -> Result<String, Unread> {
        resolved(node)?;
        Verbatim::read(node).map(|verbatim| verbatim.0.to_string())
    }
}

/// A text in which `$NAME` is not a placeholder: a command, which a shell may expand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verbatim(pub Arc<str>);

impl Read for Verbatim {
    fn read(node: &Node) -> Result<Verbatim, Unread> {
        match &node.value {
            Value::Text(text) => Ok(Verbatim(text.as_str().into())),
            Value::Number(number) => Ok(Verbatim(number.to_string().into())),
            Value::Bool(truth) => Ok(Verbatim(truth.to_string().into())),
            Value::Unresolved(it) => Err(Unread::Unresolved(it.why.clone())),
            _ => Err(Unread::unlike(node, "text")),
        }
    }
}

impl Read for i64 {
    fn read(node: &Node) -> Result<i64, Unread> {
        resolved(node)?;
        let number = match &node.value {
            Value::Number(number) => number.as_i64(),
            Value::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| Unread::unlike(node, WHOLE_NUMBER))
    }
}

impl Read for f64 {
    fn read(node: &Node) -> Result<f64, Unread> {
        resolved(node)?;
        let number = match &node.value {
            Value::Number(number) => number.as_f64(),
            Value::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| Unread::unlike(node, "a number"))
    }
}

impl Read for bool {
    fn read(node: &Node) -> Result<bool, Unread> {
        resolved(node)?;
        match &node.value {
            Value::Bool(truth) => Ok(*truth),
            Value::Text(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Value::Text(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            _ => Err(Unread::unlike(node, "true or false")),
        }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(node: &Node) -> Result<Vec<T>, Unread> {
        match &node.value {
            Value::List(items) => {
                // A container is ten kilobytes: room for those that are there, and no more.
                let mut read = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    read.push(T::read(item).map_err(|why| Unread::Item(index, why.into()))?);
                }
                Ok(read)
            }
            _ => Err(listless(node)),
        }
    }
}

impl<T: Read> Read for Field<T> {
    fn read(node: &Node) -> Result<Field<T>, Unread> {
        Ok(match node.value {
            Value::Null => Field::Missing(node.place.clone()),
            _ => Field::at(node, "an item"),
        })
    }
}

impl<T: Read> Read for Located<T> {
    fn read(node: &Node) -> Result<Located<T>, Unread> {
        Ok(Located { value: T::read(node)?, place: node.place.clone() })
    }
}

/// Only whether a value is given: `environment` may contain secrets.
impl Read for () {
    fn read(_: &Node) -> Result<(), Unread> {
        Ok(())
    }
}

/// A map of names to values, such as log options: in the order of the document.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<T>(pub Vec<(Arc<str>, Field<T>)>);

impl<T> Named<T> {
    /// The value of `name`; the last one for a repeated name.
    pub fn get(&self, name: &str) -> Option<&Field<T>> {
        self.0.iter().rev().find(|(key, _)| &**key == name).map(|(_, field)| field)
    }
}

impl<T: Read> Read for Named<T> {
    fn read(node: &Node) -> Result<Named<T>, Unread> {
        let Value::Map(entries) = &node.value else {
            return Err(objectless(node));
        };
        let read = |entry: &super::node::Entry| match entry.node.value {
            Value::Null => Field::Missing(entry.node.place.clone()),
            _ => Field::at(&entry.node, &entry.key),
        };
        Ok(Named(entries.iter().map(|entry| (entry.key.clone(), read(entry))).collect()))
    }
}

/// Rejects a text with a placeholder.
fn resolved(node: &Node) -> Result<(), Unread> {
    if let Value::Unresolved(it) = &node.value {
        return Err(Unread::Unresolved(it.why.clone()));
    }
    match node.text().and_then(placeholder::find) {
        Some(found) => {
            Err(Unread::Placeholder { found: found.into(), subject: node.place.subject() })
        }
        None => Ok(()),
    }
}

fn listless(node: &Node) -> Unread {
    resolved(node).err().unwrap_or_else(|| Unread::unlike(node, "a list"))
}

fn objectless(node: &Node) -> Unread {
    resolved(node).err().unwrap_or_else(|| Unread::unlike(node, "an object"))
}

/// An object with known fields.
pub trait Object: Read {
    /// Reads the fields of `node`; for anything but an object, all are missing.
    fn of(node: &Node) -> Self;

    /// An object at `place` whose fields are all unknown, and why.
    fn unknown(place: &Place, why: &Stop) -> Self;

    /// This object, with missing fields taken from `earlier`.
    #[must_use]
    fn or(self, earlier: Self) -> Self;
}

/// Declares structs whose fields are read from the fields of an object: one line each, with the name
/// that the API gives it.
macro_rules! located {
    ($( $(#[$about:meta])* $name:ident { $( $(#[$what:meta])* $field:ident: $kind:ty = $key:literal ),* $(,)? } )*) => { $(
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $(
                #[doc = concat!("`", $key, "`.")]
                $(#[$what])*
                pub $field: $crate::document::field::Field<$kind>,
            )*
            /// Where the object is written.
            pub place: $crate::document::place::Place,
        }

        impl $crate::document::field::Read for $name {
            fn read(
                node: &$crate::document::node::Node,
            ) -> Result<$name, $crate::document::field::Unread> {
                $crate::document::field::object(node)
            }
        }

        impl $crate::document::field::Object for $name {
            fn of(node: &$crate::document::node::Node) -> $name {
                $name {
                    $( $field: $crate::document::field::Field::of(node, $key), )*
                    place: node.place.clone(),
                }
            }

            fn unknown(
                place: &$crate::document::place::Place,
                why: &$crate::knowledge::Stop,
            ) -> $name {
                $name {
                    $( $field: $crate::document::field::Field::Unreadable(place.clone(), Box::new(why.clone())), )*
                    place: place.clone(),
                }
            }

            fn or(self, earlier: $name) -> $name {
                $name {
                    $( $field: self.$field.or(earlier.$field), )*
                    place: self.place,
                }
            }
        }
    )* };
}
pub(super) use located;

/// Reads an object, or returns why it is not one.
pub(super) fn object<T: Object>(node: &Node) -> Result<T, Unread> {
    match node.value {
        Value::Map(_) => Ok(T::of(node)),
        _ => Err(objectless(node)),
    }
}

#[cfg(test)]
mod tests;
