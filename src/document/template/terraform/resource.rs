//! The resources of a plan or a state, with their values after the apply.

use crate::document::node::{DEPTH_LIMIT, Entry, Node, Value};
use crate::document::template::expression::unresolved;

pub(super) const TASK_DEFINITION: &str = "aws_ecs_task_definition";

/// A resource of a plan or a state.
pub(super) struct Resource<'s> {
    /// `module.web.aws_ecs_service.web[0]`
    pub(super) address: String,
    pub(super) kind: &'s str,
    /// Its values after the apply; what is not known is unresolved.
    pub(super) values: Node,
    /// Its values before the apply, if that changes it in place.
    pub(super) before: Option<&'s Node>,
    /// Whether the apply changes anything about it.
    pub(super) changes: bool,
    /// Whether it exists before the apply.
    pub(super) exists: bool,
    /// Whether it replaces one that is deleted only after it.
    pub(super) creates_first: bool,
}

impl Resource<'_> {
    /// Whether the apply creates it, or creates it again.
    pub(super) fn is_created(&self) -> bool {
        self.changes && !self.exists
    }

    /// The text of an attribute, if it is known.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match &self.values.get(name)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether a list, or a text, has this text before the apply, and not after it.
    pub(super) fn loses(&self, attribute: &str, text: &str) -> bool {
        let has = |values: &Node| {
            values.get(attribute).is_some_and(|it| {
                it.text() == Some(text) || it.items().iter().any(|it| it.text() == Some(text))
            })
        };
        self.before.is_some_and(has) && !has(&self.values)
    }

    /// The value of an attribute; none for `null`.
    pub(super) fn given(&self, name: &str) -> Option<&Node> {
        self.values.get(name).filter(|it| it.value != Value::Null)
    }
}

/// The resources after the apply: those of the plan's changes, otherwise those of a state.
pub(super) fn resources(root: &Node) -> Vec<Resource<'_>> {
    let mut found = Vec::new();
    if let Some(changes) = root.get("resource_changes") {
        found.extend(changes.items().iter().filter(|it| !is_data(it)).filter_map(changed));
        return found;
    }
    let values = root.get("planned_values").or(root.get("values"));
    if let Some(module) = values.and_then(|it| it.get("root_module")) {
        in_module(module, 0, &mut found);
    }
    found
}

/// The data sources that are read only during the apply. The others have their values where they are used.
pub(super) fn read_later(root: &Node) -> Vec<Resource<'_>> {
    let changes = root.get("resource_changes").map_or(&[][..], Node::items);
    changes.iter().filter(|it| is_data(it)).filter_map(changed).collect()
}

fn is_data(entry: &Node) -> bool {
    entry.get("mode").and_then(Node::text) == Some("data")
}

/// A resource that a plan keeps, changes or creates.
fn changed(entry: &Node) -> Option<Resource<'_>> {
    let change = entry.get("change")?;
    let actions: Vec<&str> = change.get("actions")?.items().iter().filter_map(Node::text).collect();
    // What is forgotten stays in the account; Terraform changes nothing about it.
    if matches!(*actions, ["delete" | "forget"]) {
        return None;
    }
    let address = entry.get("address")?.text()?;
    let after = change.get("after")?;
    let values = match change.get("after_unknown") {
        Some(unknown) => overlaid(after, unknown, address, ""),
        None => after.clone(),
    };
    Some(Resource {
        address: address.to_owned(),
        kind: entry.get("type")?.text()?,
        values,
        before: change.get("before").filter(|_| actions == ["update"]),
        changes: actions != ["no-op"],
        exists: !actions.contains(&"create"),
        creates_first: matches!(*actions, ["create", "delete"]),
    })
}

/// The resources that a plan deletes, or replaces, with their values before the apply.
pub(super) fn deleted(root: &Node) -> Vec<Resource<'_>> {
    let changes = root.get("resource_changes").map_or(&[][..], Node::items);
    let deleted = |entry: &'_ Node| -> Option<(String, Node)> {
        let change = entry.get("change")?;
        let deletes = change.get("actions")?.items().iter().any(|it| it.text() == Some("delete"));
        let values = change.get("before").filter(|_| deletes)?.clone();
        Some((entry.get("address")?.text()?.to_owned(), values))
    };
    let resource = |entry| {
        let (address, values) = deleted(entry)?;
        let kind = entry.get("type")?.text()?;
        let (before, exists) = (None, true);
        Some(Resource {
            address,
            kind,
            values,
            before,
            changes: true,
            exists,
            creates_first: false,
        })
    };
    changes.iter().filter_map(resource).collect()
}

/// The resources of a module and its modules in a state.
fn in_module<'s>(module: &'s Node, depth: usize, found: &mut Vec<Resource<'s>>) {
    let resource = |it: &'s Node| {
        Some(Resource {
            address: it.get("address")?.text()?.to_owned(),
            kind: it.get("type")?.text()?,
            values: it.get("values")?.clone(),
            before: None,
            changes: false,
            exists: true,
            creates_first: false,
        })
    };
    let managed = |it: &&Node| it.get("mode").and_then(Node::text) != Some("data");
    let resources = module.get("resources").map_or(&[][..], Node::items);
    found.extend(resources.iter().filter(managed).filter_map(resource));
    if depth < DEPTH_LIMIT {
        for child in module.get("child_modules").map_or(&[][..], Node::items) {
            in_module(child, depth + 1, found);
        }
    }
}

/// The values after the apply, where what is known only then is unresolved.
fn overlaid(after: &Node, unknown: &Node, address: &str, name: &str) -> Node {
    let value = match (&after.value, &unknown.value) {
        (_, Value::Bool(true)) => {
            let why = format!("`{name}` of {address} is known only after the apply");
            return unresolved(&after.place, &format!("{address}.{name}"), why);
        }
        (Value::Map(entries), Value::Map(unknowns)) => {
            let mut all: Vec<Entry> = Vec::new();
            for entry in entries {
                let node = match unknown.get(&entry.key) {
                    Some(unknown) => overlaid(&entry.node, unknown, address, &entry.key),
                    None => entry.node.clone(),
                };
                all.push(Entry {
                    key: entry.key.clone(),
                    key_place: entry.key_place.clone(),
                    node,
                });
            }
            // A value that is not known is often left out.
            for entry in unknowns.iter().filter(|it| !after.has(&it.key)) {
                let missing = Node { value: Value::Null, place: after.place.clone() };
                let node = overlaid(&missing, &entry.node, address, &entry.key);
                all.push(Entry { key: entry.key.clone(), key_place: after.place.clone(), node });
            }
            Value::Map(all)
        }
        (Value::List(items), Value::List(unknowns)) => {
            let item = |(index, it): (usize, &Node)| match unknowns.get(index) {
                Some(unknown) => overlaid(it, unknown, address, name),
                None => it.clone(),
            };
            Value::List(items.iter().enumerate().map(item).collect())
        }
        (value, _) => value.clone(),
    };
    Node { value, place: after.place.clone() }
}
