//! Nested stacks: the templates that a template deploys, the values that it passes to them, and the outputs
//! that come back
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html>).

use std::collections::BTreeMap;

use super::expression::{Resolver, scalar};
use super::outputs::{APPLICATION, STACK, Values};
use crate::document::node::{Entry, Node, Value};

/// How many templates one template may deploy, with those in them. AWS allows 500 resources in each.
pub const NESTED_LIMIT: usize = 100;

/// A template that another one deploys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NestedStack {
    /// Its name in the template.
    pub id: String,
    /// The file with its template, from the folder of the template, or why it is no such file.
    pub file: Result<String, String>,
    /// The values that it gets, or why they are not known.
    pub parameters: Values,
    /// Why it is not known whether it is deployed.
    pub uncertain: Option<String>,
}

/// The stacks that the template may deploy.
pub(super) fn nested(resolver: &Resolver) -> Vec<NestedStack> {
    let resources = resolver.template.get("Resources").map_or(&[][..], Node::entries).iter();
    let deployed = resources
        .filter(|it| is_nested(&it.node) && resolver.exists(&it.key, &it.node) != Some(false));
    deployed.take(NESTED_LIMIT).map(|it| stack(it, resolver)).collect()
}

/// Whether a resource is a nested stack.
pub(super) fn is_nested(resource: &Node) -> bool {
    matches!(resource.get("Type").and_then(Node::text), Some(STACK | APPLICATION))
}

fn stack(entry: &Entry, resolver: &Resolver) -> NestedStack {
    let certain = resolver.exists(&entry.key, &entry.node).is_some();
    NestedStack {
        id: entry.key.to_string(),
        file: file(entry, resolver),
        parameters: parameters(&entry.node, resolver),
        uncertain: (!certain).then(|| resolver.uncertain(&entry.node)),
    }
}

/// The file of the template: the one that the CDK notes, or a path that `aws cloudformation package` replaces.
fn file(entry: &Entry, resolver: &Resolver) -> Result<String, String> {
    let (id, resource) = (&entry.key, &entry.node);
    let asset = resource.get("Metadata").and_then(|it| it.get("aws:asset:path"));
    if let Some(Value::Text(path)) = asset.map(|it| &it.value) {
        return Ok(path.clone());
    }
    let is_application = resource.get("Type").and_then(Node::text) == Some(APPLICATION);
    let name = if is_application { "Location" } else { "TemplateURL" };
    let written = resource.get("Properties").and_then(|it| it.get(name));
    let path = match written.and_then(|it| resolver.value(it)).map(|it| it.value) {
        Some(Value::Text(path)) => path,
        Some(Value::Unresolved(it)) => {
            return Err(format!("the template of the nested stack {id} is not known: {}", it.why));
        }
        Some(Value::Map(_)) if is_application => {
            return Err(format!("{id} is from the AWS Serverless Application Repository"));
        }
        _ => return Err(format!("the nested stack {id} has no `{name}`")),
    };
    match path.contains("://") && !path.starts_with("file://") {
        true => Err(format!("the template of the nested stack {id} is no file here, but {path}")),
        false => Ok(path.trim_start_matches("file://").to_owned()),
    }
}

fn parameters(resource: &Node, resolver: &Resolver) -> Values {
    let written = resource.get("Properties").and_then(|it| it.get("Parameters"));
    let Some(passed) = written.and_then(|it| resolver.value(it)) else { return BTreeMap::new() };
    if let Value::Unresolved(it) = &passed.value {
        // Whatever is passed: the names are in the template of the nested stack.
        return BTreeMap::from([(ALL.to_owned(), Err(it.why.clone()))]);
    }
    let values = passed.entries().iter();
    values.map(|it| (it.key.to_string(), value(&it.node))).collect()
}

/// In place of the names of all parameters.
pub const ALL: &str = "*";

/// The text of a value; of a list, its items with commas.
fn value(node: &Node) -> Result<String, String> {
    match &node.value {
        Value::Unresolved(it) => Err(it.why.clone()),
        Value::List(items) => Ok(items.iter().map(value).collect::<Result<Vec<_>, _>>()?.join(",")),
        value => scalar(value).ok_or_else(|| "an object is passed, where text is needed".into()),
    }
}

/// The outputs of a template, or why they are not known.
pub(super) fn outputs(resolver: &Resolver) -> Values {
    let outputs = resolver.template.get("Outputs").map_or(&[][..], Node::entries).iter();
    let output = |it: &Entry| {
        let found = match resolver.is_created(&it.node) {
            Some(true) => it.node.get("Value").and_then(|it| resolver.value(it)),
            Some(false) => return None,
            None => return Some((it.key.to_string(), Err(resolver.uncertain(&it.node)))),
        };
        let found = match found {
            Some(found) => value(&found),
            None => Err(format!("the output `{}` has no value", it.key)),
        };
        Some((it.key.to_string(), found))
    };
    outputs.filter_map(output).collect()
}
