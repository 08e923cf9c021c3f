//! Policy documents, read with their doubts: what cannot be understood makes the statement that holds
//! it unknown, and leaves the rest as it is
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::condition::Condition;
use super::origin::{Layer, Origin};
use super::pattern::{Pattern, Reading};
use super::principal::Named;
use super::resource::ResourcePattern;

/// What a statement does when it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It allows the request.
    Allow,
    /// It denies the request, whatever else allows it.
    Deny,
}

/// A policy. A clone shares its statements.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Its statements.
    pub statements: Arc<[Statement]>,
}

/// A statement of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The policy that it belongs to.
    pub origin: Origin,
    /// What it does; none if that cannot be read.
    pub effect: Option<Effect>,
    /// Why it is unknown how AWS reads it; usually empty.
    pub doubts: Vec<String>,
    pub(super) principals: Option<Principals>,
    pub(super) actions: Actions,
    pub(super) resources: Option<Resources>,
    /// Its conditions, all of which must hold.
    pub conditions: Vec<Condition>,
}

/// `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Principals {
    pub negated: bool,
    /// As written, and whom it names.
    pub named: Vec<(String, Named)>,
}

/// `Action` or `NotAction`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Actions {
    pub negated: bool,
    pub patterns: Vec<Pattern>,
    /// Whether the list contains something that is not an action, so that more may be meant.
    pub in_doubt: bool,
}

/// `Resource` or `NotResource`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Resources {
    pub negated: bool,
    pub patterns: Vec<ResourcePattern>,
}

impl Statement {
    /// Whether it names some resources: with `NotResource`, if `negated`.
    pub(super) fn names_resources(&self, negated: bool) -> bool {
        self.resources.as_ref().is_some_and(|it| {
            it.negated == negated && it.patterns.iter().all(|it| !it.pattern.is_everything())
        })
    }

    /// The patterns of the resources that it names, of this service or of any.
    pub(super) fn resources_of<'s>(
        &'s self,
        service: &'s str,
    ) -> impl Iterator<Item = String> + 's {
        let patterns = self.resources.as_ref().map_or(&[][..], |it| &it.patterns).iter();
        let texts = patterns.map(|it| it.pattern.text.clone());
        texts.filter(move |text| {
            let own = text.split(':').nth(2).unwrap_or_default();
            own == service || own.contains(['*', '?']) || own.is_empty()
        })
    }
}

impl Policy {
    /// Reads a policy document of this name, or of the resource of this name. It never fails: what it
    /// cannot read is in doubt.
    pub fn read(layer: Layer, name: &str, document: &Value) -> Policy {
        let Some(document) = document.as_object() else {
            return Policy::unreadable(layer, name, "it is not a JSON object");
        };
        let mut doubts = Vec::new();
        for element in document.keys() {
            if !["Version", "Id", "Statement"].contains(&element.as_str()) {
                doubts.push(format!("`{element}` is not an element of a policy"));
            }
        }
        let variables = match document.get("Version") {
            Some(Value::String(version)) if version == "2012-10-17" => true,
            None => false,
            Some(Value::String(version)) if version == "2008-10-17" => false,
            Some(other) => {
                doubts.push(format!("unknown policy version {other}"));
                true
            }
        };
        let statements = match document.get("Statement") {
            Some(Value::Array(statements)) => statements.iter().collect(),
            Some(statement) => vec![statement],
            None => return Policy::unreadable(layer, name, "it has no `Statement`"),
        };
        let policy: Arc<str> = layer.policy_named(name).into();
        let read = |(at, statement): (usize, &Value)| {
            let origin = Origin { layer, policy: policy.clone(), sid: None, index: at + 1 };
            Reader { variables, doubts: doubts.clone() }.statement(origin, statement)
        };
        Policy { statements: statements.into_iter().enumerate().map(read).collect() }
    }

    /// Reads a policy document from its text.
    pub fn read_text(layer: Layer, name: &str, text: &str) -> Policy {
        match serde_json::from_str(text) {
            Ok(document) => Policy::read(layer, name, &document),
            Err(error) => Policy::unreadable(layer, name, &format!("it is not JSON: {error}")),
        }
    }

