//! Policies of a plan: their text, or the data source that Terraform makes the text of.

use serde_json::{Map, Value as Json, json};

use super::plan::Plan;
use super::resource::Resource;
use crate::document::node::{Node, Value};
use crate::document::template::expression::scalar;

/// A policy, or why it is not known.
pub(super) type Policy = (String, Result<Json, String>);

const DOCUMENT: &str = "aws_iam_policy_document";

/// Arguments of the data source that merge other documents into it.
const MERGED: [&str; 4] =
    ["source_policy_documents", "override_policy_documents", "source_json", "override_json"];

/// The policies in an attribute: several if only some of its statements are known. Which policy of a role has a
/// statement makes no difference to IAM.
pub(super) fn policies(
    plan: &Plan,
    resource: &Resource,
    attribute: &str,
    name: &str,
) -> Vec<Policy> {
    let written = resource.given(attribute).map(|it| &it.value);
    let why = match written {
        Some(Value::Text(text)) => return vec![(name.to_owned(), parsed(text))],
        Some(Value::Unresolved(it)) => it.why.clone(),
        _ => format!("{} has no `{attribute}`", resource.address),
    };
    match plan.referred(resource, attribute) {
        Some((source, Some(attribute)))
            if source.kind == DOCUMENT && matches!(&*attribute, "json" | "minified_json") =>
        {
            statements(name, source)
        }
        _ => vec![(name.to_owned(), Err(why))],
    }
}

/// The one policy in an attribute.
pub(super) fn policy(plan: &Plan, resource: &Resource, attribute: &str) -> Result<Json, String> {
    let mut found = policies(plan, resource, attribute, attribute);
    let open = found.iter().position(|(_, document)| document.is_err());
    let (_, document) = found.swap_remove(open.unwrap_or(0));
    document
}

/// The text of a policy.
pub(super) fn parsed(text: &str) -> Result<Json, String> {
    serde_json::from_str(text).map_err(|error| format!("a policy is no JSON: {error}"))
}

/// The policy that a data source makes, and for each statement that is not known why.
fn statements(name: &str, source: &Resource) -> Vec<Policy> {
    let unknown = |why: String| vec![(name.to_owned(), Err(why))];
    if let Some(merged) = MERGED.iter().find(|it| is_set(source, it)) {
        return unknown(format!("`{merged}` of {} is known only after the apply", source.address));
    }
    let Some(written) = source.given("statement") else {
        return unknown(format!("{} has no statement", source.address));
    };
    if let Value::Unresolved(it) = &written.value {
        return unknown(it.why.clone());
    }
    let version = match source.given("version").map(|it| &it.value) {
        None => "2012-10-17".to_owned(),
        Some(Value::Text(version)) => version.clone(),
        Some(_) => return unknown(format!("the version of {} is not known", source.address)),
    };
    let (mut known, mut found) = (Vec::new(), Vec::new());
    for (number, it) in (1..).zip(written.items()) {
        match statement(it) {
            Ok(statement) => known.push(statement),
            Err(why) => found.push((format!("{name}, statement {number}"), Err(why))),
        }
    }
    found.insert(0, (name.to_owned(), Ok(json!({"Version": version, "Statement": known}))));
    found
}

fn is_set(source: &Resource, name: &str) -> bool {
    source
        .given(name)
        .is_some_and(|it| !matches!(&it.value, Value::List(items) if items.is_empty()))
}

/// One statement, as the API has it.
fn statement(block: &Node) -> Result<Json, String> {
    if let Value::Unresolved(it) = &block.value {
        return Err(it.why.clone());
    }
    let mut statement = Map::new();
    let given = |name: &str| block.get(name).filter(|it| it.value != Value::Null);
    let effect = given("effect").map_or_else(|| Ok("Allow".to_owned()), text)?;
    statement.insert("Effect".to_owned(), effect.into());
    for (name, element) in [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ] {
        let values = given(name).map_or_else(|| Ok(Vec::new()), texts)?;
        if !values.is_empty() {
            statement.insert(element.to_owned(), values.into());
        }
    }
    for (name, element) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        if let Some(principals) = given(name).map(principals).transpose()?.flatten() {
            statement.insert(element.to_owned(), principals);
        }
    }
    if let Some(conditions) = given("condition").map(conditions).transpose()?.flatten() {
        statement.insert("Condition".to_owned(), conditions);
    }
    Ok(statement.into())
}

/// The principals of blocks with a type and identifiers.
fn principals(blocks: &Node) -> Result<Option<Json>, String> {
    let mut found: Map<String, Json> = Map::new();
    for block in known(blocks)? {
        let kind = text(field(block, "type")?)?;
        let mut identifiers = texts(field(block, "identifiers")?)?;
        if kind == "*" {
            return Ok(Some("*".into()));
        }
        match found.get_mut(&kind).and_then(Json::as_array_mut) {
            Some(all) => all.extend(identifiers.drain(..).map(Json::from)),
            None => _ = found.insert(kind, identifiers.into()),
        }
    }
    Ok((!found.is_empty()).then(|| found.into()))
}

/// The conditions of blocks with a test, a variable and values.
fn conditions(blocks: &Node) -> Result<Option<Json>, String> {
    let mut found: Map<String, Json> = Map::new();
    for block in known(blocks)? {
        let (test, variable) = (text(field(block, "test")?)?, text(field(block, "variable")?)?);
        let values = texts(field(block, "values")?)?;
        let of_test = found.entry(test).or_insert_with(|| Json::Object(Map::new()));
        let Some(of_test) = of_test.as_object_mut() else { continue };
        match of_test.get_mut(&variable).and_then(Json::as_array_mut) {
            Some(all) => all.extend(values.into_iter().map(Json::from)),
            None => _ = of_test.insert(variable, values.into()),
        }
    }
    Ok((!found.is_empty()).then(|| found.into()))
}

fn field<'n>(block: &'n Node, name: &str) -> Result<&'n Node, String> {
    match &block.value {
        Value::Unresolved(it) => Err(it.why.clone()),
        _ => block.get(name).ok_or_else(|| format!("a block of a policy has no `{name}`")),
    }
}

/// The items of a list that is known.
fn known(node: &Node) -> Result<&[Node], String> {
    match &node.value {
        Value::Unresolved(it) => Err(it.why.clone()),
        _ => Ok(node.items()),
    }
}

fn texts(node: &Node) -> Result<Vec<String>, String> {
    known(node)?.iter().map(text).collect()
}

/// A text, in which `&{` is how Terraform writes the `${` of IAM.
fn text(node: &Node) -> Result<String, String> {
    match &node.value {
        Value::Unresolved(it) => Err(it.why.clone()),
        value => scalar(value)
            .map(|it| it.replace("&{", "${"))
            .ok_or_else(|| "a value of a policy is no text".to_owned()),
    }
}
