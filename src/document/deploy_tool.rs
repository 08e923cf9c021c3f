//! The tools that register a definition from a file, as far as they differ in what they send.

use super::node::{Entry, Node, Value};

/// A tool that registers a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeployTool {
    /// `aws ecs register-task-definition --cli-input-json`: it validates the file against the API's
    /// model and sends it as it is.
    AwsCli,
    /// `aws-actions/amazon-ecs-deploy-task-definition`: it removes what is empty and what
    /// `DescribeTaskDefinition` adds, validates nothing and sends the rest.
    GithubAction,
}

/// What the action removes
/// (<https://github.com/aws-actions/amazon-ecs-deploy-task-definition/blob/master/index.js>, 2026-07-01).
const IGNORED: [&str; 8] = [
    "compatibilities",
    "taskDefinitionArn",
    "requiresAttributes",
    "revision",
    "status",
    "registeredAt",
    "deregisteredAt",
    "registeredBy",
];

impl DeployTool {
    /// What it makes of the document before it sends it. Places stay those of the file.
    pub fn sent(self, root: &Node) -> Node {
        match self {
            DeployTool::AwsCli => root.clone(),
            DeployTool::GithubAction => {
                let mut sent = filled(root, false);
                if let Value::Map(entries) = &mut sent.value {
                    entries.retain(|entry| !IGNORED.contains(&&*entry.key));
                }
                sent
            }
        }
    }
}

/// A copy without what is null, an empty text, or holds nothing else. In `environment` and in the
/// properties of a proxy the action puts an empty `value` back.
fn filled(node: &Node, keeps_value: bool) -> Node {
    let value = match &node.value {
        Value::Map(entries) => {
            let kept = entries
                .iter()
                .filter(|it| !is_empty(&it.node) || (keeps_value && &*it.key == "value"));
            let copy = |it: &Entry| {
                let keeps = keeps_value || matches!(&*it.key, "environment" | "properties");
                Entry { node: filled(&it.node, keeps), ..it.clone() }
            };
            Value::Map(kept.map(copy).collect())
        }
        Value::List(items) => {
            let kept = items.iter().filter(|it| !is_empty(it));
            Value::List(kept.map(|it| filled(it, keeps_value)).collect())
        }
        other => other.clone(),
    };
    Node { value, place: node.place.clone() }
}

fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.iter().all(is_empty),
        Value::Map(entries) => entries.iter().all(|it| is_empty(&it.node)),
        Value::Bool(_) | Value::Number(_) | Value::Foreign(..) | Value::Unresolved(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::place::Role;
    use crate::document::source::Source;

    fn sent(text: &str) -> String {
        let source = Source::read("a.json", Role::Definition, text.as_bytes()).unwrap();
        written(&DeployTool::GithubAction.sent(&source.root))
    }

    /// The document as text, to compare.
    fn written(node: &Node) -> String {
        let list = |parts: Vec<String>| parts.join(",");
        match &node.value {
            Value::Null => "null".into(),
            Value::Bool(it) => it.to_string(),
            Value::Number(it) => it.to_string(),
            Value::Text(it) | Value::Foreign(_, it) => format!("{it:?}"),
            Value::Unresolved(it) => it.text.clone(),
            Value::List(items) => format!("[{}]", list(items.iter().map(written).collect())),
            Value::Map(entries) => {
                let entry = |it: &Entry| format!("{:?}:{}", it.key, written(&it.node));
                format!("{{{}}}", list(entries.iter().map(entry).collect()))
            }
        }
    }

    #[test]
    fn the_action_removes_what_is_empty_and_what_was_described() {
        for (text, expected) in [
            (r#"{"family": "web", "revision": 3, "status": "ACTIVE"}"#, r#"{"family":"web"}"#),
            (
                r#"{"a": null, "b": "", "c": [], "d": {}, "e": 0, "f": false}"#,
                r#"{"e":0,"f":false}"#,
            ),
            (r#"{"a": [null, "", "x"], "b": {"c": {"d": null}}}"#, r#"{"a":["x"]}"#),
            (
                r#"{"environment": [{"name": "A", "value": ""}, {"name": "", "value": ""}]}"#,
                r#"{"environment":[{"name":"A","value":""}]}"#,
            ),
            (
                r#"{"proxyConfiguration": {"properties": [{"name": "IgnoredGID", "value": ""}]}}"#,
                r#"{"proxyConfiguration":{"properties":[{"name":"IgnoredGID","value":""}]}}"#,
            ),
            // Only at the top, and nothing that it does not know.
            (
                r#"{"containerDefinitions": [{"status": "x"}], "deleteRequestedAt": 1}"#,
                r#"{"containerDefinitions":[{"status":"x"}],"deleteRequestedAt":1}"#,
            ),
        ] {
            assert_eq!(sent(text), expected, "{text}");
        }
    }
}