    /// A policy that could not be read, for example because access was denied: whether it allows or
    /// denies anything is unknown.
    pub fn unreadable(layer: Layer, name: &str, why: &str) -> Policy {
        let policy = layer.policy_named(name).into();
        let origin = Origin { layer, policy, sid: None, index: 0 };
        let unknown = Reader { variables: true, doubts: vec![why.to_owned()] };
        Policy { statements: [unknown.in_doubt(origin)].into() }
    }

    /// The same policy, called this in sentences: "inline policy `start` of role `app`".
    pub fn called(mut self, words: &str) -> Policy {
        let words: Arc<str> = words.into();
        for statement in Arc::make_mut(&mut self.statements) {
            statement.origin.policy = words.clone();
        }
        self
    }
}

impl Statement {
    /// Whether this represents a whole policy that could not be read.
    pub fn is_unread_policy(&self) -> bool {
        self.origin.index == 0
    }
}

/// Reads one statement and collects its doubts.
struct Reader {
    variables: bool,
    doubts: Vec<String>,
}

const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

impl Reader {
    /// A statement that might mean anything.
    fn in_doubt(self, origin: Origin) -> Statement {
        Statement {
            origin,
            effect: None,
            doubts: self.doubts,
            principals: None,
            actions: Actions { negated: true, patterns: Vec::new(), in_doubt: true },
            resources: None,
            conditions: Vec::new(),
        }
    }

    fn statement(mut self, mut origin: Origin, statement: &Value) -> Statement {
        let Some(elements) = statement.as_object() else {
            self.doubts.push("it is not a JSON object".to_owned());
            return self.in_doubt(origin);
        };
        for element in elements.keys() {
            if !ELEMENTS.contains(&element.as_str()) {
                self.doubts.push(format!("`{element}` is not an element of a statement"));
            }
        }
        let sid = elements.get("Sid").and_then(Value::as_str);
        origin.sid = sid.filter(|sid| !sid.is_empty()).map(str::to_owned);
        let effect = match elements.get("Effect").and_then(Value::as_str) {
            Some("Allow") => Some(Effect::Allow),
            Some("Deny") => Some(Effect::Deny),
            _ => {
                self.doubts.push("its `Effect` is neither `Allow` nor `Deny`".to_owned());
                None
            }
        };
        let principals = self.principals(elements, origin.layer);
        let actions = self.actions(elements);
        let resources = self.resources(elements, origin.layer);
        let conditions = self.conditions(elements);
        Statement {
            origin,
            effect,
            doubts: self.doubts,
            principals,
            actions,
            resources,
            conditions,
        }
    }

