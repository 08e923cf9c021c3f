//! The values of a template's expressions, as far as they are known before it is deployed
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>).

use std::cell::Cell;
use std::collections::BTreeSet;

use super::declared::Surroundings;
use super::memory::Memory;
use super::outputs::{APPLICATION, STACK};
use crate::document::node::{Entry, Node, Unresolved, Value};
use crate::document::place::Place;

/// How many bytes the expressions of a template may make. A template has at most 1 MB.
const BUDGET: usize = 48 << 20;

/// How many of them a value takes, besides its text.
pub(super) const VALUE: usize = 64;

/// How many resources may refer to each other in a row. AWS refuses circles.
const NESTED_LIMIT: usize = 30;

/// How many values may be inside each other while they are read, with those to which they refer.
const DEPTH_LIMIT: usize = 400;

/// Evaluates the expressions of one template.
pub(super) struct Resolver<'t> {
    pub(super) template: &'t Node,
    pub(super) known: &'t Surroundings,
    /// The resources of the stack that an update leaves as they are.
    pub(super) unchanged: BTreeSet<String>,
    left: Cell<usize>,
    /// How many resources and conditions refer to each other around the value that is being read.
    nested: Cell<usize>,
    /// How many values are around it.
    depth: Cell<usize>,
    /// What was read before.
    pub(super) memory: Memory,
}

