//! What CloudFormation refuses before it creates anything: names that the template does not have, resources that wait
//! for each other, and values that a parameter does not allow.

use std::collections::{BTreeMap, BTreeSet};

use super::expression::Resolver;
use super::live::calls;
use super::mention::{Mention, Of, depends_on, mentions};
use crate::document::input_error::InputError;
use crate::document::node::{Node, Value};
use crate::document::source::Source;
use crate::names::nearest;

/// The parameters that every template has
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html>, 2026-12-01).
const PSEUDO: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NotificationARNs",
    "AWS::NoValue",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// The macro of AWS that adds no resources, but for loops.
const EXTENSIONS: &str = "AWS::LanguageExtensions";

/// Refuses a template that CloudFormation refuses, whatever is passed to it.
///
/// # Errors
/// The first flaw, at its place.
pub(super) fn template(source: &Source, resolver: &Resolver) -> Result<(), InputError> {
    // A macro may add what is missing here.
    if is_rewritten(&source.root) {
        return Ok(());
    }
    refuse_unknown(source)?;
    refuse_circles(source, resolver)
}

/// Refuses a value that its parameter does not allow.
///
/// # Errors
/// The first such value, at the rule that it breaks.
pub(super) fn parameters(source: &Source, resolver: &Resolver) -> Result<(), InputError> {
    let parameters = source.root.get("Parameters").map_or(&[][..], Node::entries);
    for parameter in parameters {
        if let Some((rule, place)) = resolver.broken_rule(&parameter.key, &parameter.node) {
            let name = &parameter.key;
            let message = format!("the value of the parameter `{name}` is not {rule}");
            let error = InputError::new(&source.name, message).at_position(place.position);
            return Err(error.hint(format!(
                "CloudFormation refuses it: pass --parameter {name}=VALUE with another value"
            )));
        }
    }
    Ok(())
}

fn is_rewritten(root: &Node) -> bool {
    let transforms = root.get("Transform").into_iter();
    let mut transforms = transforms.flat_map(|it| it.items().iter().chain([it]));
    let is_other = |it: &Node| !matches!(it.value, Value::List(_)) && it.text() != Some(EXTENSIONS);
    transforms.any(is_other) || calls(root, "Fn::Transform") || has_loop(root) || has_module(root)
}

fn has_loop(node: &Node) -> bool {
    node.entries().iter().any(|it| it.key.starts_with("Fn::ForEach::") || has_loop(&it.node))
}

/// Whether a resource is a module, whose resources can be referred to by names that the template does not write
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/modules.html>).
fn has_module(root: &Node) -> bool {
    let resources = root.get("Resources").map_or(&[][..], Node::entries).iter();
    let mut kinds = resources.filter_map(|it| it.node.get("Type").and_then(Node::text));
    kinds.any(|it| it.ends_with("::MODULE"))
}

/// The names that a template has.
struct Names<'t> {
    resources: BTreeSet<&'t str>,
    parameters: BTreeSet<&'t str>,
    conditions: BTreeSet<&'t str>,
}

