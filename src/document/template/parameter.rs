//! The values of a template's parameters.

use super::expression::{Resolver, VALUE, scalar, text, unresolved};
use crate::document::node::{Node, Value};
use crate::document::place::Place;

impl Resolver<'_> {
    /// The value of a parameter: the given one, or its default.
    pub(super) fn parameter(&self, name: &str, parameter: &Node, place: &Place) -> Node {
        let kind = parameter.get("Type").and_then(Node::text).unwrap_or_default();
        if let Some(why) = self.known.passed.get(name) {
            return unresolved(place, name, why.clone());
        }
        let given = self.known.parameters.get(name).cloned();
        let value = given.or_else(|| scalar(&parameter.get("Default")?.value));
        if kind.starts_with("AWS::SSM::Parameter::Value") {
            let of = value.map_or(String::new(), |it| format!(" {it}"));
            let why = format!("the parameter `{name}` has the value of the SSM parameter{of}");
            return unresolved(place, name, why);
        }
        if self.known.live.as_ref().is_some_and(|it| it.hidden.contains(name)) {
            let why = format!(
                "the value of the parameter `{name}` may be a secret, so that it is not read from the stack: pass --parameter {name}=VALUE"
            );
            return unresolved(place, name, why);
        }
        let Some(value) = value else {
            let why =
                format!("the parameter `{name}` has no default: pass --parameter {name}=VALUE");
            return unresolved(place, name, why);
        };
        let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
        let items = if is_list { 1 + value.matches(',').count() } else { 0 };
        if !self.spend(value.len() + items * VALUE) {
            return unresolved(place, name, "the template's expressions are too large".into());
        }
        if let Some(rule) = broken_rule(&value, is_list, parameter) {
            let why = format!("the value of the parameter `{name}` is not {rule}");
            return unresolved(place, name, why);
        }
        if is_list {
            let items = value.split(',').map(|item| text(item.trim().to_owned(), place));
            return Node { value: Value::List(items.collect()), place: place.clone() };
        }
        text(value, place)
    }
}

/// What the value of a parameter must be and is not
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>).
fn broken_rule(value: &str, is_list: bool, parameter: &Node) -> Option<String> {
    if !is_allowed(value, is_list, parameter) {
        return Some("among its AllowedValues".to_owned());
    }
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|it| it.is_finite());
    let limit = |name: &str| number(&scalar(&parameter.get(name)?.value)?);
    let within = |size: f64, least: &str, most: &str| {
        let below =
            limit(least).filter(|it| size < *it).map(|it| format!("at least {it}, its {least}"));
        below.or_else(|| {
            limit(most).filter(|it| size > *it).map(|it| format!("at most {it}, its {most}"))
        })
    };
    match parameter.get("Type").and_then(Node::text) {
        Some("Number") => match number(value) {
            None => Some("a number".to_owned()),
            Some(number) => within(number, "MinValue", "MaxValue"),
        },
        Some("String") => within(value.chars().count() as f64, "MinLength", "MaxLength")
            .map(|rule| format!("of a length of {rule}")),
        _ => None,
    }
}

/// Whether a parameter may have the value; of a list, every item.
fn is_allowed(value: &str, is_list: bool, parameter: &Node) -> bool {
    let Some(allowed) = parameter.get("AllowedValues") else { return true };
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let is_number = parameter.get("Type").and_then(Node::text) == Some("Number");
    let is_meant = |item: &str| {
        allowed.items().iter().filter_map(|it| scalar(&it.value)).any(|it| {
            it == item || is_number && number(&it).is_some() && number(&it) == number(item)
        })
    };
    match is_list {
        true => value.split(',').all(|it| is_meant(it.trim())),
        false => is_meant(value),
    }
}
