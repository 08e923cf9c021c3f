//! From bytes to a tree of values, each with its place: JSON, or YAML, in any encoding people use.

use std::borrow::Cow;
use std::sync::Arc;

use super::input_error::InputError;
use super::node::{Node, Value};
use super::place::{Place, Position, Role};
use super::{json, other_format, yaml};

/// A document that could be read.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name as the user gave it; `<stdin>` for standard input.
    pub name: Arc<str>,
    /// What it was read for.
    pub role: Role,
    /// Its content. Shared: what was read is kept for the further rounds of `--wait`, and each round judges it.
    pub root: Arc<Node>,
    /// What is odd about it as a whole.
    pub remarks: Vec<Remark>,
    /// Its text, for errors; empty for what a service answered.
    pub text: Arc<str>,
    /// What it was written as.
    pub dialect: Dialect,
}

/// What a document was before it became input of the API: each has other rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Input of the API, or what it answered.
    #[default]
    Api,
    /// A template of CloudFormation.
    CloudFormation,
    /// A plan or a state of Terraform.
    Terraform,
}

/// Something that keeps the AWS CLI from reading a document which is understood here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Where the document begins.
    pub place: Place,
    /// What it is.
    pub message: &'static str,
    /// What the AWS CLI says of it.
    pub prevents: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

impl Source {
    /// Reads `bytes`. `name` is the file as the user gave it, `-` for standard input.
    pub fn read(name: &str, role: Role, bytes: &[u8]) -> Result<Source, InputError> {
        let name: Arc<str> = if name == "-" { "<stdin>".into() } else { name.into() };
        if let Some(error) = other_format::of_bytes(&name, bytes) {
            return Err(error);
        }
        let (text, encoding) = decode(&name, bytes)?;
        let text = text.as_ref();
        if text.trim().is_empty() {
            let what = if text.is_empty() { "is empty" } else { "holds nothing but white space" };
            return Err(nothing(&name, role, &format!("the document {what}")));
        }
        let whole = Place::whole(name.clone(), role);
        let read = match other_format::of_text(&name, text) {
            Some(error) => Err(error),
            None => parse(text, &whole),
        };
        let (root, language) = read.map_err(|error| error.within(text))?;
        if root.value == Value::Null && language == Language::Yaml {
            return Err(nothing(&name, role, "the document holds no value"));
        }
        let place = Place { position: Some(Position { line: 1, column: 1 }), ..whole };
        let remarks = encoding.remark(language, place).into_iter().collect();
        let root = Arc::new(root);
        Ok(Source { name, role, root, remarks, text: text.into(), dialect: Dialect::Api })
    }

    /// Wraps a document that never was a text: what a service answered.
    pub fn from_json_value(name: &str, role: Role, value: &serde_json::Value) -> Source {
        let whole = Place::whole(name, role);
        let root = Arc::new(Node::from_json(value, whole));
        let (text, dialect) = ("".into(), Dialect::Api);
        Source { name: name.into(), role, root, remarks: Vec::new(), text, dialect }
    }

    /// What the document says of where its tasks run.
    #[must_use]
    pub fn context(&self, root: Node) -> Source {
        let (name, text, dialect) = (self.name.clone(), self.text.clone(), self.dialect);
        let root = Arc::new(root);
        Source { name, role: Role::Context, root, remarks: Vec::new(), text, dialect }
    }

    /// A definition in the document. A plan may have hundreds, so that its content is not copied.
    #[must_use]
    pub fn definition(&self, root: Node) -> Source {
        Source { role: self.role, remarks: self.remarks.clone(), ..self.context(root) }
    }

    /// The error about this document with the line that it is about.
    #[must_use]
    pub fn explain(&self, error: InputError) -> InputError {
        if error.document == self.name { error.within(&self.text) } else { error }
    }
}

/// What a document is written in.
#[derive(Clone, Copy, PartialEq)]
enum Language {
    Json,
    Yaml,
}

