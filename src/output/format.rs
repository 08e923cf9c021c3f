//! The forms of the report.

/// A form of the report. It never changes verdict or exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// A line for each result that is not a pass.
    Short,
    /// One JSON document.
    Json,
    /// A JSON object a line: results, then the end of the run.
    Ndjson,
}

impl Format {
    /// All of them, by the word of `--format`.
    pub const ALL: &'static [(&'static str, Format)] = &[
        ("text", Format::Text),
        ("short", Format::Short),
        ("json", Format::Json),
        ("ndjson", Format::Ndjson),
    ];

    /// The form of that name.
    pub fn named(word: &str) -> Option<Format> {
        Format::ALL.iter().find(|(name, _)| *name == word).map(|(_, format)| *format)
    }
}
