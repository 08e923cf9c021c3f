//! Everything that is printed: renderers of one [`Report`], progress, and messages to the user. The
//! only place that prints.

#![expect(clippy::disallowed_methods, reason = "this is the one place that writes to the terminal")]

mod json;
mod progress;
mod short;
mod style;
mod text;

use std::fmt;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::report::Report;

pub use json::document;
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

/// Where one form of the report goes.
pub struct Sink {
    format: Format,
    file: Option<(PathBuf, File)>,
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

impl Sink {
    /// Opens the sinks of `--format FORMAT[=FILE]`, before anything is asked.
    ///
    /// # Errors
    /// An unknown format, or a file that cannot be written.
    pub fn open(formats: &[String]) -> Result<Vec<Sink>, OutputError> {
        let default = ["text".to_owned()];
        let formats = if formats.is_empty() { &default[..] } else { formats };
        formats.iter().map(|given| Sink::open_one(given)).collect()
    }

    fn open_one(given: &str) -> Result<Sink, OutputError> {
        let (word, path) = match given.split_once('=') {
            Some((word, path)) => (word, Some(Path::new(path))),
            None => (given, None),
        };
        let format = Format::named(word).ok_or_else(|| OutputError::Format(word.to_owned()))?;
        let file = path
            .map(|path| {
                let file = File::create(path)
                    .map_err(|error| OutputError::File(path.to_owned(), error))?;
                Ok((path.to_owned(), file))
            })
            .transpose()?;
        Ok(Sink { format, file })
    }

    /// Whether the terminal sees nothing of this sink.
    pub fn is_file(&self) -> bool {
        self.file.is_some()
    }
}

/// Writes the report into each sink.
///
/// # Errors
/// A wrong query, or a file that cannot be written. A closed pipe is no error.
pub fn print(
    report: &Report,
    sinks: Vec<Sink>,
    look: &Look,
    query: Option<&str>,
) -> Result<(), OutputError> {
    for sink in sinks {
        let own = if sink.is_file() { Look::plain() } else { look.clone() };
        let text = match (sink.format, query) {
            (Format::Json, Some(expression)) => {
                json::queried(report, expression).map_err(OutputError::Query)?
            }
            (Format::Json, None) => json::render(report),
            (Format::Ndjson, _) => json::lines(report),
            (Format::Short, _) => short::render(report, &own),
            (Format::Text, _) => text::render(report, &own),
        };
        match sink.file {
            Some((path, mut file)) => {
                file.write_all(text.as_bytes()).map_err(|error| OutputError::File(path, error))?
            }
            None => say(&text, look),
        }
    }
    Ok(())
}

/// Prints on standard output. Whoever closes the pipe has read enough.
pub fn say(text: &str, look: &Look) {
    let mut out = anstream::AutoStream::new(io::stdout().lock(), look.choice());
    let _closed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Tells the user something beside the result, on standard error.
pub fn note(text: &str) {
    let mut out = anstream::AutoStream::auto(io::stderr().lock());
    let _closed = writeln!(out, "{text}");
}

/// Whether a person looks at standard error.
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}
