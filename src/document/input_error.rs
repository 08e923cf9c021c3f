//! Why a document cannot be read: what, where, and what to do.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use unicode_width::UnicodeWidthChar;

use super::cursor::{Cursor, offset_of};
use super::place::Position;

/// How much of the offending line is shown on either side of the caret, in characters.
const AROUND: usize = 50;

/// A document that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    /// The document's name.
    pub document: Arc<str>,
    /// Where the trouble begins, if it has a place.
    pub position: Option<Position>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    excerpt: Option<Box<Excerpt>>,
}

/// The wrong line, cut around the column, and the width of the text before the caret.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Excerpt {
    line: String,
    indent: usize,
}

impl InputError {
    /// An error about the whole document.
    pub fn new(document: &Arc<str>, message: impl Into<String>) -> InputError {
        InputError {
            document: document.clone(),
            position: None,
            message: message.into(),
            hint: None,
            excerpt: None,
        }
    }

    /// The same error at the byte `offset` of `text`, with the line that holds it.
    #[must_use]
    pub fn at(mut self, text: &str, offset: usize) -> InputError {
        let offset = text.floor_char_boundary(offset);
        self.position = Some(Cursor::new(text).at(offset));
        self.excerpt = Some(Box::new(Excerpt::around(text, offset)));
        self
    }

    /// The same error with the line of `text` at its position, if it has none yet.
    #[must_use]
    pub fn within(mut self, text: &str) -> InputError {
        if let (None, Some(position)) = (&self.excerpt, self.position)
            && let Some(offset) = offset_of(text, position)
        {
            self.excerpt = Some(Box::new(Excerpt::around(text, offset)));
        }
        self
    }

    /// The same error at a known position, where no text is at hand.
    #[must_use]
    pub fn at_position(mut self, position: Option<Position>) -> InputError {
        self.position = position;
        self
    }

    /// The same error with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> InputError {
        self.hint = Some(hint.into());
        self
    }
}

impl std::error::Error for InputError {}

impl fmt::Display for InputError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.document)?;
        if let Some(Position { line, column }) = self.position {
            write!(out, ":{line}:{column}")?;
        }
        write!(out, ": {}", self.message)?;
        if let (Some(excerpt), Some(Position { line, .. })) = (&self.excerpt, self.position) {
            let number = line.to_string();
            let margin = " ".repeat(number.len());
            write!(out, "\n{margin} |\n{number} | {}", excerpt.line)?;
            write!(out, "\n{margin} | {}^", " ".repeat(excerpt.indent))?;
        }
        match &self.hint {
            Some(hint) => write!(out, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl Excerpt {
    fn around(text: &str, offset: usize) -> Excerpt {
        let start = text[..offset].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let end = text[offset..].find(['\n', '\r']).map_or(text.len(), |at| offset + at);
        let (before, after) = without_values(&text[start..end], offset - start);
        let head: Vec<char> = before.chars().rev().take(AROUND + 1).collect();
        let tail: Vec<char> = after.chars().take(AROUND + 1).collect();

        let mut line = String::new();
        if head.len() > AROUND {
            line.push('…');
        }
        line.extend(head.iter().take(AROUND).rev().map(|it| printable(*it)));
        let indent = line.chars().map(|it| it.width().unwrap_or(0)).sum();
        line.extend(tail.iter().take(AROUND).map(|it| printable(*it)));
        if tail.len() > AROUND {
            line.push('…');
        }
        Excerpt { line, indent }
    }
}

/// The text of a line before and after `at`, without the contents of quoted values: an excerpt ends up in
/// the log of a pipeline, and a value may be a secret.
fn without_values(line: &str, at: usize) -> (String, String) {
    let values = values(line, at);
    let shown = |from: usize, to: usize| {
        let (mut text, mut rest) = (String::new(), from);
        for value in values.iter().filter(|it| from <= it.start && it.end <= to) {
            text.push_str(&line[rest..value.start]);
            text.push('…');
            rest = value.end;
        }
        text.push_str(&line[rest..to]);
        text
    };
    (shown(0, at), shown(at, line.len()))
}

/// The ranges of the contents of quoted values. Keys are not included, nor is the value at the caret: the
/// error is about its letters.
fn values(line: &str, at: usize) -> Vec<Range<usize>> {
    let (mut found, mut rest) = (Vec::new(), 0);
    while let Some(open) = line[rest..].find(['"', '\'']).map(|it| rest + it) {
        let inner = open + 1;
        // An apostrophe within a word opens nothing.
        if line[open..].starts_with('\'') && line[..open].ends_with(char::is_alphanumeric) {
            rest = inner;
            continue;
        }
        let end = closing(&line[inner..], &line[open..inner]).map_or(line.len(), |it| inner + it);
        rest = line.len().min(end + 1);
        let is_key = line[rest..].trim_start().starts_with(':');
        if !is_key && inner < end && (at <= inner || at >= end) {
            found.push(inner..end);
        }
    }
    found
}

/// Where the text that `quote` opened is closed.
fn closing(text: &str, quote: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = !escaped && quote.as_bytes() == [byte];
        escaped = byte == b'\\' && quote == "\"" && !escaped;
        closes
    })
}

