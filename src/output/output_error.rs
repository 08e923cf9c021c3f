//! Errors of output.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::format::Format;

/// Why output failed.
#[derive(Debug)]
pub enum OutputError {
    /// The format is not known.
    Format(String),
    /// The format can hold results of checks only.
    NotResults(Format),
    /// Two formats have the same place.
    Twice(String),
    /// The file cannot be written.
    File(PathBuf, io::Error),
    /// Standard output cannot be written.
    Stdout(io::Error),
    /// The JMESPath expression is wrong, or does not fit.
    Query(String),
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            OutputError::Format(word) => {
                let known: Vec<_> = Format::ALL.iter().map(|(name, _)| *name).collect();
                write!(f, "there is no format {word:?}; use one of {}", known.join(", "))
            }
            OutputError::NotResults(format) => {
                write!(
                    f,
                    "--format {}: only commands that run checks have it; use text or json",
                    format.name()
                )
            }
            OutputError::Twice(place) => {
                write!(f, "two formats go to {place}: pass --format FORMAT=FILE for one of them")
            }
            OutputError::File(path, error) => write!(f, "cannot write {}: {error}", path.display()),
            OutputError::Stdout(error) => write!(f, "cannot write standard output: {error}"),
            OutputError::Query(why) => write!(f, "--query: {why}"),
        }
    }
}
