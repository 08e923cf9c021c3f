//! Evaluates expressions of the cluster query language.
//!
//! Each line of standard input is a case in JSON: an `id`, an `expression` and an `instance`. For each, a line
//! with `{"id", "result", "position"}` is printed: the result is `true`, `false`, `"unknown"` or, with the
//! position in characters from 0, `"error"`.

#![expect(clippy::disallowed_methods, reason = "an example prints what it finds")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Write};

use aws_ecs_preflight::placement::query::{Facts, Query, Truth, registration_time};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Case {
    id: String,
    expression: String,
    instance: Instance,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Instance {
    #[serde(default)]
    agent_connected: bool,
    agent_version: Option<String>,
    ec2_instance_id: Option<String>,
    registered_at: Option<String>,
    #[serde(default)]
    running_tasks_count: i64,
    task_groups: Option<BTreeSet<String>>,
    #[serde(default)]
    attributes: BTreeMap<String, Option<String>>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let Case { id, expression, instance } = serde_json::from_str(&line)?;
        let answer = match expression.parse::<Query>() {
            Err(error) => json!({"id": id, "result": "error", "position": error.position}),
            Ok(query) => {
                let result = match query.matches(&instance.facts()) {
                    Truth::True => json!(true),
                    Truth::False => json!(false),
                    Truth::Unknown => json!("unknown"),
                };
                json!({"id": id, "result": result, "position": null})
            }
        };
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

impl Instance {
    fn facts(&self) -> Facts<'_> {
        Facts {
            agent_connected: self.agent_connected,
            agent_version: self.agent_version.as_deref(),
            ec2_instance_id: self.ec2_instance_id.as_deref(),
            registered_at: self.registered_at.as_deref().and_then(registration_time),
            running_tasks: self.running_tasks_count,
            task_groups: self.task_groups.as_ref(),
            attributes: &self.attributes,
        }
    }
}
