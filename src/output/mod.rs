//! Everything that is printed: renderers of one [`Report`], progress, and messages to the user. The
//! only place that prints.

#![expect(clippy::disallowed_methods, reason = "this is the one place that writes to the terminal")]

mod arn;
mod ascii;
mod assumptions;
mod counts;
mod details;
mod findings;
mod format;
mod github;
pub mod graph;
mod html;
mod json;
mod junit;
mod lines;
mod listing;
mod markdown;
mod outlet;
mod output_error;
mod printable;
mod progress;
mod query;
mod sarif;
mod short;
mod style;
mod terminal;
#[cfg(test)]
mod tests;
mod text;
mod unchecked;
mod verdict;
pub mod xml;

use crate::report::Report;

pub use format::Format;
pub use json::document;
pub use lines::{folded, hanging, labelled, quoted};
pub use outlet::{Outlet, OutputFile};
pub use output_error::OutputError;
pub use progress::{Progress, Trace};
pub use style::{Colour, Look, Marks, Volume};
pub use terminal::{is_watched, note, say, say_json, say_text};

/// Writes the report into each sink.
///
/// # Errors
/// A query that does not fit, or a file that cannot be written. A closed pipe is not an error.
pub fn print(report: &Report, outlet: &Outlet, look: &Look) -> Result<(), OutputError> {
    outlet.fill(look, |format, look, query| match format {
        Format::Json => json::seen_through(query, &json::document(report)),
        Format::Ndjson => Ok(json::lines(report)),
        Format::Short => Ok(short::render(report, look)),
        Format::Text => Ok(text::render(report, look)),
        Format::Junit => Ok(junit::render(report)),
        Format::Github => Ok(github::render(report)),
        Format::Markdown => Ok(markdown::render(report)),
        Format::Sarif => Ok(sarif::render(report)),
        Format::Html => Ok(html::render(report)),
    })
}

/// Writes other output into each sink: as text, or as a document.
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
        other => Err(OutputError::NotResults(other)),
    })
}
