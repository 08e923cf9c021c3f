//! The values of a template's parameters, from flags and from a file.

use std::collections::BTreeMap;
use std::path::Path;

use super::Failure;
use super::files::{bounded, open};
use super::passed::PassedTemplates;
use crate::cli::TemplateFlags;
use crate::document::node::{Node, Value};
use crate::document::overlay::ImageOverlay;
use crate::document::{Identity, InputError, Role, Source};
use crate::names::{nearest, without_prefix};

/// How it is written.
const FORMS: &str = "write them as the AWS CLI does, [{\"ParameterKey\": \"Name\", \"ParameterValue\": \"value\"}] or [\"Name=value\"], or as CodePipeline does, {\"Parameters\": {\"Name\": \"value\"}}";

/// What templates depend on.
#[derive(Clone, Debug, Default)]
pub(super) struct Inputs {
    /// The values of parameters.
    pub(super) values: BTreeMap<String, String>,
    /// The name of the stack that a template updates.
    pub(super) stack: Option<String>,
    /// The templates that may be nested in others.
    pub(super) passed: PassedTemplates,
}

/// All values; a flag wins over the file.
///
/// # Errors
/// A flag without `=`, a file that holds something else, or a flag for a template where there is none.
pub(super) fn given(flags: &TemplateFlags, has_template: bool) -> Result<Inputs, Failure> {
    let (values, stack) = (values_of(flags)?, flags.stack.clone());
    let inputs = Inputs { values, stack, passed: PassedTemplates::default() };
    let unused = match &inputs {
        _ if has_template => None,
        Inputs { stack: Some(_), .. } => Some("--stack"),
        Inputs { values, .. } if values.is_empty() => None,
        _ => Some("--parameter"),
    };
    match unused {
        Some(flag) => Err(Failure::usage(format!(
            "{flag} is for a CloudFormation template, and no TASKDEF is one\n  Pass the template as TASKDEF"
        ))),
        None => Ok(inputs),
    }
}

fn values_of(flags: &TemplateFlags) -> Result<BTreeMap<String, String>, Failure> {
    let mut parameters = flags.parameters.as_deref().map(file).transpose()?.unwrap_or_default();
    for flag in &flags.parameter {
        let (name, value) = pair(flag).ok_or_else(|| {
            Failure::usage(format!("--parameter {flag} has no `=`\n  Pass --parameter NAME=VALUE"))
        })?;
        parameters.insert(name, value);
    }
    Ok(parameters)
}

/// The images of `--image`.
///
/// # Errors
/// A flag without a container or an image.
pub(super) fn images(flags: &TemplateFlags) -> Result<Vec<ImageOverlay>, Failure> {
    let image = |flag: &String| {
        ImageOverlay::of_flag("--image", flag).ok_or_else(|| {
            let lacks = match flag.split_once('=') {
                Some((container, _)) if !container.is_empty() => "has no image after `=`",
                _ => "names no container",
            };
            Failure::usage(format!("--image {flag:?} {lacks}\n  Pass --image CONTAINER=IMAGE"))
        })
    };
    flags.image.iter().map(image).collect()
}

impl Inputs {
    /// Refuses a value for a parameter that no template has, of those that are given together.
    ///
    /// # Errors
    /// The first such parameter, with the name that was probably meant.
    pub(super) fn examine(&self, templates: &[&Node]) -> Result<(), Failure> {
        let of = |it: &&Node| -> Vec<String> {
            let parameters = it.get("Parameters").map_or(&[][..], Node::entries);
            parameters.iter().map(|it| it.key.to_string()).collect()
        };
        let known: Vec<String> = templates.iter().flat_map(of).collect();
        // Pseudo parameters are in no template.
        let is_unknown = |it: &&String| !it.starts_with("AWS::") && !known.contains(it);
        let Some(name) = self.values.keys().find(is_unknown) else { return Ok(()) };
        let meant = nearest(name, known.iter().map(String::as_str));
        let meant = meant.map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
        let advice = match known.is_empty() {
            true => "It has none: leave out --parameter and --parameters".to_owned(),
            false => format!("It has {}", known.join(", ")),
        };
        Err(Failure::usage(format!("the template has no parameter `{name}`{meant}\n  {advice}")))
    }
}

fn file(path: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let path = Path::new(without_prefix(path.as_os_str(), "file://").unwrap_or(path.as_os_str()));
    let name = path.to_string_lossy();
    let source = Source::read(&name, Role::Context, &bounded(open(path)?, &name)?)
        .map_err(Failure::usage)?;
    match Identity::of(&source.root) {
        Some(it) if it != Identity::Parameters => {
            Err(Failure::usage(it.out_of_place(&source, "a parameters file of a template")))
        }
        _ => values(&source).map_err(|error| Failure::input(&source, error)),
    }
}

