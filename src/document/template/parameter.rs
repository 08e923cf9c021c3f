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
        let is_list = is_list(kind);
        let items = if is_list { 1 + value.matches(',').count() } else { 0 };
        if !self.spend(value.len() + items * VALUE) {
            return unresolved(place, name, "the template's expressions are too large".into());
        }
        if let Some((rule, _)) = broken(&value, is_list, parameter) {
            let why = format!("the value of the parameter `{name}` is not {rule}");
            return unresolved(place, name, why);
        }
        if is_list {
            let items = value.split(',').map(|item| text(item.trim().to_owned(), place));
            return Node { value: Value::List(items.collect()), place: place.clone() };
        }
        text(value, place)
    }
    /// The rule of a parameter that its value breaks, for a sentence, and where it is written. The value that another
    /// template passes, or that is not shown, is not judged.
    pub(super) fn broken_rule<'n>(
        &self,
        name: &str,
        parameter: &'n Node,
    ) -> Option<(String, &'n Place)> {
        let kind = parameter.get("Type").and_then(Node::text).unwrap_or_default();
        let is_hidden = self.known.live.as_ref().is_some_and(|it| it.hidden.contains(name));
        if self.known.passed.contains_key(name) || is_hidden || kind.starts_with("AWS::SSM::") {
            return None;
        }
        let given = self.known.parameters.get(name).cloned();
        let value = given.or_else(|| scalar(&parameter.get("Default")?.value))?;
        broken(&value, is_list(kind), parameter)
    }
}

fn is_list(kind: &str) -> bool {
    kind == "CommaDelimitedList" || kind.starts_with("List<")
}

/// What the value of a parameter must be and is not, and the rule
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>).
fn broken<'n>(value: &str, is_list: bool, parameter: &'n Node) -> Option<(String, &'n Place)> {
    let rule = |name: &str| parameter.get(name);
    let items = || match is_list {
        true => value.split(',').map(str::trim).collect(),
        false => vec![value],
    };
    if let Some(allowed) = rule("AllowedValues")
        // A list may be allowed as a whole, too.
        && !is_allowed(value, allowed, parameter)
        && !items().into_iter().all(|it| is_allowed(it, allowed, parameter))
    {
        return Some(("among its AllowedValues".to_owned(), &allowed.place));
    }
    if let Some(pattern) = rule("AllowedPattern")
        && items()
            .into_iter()
            .any(|it| pattern.text().and_then(|of| matches(of, it)) == Some(false))
    {
        let written = pattern.text().unwrap_or_default();
        return Some((format!("of the form of its AllowedPattern `{written}`"), &pattern.place));
    }
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|it| it.is_finite());
    let within = |size: f64, least: &str, most: &str| {
        let limit = |name: &str| {
            let node = rule(name)?;
            Some((number(&scalar(&node.value)?)?, &node.place))
        };
        let low = limit(least).filter(|(it, _)| size < *it);
        let high = limit(most).filter(|(it, _)| size > *it);
        match (low, high) {
            (Some((it, place)), _) => Some((format!("at least {it}, its {least}"), place)),
            (None, Some((it, place))) => Some((format!("at most {it}, its {most}"), place)),
            (None, None) => None,
        }
    };
    match parameter.get("Type").and_then(Node::text) {
        Some("Number") => match number(value) {
            None => Some(("a number".to_owned(), &parameter.place)),
            Some(number) => within(number, "MinValue", "MaxValue"),
        },
        Some("String") => within(value.chars().count() as f64, "MinLength", "MaxLength")
            .map(|(rule, place)| (format!("of a length of {rule}"), place)),
        _ => None,
    }
}

fn is_allowed(item: &str, allowed: &Node, parameter: &Node) -> bool {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let is_number = parameter.get("Type").and_then(Node::text) == Some("Number");
    allowed
        .items()
        .iter()
        .filter_map(|it| scalar(&it.value))
        .any(|it| it == item || is_number && number(&it).is_some() && number(&it) == number(item))
}

/// Whether the whole value has the form of a pattern; none for a pattern that Java, which CloudFormation is written in,
/// may read otherwise.
fn matches(pattern: &str, value: &str) -> Option<bool> {
    let is_javas = ["&&", "[:", "\\<", "\\>", "\\b", "*+", "++", "?+", "}+"]
        .iter()
        .any(|it| pattern.contains(it));
    if is_javas || !value.is_ascii() || has_nested_class(pattern) {
        return None;
    }
    let whole = regex_lite::Regex::new(&format!("^(?:{pattern})$")).ok()?;
    Some(whole.is_match(value))
}

/// Whether a bracket begins inside a pair of brackets: a union of two classes in Java.
fn has_nested_class(pattern: &str) -> bool {
    let (mut is_escaped, mut is_open) = (false, false);
    for letter in pattern.chars() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' if is_open => return true,
            '[' => is_open = true,
            ']' => is_open = false,
            _ => {}
        }
    }
    false
}
