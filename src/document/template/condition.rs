//! The conditions of a template: true, false, or not known.

use std::ops::RangeInclusive;

use super::expression::{Resolver, function, scalar};
use crate::document::node::{Node, Value};

/// How deep conditions may refer to each other. AWS refuses circles.
const DEPTH_LIMIT: usize = 60;

/// How many conditions `Fn::And` and `Fn::Or` combine.
const COMBINED: RangeInclusive<usize> = 2..=10;

impl Resolver<'_> {
    /// Whether the condition of this name holds, if what is known decides it.
    pub(super) fn holds(&self, name: &str) -> Option<bool> {
        self.inside(|| self.named(name, 0))?
    }

    /// Whether a resource with this attribute `Condition` is created.
    pub(super) fn is_created(&self, resource: &Node) -> Option<bool> {
        match resource.get("Condition") {
            Some(condition) => self.holds(condition.text()?),
            None => Some(true),
        }
    }

    /// Whether the deployment creates this resource. What an update leaves as it is exists.
    pub(super) fn exists(&self, id: &str, resource: &Node) -> Option<bool> {
        if self.unchanged.contains(id) { Some(true) } else { self.is_created(resource) }
    }

    /// Why a condition does not decide.
    pub(super) fn undetermined(&self, name: &str) -> String {
        let conditions = self.template.get("Conditions");
        let Some(condition) = conditions.and_then(|it| it.get(name)) else {
            return format!("the template has no condition `{name}`");
        };
        match self.unknown_in(condition, 0) {
            Some(why) => format!("the condition `{name}` cannot be determined: {why}"),
            None => format!("the condition `{name}` cannot be determined"),
        }
    }

    /// Why it is not known whether this resource is created.
    pub(super) fn uncertain(&self, resource: &Node) -> String {
        let condition = resource.get("Condition").and_then(Node::text);
        condition.map_or_else(
            || "its `Condition` is not the name of a condition".to_owned(),
            |it| self.undetermined(it),
        )
    }

    /// Why the first value in a condition that is not known is not.
    fn unknown_in(&self, condition: &Node, depth: usize) -> Option<String> {
        if !self.spend(1) || depth >= DEPTH_LIMIT {
            return None;
        }
        let named = |name: &str| {
            if let Some(why) = self.memory.reason(name) {
                return why;
            }
            // A circle has no reason.
            self.memory.keep_reason(name, None);
            let condition = self.template.get("Conditions")?.get(name)?;
            let why = self.unknown_in(condition, depth + 1);
            self.memory.keep_reason(name, why.clone());
            why
        };
        if let Some(name) = condition.text() {
            return named(name);
        }
        match function(&condition.value)? {
            ("Condition", argument) => named(argument.text()?),
            ("Fn::Equals", argument) => {
                argument.items().iter().find_map(|it| match self.value(it)?.value {
                    Value::Unresolved(it) => Some(it.why),
                    _ => None,
                })
            }
            (_, argument) => argument.items().iter().find_map(|it| match self.decide(it, 0) {
                None => self.unknown_in(it, depth + 1),
                Some(_) => None,
            }),
        }
    }

    fn named(&self, name: &str, depth: usize) -> Option<bool> {
        if let Some(holds) = self.memory.condition(name) {
            return holds;
        }
        let condition = self.template.get("Conditions")?.get(name)?;
        if depth >= DEPTH_LIMIT {
            return None;
        }
        let holds = self.decide(condition, depth + 1);
        self.memory.keep_condition(name, holds);
        holds
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
            // CloudFormation refuses any other number of conditions.
            "Fn::Not" if argument.items().len() == 1 => parts().next()?.map(|it| !it),
            "Fn::And" if COMBINED.contains(&argument.items().len()) => all(parts()),
            "Fn::Or" if COMBINED.contains(&argument.items().len()) => {
                all(parts().map(|it| it.map(|it| !it))).map(|it| !it)
            }
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
