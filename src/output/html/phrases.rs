//! Texts of a document or an answer, as the page can have them.

use super::super::details;
use super::super::xml::escaped;

/// A text of one line, as the page can have it.
pub(super) fn shown(text: &str) -> String {
    escaped(&details::text_of(text))
}

/// A sentence; what is in backquotes is code.
pub(super) fn sentence(text: &str) -> String {
    let text = details::text_of(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(&text);
    }
    let parts = parts.iter().enumerate().map(|(nth, part)| match (nth % 2, part.is_empty()) {
        (0, _) => escaped(part),
        (_, true) => "``".to_owned(),
        (_, false) => format!("<code>{}</code>", escaped(part)),
    });
    parts.collect()
}
