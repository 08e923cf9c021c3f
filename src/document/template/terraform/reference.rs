//! What a value that is not known yet depends on: the references of its expression, followed through the
//! variables and outputs of modules. A plan has the references of an expression, and not the expression.

use super::address::{parts, segments, unindexed};
use super::configuration::Configuration;
use crate::document::node::Node;

/// How many variables and outputs may lead from one to the next.
const STEPS: usize = 40;

/// How many references are followed for one value.
const MOST: usize = 500;

/// Something that an expression refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// A resource in the module instance of this address.
    Resource { module: String, name: String, index: String, attribute: Option<String> },
    /// What is known before the plan: a constant, an input of the root module.
    Known,
    /// `each.key` or `count.index`, which is the index of this instance: `["a"]`.
    Index(String),
    /// Anything else, such as a local value: what it depends on is not in a plan.
    Other(String),
}

/// One expression: its node in the configuration, and the module instance that it is written in.
struct Written<'c, 's> {
    configuration: &'c Configuration<'s>,
    module: String,
    /// The index of the instance that it is written in.
    index: String,
    /// The expression of `for_each` around it.
    each: Option<&'s Node>,
}

/// What the expression depends on, written in the resource of this address.
pub(super) fn references(
    configuration: &Configuration,
    address: &str,
    expression: &Node,
) -> Vec<Reference> {
    let (module, name, index) = parts(address);
    let resource = configuration.resource(module, name);
    let each = resource.and_then(|it| it.get("for_each_expression"));
    let (module, index) = (module.to_owned(), index.to_owned());
    let mut found = Vec::new();
    Written { configuration, module, index, each }.follow(expression, 0, &mut found);
    found
}

impl Written<'_, '_> {
    fn follow(&self, expression: &Node, depth: usize, found: &mut Vec<Reference>) {
        if expression.has("constant_value") {
            return found.push(Reference::Known);
        }
        let texts: Vec<&str> = list(expression, "references").filter_map(Node::text).collect();
        if texts.is_empty() && !expression.entries().is_empty() && depth < STEPS {
            // A block, or several: all that is in them.
            for entry in expression.entries() {
                for part in entry.node.items().iter().chain([&entry.node]) {
                    self.follow(part, depth + 1, found);
                }
            }
        }
        for text in longest(&texts) {
            if texts.len() > MOST || found.len() >= MOST || depth >= STEPS {
                return found.push(Reference::Other(text.to_owned()));
            }
            self.one(text, depth, found);
        }
    }

    fn one(&self, text: &str, depth: usize, found: &mut Vec<Reference>) {
        let segments = segments(text);
        let first = segments.first().copied().unwrap_or_default();
        let second = segments.get(1).copied().unwrap_or_default();
        match (first, second) {
            ("each", "key") | ("count", _) => {
                found.push(Reference::Index(self.index.clone()));
            }
            ("each", _) => match self.each {
                Some(each) => self.follow(each, depth + 1, found),
                None => found.push(Reference::Other(text.to_owned())),
            },
            ("path" | "terraform", _) => found.push(Reference::Known),
            ("var", name) => self.variable(unindexed(name), text, depth, found),
            ("module", call) => self.output(call, segments.get(2).copied(), depth, found),
            ("local" | "self", _) => found.push(Reference::Other(text.to_owned())),
            _ => found.push(self.resource(&segments)),
        }
    }

    fn resource(&self, segments: &[&str]) -> Reference {
        let length = if segments.first() == Some(&"data") { 3 } else { 2 };
        let name = segments[..length.min(segments.len())].join(".");
        let at = name.find('[').unwrap_or(name.len());
        let attribute = segments.get(length).map(|it| unindexed(it).to_owned());
        let (name, index) = name.split_at(at);
        Reference::Resource {
            module: self.module.clone(),
            name: name.to_owned(),
            index: index.to_owned(),
            attribute,
        }
    }

    /// A variable of the module: what its caller passes, or its default.
    fn variable(&self, name: &str, text: &str, depth: usize, found: &mut Vec<Reference>) {
        if self.module.is_empty() {
            return found.push(Reference::Known);
        }
        let (parent, instance) = caller(&self.module);
        let index = instance[unindexed(instance).len()..].to_owned();
        let Some(call) = self.configuration.call(parent, unindexed(instance)) else {
            return found.push(Reference::Other(text.to_owned()));
        };
        let each = call.get("for_each_expression");
        match call.get("expressions").and_then(|it| it.get(name)) {
            Some(passed) => {
                let caller = Written { module: parent.to_owned(), index, each, ..*self };
                caller.follow(passed, depth + 1, found);
            }
            None => found.push(Reference::Known),
        }
    }

    /// An output of a module that this module calls.
    fn output(&self, call: &str, name: Option<&str>, depth: usize, found: &mut Vec<Reference>) {
        let dot = if self.module.is_empty() { "" } else { "." };
        let module = format!("{}{dot}module.{call}", self.module);
        let name = name.map(unindexed).unwrap_or_default();
        let outputs = self.configuration.module(&module).and_then(|it| it.get("outputs"));
        let expression = outputs.and_then(|it| it.get(name)?.get("expression"));
        match expression {
            Some(expression) => {
                let inner = Written { module, index: String::new(), each: None, ..*self };
                inner.follow(expression, depth + 1, found);
            }
            None => found.push(Reference::Other(format!("module.{call}.{name}"))),
        }
    }
}

/// The address of the module that calls this one, and the name of the call.
fn caller(module: &str) -> (&str, &str) {
    let segments = segments(module);
    let call = segments.last().copied().unwrap_or_default();
    let rest = module.len().saturating_sub(call.len() + "module.".len());
    (module[..rest].trim_end_matches('.'), call)
}

fn list<'n>(node: &'n Node, name: &str) -> impl Iterator<Item = &'n Node> {
    node.get(name).map_or(&[][..], Node::items).iter()
}

/// The references without those that others go on from: `aws_iam_role.exec.arn` is listed with
/// `aws_iam_role.exec`.
fn longest<'t>(texts: &[&'t str]) -> Vec<&'t str> {
    let goes_on = |text: &str, other: &str| {
        other.strip_prefix(text).is_some_and(|rest| rest.starts_with(['.', '[']))
    };
    let is_whole = |text: &&&str| !texts.iter().any(|other| goes_on(text, other));
    texts.iter().take(MOST).filter(is_whole).copied().collect()
}

/// Whether a value that is a list of names, or one name, may come from this resource.
pub(super) fn may_be(references: &[Reference], address: &str) -> bool {
    let (own_module, own_name, own_index) = parts(address);
    references.iter().any(|it| match it {
        Reference::Resource { module, name, index, .. } => {
            module == own_module && name == own_name && (index.is_empty() || index == own_index)
        }
        Reference::Other(_) => true,
        Reference::Known | Reference::Index(_) => false,
    })
}

impl Reference {
    /// The attribute of a resource.
    pub(super) fn attribute(&self) -> Option<&str> {
        match self {
            Reference::Resource { attribute, .. } => attribute.as_deref(),
            _ => None,
        }
    }

    /// What a sentence calls it; none for what is always known.
    pub(super) fn shown(&self) -> Option<String> {
        match self {
            Reference::Resource { module, name, index, attribute } => {
                let dot = if module.is_empty() { "" } else { "." };
                let rest = attribute.as_ref().map_or_else(String::new, |it| format!(".{it}"));
                Some(format!("{module}{dot}{name}{index}{rest}"))
            }
            Reference::Other(text) => Some(text.clone()),
            Reference::Known | Reference::Index(_) => None,
        }
    }
}
