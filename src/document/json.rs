//! JSON as the AWS CLI reads it: no comments, no trailing commas; with positions and advice.

mod brackets;
mod quotes;

use jsonc_parser::common::Ranged;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, ast, parse_to_ast};
use serde::de::IgnoredAny;

use super::cursor::Cursor;
use super::input_error::InputError;
use super::node::{DEPTH_LIMIT, Entry, Node, Value};
use super::place::Place;
use crate::names::placeholder;

pub(super) use brackets::is_fragment;

/// Nothing but RFC 8259.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads `text`, whose document is `whole`.
pub(super) fn parse(text: &str, whole: &Place) -> Result<Node, InputError> {
    let name = &whole.document;
    if let Some(offset) = too_deep(text) {
        let message = format!("values are nested more than {DEPTH_LIMIT} levels deep");
        return Err(InputError::new(name, message).at(text, offset));
    }
    let tree = parse_to_ast(text, &CollectOptions::default(), &STRICT)
        .map_err(|error| explain(&error, text, whole))?;
    let Some(root) = tree.value else {
        return Err(InputError::new(name, "the document holds no value"));
    };
    // The parser that knows positions lets raw control characters and exotic white space pass; the
    // strict one does not.
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| {
        quotes::unclosed(text, text.len(), whole).unwrap_or_else(|| refused(&error, text, whole))
    })?;
    Reader { text, cursor: Cursor::new(text) }.node(root, whole.clone())
}

/// Turns the syntax tree into nodes, from left to right, as the cursor demands.
struct Reader<'t> {
    text: &'t str,
    cursor: Cursor<'t>,
}

impl Reader<'_> {
    fn node(&mut self, tree: ast::Value<'_>, mut place: Place) -> Result<Node, InputError> {
        let start = tree.start();
        place.position = Some(self.cursor.at(start));
        let value = match tree {
            ast::Value::NullKeyword(_) => Value::Null,
            ast::Value::BooleanLit(literal) => Value::Bool(literal.value),
            ast::Value::StringLit(literal) => Value::Text(literal.value.into_owned()),
            ast::Value::NumberLit(literal) => match literal.value.parse() {
                Ok(number) => Value::Number(number),
                Err(_) => {
                    return Err(InputError::new(&place.document, "this number cannot be read")
                        .at(self.text, start));
                }
            },
            ast::Value::Array(array) => {
                let mut items = Vec::with_capacity(array.elements.len());
                for (index, element) in array.elements.into_iter().enumerate() {
                    let pointer = place.pointer.item(index);
                    items.push(self.node(element, Place { pointer, ..place.clone() })?);
                }
                Value::List(items)
            }
            ast::Value::Object(object) => {
                let mut entries = Vec::with_capacity(object.properties.len());
                for property in object.properties {
                    entries.push(self.entry(property, &place)?);
                }
                Value::Map(entries)
            }
        };
        Ok(Node { value, place })
    }

    fn entry(&mut self, property: ast::ObjectProp<'_>, owner: &Place) -> Result<Entry, InputError> {
        let position = Some(self.cursor.at(property.start()));
        let key: std::sync::Arc<str> = property.name.as_str().into();
        let pointer = owner.pointer.field(key.clone());
        let key_place = Place { pointer, position, ..owner.clone() };
        let node = self.node(property.value, key_place.clone())?;
        Ok(Entry { key, key_place, node })
    }
}

/// The offset of the bracket that opens one level too many. Found before parsing, as the parser
/// recurses.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_LIMIT {
            return Some(offset);
        }
    }
    None
}

