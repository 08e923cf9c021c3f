//! Why a document cannot be read: what, where, and what to do.

use std::fmt;
use std::sync::Arc;

use unicode_width::UnicodeWidthChar;

use super::place::Position;
use super::source::Cursor;

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

/// The offending line, cut around the column, and the width of what stands before the caret.
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
        let (before, after) = text.split_at(offset);
        let is_break = |letter| matches!(letter, '\n' | '\r');
        let head: Vec<char> =
            before.chars().rev().take_while(|it| !is_break(*it)).take(AROUND + 1).collect();
        let tail: Vec<char> =
            after.chars().take_while(|it| !is_break(*it)).take(AROUND + 1).collect();

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

/// A file must not be able to steer the terminal, and a tab would move the caret away.
fn printable(letter: char) -> char {
    match letter {
        '\t' => ' ',
        letter if letter.is_control() => '\u{FFFD}',
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
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
    fn a_huge_line_is_cut_around_the_column() {
        let text = format!("{}!{}", "x".repeat(1_000_000), "y".repeat(1_000_000));
        let error = InputError::new(&"a.json".into(), "here").at(&text, 1_000_000);
        assert_eq!(error.position, Some(Position { line: 1, column: 1_000_001 }));
        let shown = error.to_string();
        assert!(shown.len() < 400, "{} bytes", shown.len());
        assert!(shown.contains("…xxx") && shown.contains("x!y") && shown.contains("yyy…"));
    }

    #[test]
    fn a_file_cannot_steer_the_terminal() {
        let shown = InputError::new(&"a.json".into(), "here").at("\u{1b}[2Jboo", 0).to_string();
        assert!(!shown.contains('\u{1b}'));
    }
}