/// The letter as it may be shown: a file must not be able to steer the terminal, to turn the direction
/// of what is read, or to begin a line that looks like ours; and a tab would move the caret away.
pub fn printable(letter: char) -> char {
    match letter {
        '\t' | '\n' | '\r' => ' ',
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
        letter if letter.is_control() => '\u{FFFD}',
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn the_caret_stands_under_the_column() {
        let text = "{\n\t\"a\": 日 nope,\n}";
        let error =
            InputError::new(&"a.json".into(), "what is this").at(text, text.find("nope").unwrap());
        let error = error.hint("remove it").to_string();
        assert_eq!(
            error,
            "a.json:2:9: what is this\n  |\n2 |  \"a\": 日 nope,\n  |          ^\nhint: remove it"
        );
    }

    #[test]
    fn a_known_position_gets_its_line() {
        let text = "{\r\n \"日\": [],\n}";
        let position = Some(Position { line: 2, column: 7 });
        let error = InputError::new(&"a.json".into(), "empty").at_position(position);
        let offset = text.find('[').unwrap();
        let expected = InputError::new(&"a.json".into(), "empty").at(text, offset);
        assert_eq!(error.within(text), expected);
        // A position of another text has no line here, and an error about the whole has none at all.
        let beyond = Some(Position { line: 7, column: 1 });
        for error in [
            InputError::new(&"a.json".into(), "empty").at_position(beyond),
            InputError::new(&"a.json".into(), "empty"),
        ] {
            assert_eq!(error.clone().within(text), error);
        }
    }

    #[test]
    fn a_huge_line_is_cut_around_the_column() {
        let text = format!("{}!{}", "x".repeat(1_000_000), "y".repeat(1_000_000));
        let error = InputError::new(&"a.json".into(), "here").at(&text, 1_000_000);
        assert_eq!(error.position, Some(Position { line: 1, column: 1_000_001 }));
        let shown = error.to_string();
        assert!(shown.len() < 400, "{} bytes", shown.len());
        assert!(shown.contains("…xxx") && shown.contains("x!y") && shown.contains("yyy…"));
    }

    #[test]
    fn an_excerpt_keeps_values_to_itself() {
        let table = [
            (r#"{"name": "DB", "value": "hunter2",}"#, ",}", r#"{"name": "…", "value": "…",}"#),
            (r#"{"value": "hunter2" "x": 1}"#, "\"x", r#"{"value": "…" "x": 1}"#),
            (r#"{"value": "a\"hunter2", }"#, "}", r#"{"value": "…", }"#),
            (r#"{"value": "hunter2"#, "\"hunter2", r#"{"value": "…"#),
            ("value: 'hunter2', it's: 1", "it", "value: '…', it's: 1"),
            (
                r#"{"value": "a\qb", "other": "hunter2"}"#,
                "qb",
                r#"{"value": "a\qb", "other": "…"}"#,
            ),
        ];
        for (text, at, expected) in table {
            let error = InputError::new(&"a.json".into(), "here").at(text, text.find(at).unwrap());
            let excerpt = error.excerpt.unwrap();
            assert_eq!(excerpt.line, expected, "{text}");
            let caret =
                expected.rfind(at.trim_end_matches("hunter2")).map(|it| expected[..it].width());
            assert_eq!(Some(excerpt.indent), caret, "{text}");
        }
    }

    #[test]
    fn a_file_cannot_steer_the_terminal() {
        let shown = InputError::new(&"a.json".into(), "here").at("\u{1b}[2Jboo", 0).to_string();
        assert!(!shown.contains('\u{1b}'));
    }
}
