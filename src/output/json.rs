//! The JSON formats: one document, or one line per result.

use std::io::{self, Write};

use jmespath::Expression;
use serde::Serialize;
use serde_json::{Value, json};

use super::output_error::OutputError;
use crate::report::{CheckResult, Outcome, Report, Stats, Summary, Target, TargetReport};

const SCHEMA_VERSION: u32 = 1;

fn tool() -> Value {
    json!({"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")})
}

/// The report as one JSON document, which is written without a copy of it: it may have hundreds of thousands of
/// results.
#[derive(Serialize)]
#[serde(untagged)]
enum Document<'r> {
    /// Of one target.
    One {
        schema_version: u32,
        tool: Value,
        target: &'r Target,
        verdict: Outcome,
        summary: Summary,
        checks: &'r [CheckResult],
        notes: &'r [String],
        stats: Stats,
    },
    /// Of several.
    Several {
        schema_version: u32,
        tool: Value,
        verdict: Outcome,
        summary: Summary,
        targets: &'r [TargetReport],
        notes: &'r [String],
        stats: Stats,
    },
}

impl Document<'_> {
    fn of(report: &Report) -> Document<'_> {
        let (schema_version, tool) = (SCHEMA_VERSION, tool());
        let (notes, stats) = (report.notes.as_slice(), report.stats);
        match report.targets.as_slice() {
            [only] => Document::One {
                schema_version,
                tool,
                target: &only.target,
                verdict: only.verdict,
                summary: only.summary,
                checks: &only.checks,
                notes,
                stats,
            },
            targets => Document::Several {
                schema_version,
                tool,
                verdict: report.verdict(),
                summary: report.summary(),
                targets,
                notes,
                stats,
            },
        }
    }
}

/// The report as one JSON document, to look into.
pub fn document(report: &Report) -> Value {
    serde_json::to_value(Document::of(report)).unwrap_or(Value::Null)
}

/// Writes the report as one JSON document, piece by piece: it may have hundreds of megabytes.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document::of(report))?;
    out.write_all(b"\n")
}

fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// The document, or the part that a JMESPath expression selects.
pub(super) fn seen_through(
    query: Option<&Expression>,
    document: &Value,
) -> Result<String, OutputError> {
    let Some(query) = query else { return Ok(pretty(document)) };
    let data = jmespath::Variable::from_json(&document.to_string()).map_err(OutputError::Query)?;
    let found = query.search(data).map_err(|error| OutputError::Query(error.to_string()))?;
    Ok(pretty(&found))
}

/// The line of one result.
#[derive(Serialize)]
struct CheckLine<'r> {
    #[serde(rename = "type")]
    kind: &'static str,
    target: usize,
    check: &'r CheckResult,
}

/// One line per result, then the end of the run.
pub(super) fn lines(report: &Report) -> Result<String, OutputError> {
    let mut text = Vec::new();
    write_lines(report, &mut text).map_err(OutputError::Stdout)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Writes one line per result, then the end of the run.
pub(super) fn write_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let begin = json!({"type": "run", "schema_version": SCHEMA_VERSION, "tool": tool(), "notes": report.notes});
    writeln!(out, "{begin}")?;
    for (target, it) in report.targets.iter().enumerate() {
        let line = json!({"type": "target", "index": target, "target": it.target});
        writeln!(out, "{line}")?;
        for check in &it.checks {
            serde_json::to_writer(&mut *out, &CheckLine { kind: "check", target, check })?;
            out.write_all(b"\n")?;
        }
    }
    let end = json!({
        "type": "end",
        "verdict": report.verdict(),
        "summary": report.summary(),
        "stats": report.stats,
    });
    writeln!(out, "{end}")
}