impl<'t> Resolver<'t> {
    pub(super) fn new(template: &'t Node, known: &'t Surroundings) -> Resolver<'t> {
        let unchanged = known.live.as_ref().map(|it| it.unchanged(template));
        let unchanged = unchanged.unwrap_or_default();
        let (left, nested, depth) = (Cell::new(BUDGET), Cell::new(0), Cell::new(0));
        Resolver { template, known, unchanged, left, nested, depth, memory: Memory::default() }
    }

    /// The resource of this name.
    pub(super) fn resource(&self, name: &str) -> Option<&'t Node> {
        self.template.get("Resources")?.get(name)
    }

    /// Takes from what expressions may still make; `false` if nothing is left.
    pub(super) fn spend(&self, amount: usize) -> bool {
        let left = self.left.get().checked_sub(amount);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// The value of a node; none for `AWS::NoValue`. What is not known is [`Value::Unresolved`].
    pub(super) fn value(&self, node: &Node) -> Option<Node> {
        let depth = self.depth.get();
        if !self.spend(VALUE) || depth >= DEPTH_LIMIT {
            let why = "the template's expressions are too large".to_owned();
            return Some(unresolved(&node.place, "…", why));
        }
        self.depth.set(depth + 1);
        let value = self.value_of(node);
        self.depth.set(depth);
        value
    }

    fn value_of(&self, node: &Node) -> Option<Node> {
        let place = &node.place;
        let value = match &node.value {
            Value::Map(entries) => match function(&node.value) {
                Some((name, argument)) if name != "Condition" => {
                    return self.call(name, argument, place);
                }
                _ => {
                    if let Some(macro_call) = entries.iter().find(|it| it.key.starts_with("Fn::")) {
                        let why =
                            format!("`{}` adds to this object when it deploys", macro_call.key);
                        return Some(unresolved(place, &macro_call.key, why));
                    }
                    Value::Map(entries.iter().filter_map(|entry| self.entry(entry)).collect())
                }
            },
            Value::List(items) => {
                Value::List(items.iter().filter_map(|it| self.value(it)).collect())
            }
            Value::Text(text) if text.contains("{{resolve:") => {
                let why = "CloudFormation resolves `{{resolve:…}}` when it deploys".to_owned();
                return Some(unresolved(place, "resolve", why));
            }
            value => value.clone(),
        };
        Some(Node { value, place: place.clone() })
    }

    fn entry(&self, entry: &Entry) -> Option<Entry> {
        let node = self.value(&entry.node)?;
        Some(Entry { key: entry.key.clone(), key_place: entry.key_place.clone(), node })
    }

    fn call(&self, name: &str, argument: &Node, place: &Place) -> Option<Node> {
        let found = match name {
            "Ref" if let Some(name) = argument.text() => return self.reference(name, place),
            "Fn::If" => return self.choice(argument, place),
            "Fn::Sub" => self.substituted(argument, place),
            "Fn::Join" => self.joined(argument, place),
            "Fn::Select" => self.selected(argument, place),
            "Fn::Split" => self.split(argument, place),
            "Fn::FindInMap" => self.mapped(argument, place),
            "Fn::GetAtt" => Some(self.attribute(&path(argument), place)),
            "Fn::ImportValue" => Some(self.imported(argument, place)),
            _ => None,
        };
        Some(found.unwrap_or_else(|| {
            let short = name.trim_start_matches("Fn::");
            let why =
                format!("`!{short}` has a value only when CloudFormation deploys the template");
            unresolved(place, short, why)
        }))
    }

    /// `Ref`, and a name in `Sub`.
    pub(super) fn reference(&self, name: &str, place: &Place) -> Option<Node> {
        if name == "AWS::NoValue" {
            return None;
        }
        if let Some(given) = self.known.parameters.get(name).filter(|_| name.starts_with("AWS::")) {
            return Some(text(given.clone(), place));
        }
        let region = self.known.region.as_ref();
        let value = match name {
            "AWS::Region" => region.map(ToString::to_string),
            "AWS::AccountId" => self.known.account.clone(),
            "AWS::URLSuffix" => region.map(|it| it.partition().dns_suffix().to_owned()),
            "AWS::Partition" => region.map(|it| it.partition().to_string()),
            _ if name.starts_with("AWS::") => None,
            _ => return Some(self.declared(name, place)),
        };
        Some(value.map_or_else(
            || {
                let why = match name {
                    "AWS::StackName" if self.known.nested_as.is_some() => {
                        "CloudFormation makes up the name of a nested stack".to_owned()
                    }
                    "AWS::StackName" => {
                        "the name of the stack is not known: pass --parameter AWS::StackName=NAME"
                            .to_owned()
                    }
                    "AWS::AccountId" => "the account is not known without a call to AWS".to_owned(),
                    "AWS::StackId" | "AWS::NotificationARNs" => {
                        format!("`{name}` is known only when CloudFormation deploys the template")
                    }
                    _ => "the region is not known: pass --region".to_owned(),
                };
                unresolved(place, name, why)
            },
            |value| text(value, place),
        ))
    }

    /// A parameter or a resource.
    fn declared(&self, name: &str, place: &Place) -> Node {
        match self.template.get("Parameters").and_then(|it| it.get(name)) {
            Some(parameter) => self.parameter(name, parameter, place),
            None => self.attribute(name, place),
        }
    }

    /// `GetAtt`, and `Ref` of a resource: known only when the resource exists.
    pub(super) fn attribute(&self, path: &str, place: &Place) -> Node {
        if let Some(value) = self.memory.attribute(path) {
            return Node { value, place: place.clone() };
        }
        let read = self.inside(|| self.attribute_of(path, place)).unwrap_or_else(|| {
            let why = format!("`{path}` depends on itself, or on too many other resources");
            unresolved(place, path, why)
        });
        self.memory.keep_attribute(path, &read.value);
        read
    }

    /// What is read on behalf of another resource or condition; none if there are too many in a row.
    pub(super) fn inside<T>(&self, read: impl FnOnce() -> T) -> Option<T> {
        let nested = self.nested.get();
        if nested >= NESTED_LIMIT {
            return None;
        }
        self.nested.set(nested + 1);
        let found = read();
        self.nested.set(nested);
        Some(found)
    }

    fn attribute_of(&self, path: &str, place: &Place) -> Node {
        let (name, attribute) =
            path.split_once('.').map_or((path, None), |(name, attribute)| (name, Some(attribute)));
        let resource = self.resource(name);
        if let Some(resource) = resource {
            let why = match self.exists(name, resource) {
                Some(true) => None,
                Some(false) => Some("its condition is false".to_owned()),
                None => Some(self.uncertain(resource)),
            };
            if let Some(why) = why {
                let why = format!("`{path}` has a value only if {name} is created: {why}");
                return unresolved(place, path, why);
            }
        }
        match attribute.and_then(|it| self.known.outputs.of(name, it)) {
            Some(Ok(value)) => return text(value, place),
            Some(Err(why)) => return unresolved(place, path, why),
            None => {}
        }
        if let Some(value) = resource.and_then(|it| self.physical(name, it, attribute)) {
            return text(value, place);
        }
        let kind = self.resource(name).and_then(|it| it.get("Type")).and_then(Node::text);
        let why = match kind {
            Some(STACK | APPLICATION) => {
                format!("`{path}` is an output of a nested stack")
            }
            Some(kind) if attribute.is_none() => format!(
                "`{name}` is known only after the deployment: this template creates it ({kind})"
            ),
            Some(kind) => {
                format!("`{path}` depends on {name}, which this template creates ({kind})")
            }
            None => format!("the template has neither a parameter nor a resource `{name}`"),
        };
        let mut node = unresolved(place, path, why);
        if let Value::Unresolved(it) = &mut node.value {
            it.is_given = kind.is_some();
        }
        node
    }

    fn choice(&self, argument: &Node, place: &Place) -> Option<Node> {
        let [condition, yes, no] = argument.items() else {
            return Some(unresolved(place, "If", "`!If` does not have three arguments".into()));
        };
        let name = condition.text().unwrap_or_default();
        match self.holds(name) {
            Some(true) => return at(self.value(yes), place),
            Some(false) => return at(self.value(no), place),
            None if self.template.get("Conditions").is_none_or(|it| it.get(name).is_none()) => {
                return Some(unresolved(place, &format!("If {name}"), self.undetermined(name)));
            }
            None => {}
        }
        let (yes, no) = (self.value(yes), self.value(no));
        if let (Some(yes), Some(no)) = (&yes, &no)
            && scalar(&yes.value).is_some()
            && scalar(&yes.value) == scalar(&no.value)
        {
            return at(Some(yes.clone()), place);
        }
        Some(unresolved(place, &format!("If {name}"), self.undetermined(name)))
    }
}

