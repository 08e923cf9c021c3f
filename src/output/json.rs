//! The JSON forms: one document, or a line for each result.

use serde::Serialize;
use serde_json::{Value, json};

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

pub(super) fn render(report: &Report) -> String {
    pretty(&document(report))
}

pub(super) fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// The document, seen through a JMESPath expression.
pub(super) fn queried(report: &Report, expression: &str) -> Result<String, String> {
    let compiled = jmespath::compile(expression).map_err(|error| error.to_string())?;
    let data = jmespath::Variable::from_json(&document(report).to_string())?;
    let found = compiled.search(data).map_err(|error| error.to_string())?;
    Ok(pretty(&found))
}

/// Each result on a line of its own, then the end of the run.
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