/// How its text is encoded.
#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    /// With a byte order mark.
    Utf8Marked,
    Utf16,
}

impl Encoding {
    /// What the AWS CLI has against it. It takes a mark for a part of the JSON, and does not decode UTF-16.
    fn remark(self, language: Language, place: Place) -> Option<Remark> {
        let (message, prevents) = match (self, language) {
            (Encoding::Utf8, _) | (Encoding::Utf8Marked, Language::Yaml) => return None,
            (Encoding::Utf8Marked, Language::Json) => (
                "the file begins with a byte order mark (BOM), which the AWS CLI does not accept in JSON",
                "Error parsing parameter 'cli-input-json': Invalid JSON received.",
            ),
            (Encoding::Utf16, _) => (
                "the file is encoded in UTF-16, which the AWS CLI does not read",
                "Unable to load paramfile: text contents could not be decoded",
            ),
        };
        let remedy = "Save the file as UTF-8 without a byte order mark";
        Some(Remark { place, message, prevents, remedy })
    }
}

/// The error for a document without content.
fn nothing(name: &Arc<str>, role: Role, message: &str) -> InputError {
    InputError::new(name, message).hint(match role {
        Role::Definition => "pass a task definition, or a template or a plan with one",
        Role::Context => "check that this is the right file",
    })
}

/// JSON or YAML: by the name where it says so, otherwise by what the text begins with. Broken JSON is
/// never read as YAML, where `$PORT` would silently become a text.
fn parse(text: &str, whole: &Place) -> Result<(Node, Language), InputError> {
    let name = whole.document.to_ascii_lowercase();
    let looks_like_json = text.trim_start().starts_with(['{', '[']);
    let as_json = || json::parse(text, whole).map(|root| (root, Language::Json));
    let as_yaml = || {
        let (root, only_in_template) = yaml::parse(text, whole)?;
        match only_in_template.filter(|_| !root.has("Resources")) {
            Some(error) => Err(error),
            None => Ok((root, Language::Yaml)),
        }
    };
    if name.ends_with(".yaml") || name.ends_with(".yml") {
        // JSON is YAML too, but for tabs, which YAML does not allow as indentation.
        return match looks_like_json.then(as_json) {
            Some(Ok(read)) => Ok(read),
            _ => as_yaml(),
        };
    }
    if looks_like_json || name.ends_with(".json") || json::is_fragment(text) {
        return as_json();
    }
    match as_yaml() {
        Ok(read) if matches!(read.0.value, Value::Map(_) | Value::Null) => Ok(read),
        Err(error) if has_yaml_key(text) => Err(error),
        _ => Err(InputError::new(&whole.document, "this is neither JSON nor a YAML mapping")
            .at(text, first_letter(text))
            .hint(match whole.role {
                Role::Definition => {
                    "JSON begins with `{` or `[`, YAML with a key such as `family:`"
                }
                Role::Context => "JSON begins with `{` or `[`, YAML with a key such as `cluster:`",
            })),
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
fn decode<'b>(name: &Arc<str>, bytes: &'b [u8]) -> Result<(Cow<'b, str>, Encoding), InputError> {
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
            Ok(text) if odd.is_empty() => Ok((text.into(), Encoding::Utf16)),
            _ => Err(InputError::new(name, "the file begins as UTF-16, but is not valid UTF-16")
                .hint("save it as UTF-8")),
        };
    }
    let (bytes, encoding) = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (rest, Encoding::Utf8Marked),
        None => (bytes, Encoding::Utf8),
    };
    match str::from_utf8(bytes) {
        Ok(text) => Ok((text.into(), encoding)),
        Err(error) => {
            let good = str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
            Err(InputError::new(name, "invalid UTF-8 here")
                .at(good, good.len())
                .hint("save the file as UTF-8"))
        }
    }
}

#[cfg(test)]
mod tests;
