//! The report in one format: a text, or a JSON document in pieces.

use std::io::{self, Write};

use super::format::{Alphabet, Format};
use super::printable;
use super::style::Look;

/// Writes a JSON document piece by piece. It is called once for each sink.
type Pieces<'r> = Box<dyn Fn(&mut dyn Write) -> io::Result<()> + 'r>;

/// The report in one format.
pub(super) enum Rendered<'r> {
    /// A text.
    Text(String),
    /// A JSON document. Of a thousand definitions it has hundreds of megabytes, so nothing holds all of it.
    Json(Pieces<'r>),
}

impl<'r> Rendered<'r> {
    /// A JSON document in pieces, each of which is valid UTF-8.
    pub(super) fn json(write: impl Fn(&mut dyn Write) -> io::Result<()> + 'r) -> Rendered<'r> {
        Rendered::Json(Box::new(write))
    }

    /// The whole text of a format.
    pub(super) fn whole(format: Format, text: String) -> Rendered<'r> {
        match format.alphabet() {
            Alphabet::Json => Rendered::json(move |out| out.write_all(text.as_bytes())),
            Alphabet::Terminal | Alphabet::Utf8 => Rendered::Text(text),
        }
    }
}

/// Writes pieces of JSON without characters that steer a terminal or that it does not know.
pub(super) struct JsonWriter<'w> {
    pub(super) out: &'w mut dyn Write,
    pub(super) look: &'w Look,
}

impl Write for JsonWriter<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        // Most pieces are plain ASCII, in which only the layout has control characters: line breaks.
        if piece.iter().all(|byte| *byte < 0x7f) {
            self.out.write_all(piece)?;
        } else {
            let text = str::from_utf8(piece)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            let shown = printable::json(text);
            self.out.write_all(self.look.escaped(&shown).as_bytes())?;
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::style::Marks;
    use super::*;

    #[test]
    fn json_in_pieces_shows_nothing_odd_and_is_the_same_document() {
        let document = json!({
            "a\u{202e}\u{9b}31m": ["line\u{2028}s", "\u{1b}[2J\u{7f}", "größe 🚀", "tab\t\"quoted\"\\"],
        });
        for (marks, is_ascii) in [(Marks::Unicode, false), (Marks::Ascii, true)] {
            let mut look = Look::plain();
            look.marks = marks;
            let mut written = Vec::new();
            let out = JsonWriter { out: &mut written, look: &look };
            serde_json::to_writer_pretty(out, &document).unwrap();
            let text = String::from_utf8(written).unwrap();
            assert_eq!(text.is_ascii(), is_ascii, "{text}");
            let odd = |it: char| it != '\n' && (it.is_control() || "\u{202e}\u{2028}".contains(it));
            assert!(!text.contains(odd), "{text:?}");
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
        }
    }
}
