//! Everything that is printed: renderers of one [`Report`], progress, and messages to the user. The
//! only place that prints.

#![expect(clippy::disallowed_methods, reason = "this is the one place that writes to the terminal")]

pub mod graph;
mod json;
mod lines;
mod outlet;
mod printable;
mod progress;
mod short;
mod style;
mod text;
pub mod xml;

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use crate::report::Report;

pub use json::document;
pub use lines::labelled;
pub use outlet::{Outlet, OutputFile};
pub use progress::{Progress, Trace};
pub use style::{Colour, Look, Marks};

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

/// How much to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Volume {
    /// Only what is not a pass.
    Quiet,
    /// Every result.
    #[default]
    Normal,
    /// Evidence and calls too.
    Verbose,
}

/// Why nothing could be printed.
#[derive(Debug)]
pub enum OutputError {
    /// The format is not known.
    Format(String),
    /// The file cannot be written.
    File(PathBuf, io::Error),
    /// The JMESPath expression is wrong, or does not fit.
    Query(String),
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            OutputError::Format(word) => {
                let known: Vec<_> = Format::ALL.iter().map(|(name, _)| *name).collect();
                write!(f, "there is no format {word:?}; choose from {}", known.join(", "))
            }
            OutputError::File(path, error) => write!(f, "cannot write {}: {error}", path.display()),
            OutputError::Query(why) => write!(f, "--query: {why}"),
        }
    }
}

/// Writes the report into each sink.
///
/// # Errors
/// A query that does not fit, or a file that cannot be written. A closed pipe is no error.
pub fn print(report: &Report, outlet: &Outlet, look: &Look) -> Result<(), OutputError> {
    let shown = printable::report(report);
    outlet.fill(look, |format, look, query| match format {
        Format::Json => json::seen_through(query, &json::document(report)),
        Format::Ndjson => Ok(json::lines(report)),
        Format::Short => Ok(short::render(&shown, look)),
        Format::Text => Ok(text::render(&shown, look)),
    })
}

/// Writes what is no report into each sink: for people, or as a document.
///
/// # Errors
/// A query that does not fit, or a file that cannot be written.
pub fn show(
    text: &str,
    document: &serde_json::Value,
    outlet: &Outlet,
    look: &Look,
) -> Result<(), OutputError> {
    outlet.fill(look, |format, _, query| match format {
        Format::Json => json::seen_through(query, document),
        Format::Ndjson => Ok(format!("{document}\n")),
        Format::Short | Format::Text => Ok(text.to_owned()),
    })
}

/// Prints on standard output. Whoever closes the pipe has read enough.
pub fn say(text: &str, look: &Look) {
    let mut out = anstream::AutoStream::new(io::stdout().lock(), look.choice());
    let _closed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Tells the user something beside the result, on standard error.
pub fn note(text: &str) {
    let text = printable::lines(text);
    let mut out = anstream::AutoStream::auto(io::stderr().lock());
    let _closed = writeln!(out, "{text}");
}

/// Whether a person looks at standard error.
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}