/// The function that a map with one key calls, and its argument.
pub(super) fn function(value: &Value) -> Option<(&str, &Node)> {
    let Value::Map(entries) = value else { return None };
    let [Entry { key, node, .. }] = entries.as_slice() else { return None };
    let is_function = &**key == "Ref" || key.starts_with("Fn::") || &**key == "Condition";
    is_function.then_some((&**key, node))
}

/// The text of a value that is neither a list nor an object.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) | Value::Foreign(_, text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) | Value::Unresolved(_) => None,
    }
}

/// The argument of `GetAtt`: `Role.Arn`, or a list of both.
fn path(argument: &Node) -> String {
    match argument.items() {
        [] => argument.text().unwrap_or_default().to_owned(),
        parts => parts.iter().filter_map(Node::text).collect::<Vec<_>>().join("."),
    }
}

/// A value that is not known: what a sentence may call it, and why.
pub(super) fn unresolved(place: &Place, name: &str, why: String) -> Node {
    let text = format!("${{{}}}", name.replace(['{', '}'], ""));
    let value = Value::Unresolved(Box::new(Unresolved { text, why, is_given: false }));
    Node { value, place: place.clone() }
}

/// A value that is not known because this one is not.
pub(super) fn because_of(node: &Node, place: &Place) -> Option<Node> {
    let Value::Unresolved(it) = &node.value else { return None };
    Some(unresolved(place, &it.text.replace('$', ""), it.why.clone()))
}

pub(super) fn text(text: String, place: &Place) -> Node {
    Node { value: Value::Text(text), place: place.clone() }
}

/// The value at the place of the expression that gives it; what is inside keeps its place.
pub(super) fn at(node: Option<Node>, place: &Place) -> Option<Node> {
    node.map(|node| match node.value {
        Value::List(_) | Value::Map(_) => node,
        value => Node { value, place: place.clone() },
    })
}
