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
    /// The format has no place for a diagnosis.
    NotDiagnoses(Format),
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
                    "--format {}: only commands that run checks have it; use {}",
                    format.name(),
                    names(|it| !it.is_of_results())
                )
            }
            OutputError::NotDiagnoses(format) => {
                write!(
                    f,
                    "--format {}: it has problems in files only, and a diagnosis is about a task; use {}",
                    format.name(),
                    names(Format::is_of_diagnoses)
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

/// `text, short or json`: the formats for which this holds.
fn names(is_meant: fn(Format) -> bool) -> String {
    let known = Format::ALL.iter().filter(|(_, format)| is_meant(*format));
    let known: Vec<&str> = known.map(|(name, _)| *name).collect();
    match known.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => known.concat(),
    }
}
