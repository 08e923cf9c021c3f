//! Nested stacks: the templates that a template deploys, the values that it passes to them, and the outputs
//! that come back
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html>).

use std::collections::BTreeMap;

use super::expression::{Resolver, scalar};
use super::outputs::{APPLICATION, STACK, Values};
use crate::document::node::{Entry, Node, Value};
use crate::document::place::Place;
use crate::document::source::Source;

/// How many templates one template may deploy, with those in them. AWS allows 500 resources in each.
pub const NESTED_LIMIT: usize = 100;

/// A template that another one deploys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NestedStack {
    /// Its name in the template.
    pub id: String,
    /// Where its template is named.
    pub place: Place,
    /// The file with its template, from the folder of the template, or why it is no such file.
    pub file: Result<String, String>,
    /// Where its template is, as far as that is known, with slashes: `my-bucket/infra/vpc.yaml`.
    pub location: String,
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
    let (place, location, file) = template_of(entry, resolver);
    NestedStack {
        id: entry.key.to_string(),
        place,
        file,
        location,
        parameters: parameters(&entry.node, resolver),
        uncertain: (!certain).then(|| resolver.uncertain(&entry.node)),
    }
}

/// Where the template is named, its location, and its file: the one that the CDK notes, or a path that
/// `aws cloudformation package` replaces.
fn template_of(entry: &Entry, resolver: &Resolver) -> (Place, String, Result<String, String>) {
    let (id, resource) = (&entry.key, &entry.node);
    let asset = resource.get("Metadata").and_then(|it| it.get("aws:asset:path"));
    if let Some(Node { value: Value::Text(path), place }) = asset {
        return (place.clone(), path.clone(), Ok(path.clone()));
    }
    let is_application = resource.get("Type").and_then(Node::text) == Some(APPLICATION);
    let name = if is_application { "Location" } else { "TemplateURL" };
    let written = resource.get("Properties").and_then(|it| it.get(name));
    let place = written.map_or(&resource.place, |it| &it.place).clone();
    let unknown = |location: String, why: String| (place.clone(), location, Err(why));
    let path = match written.and_then(|it| resolver.value(it)).map(|it| it.value) {
        Some(Value::Text(path)) => path,
        Some(Value::Unresolved(it)) => {
            let why = format!("the template of the nested stack {id} is not known: {}", it.why);
            return unknown(without_host(&it.text), why);
        }
        Some(Value::Map(_)) if is_application => {
            let why = format!("{id} is from the AWS Serverless Application Repository");
            return unknown(String::new(), why);
        }
        _ => return unknown(String::new(), format!("the nested stack {id} has no `{name}`")),
    };
    if path.contains("://") && !path.starts_with("file://") {
        let why = format!("the template of the nested stack {id} is no file here, but {path}");
        return unknown(without_host(&path), why);
    }
    let path = path.trim_start_matches("file://").to_owned();
    (place.clone(), path.clone(), Ok(path))
}

/// The path of a URL.
fn without_host(url: &str) -> String {
    let path =
        url.split_once("://").map_or(url, |(_, it)| it.split_once('/').map_or("", |it| it.1));
    path.split(['?', '#']).next().unwrap_or_default().to_owned()
}

impl NestedStack {
    /// How many names at the end of a path are those of the location, from the last one on. What an expression
    /// adds before a name may be a folder.
    pub fn names_in_common(&self, path: &str) -> usize {
        let mut names = path.rsplit('/');
        let mut common = 0;
        for written in self.location.rsplit('/') {
            let known = written.rsplit('}').next().unwrap_or(written);
            match names.next() {
                Some(name) if name == known && !name.is_empty() => common += 1,
                _ => break,
            }
            if known != written {
                break;
            }
        }
        common
    }

    /// The name of a file with its template, as far as that is known.
    pub fn file_name(&self) -> Option<String> {
        let name = self.location.rsplit(['/', '}']).next()?;
        (!name.is_empty() && !name.contains('$')).then(|| name.to_owned())
    }