    /// An element or its negation; both at once are a doubt.
    fn either<'a>(
        &mut self,
        elements: &'a Map<String, Value>,
        plain: &str,
        negation: &str,
    ) -> Option<(bool, &'a Value)> {
        match (elements.get(plain), elements.get(negation)) {
            (Some(_), Some(_)) => {
                self.doubts.push(format!("it has both `{plain}` and `{negation}`"));
                None
            }
            (Some(value), None) => Some((false, value)),
            (None, Some(value)) => Some((true, value)),
            (None, None) => None,
        }
    }

    fn actions(&mut self, elements: &Map<String, Value>) -> Actions {
        let Some((negated, value)) = self.either(elements, "Action", "NotAction") else {
            self.doubts.push("it has no `Action`".to_owned());
            return Actions { negated: true, patterns: Vec::new(), in_doubt: true };
        };
        let reading = Reading { wildcards: true, variables: false };
        let texts = self.texts("Action", value);
        let mut in_doubt = texts.is_empty();
        for text in &texts {
            let service = text.split_once(':').map(|(service, _)| service);
            let wild = |service: &str| service != "*" && service.contains(['*', '?']);
            if text != "*" && service.is_none_or(wild) {
                self.doubts.push(format!("`{text}` is not an action; one is `service:Name`"));
                in_doubt |= service.is_none();
            }
        }
        let patterns = texts.iter().map(|text| Pattern::read(&text.to_lowercase(), reading));
        Actions { negated, patterns: patterns.collect(), in_doubt }
    }

    fn resources(&mut self, elements: &Map<String, Value>, layer: Layer) -> Option<Resources> {
        let Some((negated, value)) = self.either(elements, "Resource", "NotResource") else {
            // A resource-based policy may leave it out: it applies to its own resource.
            if !matches!(layer, Layer::Resource | Layer::Key | Layer::Trust) {
                self.doubts.push("it has no `Resource`".to_owned());
            }
            return None;
        };
        let texts = self.texts("Resource", value);
        // AWS documents only for identity policies that it completes a partial ARN.
        let short = |text: &&String| !text.ends_with('*') && text.split(':').count() < 6;
        let own = matches!(layer, Layer::Identity | Layer::Boundary | Layer::Session);
        if let Some(text) = texts.iter().find(short).filter(|_| !own) {
            self.doubts.push(format!("`{text}` is not a complete ARN"));
        }
        let read = |text: &String| ResourcePattern::read(text, self.variables);
        let patterns: Vec<_> = texts.iter().map(read).collect();
        self.doubts.extend(patterns.iter().filter_map(ResourcePattern::fault));
        Some(Resources { negated, patterns })
    }

    fn principals(&mut self, elements: &Map<String, Value>, layer: Layer) -> Option<Principals> {
        let wanted = matches!(
            layer,
            Layer::Resource
                | Layer::Key
                | Layer::Trust
                | Layer::ResourceControl(_)
                | Layer::Endpoint
        );
        let Some((negated, value)) = self.either(elements, "Principal", "NotPrincipal") else {
            if wanted {
                self.doubts.push("it has no `Principal`".to_owned());
            }
            return None;
        };
        if !wanted {
            self.doubts.push(format!("a {layer} cannot have a `Principal`"));
            return None;
        }
        let mut named = Vec::new();
        match value {
            Value::String(text) => {
                let everyone = if text == "*" { Named::Everyone } else { Named::Malformed };
                named.push((text.clone(), everyone));
            }
            Value::Object(kinds) => {
                for (kind, value) in kinds {
                    let texts = self.texts("Principal", value);
                    named.extend(texts.into_iter().map(|text| {
                        let read = Named::read(kind, &text);
                        (text, read)
                    }));
                }
            }
            _ => self.doubts.push("its `Principal` is neither `*` nor an object".to_owned()),
        }
        for (text, _) in named.iter().filter(|(_, named)| *named == Named::Malformed) {
            self.doubts.push(format!("`{text}` is not a principal"));
        }
        Some(Principals { negated, named })
    }

    fn conditions(&mut self, elements: &Map<String, Value>) -> Vec<Condition> {
        let mut conditions = Vec::new();
        let operators = match elements.get("Condition") {
            None => return conditions,
            Some(Value::Object(operators)) => operators,
            Some(_) => {
                self.doubts.push("its `Condition` is not an object".to_owned());
                return conditions;
            }
        };
        for (operator, keys) in operators {
            let Some(keys) = keys.as_object() else {
                self.doubts.push(format!("its condition `{operator}` is not an object"));
                continue;
            };
            for (key, value) in keys {
                let values = self.texts(key, value);
                conditions.push(Condition::new(operator, key, &values, self.variables));
            }
        }
        self.doubts.extend(conditions.iter().flat_map(Condition::faults));
        conditions
    }

    /// A string or a list of strings. Numbers and booleans count as their text.
    fn texts(&mut self, element: &str, value: &Value) -> Vec<String> {
        let values = match value {
            Value::Array(values) => values.iter().collect(),
            value => vec![value],
        };
        if values.is_empty() {
            self.doubts.push(format!("its `{element}` is an empty list"));
        }
        let mut texts = Vec::with_capacity(values.len());
        for value in values {
            match value {
                Value::String(text) => texts.push(text.clone()),
                Value::Bool(_) | Value::Number(_) => texts.push(value.to_string()),
                _ => self
                    .doubts
                    .push(format!("its `{element}` contains {value}, which is not a string")),
            }
        }
        texts
    }
}

#[cfg(test)]
mod tests;
