use super::*;
use crate::document::place::Role;
use crate::document::source::Source;
use crate::knowledge::Ground;

fn node(json: &str) -> Node {
    let source = Source::read("a.json", Role::Definition, json.as_bytes()).unwrap();
    Node::clone(&source.root)
}

fn why<T: std::fmt::Debug>(field: &Field<T>) -> String {
    match field.get() {
        Err(Stop::Gap(Gap::Unresolved { why })) => why,
        Err(Stop::Absent(lack)) => match lack.ground {
            Ground::Malformed(subject) => format!("{subject}: {}", lack.absence.sentence),
            other => format!("{other:?}"),
        },
        other => format!("{other:?}"),
    }
}

#[test]
fn what_is_written_in_another_form_is_understood() {
    let owner = node(r#"{"cpu": 256, "half": 0.5, "port": "80", "on": "true", "off": false}"#);
    assert_eq!(Field::<String>::of(&owner, "cpu").get().unwrap().unwrap(), "256");
    assert_eq!(Field::<String>::of(&owner, "half").get().unwrap().unwrap(), "0.5");
    assert_eq!(Field::<i64>::of(&owner, "port").get().unwrap(), Some(&80));
    assert_eq!(Field::<bool>::of(&owner, "on").get().unwrap(), Some(&true));
    assert_eq!(Field::<bool>::of(&owner, "off").get().unwrap(), Some(&false));
}

#[test]
fn null_is_missing_and_has_the_place_of_the_owner() {
    let owner = node("{\n  \"cpu\": null}");
    for name in ["cpu", "memory"] {
        let field = Field::<String>::of(&owner, name);
        assert!(field.is_missing(), "{name}");
        assert_eq!(field.place().subject(), "");
    }
}

#[test]
fn what_cannot_be_read_says_why_and_where() {
    let owner = node(
        r#"{"cpu": [1], "image": "a/${NAME}:1", "n": 1.5, "ports": "$PORTS", "port": "http"}"#,
    );
    let cpu = Field::<i64>::of(&owner, "cpu");
    assert_eq!(why(&cpu), "/cpu: cpu is written as a list where a whole number belongs");
    assert_eq!(cpu.place().subject(), "/cpu");
    assert_eq!(why(&Field::<String>::of(&owner, "image")), "`${NAME}` in /image is a placeholder");
    assert_eq!(
        why(&Field::<i64>::of(&owner, "n")),
        "/n: n is written as a number where a whole number belongs"
    );
    assert_eq!(
        why(&Field::<Vec<String>>::of(&owner, "ports")),
        "`$PORTS` in /ports is a placeholder"
    );
    assert_eq!(
        why(&Field::<i64>::of(&owner, "port")),
        "/port: port is written as text where a whole number belongs"
    );
}

#[test]
fn what_some_client_lets_pass_is_not_malformed() {
    let owner = node(r#"{"count": true, "list": ["a", null, ["b"]]}"#);
    let count = Field::<i64>::of(&owner, "count");
    assert_eq!(why(&count), "count is written as true or false where a whole number belongs");
    let list = Field::<Vec<Field<String>>>::of(&owner, "list");
    let items = list.items().unwrap();
    assert!(items[1].is_missing());
    assert_eq!(why(&items[2]), "/list/2: an item is written as a list where text belongs");
    let whole = Field::<Vec<String>>::of(&owner, "list");
    assert_eq!(why(&whole), "item 2 of list is written as null where text belongs");
}

#[test]
fn a_shell_may_expand_what_stands_in_a_command() {
    let owner = node(r#"{"command": ["echo", "$HOME", 3]}"#);
    let command = Field::<Vec<Verbatim>>::of(&owner, "command");
    let words: Vec<&str> = command.items().unwrap().iter().map(|it| &*it.0).collect();
    assert_eq!(words, ["echo", "$HOME", "3"]);
}

#[test]
fn one_unreadable_item_leaves_the_others_readable() {
    let owner = node(r#"{"subnets": ["subnet-1", "${B}"]}"#);
    let subnets = Field::<Vec<Field<String>>>::of(&owner, "subnets");
    let items = subnets.items().unwrap();
    assert_eq!(items[0].get().unwrap().unwrap(), "subnet-1");
    assert_eq!(why(&items[1]), "`${B}` in /subnets/1 is a placeholder");
}
