use proptest::prelude::*;

use super::*;
use crate::document::node::{DEPTH_LIMIT, duplicates};
use crate::document::place::Position;

fn read(name: &str, text: &str) -> Result<Source, InputError> {
    Source::read(name, Role::Definition, text.as_bytes())
}

fn json(text: &str) -> Node {
    Node::clone(&read("web.json", text).unwrap().root)
}

#[test]
fn a_value_knows_its_line_and_column_in_characters() {
    let root = json("{\r\n  \"日本\": [1,\n\t{\"image\" : \"nginx\"}]}");
    let list = root.get("日本").unwrap();
    assert_eq!(list.place.position, Some(Position { line: 2, column: 9 }));
    let image = list.items()[1].get("image").unwrap();
    assert_eq!(image.place.position, Some(Position { line: 3, column: 13 }));
    assert_eq!(image.place.subject(), "/日本/1/image");
}

#[test]
fn every_encoding_that_people_use_is_read() {
    let text = "{\"family\": \"wäb\"}";
    let wide = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let (little, big) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
    for bytes in [
        text.as_bytes().to_vec(),
        [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        [b"\xFF\xFE", little.as_slice()].concat(),
        [b"\xFE\xFF", big.as_slice()].concat(),
        little,
        big,
    ] {
        let root = Source::read("web.json", Role::Definition, &bytes).unwrap().root;
        let family = root.get("family").unwrap();
        assert_eq!(family.text(), Some("wäb"));
        assert_eq!(family.place.position, Some(Position { line: 1, column: 12 }));
    }
}

#[test]
fn what_the_aws_cli_does_not_decode_is_remarked() {
    let marked = |text: &str| [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for (name, bytes, remark) in [
        ("a.json", b"{}".to_vec(), None),
        ("a.json", marked("{}"), Some("byte order mark")),
        ("a.yaml", marked("a: 1"), None),
        ("a.json", wide("{}"), Some("UTF-16")),
    ] {
        let read = Source::read(name, Role::Definition, &bytes).unwrap();
        let remarked = read.remarks.first().map(|it| it.message);
        assert_eq!(remarked.is_some(), remark.is_some(), "{name}: {remarked:?}");
        assert!(remarked.unwrap_or_default().contains(remark.unwrap_or_default()));
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_place() {
    let error = Source::read("a.json", Role::Definition, b"{\n\"a\": \"\xE4\"}").unwrap_err();
    assert_eq!(error.position, Some(Position { line: 2, column: 7 }));
    assert!(error.message.contains("invalid UTF-8"));
    let error = Source::read("a.json", Role::Definition, b"\xFF\xFE{\0}").unwrap_err();
    assert!(error.message.contains("UTF-16"));
}

#[test]
fn broken_json_is_explained_and_never_read_as_yaml() {
    for (text, message, hint, line, column) in [
        ("{\"a\": 1,\n}", "trailing comma", "remove the comma", 1, 8),
        ("{\"a\": 1 // one\n}", "no comments", "remove the comment", 1, 9),
        ("{\"a\": 1 # one\n}", "no comments", "remove the comment", 1, 9),
        ("{\"a\": 1\n\"b\": 2}", "comma is missing", "separate", 1, 8),
        ("{} {}", "second JSON document", "separate file", 1, 4),
        ("{\"a\": 'x'}", "double quotes", "single quotes", 1, 7),
        ("{\"a\": ucpu}", "`ucpu`", "render it first", 1, 7),
        ("{\"a\": $PORT,\n\"b\": 1}", "`$PORT` is a template", "render the template", 1, 7),
        ("{\"a\": ${X}\n}", "`${X}` is a template", "render the template", 1, 7),
        ("{\"a\": {{ port }}\n}", "`{{ port }}` is a template", "render the template", 1, 8),
        ("{\"a\": <PORT>\n}", "`<PORT>` is a template", "render the template", 1, 7),
        (
            "{\"a\": %{ if x == \"\" }1%{ endif }}",
            "`%{ if x == \"\" }` is a template",
            "render the template",
            1,
            7,
        ),
        ("{\"a\": 1 // ${X}\n}", "no comments", "", 1, 9),
        ("{\"a\": \"x\ny\"}", "not closed", "on the same line", 1, 7),
        ("{\"a\": \"x,\n \"b\": 1}", "not closed", "on the same line", 1, 7),
        ("{\"a\": \"x\n}", "not closed", "on the same line", 1, 7),
        ("{\"a: \"x\"}", "quote is missing", "double quotes", 1, 7),
        ("{\"a\": \"say \"hi\"\"}", "one too many", "quote inside a text", 1, 13),
        ("{\"a\": x\", \"b\": 1}", "no opening quote", "before it", 1, 7),
        ("\"a\": 1}", "does not begin with `{`", "add `{`", 1, 1),
        ("{\"a\": 1}}", "one `}` too many", "too early", 1, 9),
        ("[1]]", "one `]` too many", "too early", 1, 4),
        ("{\"a\": 1}, \"b\": 2}", "ends before this comma", "too early", 1, 9),
        ("[{\"a\": 1}, \"b\": 2}]", "closes the object too early", "remove it", 1, 9),
        ("[{\"a\": 1} \"b\": 2}]", "closes the object too early", "remove it", 1, 9),
        ("[{\"a\": \"\t\"}]", "not JSON: control character", "", 1, 8),
        ("{\"a\": 1", "never closed", "add `}`", 1, 1),
        ("[1, 2", "never closed", "add `]`", 1, 1),
        ("{\"a\" 1}", "colon is missing", "", 1, 6),
        ("{\"a\": }", "value is missing", "", 1, 7),
        ("{\"a\": 01}", "begin with 0", "", 1, 8),
    ] {
        let error = read("-", text).unwrap_err();
        assert_eq!(&*error.document, "<stdin>");
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(error.hint.clone().unwrap_or_default().contains(hint), "{text}: {error}");
        assert_eq!(error.position, Some(Position { line, column }), "{text}: {error}");
    }
}

#[test]
fn an_empty_document_is_refused() {
    for (text, message) in
        [("", "is empty"), (" \n\t\n", "nothing but white space"), ("\u{feff}", "is empty")]
    {
        assert!(read("a.json", text).unwrap_err().message.contains(message));
    }
}

#[test]
fn the_format_follows_the_name_then_the_text() {
    assert!(read("a.yaml", "family: web").is_ok());
    assert!(read("a.yml", "{\n\t\"family\": \"web\"\n}").is_ok(), "JSON with tabs in a YAML file");
    assert!(read("-", "family: web").is_ok());
    assert!(read("-", "# ours\nfamily: [web").unwrap_err().message.contains("not YAML"));
    assert!(read("-", "hello").unwrap_err().message.contains("neither JSON nor"));
    assert!(read("-", "- family").unwrap_err().message.contains("neither JSON nor"));
    assert!(read("a.json", "family: web").unwrap_err().message.contains("not JSON"));
}

#[test]
fn a_repeated_key_keeps_both_places_and_the_last_value_counts() {
    let root = json("{\"a\": {\"x\": 1,\n\"x\": 2}, \"b\": [{\"y\": 1, \"y\": 2}]}");
    assert_eq!(root.get("a").unwrap().get("x").unwrap().value, Value::Number(2.into()));
    let found = duplicates(&root);
    let told: Vec<_> =
        found.iter().map(|it| (it.repeated.subject(), it.ignored.position)).collect();
    assert_eq!(
        told,
        [
            ("/a/x".to_owned(), Some(Position { line: 1, column: 8 })),
            ("/b/0/y".to_owned(), Some(Position { line: 2, column: 17 })),
        ]
    );
}

#[test]
fn a_registered_definition_has_pointers_but_no_positions() {
    let value = serde_json::json!({"a": [{"b/c": 1}]});
    let source = Source::from_json_value("web:7", Role::Definition, &value);
    let leaf = &source.root.get("a").unwrap().items()[0].get("b/c").unwrap().place;
    assert_eq!((leaf.subject().as_str(), leaf.position), ("/a/0/b~1c", None));
}

#[test]
fn deep_nesting_is_refused_without_recursion() {
    for deep in ["[".repeat(200_000), "{\"a\":".repeat(200_000)] {
        assert!(read("a.json", &deep).unwrap_err().message.contains("nested more than"));
    }
    let fits = format!("{}{}", "[".repeat(DEPTH_LIMIT), "]".repeat(DEPTH_LIMIT));
    assert!(read("a.json", &fits).is_ok());
}

#[test]
fn one_line_of_ten_megabytes_is_read_at_once() {
    let item = "{\"name\":\"app\",\"image\":\"nginx\"},";
    let text = format!("[{}1]", item.repeat(10_000_000 / item.len()));
    let begun = std::time::Instant::now();
    json(&text);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

/// Every node below `node` has a position that some character of `text`, or its end, has too.
fn assert_inside(node: &Node, text: &str) {
    let Position { line, column } = node.place.position.unwrap();
    let lines: Vec<&str> = text.split('\n').collect();
    let length = lines.get(line as usize - 1).map(|line| line.chars().count());
    assert!(
        length.is_some_and(|length| column as usize <= length + 1),
        "{line}:{column} in {text:?}"
    );
    let children = node.entries().iter().map(|entry| &entry.node).chain(node.items());
    children.for_each(|child| assert_inside(child, text));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for name in ["a.json", "a.yaml", "-"] {
            let _ = Source::read(name, Role::Definition, &bytes);
        }
    }

    #[test]
    fn every_position_is_inside_the_text(text in "[\\[\\]{},: \n\"'a1é日&*!|>#-]{0,40}") {
        for name in ["a.json", "a.yaml", "-"] {
            match read(name, &text) {
                Ok(source) => assert_inside(&source.root, &text),
                Err(error) => { let _ = error.to_string(); }
            }
        }
    }

    #[test]
    fn written_json_is_read_back_with_its_positions(value in any_json()) {
        let text = serde_json::to_string_pretty(&value).unwrap();
        assert_inside(&json(&text), &text);
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        ".{0,8}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::vec((".{0,5}", inner), 0..5)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}
