//! Brackets that are missing, or one too many.

use jsonc_parser::errors::ParseErrorKind;

use crate::document::input_error::InputError;
use crate::document::place::Place;

/// Whether the text is the inside of an object: it begins with `"name":`.
pub(in crate::document) fn is_fragment(text: &str) -> bool {
    let Some(inside) = text.trim_start().strip_prefix('"') else { return false };
    inside.find('"').is_some_and(|end| inside[end + 1..].trim_start().starts_with(':'))
}

/// What is wrong with the brackets around the offset, if that is what the parser stopped at.
pub(super) fn explain(
    kind: &ParseErrorKind,
    text: &str,
    offset: usize,
    whole: &Place,
) -> Option<InputError> {
    let broken = |message: &str, at: usize| InputError::new(&whole.document, message).at(text, at);
    let rest = &text[offset..];
    match kind {
        ParseErrorKind::MultipleRootJsonValues if is_fragment(text) => {
            let first = text.len() - text.trim_start().len();
            Some(
                broken("the document does not begin with `{`", first)
                    .hint("add `{` before the first field, or copy the whole document"),
            )
        }
        ParseErrorKind::MultipleRootJsonValues if rest.starts_with(['}', ']']) => {
            let message = format!("one `{}` too many: the document ends before it", &rest[..1]);
            Some(
                broken(&message, offset)
                    .hint("remove it, or look above for a bracket that closes too early"),
            )
        }
        ParseErrorKind::MultipleRootJsonValues if rest.starts_with(',') => Some(
            broken("the document ends before this comma", offset)
                .hint("look above for a bracket that closes too early"),
        ),
        ParseErrorKind::ExpectedComma | ParseErrorKind::UnexpectedColon => {
            let at = closed_early(text, offset)?;
            Some(
                broken("this `}` closes the object too early: more of its fields follow", at)
                    .hint("remove it, or begin the next object with `, {`"),
            )
        }
        _ => None,
    }
}

/// The offset of the `}` after which a field follows, where only items of a list can.
fn closed_early(text: &str, offset: usize) -> Option<usize> {
    // The parser stops at the name of the field, or at the colon after it.
    let field = match text[offset..].strip_prefix(':') {
        Some(_) => {
            let name = text[..offset].trim_end().strip_suffix('"')?;
            name.rfind('"')?
        }
        None => offset,
    };
    let before = text[..field].trim_end();
    let before = before.strip_suffix(',').unwrap_or(before).trim_end();
    let closes = before.ends_with('}') && is_fragment(&text[field..]) && is_in_list(before);
    closes.then(|| before.len() - 1)
}

/// Whether the innermost unclosed bracket at the end of the text is `[`.
fn is_in_list(text: &str) -> bool {
    let (mut open, mut in_text, mut escaped) = (Vec::new(), false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => open.push(byte),
            b'}' | b']' if !in_text => {
                open.pop();
            }
            _ => {}
        }
    }
    open.last() == Some(&b'[')
}
