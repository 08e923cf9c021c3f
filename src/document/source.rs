//! From bytes to a tree of values, each with its place: JSON, or YAML, in any encoding people use.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::sync::Arc;

use serde_json::Number;

use super::input_error::InputError;
use super::place::{Place, Pointer, Position, Role};
use super::{json, yaml};

/// How deep values may nest. The deepest API shape needs nine levels.
pub const DEPTH_LIMIT: usize = 100;

/// A document that could be read.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name as the user gave it; `<stdin>` for standard input.
    pub name: Arc<str>,
    /// What it was read for.
    pub role: Role,
    /// Its content.
    pub root: Node,
}

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it begins.
    pub place: Place,
}

/// A value as it is written: order and repeated keys are kept.
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

/// A key that one map gives twice. The last one counts, as everywhere in the AWS CLI.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicate {
    /// The key.
    pub key: Arc<str>,
    /// The place of the key that is ignored.
    pub ignored: Place,
    /// The place of the key that repeats it.
    pub repeated: Place,
}

impl Source {
    /// Reads `bytes`. `name` is the file as the user gave it, `-` for standard input.
    pub fn read(name: &str, role: Role, bytes: &[u8]) -> Result<Source, InputError> {
        let name: Arc<str> = if name == "-" { "<stdin>".into() } else { name.into() };
        let text = decode(&name, bytes)?;
        let text = text.as_ref();
        if text.trim().is_empty() {
            let what = if text.is_empty() { "is empty" } else { "holds nothing but white space" };
            return Err(InputError::new(&name, format!("the document {what}"))
                .hint("give a task definition in JSON or YAML"));
        }
        let whole = Place::whole(name.clone(), role);
        Ok(Source { name, role, root: parse(text, &whole)? })
    }

    /// Wraps a document that never was a text: what a service answered.
    pub fn from_json_value(name: &str, role: Role, value: &serde_json::Value) -> Source {
        let whole = Place::whole(name, role);
        Source { name: name.into(), role, root: Node::from_json(value, whole) }
    }
}

impl Node {
    /// The value of the field `name`, if this is a map that has it. Of a repeated key, the last one.
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

    /// The text, if this is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
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
        }
    }

    fn from_json(value: &serde_json::Value, place: Place) -> Node {
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

/// The keys that are given twice in one map, in the order of the document.
pub fn duplicates(root: &Node) -> Vec<Duplicate> {
    let mut found = Vec::new();
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
    let children = root.entries().iter().map(|entry| &entry.node).chain(root.items());
    found.extend(children.flat_map(duplicates));
    found
}

/// Walks forward through a text and knows the line and column of each byte offset that it is asked for.
pub(super) struct Cursor<'t> {
    text: &'t str,
    offset: usize,
    position: Position,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Cursor<'t> {
        Cursor { text, offset: 0, position: Position { line: 1, column: 1 } }
    }

    /// The position of the byte at `offset`. Offsets may only grow: a file can be one line of ten
    /// megabytes, and counting its columns from the start for each value would take for ever.
    pub(super) fn at(&mut self, offset: usize) -> Position {
        let rest = self.text.get(self.offset..).unwrap_or_default();
        let mut letters = rest.chars().peekable();
        while self.offset < offset
            && let Some(letter) = letters.next()
        {
            self.offset += letter.len_utf8();
            if letter == '\n' || letter == '\r' && letters.peek() != Some(&'\n') {
                self.position = Position { line: self.position.line + 1, column: 1 };
            } else {
                self.position.column += 1;
            }
        }
        self.position
    }
}

/// JSON or YAML: by the name where it says so, otherwise by what the text begins with. Broken JSON is
/// never read as YAML, where `$PORT` would silently become a text.
fn parse(text: &str, whole: &Place) -> Result<Node, InputError> {
    let name = whole.document.to_ascii_lowercase();
    let looks_like_json = text.trim_start().starts_with(['{', '[']);
    if name.ends_with(".yaml") || name.ends_with(".yml") {
        // JSON is YAML too, but for tabs, which YAML does not allow as indentation.
        return match looks_like_json.then(|| json::parse(text, whole)) {
            Some(Ok(root)) => Ok(root),
            _ => yaml::parse(text, whole),
        };
    }
    if looks_like_json || name.ends_with(".json") {
        return json::parse(text, whole);
    }
    match yaml::parse(text, whole) {
        Ok(root) if matches!(root.value, Value::Map(_)) => Ok(root),
        Err(error) if has_yaml_key(text) => Err(error),
        _ => Err(InputError::new(&whole.document, "this is neither JSON nor a YAML mapping")
            .at(text, first_letter(text))
            .hint("JSON begins with `{` or `[`, YAML with a key such as `family:`")),
    }
}

fn has_yaml_key(text: &str) -> bool {
    let is_key = |word: &str| !word.is_empty() && word.chars().all(|it| it.is_ascii_alphanumeric());
    text.lines().any(|line| line.split_once(':').is_some_and(|(word, _)| is_key(word.trim())))
}

fn first_letter(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// The text of the bytes: UTF-8 with or without a byte order mark, or UTF-16, which PowerShell's `>`
/// writes.
fn decode<'b>(name: &Arc<str>, bytes: &'b [u8]) -> Result<std::borrow::Cow<'b, str>, InputError> {
    let wide = match bytes {
        [0xFF, 0xFE, rest @ ..] => Some((rest, u16::from_le_bytes as fn([u8; 2]) -> u16)),
        [0xFE, 0xFF, rest @ ..] => Some((rest, u16::from_be_bytes as fn([u8; 2]) -> u16)),
        [b'{' | b'[', 0, ..] => Some((bytes, u16::from_le_bytes as fn([u8; 2]) -> u16)),
        [0, b'{' | b'[', ..] => Some((bytes, u16::from_be_bytes as fn([u8; 2]) -> u16)),
        _ => None,
    };
    if let Some((rest, unit)) = wide {
        let (pairs, odd) = rest.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        return match String::from_utf16(&units) {
            Ok(text) if odd.is_empty() => Ok(text.into()),
            _ => Err(InputError::new(
                name,
                "the document begins as UTF-16, but is not UTF-16 throughout",
            )
            .hint("save it as UTF-8")),
        };
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match str::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(error) => {
            let good = str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
            Err(InputError::new(name, "here stands a byte that is not UTF-8")
                .at(good, good.len())
                .hint("save the file as UTF-8"))
        }
    }
}

#[cfg(test)]
mod tests;
