use super::*;
use crate::document::{Role, Source};
use serde_json::{Value as Json, json};

fn known() -> Surroundings {
    Surroundings {
        region: "eu-central-1".parse().ok(),
        account: Some("111122223333".to_owned()),
        ..Surroundings::default()
    }
}

/// Reads everything that a document declares, and counts it.
fn survey(bytes: &[u8], known: &Surroundings) -> usize {
    let Ok(source) = Source::read("template", Role::Definition, bytes) else { return 0 };
    if !is_template(&source) {
        return 0;
    }
    let outputs = outputs(&source, known).len();
    let found = declared(&source, known).unwrap_or_default();
    let others = nested(&source, known).len() + described(&source, known).len();
    found.len() + roles(&source, known).len() + others + outputs
}

/// How much a template declares, read on a stack of the size that threads have by default.
fn size(document: &Json) -> usize {
    let bytes = document.to_string().into_bytes();
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(move || survey(&bytes, &known()))
        .unwrap()
        .join()
        .unwrap()
}

fn task(image: Json) -> Json {
    let container = json!({"Name": "web", "Image": image, "Memory": 128});
    json!({"Type": "AWS::ECS::TaskDefinition", "Properties": {"Family": "web", "ContainerDefinitions": [container]}})
}

/// A value with another one at this depth.
fn deep(inner: Json, depth: usize) -> Json {
    (0..depth).fold(inner, |it, _| json!({"Fn::Join": ["", [it]]}))
}

#[test]
fn resources_that_refer_to_each_other_at_depth_are_read_to_an_end() {
    let mut resources = serde_json::Map::new();
    resources.insert("Task".to_owned(), task(json!({"Ref": "R0"})));
    for number in 0..60 {
        let name = deep(json!({"Ref": format!("R{}", (number + 1) % 60)}), 28);
        let role = json!({"Type": "AWS::IAM::Role", "Properties": {"RoleName": name}});
        resources.insert(format!("R{number}"), role);
    }
    assert!(size(&json!({"Resources": resources})) > 0);
}

#[test]
fn conditions_and_choices_in_a_circle_end() {
    let choice = |name: &str| json!({"Fn::If": [name, "x", "y"]});
    let document = json!({
        "Conditions": {
            "A": {"Fn::Equals": [choice("A"), "x"]},
            "B": {"Fn::Not": [{"Fn::Equals": [deep(choice("C"), 28), "x"]}]},
            "C": {"Fn::Or": [{"Condition": "B"}, {"Fn::Equals": [choice("B"), choice("A")]}]},
        },
        "Resources": {"Task": task(deep(choice("C"), 25))},
        "Outputs": {"O": {"Condition": "A", "Value": choice("B")}},
    });
    assert_eq!(size(&document), 2);
}

/// Fails if it takes longer, even where tests share the processor. Without a memory each of them takes years.
fn ends_soon(document: &Json) -> usize {
    let started = std::time::Instant::now();
    let found = size(document);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    found
}

#[test]
fn conditions_of_ten_conditions_each_are_read_once_each() {
    for (function, last) in [
        ("Fn::And", json!({"Fn::Equals": ["a", "a"]})),
        ("Fn::Or", json!({"Fn::Equals": ["a", "b"]})),
        ("Fn::And", json!({"Fn::Equals": [{"Ref": "P"}, "b"]})),
        ("Fn::And", json!({"Condition": "C0"})),
    ] {
        let mut conditions = serde_json::Map::new();
        for number in 0..40 {
            let next = vec![json!({"Condition": format!("C{}", number + 1)}); 10];
            conditions.insert(format!("C{number}"), json!({function: next}));
        }
        conditions.insert("C40".to_owned(), last);
        let document = json!({
            "Parameters": {"P": {"Type": "String"}},
            "Conditions": conditions,
            "Resources": {"Task": task(json!({"Fn::If": ["C0", "x", "y"]}))},
        });
        assert_eq!(ends_soon(&document), 1);
    }
}

