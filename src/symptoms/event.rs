//! Texts in documents: the output of describe-tasks, an EventBridge event, the failures of a call.

use serde_json::{Deserializer, Value};

/// Fields that say why, in the spelling of any tool.
const REASONS: &[&str] = &[
    "stoppedreason",
    "stopcode",
    "reason",
    "statusreason",
    "rolloutstatereason",
    "message",
    "errormessage",
    "cause",
    "error",
    "detail",
    "description",
];

/// The texts that a document contains, if the pasted text is or holds one: what ECS said, a line each.
pub(super) fn texts(text: &str) -> Option<String> {
    let start = text.find(['{', '['])?;
    let mut values = Deserializer::from_str(&text[start..]).into_iter::<Value>();
    let document = values.next()?.ok()?;
    if !document.is_object()
        && !document.as_array().is_some_and(|it| it.iter().any(Value::is_object))
    {
        return None;
    }
    let end = start + values.byte_offset();
    let mut found = Vec::new();
    read(&document, 0, &mut found);
    if found.is_empty() {
        return None;
    }
    Some(format!("{}\n{}\n{}", &text[..start], found.join("\n"), &text[end..]))
}

fn read(value: &Value, depth: usize, found: &mut Vec<String>) {
    if depth > 40 {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| read(item, depth + 1, found)),
        Value::Object(fields) => {
            let field = |name: &str| {
                fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, it)| it)
            };
            let word = |name: &str| field(name).and_then(Value::as_str);
            if let (Some(arn), Some(reason)) = (word("arn"), word("reason")) {
                let detail = word("detail").unwrap_or_default();
                found.push(format!("{arn} reason: {reason}\nfailure reason {reason}. {detail}"));
                return;
            }
            if let (Some("statusReason"), Some(reason)) = (word("name"), word("value")) {
                found.push(reason.to_owned());
            }
            if let Some(code) = field("exitCode").and_then(Value::as_i64) {
                let name = word("name").unwrap_or("?");
                found.push(format!("container {name}: exit code {code}"));
            }
            for (key, value) in fields {
                match value.as_str() {
                    Some(text) => read_text(key, text, depth, found),
                    None => read(value, depth + 1, found),
                }
            }
        }
        _ => {}
    }
}

/// A text is a reason by its name, or it is a document in itself.
fn read_text(key: &str, text: &str, depth: usize, found: &mut Vec<String>) {
    if text.trim_start().starts_with(['{', '['])
        && let Ok(document @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text)
    {
        return read(&document, depth + 1, found);
    }
    let key = key.to_ascii_lowercase();
    if REASONS.contains(&key.as_str()) && !text.trim().is_empty() {
        found.push(text.to_owned());
    }
}
