use serde_json::json;

use super::*;
use crate::document::place::Role;
use crate::document::source::Source;

fn read(text: &str) -> Result<Node, InputError> {
    Source::read("web.yaml", Role::Definition, text.as_bytes())
        .map(|source| Node::clone(&source.root))
}

/// The tree as plain JSON; of a repeated key the last one.
fn plain(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Number(number) => number.clone().into(),
        Value::Text(text) => text.as_str().into(),
        Value::Foreign(kind, text) => format!("{kind:?} {text}").into(),
        Value::Unresolved(it) => it.text.as_str().into(),
        Value::List(items) => items.iter().map(plain).collect(),
        Value::Map(entries) => {
            entries.iter().map(|entry| (entry.key.to_string(), plain(&entry.node))).collect()
        }
    }
}

#[test]
fn short_tags_of_a_template_are_its_functions() {
    let text = "Resources:\n  A:\n    Type: B\n    C: !Ref D\n    E: !GetAtt F.G\n    H: !If [I, !Sub '${J}', !Ref K]\n    L: !Condition M\n    N: [!Ref '1']\n";
    let root = read(text).unwrap();
    let resource = root.get("Resources").unwrap().get("A").unwrap();
    assert_eq!(
        plain(resource),
        json!({
            "Type": "B", "C": {"Ref": "D"}, "E": {"Fn::GetAtt": "F.G"},
            "H": {"Fn::If": ["I", {"Fn::Sub": "${J}"}, {"Ref": "K"}]}, "L": {"Condition": "M"},
            "N": [{"Ref": "1"}],
        })
    );
    let choice = resource.get("H").unwrap().get("Fn::If").unwrap();
    assert_eq!(choice.items()[1].place.to_string(), "web.yaml:6:16");
    assert_eq!(resource.get("C").unwrap().place.subject(), "/Resources/A/C");
    assert!(read("Resources: {A: {Type: B, C: !Own D}}").is_err());
}

#[test]
fn scalars_are_what_the_aws_cli_reads() {
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
        (".inf", json!("NotFinite .inf")),
        ("-.INF", json!("NotFinite -.INF")),
        (".nan", json!("NotFinite .nan")),
        ("1_000", json!(1000)),
        ("_1", json!("_1")),
        ("1_0.5", json!(10.5)),
        ("0b11", json!(3)),
        ("-0x1F", json!(-31)),
        ("0o8", json!("0o8")),
        ("1e", json!("1e")),
        ("1,000", json!("1,000")),
        ("18446744073709551615", json!(18_446_744_073_709_551_615_u64)),
        ("12:30", json!("12:30")),
        ("2024-01-31", json!("Date 2024-01-31")),
        ("2024-1-31", json!("2024-1-31")),
        ("2024-1-31 10:00:00", json!("Date 2024-1-31 10:00:00")),
        ("2024-01-31T10:00:00.5+01:00", json!("Date 2024-01-31T10:00:00.5+01:00")),
        ("2024-01-31T10:00", json!("2024-01-31T10:00")),
        ("'2024-01-31'", json!("2024-01-31")),
        ("111122223333-app-1", json!("111122223333-app-1")),
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
fn a_repeated_key_is_refused_as_the_aws_cli_does() {
    let error = read("a:\n  x: 1\n  y: 2\n  x: 3\n").unwrap_err();
    assert!(error.message.contains("`x` is given twice: the first is in line 2"), "{error}");
    assert_eq!(error.position, Some(Position { line: 4, column: 3 }));
    assert!(read("a: {x: 1}\nb: {x: 1}\n").is_ok());
}

#[test]
fn a_few_lines_cannot_grow_to_gigabytes() {
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for level in 1..12 {
        let below = format!("*a{},", level - 1).repeat(10);
        bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    assert!(read(&bomb).unwrap_err().message.contains("aliases expand"));
    // As many values as a large template has may be repeated.
    let list = "x,".repeat(5_000);
    assert!(
        read(&format!("a: &a [{list}]\nb: [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n")).is_ok()
    );
}

#[test]
fn what_cannot_be_read_is_explained() {
    for (text, message, hint) in [
        ("a: 1\n---\nb: 2\n", "second YAML document", "separate file"),
        ("image: !Ref Image\n", "`!Ref`", "CloudFormation"),
        ("image: !secret x\n", "`!secret`", "remove the tag"),
        ("image: !!binary aGk=\n", "`!!binary`: task definitions have no such tag", "plain text"),
        ("a: {b: !!python/object:os.system x}\n", "`!!python/object:os.system`", "plain text"),
        ("a: !!set {x}\n", "`!!set`", "plain text"),
        ("!!binary a: 1\n", "`!!binary`", "plain text"),
        ("Resources: {A: !!omap [a: 1]}\n", "`!!omap`", "plain text"),
        ("a: &a [*a]\n", "alias refers to itself", ""),
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
