use serde_json::json;

use super::*;
use crate::document::place::Role;
use crate::document::source::Source;

fn read(text: &str) -> Result<Node, InputError> {
    Source::read("web.yaml", Role::Definition, text.as_bytes()).map(|source| source.root)
}

/// The tree as plain JSON; of a repeated key the last one.
fn plain(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Number(number) => number.clone().into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(plain).collect(),
        Value::Map(entries) => {
            entries.iter().map(|entry| (entry.key.to_string(), plain(&entry.node))).collect()
        }
    }
}

#[test]
fn scalars_follow_the_core_schema() {
    for (text, value) in [
        ("yes", json!("yes")),
        ("True", json!(true)),
        ("~", json!(null)),
        ("", json!(null)),
        ("256", json!(256)),
        ("+12", json!(12)),
        ("012", json!(12)),
        ("0o14", json!(12)),
        ("0xFF", json!(255)),
        ("0x+F", json!("0x+F")),
        (".5", json!(0.5)),
        ("1e3", json!(1000.0)),
        ("inf", json!("inf")),
        (".inf", json!(".inf")),
        ("1_000", json!("1_000")),
        ("12:30", json!("12:30")),
        ("'256'", json!("256")),
        ("\"true\"", json!("true")),
        ("!!str 256", json!("256")),
        ("!!int '256'", json!(256)),
        ("$PORT", json!("$PORT")),
    ] {
        let root = read(&format!("value: {text}\n")).unwrap();
        assert_eq!(plain(root.get("value").unwrap()), value, "{text}");
    }
}

#[test]
fn a_value_knows_its_line_and_column() {
    let root =
        read("family: web\ncontainerDefinitions:\n  - name: app\n    image: nginx\n").unwrap();
    let image = root.get("containerDefinitions").unwrap().items()[0].get("image").unwrap();
    assert_eq!(image.place.position, Some(Position { line: 4, column: 12 }));
    assert_eq!(image.place.subject(), "/containerDefinitions/0/image");
}

#[test]
fn aliases_and_merges_are_what_they_stand_for() {
    let root = read(
        "base: &base {driver: awslogs, options: {group: a}}\n\
         one: *base\n\
         two: {<<: *base, driver: splunk}\n\
         three: {<<: [{driver: first}, {driver: second, mode: x}]}\n",
    )
    .unwrap();
    assert_eq!(
        plain(root.get("one").unwrap()),
        json!({"driver": "awslogs", "options": {"group": "a"}})
    );
    assert_eq!(
        plain(root.get("two").unwrap()),
        json!({"driver": "splunk", "options": {"group": "a"}})
    );
    assert_eq!(plain(root.get("three").unwrap()), json!({"driver": "first", "mode": "x"}));
    let group = root.get("two").unwrap().get("options").unwrap().get("group").unwrap();
    assert_eq!(group.place.subject(), "/two/options/group");
    assert_eq!(group.place.position, Some(Position { line: 1, column: 48 }));
}

#[test]
fn repeated_keys_are_kept_and_the_last_one_counts() {
    let root = read("family: a\nfamily: b\n").unwrap();
    assert_eq!(root.get("family").unwrap().text(), Some("b"));
    assert_eq!(crate::document::node::duplicates(&root).len(), 1);
}

#[test]
fn a_few_lines_cannot_grow_to_gigabytes() {
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for level in 1..12 {
        let below = format!("*a{},", level - 1).repeat(10);
        bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    assert!(read(&bomb).unwrap_err().message.contains("aliases blow"));
}

#[test]
fn what_cannot_be_read_is_explained() {
    for (text, message, hint) in [
        ("a: 1\n---\nb: 2\n", "second YAML document", "file of its own"),
        ("image: !Ref Image\n", "`!Ref`", "CloudFormation"),
        ("image: !secret x\n", "`!secret`", "remove the tag"),
        ("a: &a [*a]\n", "inside what it stands for", ""),
        ("a: [1\n", "this is not YAML", ""),
        ("? [a]\n: 1\n", "name of a field must be text", ""),
        ("a: {<<: 3}\n", "merges maps", ""),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(error.hint.clone().unwrap_or_default().contains(hint), "{text}: {error}");
        assert!(error.position.is_some(), "{text}: {error}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    for deep in ["[".repeat(200_000), "- ".repeat(5_000), "{a: ".repeat(200_000)] {
        assert!(read(&format!("a: {deep}")).is_err());
    }
}