/// The parameters in any of their forms. One whose previous value stays has none here.
fn values(source: &Source) -> Result<BTreeMap<String, String>, InputError> {
    let error = |node: &Node, message: String| {
        InputError::new(&source.name, message).at_position(node.place.position).hint(FORMS)
    };
    let value = |name: &str, node: &Node| match text(node) {
        Some(value) => Ok(value),
        None => Err(error(node, format!("the value of the parameter `{name}` is {}", node.kind()))),
    };
    let entry = |item: &Node| {
        if let Value::Text(text) = &item.value {
            return match pair(text) {
                Some(pair) => Ok(Some(pair)),
                None => Err(error(item, "this parameter has no `=` after its name".to_owned())),
            };
        }
        let Some(name) = item.get("ParameterKey").and_then(Node::text) else {
            return Err(error(item, "this parameter has no `ParameterKey`".to_owned()));
        };
        match item.get("ParameterValue") {
            Some(node) => Ok(Some((name.to_owned(), value(name, node)?))),
            None if item.has("UsePreviousValue") => Ok(None),
            None => Err(error(item, format!("the parameter `{name}` has no `ParameterValue`"))),
        }
    };
    let root = &source.root;
    let found: Result<Vec<_>, InputError> = match &root.value {
        Value::List(items) => items.iter().map(entry).collect(),
        Value::Map(_) => {
            let entries = root.get("Parameters").unwrap_or(root).entries().iter();
            entries.map(|it| Ok(Some((it.key.to_string(), value(&it.key, &it.node)?)))).collect()
        }
        _ => Err(error(root, format!("the parameters of a template are {}", root.kind()))),
    };
    Ok(found?.into_iter().flatten().collect())
}

fn pair(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    (!name.is_empty()).then(|| (name.to_owned(), value.to_owned()))
}

fn text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) | Value::Foreign(_, text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::List(items) => Some(items.iter().map(text).collect::<Option<Vec<_>>>()?.join(",")),
        Value::Null | Value::Map(_) | Value::Unresolved(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<BTreeMap<String, String>, InputError> {
        values(&Source::read("p.json", Role::Context, text.as_bytes()).unwrap())
    }

    #[test]
    fn every_form_of_a_parameters_file_is_read() {
        let expected = BTreeMap::from([
            ("Image".to_owned(), "web:1=2".to_owned()),
            ("Count".to_owned(), "2".to_owned()),
        ]);
        for text in [
            r#"[{"ParameterKey": "Image", "ParameterValue": "web:1=2"},
                {"ParameterKey": "Count", "ParameterValue": 2}]"#,
            r#"["Image=web:1=2", "Count=2"]"#,
            r#"{"Parameters": {"Image": "web:1=2", "Count": 2}}"#,
            r#"{"Image": "web:1=2", "Count": "2"}"#,
        ] {
            assert_eq!(read(text), Ok(expected.clone()), "{text}");
        }
    }

    #[test]
    fn anything_else_holds_no_parameters() {
        for (text, says, column) in [
            (r#"["Image"]"#, "this parameter has no `=` after its name", 2),
            (r#"[{"ParameterKey": "Image"}]"#, "the parameter `Image` has no `ParameterValue`", 2),
            (r#"{"Image": {}}"#, "the value of the parameter `Image` is an object", 11),
            ("[1]", "this parameter has no `ParameterKey`", 2),
            ("1", "the parameters of a template are a number", 1),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(error.message, says);
            assert_eq!(error.position.map(|it| it.column), Some(column), "{text}");
        }
    }

    #[test]
    fn a_parameter_that_keeps_its_previous_value_has_none_here() {
        let kept = r#"[{"ParameterKey": "Image", "UsePreviousValue": true}]"#;
        assert_eq!(read(kept), Ok(BTreeMap::new()));
    }

    #[test]
    fn a_parameter_that_no_template_has_is_refused() {
        let text = r#"{"Resources": {}, "Parameters": {"ImageTag": {"Type": "String"}}}"#;
        let template = Source::read("t.json", Role::Definition, text.as_bytes()).unwrap();
        let examine = |name: &str| {
            let values = BTreeMap::from([(name.to_owned(), "1".to_owned())]);
            Inputs { values, ..Inputs::default() }.examine(&[&template.root])
        };
        assert!(examine("ImageTag").is_ok() && examine("AWS::StackName").is_ok());
        let said = examine("ImageTga").unwrap_err().message;
        assert!(
            said.starts_with("the template has no parameter `ImageTga`; did you mean `ImageTag`?")
        );
    }

    #[test]
    fn a_flag_without_a_value_is_refused() {
        let flags =
            TemplateFlags { parameter: vec!["Image".to_owned()], ..TemplateFlags::default() };
        assert!(given(&flags, true).is_err_and(|it| it.message.contains("NAME=VALUE")));
    }
}