#[test]
fn choices_in_conditions_and_names_of_ten_names_each_are_read_once_each() {
    let choice = |name: &str, yes: Json| json!({"Fn::If": [name, yes, "b"]});
    let mut conditions = serde_json::Map::new();
    let mut resources = serde_json::Map::new();
    for number in 0..25 {
        let next = format!("C{}", number + 1);
        let inner = choice(&next, choice(&next, json!("a")));
        let equals = json!({"Fn::Equals": [inner.clone(), inner]});
        conditions.insert(format!("C{number}"), equals);
        let names = vec![json!({"Ref": format!("R{}", number + 1)}); 10];
        let role = json!({"Type": "AWS::IAM::Role", "Properties": {"RoleName": {"Fn::Join": ["", names]}}});
        resources.insert(format!("R{number}"), role);
    }
    conditions.insert("C25".to_owned(), json!({"Fn::Equals": [{"Ref": "P"}, "a"]}));
    let last = json!({"Type": "AWS::IAM::Role", "Properties": {"RoleName": {"Ref": "P"}}});
    resources.insert("R25".to_owned(), last);
    resources.insert("Task".to_owned(), task(choice("C0", json!({"Ref": "R0"}))));
    let parameters = json!({"P": {"Type": "String"}});
    let document =
        json!({"Parameters": parameters, "Conditions": conditions, "Resources": resources});
    assert!(ends_soon(&document) > 0);
}

#[test]
fn mappings_texts_and_splits_that_lead_to_themselves_end() {
    let find = |inner: Json| json!({"Fn::FindInMap": [inner, "a", "b", {"DefaultValue": {"Ref": "Task"}}]});
    let nested = (0..15).fold(json!({"Ref": "Name"}), |it, _| find(it));
    let text = json!({"Fn::Sub": ["${A}${B}", {"A": {"Fn::Sub": "${Task}${Name}"}, "B": nested}]});
    let document = json!({
        "Parameters": {"Name": {"Type": "String", "Default": "${Name}"}},
        "Mappings": {"${Name}": {"a": {"b": {"Ref": "Name"}}}},
        "Resources": {"Task": task(json!({"Fn::Select": [0, {"Fn::Split": ["$", text]}]}))},
    });
    assert_eq!(size(&document), 1);
}

#[test]
fn modules_whose_variables_and_outputs_lead_to_each_other_end() {
    let all: Vec<String> = (0..20).map(|it| format!("module.m.o{it}")).collect();
    let outputs: serde_json::Map<_, _> = (0..20)
        .map(|it| {
            (format!("o{it}"), json!({"expression": {"references": ["var.a", "module.m.o1"]}}))
        })
        .collect();
    let inner = json!({"outputs": outputs, "module_calls": {"m": {
        "expressions": {"a": {"references": ["var.a"]}}, "module": {"outputs": outputs}}}});
    let task = json!({"address": "aws_ecs_task_definition.t", "mode": "managed", "type": "aws_ecs_task_definition",
        "change": {"actions": ["create"], "after": {"family": "x"}, "after_unknown": {"execution_role_arn": true}}});
    let document = json!({"terraform_version": "1", "resource_changes": [task, 1, {"change": []}],
    "configuration": {"provider_config": [1], "root_module": {
        "module_calls": {"m": {"expressions": {"a": {"references": all}}, "module": inner}},
        "resources": [{"address": "aws_ecs_task_definition.t",
            "expressions": {"execution_role_arn": {"references": all}}}],
    }}});
    assert_eq!(size(&document), 1);
}

#[test]
fn what_is_no_template_declares_nothing() {
    for text in ["", "{}", "[1]", "Resources: [", r#"{"Resources": {"A": 1}}"#] {
        assert_eq!(survey(text.as_bytes(), &known()), 0, "{text}");
    }
    let source = Source::read("t.json", Role::Definition, b"{\"Resources\": {}}").unwrap();
    assert!(nested(&source, &known()).is_empty());
}
