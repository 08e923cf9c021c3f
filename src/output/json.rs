//! The JSON formats: one document, or one line per result.

use jmespath::Expression;
use serde::Serialize;
use serde_json::{Value, json};

use super::output_error::OutputError;
use crate::report::Report;

const SCHEMA_VERSION: u32 = 1;

fn tool() -> Value {
    json!({"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")})
}

/// The report as one JSON document.
pub fn document(report: &Report) -> Value {
    match report.targets.as_slice() {
        [only] => json!({
            "schema_version": SCHEMA_VERSION,
            "tool": tool(),
            "target": only.target,
            "verdict": only.verdict,
            "summary": only.summary,
            "checks": only.checks,
            "notes": report.notes,
            "stats": report.stats,
        }),
        targets => json!({
            "schema_version": SCHEMA_VERSION,
            "tool": tool(),
            "verdict": report.verdict(),
            "summary": report.summary(),
            "targets": targets,
            "notes": report.notes,
            "stats": report.stats,
        }),
    }
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

/// One line per result, then the end of the run.
pub(super) fn lines(report: &Report) -> String {
    let mut text = String::new();
    let mut line = |value: Value| {
        text.push_str(&value.to_string());
        text.push('\n');
    };
    line(
        json!({"type": "run", "schema_version": SCHEMA_VERSION, "tool": tool(), "notes": report.notes}),
    );
    for (index, target) in report.targets.iter().enumerate() {
        line(json!({"type": "target", "index": index, "target": target.target}));
        for check in &target.checks {
            line(json!({"type": "check", "target": index, "check": check}));
        }
    }
    line(json!({
        "type": "end",
        "verdict": report.verdict(),
        "summary": report.summary(),
        "stats": report.stats,
    }));
    text
}
