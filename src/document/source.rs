//! From bytes to a tree of values, each with its place: JSON, or YAML, in any encoding people use.

use std::sync::Arc;

use super::input_error::InputError;
use super::node::{Node, Value};
use super::place::{Place, Role};
use super::{json, yaml};

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
