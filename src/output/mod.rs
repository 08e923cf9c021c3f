//! Everything that is printed: renderers of one [`Report`], progress, and messages to the user. The
//! only place that prints.

#![expect(clippy::disallowed_methods, reason = "this is the one place that writes to the terminal")]

mod answer;
mod arn;
mod ascii;
mod assumptions;
mod counts;
mod details;
mod findings;
mod format;
mod github;
mod gitlab;
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
mod rendered;
mod rollout;
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

use crate::diagnosis::Diagnosis;
use crate::report::Report;
use rendered::Rendered;

pub use format::Format;
pub use json::document;
pub use lines::{folded, hanging, labelled, quoted};
pub use outlet::{Outlet, OutputFile};
pub use output_error::OutputError;
pub use progress::{Progress, Trace};
pub use rollout::Rollout;
pub use style::{Colour, Look, Marks, Volume};
pub use terminal::{is_watched, note, say, say_json, say_text};

/// Writes the report into each sink.
///
/// # Errors
/// A query that does not fit, or a file that cannot be written. A closed pipe is not an error.
pub fn print(report: &Report, outlet: &Outlet, look: &Look) -> Result<(), OutputError> {
    outlet.fill(look, |format, look, query| rendered(report, format, look, query))
}

fn rendered<'r>(
    report: &'r Report,
    format: Format,
    look: &Look,
    query: Option<&jmespath::Expression>,
) -> Result<Rendered<'r>, OutputError> {
    let text = match format {
        Format::Json if query.is_none() => {
            return Ok(Rendered::json(|out| json::write(report, out)));
        }
        Format::Ndjson => return Ok(Rendered::json(|out| json::write_lines(report, out))),
        Format::Json => json::seen_through(query, &json::document(report))?,
        Format::Short => short::render(report, look),
        Format::Text => text::render(report, look),
        Format::Junit => junit::render(report),
        Format::Github => github::render(report),
        Format::Gitlab => gitlab::render(report),
        Format::Markdown => markdown::render(report),
        Format::Sarif => sarif::render(report),
        Format::Html => html::render(report),
    };
    Ok(Rendered::whole(format, text))
}

/// Writes a diagnosis, with the report of its checks, into each sink.
///
/// # Errors
/// A query that does not fit, or a file that cannot be written.
pub fn print_diagnosis(
    diagnosis: &Diagnosis,
    report: &Report,
    outlet: &Outlet,
    look: &Look,
) -> Result<(), OutputError> {
    let whole = |format, look: &Look, query: Option<&jmespath::Expression>| match format {
        Format::Json => {
            let mut document = json::document(report);
            document["diagnosis"] = diagnosis.document();
            json::seen_through(query, &document)
        }
        Format::Ndjson => {
            let line = serde_json::json!({"type": "diagnosis", "diagnosis": diagnosis.document()});
            Ok(format!("{}{line}\n", json::lines(report)?))
        }
        Format::Text => Ok(text::diagnosis::render(diagnosis, report, look)),
        Format::Short => {
            let results = short::render(report, look);
            Ok(format!("{results}{}", text::diagnosis::short(diagnosis, look)))
        }
        Format::Junit => Ok(junit::of_diagnosis(diagnosis, report)),
        Format::Github => Ok(github::of_diagnosis(diagnosis, report)),
        Format::Markdown => Ok(markdown::of_diagnosis(diagnosis, report)),
        Format::Sarif => Ok(sarif::of_diagnosis(diagnosis, report)),
        Format::Html => Ok(html::of_diagnosis(diagnosis, report)),
        Format::Gitlab => Err(OutputError::NotDiagnoses(format)),
    };
    outlet
        .fill(look, |format, look, query| Ok(Rendered::whole(format, whole(format, look, query)?)))
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
    outlet.fill(look, |format, _, query| {
        let text = match format {
            Format::Json => json::seen_through(query, document)?,
            Format::Ndjson => format!("{document}\n"),
            Format::Short | Format::Text => text.to_owned(),
            other => return Err(OutputError::NotResults(other)),
        };
        Ok(Rendered::whole(format, text))
    })
}