    /// Why this cannot be the template of the stack: CloudFormation would refuse the parameters that are passed.
    pub fn misfit(&self, template: &Source) -> Option<String> {
        let id = &self.id;
        let declared = template.root.get("Parameters").map_or(&[][..], Node::entries);
        let is_declared = |name: &str| declared.iter().any(|it| &*it.key == name);
        if self.parameters.contains_key(ALL) {
            return None;
        }
        if let Some(name) = self.parameters.keys().find(|it| !is_declared(it)) {
            return Some(format!("it has no parameter `{name}`, which {id} passes"));
        }
        let mut needed = declared.iter().filter(|it| !it.node.has("Default"));
        let lacks = needed.find(|it| !self.parameters.contains_key(&*it.key))?;
        Some(format!("it needs the parameter `{}`, which {id} does not pass", lacks.key))
    }
}

/// The stacks that the template may deploy, whatever their conditions are.
pub(super) fn mentioned(resolver: &Resolver) -> Vec<NestedStack> {
    let resources = resolver.template.get("Resources").map_or(&[][..], Node::entries).iter();
    let nested = resources.filter(|it| is_nested(&it.node));
    nested.take(NESTED_LIMIT).map(|it| stack(it, resolver)).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::place::Role;
    use crate::document::template::{Surroundings, nested};

    fn source(text: &str) -> Source {
        Source::read("root.yaml", Role::Definition, text.as_bytes()).unwrap()
    }

    /// The one stack with this URL, to which two values are passed.
    fn stack_of(url: &str) -> NestedStack {
        let text = format!(
            "Parameters: {{Bucket: {{Type: String}}}}
Resources:
  Vpc:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: {url}, Parameters: {{Cidr: a, Zones: b}}}}"
        );
        nested(&source(&text), &Surroundings::default()).remove(0)
    }

    #[test]
    fn a_file_is_likely_the_template_the_more_of_its_path_is_that_of_the_url() {
        for (url, path, common) in [
            ("https://s3.amazonaws.com/b/infra/vpc.yaml", "vpc.yaml", 1),
            ("https://s3.amazonaws.com/b/infra/vpc.yaml", "repo/infra/vpc.yaml", 2),
            ("https://s3.amazonaws.com/b/infra/vpc.yaml?versionId=3", "./vpc.yaml", 1),
            ("https://s3.amazonaws.com/b/infra/vpc.yaml", "my-vpc.yaml", 0),
            ("https://s3.amazonaws.com/b/infra/vpc.yaml", "vpc.yaml/other", 0),
            ("https://vpc.yaml", "vpc.yaml", 0),
            ("!Sub 'https://${Bucket}.s3.amazonaws.com/infra/vpc.yaml'", "infra/vpc.yaml", 2),
            ("!Sub 'https://s3.amazonaws.com/${Bucket}vpc.yaml'", "b/vpc.yaml", 1),
            ("!Sub 'https://s3.amazonaws.com/${Bucket}'", "b/vpc.yaml", 0),
            ("!Ref Bucket", "vpc.yaml", 0),
        ] {
            assert_eq!(stack_of(url).names_in_common(path), common, "{url} {path}");
        }
    }

    #[test]
    fn a_template_that_cannot_take_the_parameters_is_another_one() {
        let vpc = stack_of("https://s3.amazonaws.com/b/vpc.yaml");
        for (parameters, misfit) in [
            ("Cidr: {Type: String}, Zones: {Type: String}, Name: {Type: String, Default: x}", None),
            ("Cidr: {Type: String}", Some("it has no parameter `Zones`, which Vpc passes")),
            (
                "Cidr: {Type: String}, Zones: {Type: String}, Name: {Type: String}",
                Some("it needs the parameter `Name`, which Vpc does not pass"),
            ),
        ] {
            let template = source(&format!("Parameters: {{{parameters}}}"));
            assert_eq!(vpc.misfit(&template).as_deref(), misfit);
        }
    }
}
