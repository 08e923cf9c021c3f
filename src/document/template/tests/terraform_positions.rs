use super::*;
use crate::document::node::{Node, Value};
use crate::document::{Role, Source};
use serde_json::{Value as Json, json};

fn plan(containers: &str) -> Json {
    let after = json!({"family": "web", "container_definitions": containers});
    let change = json!({"actions": ["create"], "after": after, "after_unknown": {}});
    json!({"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": [
        {"address": "aws_ecs_task_definition.a", "mode": "managed", "type": "aws_ecs_task_definition", "change": change},
        {"address": "aws_ecs_task_definition.b", "mode": "managed", "type": "aws_ecs_task_definition", "change": change},
    ]})
}

/// What the plan has at the places of all texts in the containers, with these texts.
fn found(text: &str) -> Vec<(String, String)> {
    let source = Source::read("plan.json", Role::Definition, text.as_bytes()).unwrap();
    let lines: Vec<&str> = text.split('\n').collect();
    let mut all = Vec::new();
    for it in declared(&source, &Surroundings::default()).unwrap() {
        texts(it.definition.root.get("containerDefinitions").unwrap(), &lines, &mut all);
    }
    all
}

fn texts(node: &Node, lines: &[&str], all: &mut Vec<(String, String)>) {
    if let Value::Text(text) = &node.value {
        let at = node.place.position.unwrap();
        let rest: String =
            lines[at.line as usize - 1].chars().skip(at.column as usize - 1).collect();
        all.push((text.clone(), rest));
    }
    node.items().iter().for_each(|it| texts(it, lines, all));
    node.entries().iter().for_each(|it| texts(&it.node, lines, all));
}

#[test]
fn a_value_in_the_text_of_an_attribute_has_its_column_in_the_plan() {
    let containers = "[\n  {\"name\": \"a\u{e9}\u{1f600}\", \"command\": [\"<b> & \\\"c\\\"\", \"\\\\d\"],\r\n \"image\":\t\"web:1\"}\r]";
    let pretty = |plan: &Json| serde_json::to_string_pretty(plan).unwrap();
    // As Go writes it, with what Python does to letters outside ASCII.
    let escaped = plan(containers)
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{e9}', "\\u00e9")
        .replace('\u{1f600}', "\\ud83d\\ude00");
    for text in [plan(containers).to_string(), pretty(&plan(containers)), escaped] {
        let found = found(&text);
        assert_eq!(found.len(), 8);
        for (value, rest) in found {
            let begins = rest.replace("\\u003c", "<").replace("\\u00e9", "\u{e9}");
            let begins = begins.strip_prefix("\\\"").unwrap_or_else(|| panic!("{value}: {rest}"));
            let first: String = value.chars().take(2).collect();
            match value.as_str() {
                "\\d" => assert!(begins.starts_with("\\\\\\\\d"), "{rest}"),
                _ => assert!(begins.starts_with(&first), "{value}: {rest}"),
            }
        }
    }
}

#[test]
fn the_column_of_an_image_is_that_in_the_line_of_the_plan() {
    let text = plan(r#"[{"name": "app", "image": "web:1"}]"#).to_string();
    let source = Source::read("plan.json", Role::Definition, text.as_bytes()).unwrap();
    let found = declared(&source, &Surroundings::default()).unwrap();
    let container = &found[1].definition.root.get("containerDefinitions").unwrap().items()[0];
    let place = &container.get("image").unwrap().place;
    let column = text.rfind(r#"\"web:1\""#).unwrap() + 1;
    assert_eq!(place.to_string(), format!("plan.json:1:{column}"));
    assert_eq!(
        place.pointer.to_string(),
        "/resource_changes/1/change/after/container_definitions/0/image"
    );
}
