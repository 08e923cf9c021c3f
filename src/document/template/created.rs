//! Names of resources that the same deployment creates or changes. What the account has under such a name now
//! decides nothing.

use crate::document::node::{Entry, Node, Unresolved, Value};

/// How fields of ECS name a kind of resource.
pub(super) struct Reference {
    /// The fields.
    fields: &'static [&'static str],
    /// Whether this text names the resource with that name.
    names: fn(&str, &str) -> bool,
}

pub(super) const LOG_GROUP: Reference =
    Reference { fields: &["awslogs-group", "log_group_name"], names: |text, name| text == name };
pub(super) const ROLE: Reference =
    Reference { fields: &["taskRoleArn", "executionRoleArn", "roleArn", "role"], names: is_last };
/// Any role.
pub(super) const ANY_ROLE: Reference = Reference { fields: ROLE.fields, names: |_, _| true };
pub(super) const SECRET: Reference = Reference {
    fields: &["valueFrom", "credentialsParameter"],
    names: |text, name| {
        let part = |text: &str| text.split_once(":secret:").map_or(text, |(_, it)| it).to_owned();
        let (text, name) = (part(text), part(name));
        text.strip_prefix(&name).is_some_and(|it| it.is_empty() || it.starts_with(['-', ':']))
    },
};
pub(super) const PARAMETER: Reference = Reference {
    fields: &["valueFrom"],
    names: |text, name| {
        let named = text.split_once(":parameter/").map_or(text, |(_, rest)| rest);
        named.trim_start_matches('/') == name.trim_start_matches('/')
    },
};
pub(super) const REPOSITORY: Reference = Reference {
    fields: &["image"],
    names: |text, name| {
        let Some((host, path)) = text.split_once('/') else { return false };
        let repository = path.split(['@', ':']).next().unwrap_or_default();
        host.contains(".dkr") && repository == name
    },
};
/// A rule that pulls what is below a prefix from another registry.
pub(super) const PULLED: Reference = Reference {
    fields: &["image"],
    names: |text, prefix| {
        let below = text
            .split_once('/')
            .and_then(|(host, path)| path.strip_prefix(prefix).filter(|_| host.contains(".dkr")));
        below.is_some_and(|it| it.starts_with('/'))
    },
};
pub(super) const PUSHED: Reference =
    Reference { fields: &["image"], names: |text, tag| text.rsplit(':').next() == Some(tag) };
pub(super) const CLUSTER: Reference = Reference { fields: &["cluster"], names: is_last };
pub(super) const PROVIDER: Reference = Reference { fields: &["capacityProvider"], names: is_last };
pub(super) const BUCKET: Reference = Reference {
    fields: &["value", "config-file-value"],
    names: |text, name| {
        let object = text.split_once(":s3:::").map_or("", |(_, rest)| rest);
        object.split('/').next() == Some(name)
    },
};
pub(super) const KEY_ALIAS: Reference =
    Reference { fields: &["kmsKeyId", "kmsKey"], names: |text, name| text.ends_with(name) };
pub(super) const NAMESPACE: Reference =
    Reference { fields: &["namespace"], names: |text, name| text == name };

pub(super) const GROUP: Reference =
    Reference { fields: &["securityGroups"], names: |text, name| text == name };
pub(super) const SUBNET: Reference =
    Reference { fields: &["subnets"], names: |text, name| text == name };
/// A part of a network of which no field says which subnets it serves: any of them.
pub(super) const PATH: Reference = Reference { fields: &["subnets"], names: |_, _| true };

/// Whether the last part of a path or an ARN is that of the name.
fn is_last(text: &str, name: &str) -> bool {
    text.rsplit('/').next() == name.rsplit('/').next()
}

/// The resources that a deployment creates or changes, as far as their names are known.
#[derive(Default)]
pub(super) struct Created {
    resources: Vec<Named>,
}

struct Named {
    /// The resource and what happens to it: "this template creates Group (AWS::Logs::LogGroup)".
    what: String,
    /// Why that is not certain.
    why: Option<String>,
    reference: &'static Reference,
    name: String,
}

impl Created {
    /// Adds a resource. `what` is a clause: "this template creates Group (AWS::Logs::LogGroup)".
    pub(super) fn add(&mut self, what: String, reference: &'static Reference, name: String) {
        self.add_because(what, None, reference, name);
    }

    /// The same of a resource that may not be created, and why that is not known.
    pub(super) fn add_because(
        &mut self,
        what: String,
        why: Option<String>,
        reference: &'static Reference,
        name: String,
    ) {
        if !name.is_empty() {
            self.resources.push(Named { what, why, reference, name });
        }
    }

    /// The same document, in which values that name these resources are unresolved.
    pub(super) fn marked(&self, node: Node) -> Node {
        if self.resources.is_empty() { node } else { self.below("", node) }
    }

    fn below(&self, field: &str, node: Node) -> Node {
        let Node { value, place } = node;
        let value = match value {
            Value::Map(entries) => {
                let entry = |Entry { key, key_place, node }: Entry| {
                    let node = self.below(&key, node);
                    Entry { key, key_place, node }
                };
                Value::Map(entries.into_iter().map(entry).collect())
            }
            Value::List(items) => {
                Value::List(items.into_iter().map(|it| self.below(field, it)).collect())
            }
            Value::Text(text) => match self.named(field, &text) {
                Some(Named { what, why, .. }) => {
                    let why = why.as_ref().map_or_else(String::new, |it| format!(": {it}"));
                    let why = format!("{what}, on which `{text}` depends{why}");
                    Value::Unresolved(Box::new(Unresolved { text, why, is_given: true }))
                }
                None => Value::Text(text),
            },
            value => value,
        };
        Node { value, place }
    }

    fn named(&self, field: &str, text: &str) -> Option<&Named> {
        self.resources
            .iter()
            .find(|it| it.reference.fields.contains(&field) && (it.reference.names)(text, &it.name))
    }
}
