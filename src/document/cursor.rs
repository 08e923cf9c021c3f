//! Lines and columns of a text.

use super::place::Position;

/// Moves forward through a text and returns the line and column of byte offsets.
pub(super) struct Cursor<'t> {
    text: &'t str,
    offset: usize,
    position: Position,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Cursor<'t> {
        Cursor { text, offset: 0, position: Position { line: 1, column: 1 } }
    }

    /// The position of the byte at `offset`. Offsets must not decrease: a file can be one line of ten
    /// megabytes, and counting columns from the start for each value would take too long.
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

/// The offset of a position; none if the text does not reach as far.
pub(super) fn offset_of(text: &str, wanted: Position) -> Option<usize> {
    let (mut line, mut column) = (1, 1);
    let mut letters = text.char_indices().peekable();
    while (line, column) != (wanted.line, wanted.column) {
        let (_, letter) = letters.next().filter(|_| line <= wanted.line)?;
        let next = letters.peek().map(|(_, next)| *next);
        if letter == '\n' || letter == '\r' && next != Some('\n') {
            (line, column) = (line + 1, 1);
        } else {
            column += 1;
        }
    }
    Some(letters.peek().map_or(text.len(), |(offset, _)| *offset))
}
