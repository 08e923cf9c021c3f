//! The form of templates and plans: what their tools refuse before they look at any resource.

use crate::document::convention::is_same;
use crate::document::input_error::InputError;
use crate::document::node::{Entry, Node, Value};
use crate::document::other_format::PLAN_AS_JSON;
use crate::document::source::Source;

/// How resources are written.
const RESOURCES: &str = "write `Resources` as an object: {\"NAME\": {\"Type\": \"AWS::ECS::TaskDefinition\", \"Properties\": {}}}";

/// How many resources a template may have
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>, 2026-12-01).
const MOST: usize = 500;

/// Refuses a CloudFormation template that does not have the form of one
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html>).
///
/// # Errors
/// The first flaw, at its place.
pub(super) fn template(source: &Source) -> Result<(), InputError> {
    let error = |node: &Node, message: String, hint: &str| {
        let error = InputError::new(&source.name, message).at_position(node.place.position);
        Err(error.hint(hint))
    };
    let Some(resources) = source.root.get("Resources") else {
        return match source.root.entries().iter().find(|it| is_same(&it.key, "Resources")) {
            Some(entry) => Err(misspelt(source, entry, "Resources")),
            None => error(&source.root, "this template has no `Resources`".to_owned(), RESOURCES),
        };
    };
    if !matches!(resources.value, Value::Map(_)) {
        return error(resources, format!("`Resources` is {}", resources.kind()), RESOURCES);
    }
    if resources.entries().len() > MOST {
        let message =
            format!("this template has more than {MOST} resources, which CloudFormation refuses");
        return error(resources, message, "divide it into nested stacks");
    }
    if let Some(null) = first_null(resources) {
        return error(
            null,
            "`null` values are not allowed in templates".to_owned(),
            "leave the property out, or write `{\"Ref\": \"AWS::NoValue\"}`",
        );
    }
    for Entry { key: id, node: resource, .. } in resources.entries() {
        // A loop, or what a macro returns.
        if id.starts_with("Fn::") {
            continue;
        }
        if !matches!(resource.value, Value::Map(_)) {
            let message = format!("the resource {id} is {}, not an object", resource.kind());
            return error(resource, message, "write it with its `Type` and its `Properties`");
        }
        match resource.get("Type") {
            Some(Node { value: Value::Text(_), .. }) => {}
            Some(other) => {
                let message = format!("the `Type` of {id} is {}, not text", other.kind());
                return error(other, message, "write a type such as AWS::ECS::TaskDefinition");
            }
            None => {
                let mut entries = resource.entries().iter();
                return match entries.find(|it| is_same(&it.key, "Type")) {
                    Some(entry) => Err(misspelt(source, entry, "Type")),
                    None => error(
                        resource,
                        format!("the resource {id} has no `Type`"),
                        "write a type such as AWS::ECS::TaskDefinition",
                    ),
                };
            }
        }
    }
    Ok(())
}

fn first_null(node: &Node) -> Option<&Node> {
    match &node.value {
        Value::Null => Some(node),
        Value::List(items) => items.iter().find_map(first_null),
        Value::Map(entries) => entries.iter().find_map(|it| first_null(&it.node)),
        _ => None,
    }
}

/// Refuses a plan whose changes are not as Terraform writes them.
///
/// # Errors
/// The first flaw, at its place.
pub(super) fn plan(source: &Source) -> Result<(), InputError> {
    let Some(changes) = source.root.get("resource_changes") else { return Ok(()) };
    let error = |node: &Node, message: String| {
        let error = InputError::new(&source.name, message).at_position(node.place.position);
        Err(error.hint(PLAN_AS_JSON))
    };
    let Value::List(items) = &changes.value else {
        return error(changes, format!("`resource_changes` is {}, not a list", changes.kind()));
    };
    match items.iter().find(|it| it.get("address").and_then(Node::text).is_none()) {
        Some(item) => error(item, "this resource change has no `address`".to_owned()),
        None => Ok(()),
    }
}

fn misspelt(source: &Source, entry: &Entry, known: &str) -> InputError {
    InputError::new(&source.name, format!("`{}` is written `{known}`", entry.key))
        .at_position(entry.key_place.position)
        .hint("write the keys as CloudFormation does, with a capital letter")
}
