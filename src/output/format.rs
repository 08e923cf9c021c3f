//! The formats of the report.

/// A format of the report. It never changes verdict or exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One line per result that is not a pass.
    Short,
    /// One JSON document.
    Json,
    /// One JSON object per line: results, then the end of the run.
    Ndjson,
}

impl Format {
    /// All of them, by the value of `--format`.
    pub const ALL: &'static [(&'static str, Format)] = &[
        ("text", Format::Text),
        ("short", Format::Short),
        ("json", Format::Json),
        ("ndjson", Format::Ndjson),
    ];

    /// The format with that name.
    pub fn named(word: &str) -> Option<Format> {
        Format::ALL.iter().find(|(name, _)| *name == word).map(|(_, format)| *format)
    }
}