impl<'t> Names<'t> {
    fn of(root: &'t Node) -> Names<'t> {
        let names = |section: &str| {
            let entries = root.get(section).map_or(&[][..], Node::entries).iter();
            entries.map(|it| &*it.key).collect()
        };
        Names {
            resources: names("Resources"),
            parameters: names("Parameters"),
            conditions: names("Conditions"),
        }
    }

    /// What is missing, if the template does not have the name, and the names that it has.
    fn missing(&self, it: &Mention) -> Option<(&'static str, Vec<&'t str>)> {
        let list = |names: &BTreeSet<&'t str>| names.iter().copied().collect::<Vec<_>>();
        match it.of {
            Of::Condition => {
                (!self.conditions.contains(it.name)).then(|| ("condition", list(&self.conditions)))
            }
            Of::Resource => {
                (!self.resources.contains(it.name)).then(|| ("resource", list(&self.resources)))
            }
            Of::Any => {
                let has = self.resources.contains(it.name)
                    || self.parameters.contains(it.name)
                    || PSEUDO.contains(&it.name);
                let all = self.resources.union(&self.parameters).copied().chain(PSEUDO);
                (!has).then(|| ("parameter and no resource", all.collect()))
            }
        }
    }
}

/// Refuses the name of something that the template does not have, in its resources and its outputs: "Template format
/// error: Unresolved resource dependencies \[Name\] in the Resources block of the template".
fn refuse_unknown(source: &Source) -> Result<(), InputError> {
    let names = Names::of(&source.root);
    let section = |name: &str| source.root.get(name).map_or(&[][..], Node::entries).iter();
    let mut all = Vec::new();
    let every = |_: &str, _: bool| true;
    for resource in section("Resources").map(|it| &it.node) {
        let properties = resource.get("Properties");
        properties.into_iter().for_each(|it| mentions(it, &every, &mut all));
        all.extend(depends_on(resource));
        all.extend(condition_of(resource));
    }
    for output in section("Outputs").map(|it| &it.node) {
        output.get("Value").into_iter().for_each(|it| mentions(it, &every, &mut all));
        all.extend(condition_of(output));
    }
    section("Conditions").for_each(|it| mentions(&it.node, &every, &mut all));
    let unknown = all.iter().find_map(|it| Some((it, names.missing(it)?)));
    let Some((it, (what, known))) = unknown else { return Ok(()) };
    let message = format!("the template has no {what} `{}`", it.name);
    let meant =
        nearest(it.name, known).map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
    let error = InputError::new(&source.name, message + &meant).at_position(it.place.position);
    Err(error.hint("correct the name: CloudFormation refuses the template"))
}

fn condition_of(node: &Node) -> Option<Mention<'_>> {
    let written = node.get("Condition")?;
    Some(Mention { name: written.text()?, place: &written.place, of: Of::Condition })
}

/// Refuses resources that wait for each other: "Circular dependency between resources: \[A, B\]". Only what is certainly
/// created, and refers to the others whatever the conditions are that cannot be determined.
fn refuse_circles(source: &Source, resolver: &Resolver) -> Result<(), InputError> {
    let resources = source.root.get("Resources").map_or(&[][..], Node::entries).iter();
    let created = resources.filter(|it| resolver.is_created(&it.node) == Some(true));
    let is_taken = |name: &str, is_first: bool| resolver.holds(name) == Some(is_first);
    let waits: BTreeMap<&str, Vec<Mention>> = created
        .map(|it| {
            let mut found = Vec::new();
            let properties = it.node.get("Properties");
            properties.into_iter().for_each(|it| mentions(it, &is_taken, &mut found));
            found.extend(depends_on(&it.node));
            found.retain(|it| it.of != Of::Condition);
            (&*it.key, found)
        })
        .collect();
    let Some(circle) = circle(&waits) else { return Ok(()) };
    let names: Vec<&str> = circle.iter().map(|it| it.name).collect();
    let message = match names.as_slice() {
        [own] => format!("the resource {own} depends on itself"),
        names => format!("the resources {} depend on each other", names.join(", ")),
    };
    let position = circle.first().and_then(|it| it.place.position);
    let error = InputError::new(&source.name, message).at_position(position);
    Err(error.hint("remove one of the references: CloudFormation refuses a circular dependency"))
}

/// The first circle: the references that lead from one resource to the next, and back.
fn circle<'t>(waits: &BTreeMap<&'t str, Vec<Mention<'t>>>) -> Option<Vec<Mention<'t>>> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for start in waits.keys() {
        // The way to here, and how many references of each resource on it were followed.
        let mut way: Vec<(&str, usize)> = vec![(*start, 0)];
        let mut taken: Vec<Mention> = Vec::new();
        while let Some((at, next)) = way.last_mut() {
            let Some(mention) = waits.get(at).and_then(|it| it.get(*next)) else {
                done.insert(*at);
                way.pop();
                taken.pop();
                continue;
            };
            *next += 1;
            if let Some(from) = way.iter().position(|(name, _)| *name == mention.name) {
                taken.push(*mention);
                return Some(taken.split_off(from));
            }
            if waits.contains_key(mention.name) && !done.contains(mention.name) {
                way.push((mention.name, 0));
                taken.push(*mention);
            }
        }
    }
    None
}
