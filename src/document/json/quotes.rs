//! Quotes that are missing, or one too many.

use jsonc_parser::errors::ParseErrorKind;

use crate::document::input_error::InputError;
use crate::document::place::Place;

/// What is wrong with the quotes at the offset, if that is what the parser stopped at.
pub(super) fn explain(
    kind: &ParseErrorKind,
    text: &str,
    offset: usize,
    whole: &Place,
) -> Option<InputError> {
    use ParseErrorKind as Kind;
    let broken = |message: &str| InputError::new(&whole.document, message).at(text, offset);
    let rest = &text[offset..];
    if !rest.starts_with(|it: char| it.is_alphanumeric() || it == '_') {
        return None;
    }
    match kind {
        Kind::ExpectedColonAfterObjectKey
        | Kind::UnexpectedWord
        | Kind::UnexpectedToken
        | Kind::ExpectedComma
        | Kind::ExpectedStringObjectProperty
            if text[..offset].ends_with('"') =>
        {
            Some(
                broken("a quote is missing before this, or there is one too many").hint(
                    "put names and text in double quotes; write a quote inside a text as `\\\"`",
                ),
            )
        }
        Kind::UnexpectedWord | Kind::UnexpectedToken if is_closed_word(rest) => {
            Some(broken("this text has no opening quote").hint("put `\"` before it"))
        }
        _ => None,
    }
}

/// The first text that is not closed on its line, where it begins at or before `end`.
pub(super) fn unclosed(text: &str, end: usize, whole: &Place) -> Option<InputError> {
    let (mut opened, mut escaped) = (None, false);
    for (offset, byte) in text.bytes().enumerate() {
        match (byte, opened) {
            (b'\n', Some(at)) => {
                return Some(
                    InputError::new(&whole.document, "the text that begins here is not closed")
                        .at(text, at)
                        .hint("close it with `\"` on the same line; write a line break as `\\n`"),
                );
            }
            _ if escaped => escaped = false,
            (b'\\', Some(_)) => escaped = true,
            (b'"', Some(_)) => opened = None,
            (b'"', None) if offset > end => return None,
            (b'"', None) => opened = Some(offset),
            _ => {}
        }
    }
    opened.map(|at| {
        InputError::new(&whole.document, "the document ends within the text that begins here")
            .at(text, at)
            .hint("close it with `\"`, or check that the file is complete")
    })
}

/// `word"`, followed by the end of the item.
fn is_closed_word(rest: &str) -> bool {
    let Some(end) = rest.find(['"', ',', '\n', '}', ']']) else { return false };
    let after = rest[end..].strip_prefix('"').map(str::trim_start);
    after.is_some_and(|after| after.starts_with([',', '}', ']']))
}
