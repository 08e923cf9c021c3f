//! The values of resources, with the names of others that the same apply creates.

use super::described::described;
use super::plan::Plan;
use super::planned::{PlannedRole, planned};
use super::reference::references;
use super::resource::Resource;

use crate::document::node::{Entry, Node, Unresolved, Value};
use crate::document::template::described::Described;

/// Attributes whose values the provider reads after the apply if the configuration does not set them: it does not send
/// them. Blocks are not among them, since a plan does not show whether a `dynamic` block is written.
const UNSET: [&str; 8] = [
    "availability_zone_rebalancing",
    "cluster",
    "enable_fault_injection",
    "iam_role",
    "launch_type",
    "platform_version",
    "propagate_tags",
    "scheduling_strategy",
];

/// What the apply creates, as far as other resources name it.
pub(super) struct Links<'p, 's> {
    plan: &'p Plan<'s>,
    /// The roles.
    pub(super) roles: Vec<PlannedRole>,
    /// The log groups, secrets and parameters, with those that it changes.
    pub(super) described: Vec<Described>,
}

impl<'p, 's> Links<'p, 's> {
    pub(super) fn of(plan: &'p Plan<'s>) -> Links<'p, 's> {
        Links { plan, roles: planned(plan), described: described(plan) }
    }

    /// The values of a resource. What names a resource that the apply creates has that name; of anything else
    /// that is not known, the reason says what it depends on.
    pub(super) fn linked(&self, resource: &Resource) -> Node {
        let expressions = self.plan.expressions(resource);
        let mut linked = self.link(&resource.address, &resource.values, expressions, 0);
        if let (Some(expressions), Value::Map(entries)) = (expressions, &mut linked.value) {
            let is_unset = |it: &Entry| {
                matches!(it.node.value, Value::Unresolved(_))
                    && UNSET.contains(&&*it.key)
                    && !expressions.has(&it.key)
            };
            entries.retain(|it| !is_unset(it));
        }
        linked
    }

    fn link(&self, address: &str, node: &Node, expression: Option<&Node>, depth: usize) -> Node {
        let Some(expression) = expression.filter(|_| depth < 20) else { return node.clone() };
        let place = node.place.clone();
        let value = match &node.value {
            Value::Unresolved(open) => self.named(address, open, expression),
            Value::Map(entries) => {
                let entry = |it: &Entry| {
                    // This is a text with what it depends on in it, and not the name of one resource.
                    let is_whole = depth > 0 || &*it.key != "container_definitions";
                    let expression = expression.get(&it.key).filter(|_| is_whole);
                    let node = self.link(address, &it.node, expression, depth + 1);
                    Entry { node, ..it.clone() }
                };
                Value::Map(entries.iter().map(entry).collect())
            }
            Value::List(items) => {
                let blocks = expression.items();
                let of = |index: usize| match (items.len(), blocks.len()) {
                    // A block that may be repeated, and one that may not.
                    (here, there) if here == there => blocks.get(index),
                    (1, 0) => Some(expression),
                    _ => None,
                };
                let item =
                    |(index, it): (usize, &Node)| self.link(address, it, of(index), depth + 1);
                Value::List(items.iter().enumerate().map(item).collect())
            }
            value => value.clone(),
        };
        Node { value, place }
    }

    fn named(&self, address: &str, open: &Unresolved, expression: &Node) -> Value {
        let references = references(&self.plan.configuration, address, expression);
        let found = self.plan.only(&references);
        if let Some(name) = found.and_then(|(it, attribute)| self.name(it, attribute.as_deref())) {
            return Value::Text(name);
        }
        let mut open = open.clone();
        if let Some(from) = self.plan.open(&references) {
            open.why = format!("{}: it depends on {from}", open.why);
        }
        Value::Unresolved(Box::new(open))
    }

    /// What an attribute of a resource is after the apply, if it names the resource.
    fn name(&self, resource: &Resource, attribute: Option<&str>) -> Option<String> {
        if let Some(role) = self.roles.iter().find(|it| it.address == resource.address) {
            return match attribute {
                None | Some("arn") => Some(role.arn.clone()),
                Some("name" | "id") => Some(role.name.clone()),
                Some(_) => None,
            };
        }
        let found = self.described.iter().find(|it| it.id == resource.address)?;
        match attribute? {
            "arn" => Some(found.arn.clone()),
            "id" if found.arn.contains(":secret:") => Some(found.arn.clone()),
            "name" | "id" => Some(found.name.clone()),
            _ => None,
        }
    }
}
