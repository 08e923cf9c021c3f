//! The conditions of a template: true, false, or not known.

use super::expression::{Resolver, function, scalar};
use crate::document::node::{Node, Value};

/// How deep conditions may refer to each other. AWS refuses circles.
const DEPTH_LIMIT: usize = 60;

impl Resolver<'_> {
    /// Whether the condition of this name holds, if what is known decides it.
    pub(super) fn holds(&self, name: &str) -> Option<bool> {
        self.named(name, 0)
    }

    /// Whether a resource with this attribute `Condition` is created.
    pub(super) fn is_created(&self, resource: &Node) -> Option<bool> {
        match resource.get("Condition") {
            Some(condition) => self.holds(condition.text()?),
            None => Some(true),
        }
    }

    fn named(&self, name: &str, depth: usize) -> Option<bool> {
        let condition = self.template.get("Conditions")?.get(name)?;
        if depth >= DEPTH_LIMIT { None } else { self.decide(condition, depth + 1) }
    }

    fn decide(&self, condition: &Node, depth: usize) -> Option<bool> {
        if !self.spend(1) || depth >= DEPTH_LIMIT {
            return None;
        }
        if let Some(name) = condition.text() {
            return self.named(name, depth);
        }
        let (name, argument) = function(&condition.value)?;
        let parts = || argument.items().iter().map(|it| self.decide(it, depth + 1));
        match name {
            "Condition" => self.named(argument.text()?, depth),
            "Fn::Equals" => match argument.items() {
                [one, other] => self.are_equal(one, other),
                _ => None,
            },
            "Fn::Not" => parts().next()?.map(|it| !it),
            "Fn::And" => all(parts()),
            "Fn::Or" => all(parts().map(|it| it.map(|it| !it))).map(|it| !it),
            _ => None,
        }
    }

    fn are_equal(&self, one: &Node, other: &Node) -> Option<bool> {
        let text = |node: &Node| match self.value(node)?.value {
            Value::Unresolved(_) => None,
            value => scalar(&value),
        };
        Some(text(one)? == text(other)?)
    }
}

/// Whether all of them hold: one that does not decides it.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for part in parts {
        match part {
            Some(true) => {}
            Some(false) => return Some(false),
            None => known = None,
        }
    }
    known
}
