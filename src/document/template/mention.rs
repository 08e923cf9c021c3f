//! What the expressions of a template refer to: resources, parameters and conditions by their names.

use super::expression::function;
use crate::document::node::{Node, Value};
use crate::document::place::Place;

/// A name in an expression.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mention<'t> {
    pub(super) name: &'t str,
    pub(super) place: &'t Place,
    pub(super) of: Of,
}

/// What a name may be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// A parameter, a pseudo parameter or a resource: `Ref`, and a name in `Fn::Sub`.
    Any,
    /// A resource: `Fn::GetAtt`, and a name with an attribute in `Fn::Sub`.
    Resource,
    /// A condition: `Fn::If`, and `Condition`.
    Condition,
}

/// Collects the names in the expressions of a value. Of the two branches of `Fn::If`, those that `is_taken` allows: it gets
/// the condition, and whether the branch is the first one.
pub(super) fn mentions<'t>(
    node: &'t Node,
    is_taken: &dyn Fn(&str, bool) -> bool,
    found: &mut Vec<Mention<'t>>,
) {
    let mut add = |name: &'t str, place: &'t Place, of: Of| found.push(Mention { name, place, of });
    match function(&node.value).map(|(name, argument)| (name, argument, argument.items())) {
        Some(("Ref", argument, _)) if argument.text().is_some() => {
            add(argument.text().unwrap_or_default(), &argument.place, Of::Any);
        }
        Some(("Condition", argument, _)) if argument.text().is_some() => {
            add(argument.text().unwrap_or_default(), &argument.place, Of::Condition);
        }
        Some(("Fn::GetAtt", argument, items)) => {
            let (text, place) = match items {
                [] => (argument.text(), &argument.place),
                [first, ..] => (first.text(), &first.place),
            };
            if let Some(name) = text.and_then(|it| it.split('.').next()) {
                add(name, place, Of::Resource);
            }
        }
        Some(("Fn::Sub", argument, items)) => {
            let (template, variables) = match items {
                [] => (argument, None),
                [template, variables, ..] => (template, Some(variables)),
                [template] => (template, None),
            };
            for name in template.text().map(variables_in).unwrap_or_default() {
                let (first, of) = match name.split_once('.') {
                    Some((resource, _)) => (resource, Of::Resource),
                    None => (name, Of::Any),
                };
                if !variables.is_some_and(|it| it.has(name)) {
                    add(first, &template.place, of);
                }
            }
            variables.into_iter().for_each(|it| mentions(it, is_taken, found));
        }
        Some(("Fn::If", _, [condition, yes, no])) => {
            let name = condition.text().unwrap_or_default();
            if !name.is_empty() {
                add(name, &condition.place, Of::Condition);
            }
            for (branch, is_first) in [(yes, true), (no, false)] {
                if is_taken(name, is_first) {
                    mentions(branch, is_taken, found);
                }
            }
        }
        _ => match &node.value {
            Value::Map(entries) => {
                entries.iter().for_each(|it| mentions(&it.node, is_taken, found));
            }
            Value::List(items) => items.iter().for_each(|it| mentions(it, is_taken, found)),
            _ => {}
        },
    }
}

/// The names between `${` and `}`, without those that stand for themselves: `${!Name}`.
fn variables_in(text: &str) -> Vec<&str> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some((_, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        if !name.starts_with('!') {
            found.push(name.trim());
        }
        rest = after;
    }
    found
}

/// The resources that a resource waits for: `DependsOn`.
pub(super) fn depends_on(resource: &Node) -> impl Iterator<Item = Mention<'_>> {
    let written = resource.get("DependsOn");
    let all = written.into_iter().flat_map(|it| it.items().iter().chain([it]));
    all.filter_map(|it| Some(Mention { name: it.text()?, place: &it.place, of: Of::Resource }))
}