/// What is wrong and how to fix it, for someone who wrote the file by hand.
fn explain(error: &ParseError, text: &str, whole: &Place) -> InputError {
    use ParseErrorKind as Kind;
    let offset = text.floor_char_boundary(error.range().start);
    let broken = |message: &str| InputError::new(&whole.document, message).at(text, offset);
    let misplaced = misplaced_token(text, offset);
    // The parser takes a text that is not closed as far as the next quote, some lines below.
    if let Some(error) = quotes::unclosed(text, offset, whole) {
        return error;
    }
    if let Some(placeholder) = unquoted_placeholder(error.kind(), text, offset) {
        return broken(&format!("`{placeholder}` is a template placeholder, not JSON"))
            .hint("render the template first, then check what comes out");
    }
    let better = quotes::explain(error.kind(), text, offset, whole);
    if let Some(error) = better.or_else(|| brackets::explain(error.kind(), text, offset, whole)) {
        return error;
    }
    match error.kind() {
        Kind::CommentsNotAllowed | Kind::UnterminatedCommentBlock => {
            broken("JSON has no comments").hint("remove the comment; the AWS CLI refuses it too")
        }
        Kind::TrailingCommasNotAllowed => {
            broken("trailing comma").hint("remove the comma after the last item")
        }
        Kind::ExpectedComma
            if text[..offset].ends_with('0') && text[offset..].starts_with(is_digit) =>
        {
            broken("a number must not begin with 0")
                .hint("remove the zero, or put the value in quotes")
        }
        Kind::ExpectedComma => {
            broken("a comma is missing here").hint("separate the items with `,`")
        }
        Kind::MultipleRootJsonValues => broken("a second JSON document begins here")
            .hint("put each document in a separate file"),
        Kind::SingleQuotedStringsNotAllowed => {
            broken("JSON uses double quotes").hint("replace the single quotes with `\"`")
        }
        Kind::UnterminatedObject => broken("the object that begins here is never closed")
            .hint("add `}`, or check that the file is complete"),
        Kind::UnterminatedArray => broken("the list that begins here is never closed")
            .hint("add `]`, or check that the file is complete"),
        Kind::ExpectedColonAfterObjectKey => {
            broken("a colon is missing after the name of a field").hint("write `\"name\": value`")
        }
        Kind::ExpectedObjectValue => {
            broken("a field has no value").hint("give a value, or remove the field")
        }
        Kind::UnexpectedToken if text[offset..].starts_with('#') => {
            broken("JSON has no comments").hint("remove the comment; the AWS CLI refuses it too")
        }
        Kind::UnexpectedWord | Kind::ExpectedStringObjectProperty | Kind::UnexpectedToken => {
            let word = misplaced.trim_end_matches([' ', '}', ']']);
            broken(&format!("`{word}` is not JSON"))
                .hint("put text in double quotes; if this is a template, render it first")
        }
        Kind::String(_) => broken("this text is not closed, or has an invalid escape")
            .hint("close it with `\"` on the same line; write a backslash as `\\\\`"),
        Kind::UnexpectedCloseBrace
        | Kind::UnexpectedCloseBracket
        | Kind::UnexpectedComma
        | Kind::UnexpectedColon => {
            broken("a value is missing here").hint("check for an extra bracket or comma")
        }
        other => broken(&format!("this is not JSON: {}", lowercase(&other.to_string()))),
    }
}

/// The strict parser's complaint, at its place.
fn refused(error: &serde_json::Error, text: &str, whole: &Place) -> InputError {
    let line = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum::<usize>();
    let offset = (line + error.column().saturating_sub(1)).min(text.len());
    let said = error.to_string();
    let reason = said.split(" at line ").next().unwrap_or_default();
    InputError::new(&whole.document, format!("this is not JSON: {reason}")).at(text, offset)
}

/// A placeholder without quotes in place of a JSON value or name.
fn unquoted_placeholder<'t>(
    kind: &ParseErrorKind,
    text: &'t str,
    offset: usize,
) -> Option<&'t str> {
    use ParseErrorKind as Kind;
    let strange = matches!(
        kind,
        Kind::UnexpectedToken
            | Kind::UnexpectedTokenInObject
            | Kind::UnexpectedWord
            | Kind::ExpectedStringObjectProperty
            | Kind::ExpectedColonAfterObjectKey
    );
    if !strange || text[offset..].starts_with('#') {
        return None;
    }
    // A placeholder may itself hold quotes and commas, as in `%{ if name == "" }`.
    let rest = text[value_start(text, offset)..].lines().next().unwrap_or_default().trim_start();
    let at_once = placeholder::find(rest).filter(|found| rest.starts_with(found));
    at_once.or_else(|| placeholder::find(misplaced_token(text, offset))).map(shortened)
}

/// The text at the offset where JSON expected something else: the rest of the value on its line.
fn misplaced_token(text: &str, offset: usize) -> &str {
    let ends = text[offset..].find([',', '\n', '\r', '"']);
    let end = ends.map_or(text.len(), |length| offset + length);
    shortened(text[value_start(text, offset)..end].trim())
}

/// Where the value begins that goes on at the offset.
fn value_start(text: &str, offset: usize) -> usize {
    let before = text[..offset].rfind([',', ':', '[', '\n', '\r']);
    before.map_or(0, |at| at + 1)
}

fn shortened(token: &str) -> &str {
    token.char_indices().nth(60).map_or(token, |(cut, _)| &token[..cut])
}

fn is_digit(letter: char) -> bool {
    letter.is_ascii_digit()
}

fn lowercase(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|it| it.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
