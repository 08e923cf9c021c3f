//! What a deployment lays over a task definition: images by the names of their containers.

use std::sync::Arc;

use super::convention::is_same;
use super::input_error::InputError;
use super::node::{Entry, Node, Value};
use super::place::{Place, Pointer, Role};
use super::source::Source;
use crate::names::nearest;

/// The image of one container.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageOverlay {
    /// The container.
    pub container: String,
    /// The image.
    pub image: Node,
    /// The text of the document that has it, for errors.
    text: Arc<str>,
}

impl ImageOverlay {
    /// The value `NAME=URI` of a flag; none for another text.
    pub fn of_flag(flag: &str, value: &str) -> Option<ImageOverlay> {
        let (container, image) = value.split_once('=')?;
        if container.is_empty() || image.is_empty() {
            return None;
        }
        let pointer = Pointer::root().field(container);
        let place = Place { pointer, ..Place::whole(flag, Role::Context) };
        let image = Node { value: Value::Text(image.to_owned()), place };
        Some(ImageOverlay { container: container.to_owned(), image, text: "".into() })
    }
}

/// The images of `imagedefinitions.json`, which CodePipeline lays over the definition of a service
/// (<https://docs.aws.amazon.com/codepipeline/latest/userguide/file-reference.html>).
///
/// # Errors
/// What is not an image of a container, at its place.
pub fn image_definitions(source: &Source) -> Result<Vec<ImageOverlay>, InputError> {
    let error = |node: &Node, message: String| {
        let error = InputError::new(&source.name, message).at_position(node.place.position);
        error.hint("write a list: [{\"name\": \"CONTAINER\", \"imageUri\": \"IMAGE\"}]")
    };
    let field = |item: &'_ Node, name: &str| match item.get(name) {
        Some(it) => match it.text() {
            Some("") => Err(error(it, format!("`{name}` is empty"))),
            Some(_) => Ok(it.clone()),
            None => Err(error(it, format!("`{name}` is {} where text belongs", it.kind()))),
        },
        None => Err(match item.entries().iter().find(|it| is_same(&it.key, name)) {
            Some(entry) => error(item, format!("`{}` is written `{name}`", entry.key))
                .at_position(entry.key_place.position),
            None if item.entries().is_empty() => error(
                item,
                format!("an image definition is {} where an object belongs", item.kind()),
            ),
            None => error(item, format!("this image definition has no `{name}`")),
        }),
    };
    let Value::List(items) = &source.root.value else {
        let message = format!("image definitions are {} where a list belongs", source.root.kind());
        return Err(error(&source.root, message));
    };
    let image = |item: &Node| {
        let (name, image) = (field(item, "name")?, field(item, "imageUri")?);
        let container = name.text().unwrap_or_default().to_owned();
        Ok(ImageOverlay { container, image, text: source.text.clone() })
    };
    items.iter().map(image).collect()
}

/// The names of the containers of a definition, as far as they are known.
pub fn container_names(root: &Node) -> Vec<String> {
    let inner = ["taskDefinition", "containerDefinitions"].iter().find_map(|it| root.get(it));
    match inner {
        Some(inner) => container_names(inner),
        None => {
            let all = root.items().iter().chain([root]);
            all.filter_map(|it| Some(it.get("name")?.text()?.to_owned())).collect()
        }
    }
}

/// The definition with these images, where it has their containers.
pub fn with_images(source: Source, images: &[ImageOverlay]) -> Source {
    let mut source = source;
    for overlay in images {
        lay_over(Arc::make_mut(&mut source.root), overlay);
    }
    source
}

impl ImageOverlay {
    /// Whether the definition has its container, so that it was laid over, or may have it.
    pub fn is_in(&self, definition: &Node) -> bool {
        lay_over(&mut definition.clone(), self)
    }

    /// The error for an image whose container no definition has, with the names of those that there are.
    pub fn is_nowhere(&self, known: &[String]) -> InputError {
        let ImageOverlay { container, image, text } = self;
        let meant = nearest(container, known.iter().map(String::as_str));
        let meant = meant.map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
        let message = format!("no task definition has a container `{container}`{meant}");
        let names: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
        InputError::new(&image.place.document, message)
            .at_position(image.place.position)
            .within(text)
            .hint(match names.is_empty() {
                true => "write the name of a container of the task definition".to_owned(),
                false => format!(
                    "write the name of a container of the task definition: {}",
                    names.join(", ")
                ),
            })
    }
}

/// Replaces the image of every container of this name; `false` if there is none.
fn lay_over(root: &mut Node, overlay: &ImageOverlay) -> bool {
    match &mut root.value {
        Value::List(items) => {
            let mut found = false;
            for container in items.iter_mut() {
                found |= replace(container, overlay);
            }
            found
        }
        Value::Map(entries) => {
            let inner = ["taskDefinition", "containerDefinitions"];
            match entries.iter_mut().rev().find(|it| inner.contains(&&*it.key)) {
                Some(entry) => lay_over(&mut entry.node, overlay),
                None => replace(root, overlay),
            }
        }
        // What is not known may have the container.
        Value::Unresolved(_) => true,
        _ => false,
    }
}

fn replace(container: &mut Node, overlay: &ImageOverlay) -> bool {
    let is_meant = container.get("name").and_then(Node::text) == Some(&*overlay.container);
    let Value::Map(entries) = &mut container.value else { return false };
    if !is_meant {
        return false;
    }
    entries.retain(|it| &*it.key != "image");
    let key_place = overlay.image.place.clone();
    entries.push(Entry { key: "image".into(), key_place, node: overlay.image.clone() });
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::place::Position;
    use crate::document::{Identity, TaskDefinition};

    fn source(text: &str) -> Source {
        Source::read("a.json", Role::Definition, text.as_bytes()).unwrap()
    }

    fn images(source: &Source) -> Vec<String> {
        let task = TaskDefinition::from_source(source).unwrap();
        let containers = task.container_definitions.items().unwrap().iter();
        containers.map(|it| it.image.get().unwrap().cloned().unwrap_or_default()).collect()
    }

    #[test]
    fn an_image_is_laid_over_the_container_of_its_name() {
        let overlay = [ImageOverlay::of_flag("--image", "b=web:2").unwrap()];
        let containers =
            r#"[{"name": "a", "image": "a:1"}, {"name": "b", "image": "<IMAGE1_NAME>"}]"#;
        for text in [
            format!(r#"{{"family": "f", "containerDefinitions": {containers}}}"#),
            format!(
                r#"{{"taskDefinition": {{"family": "f", "containerDefinitions": {containers}}}}}"#
            ),
            containers.to_owned(),
        ] {
            assert!(overlay[0].is_in(&source(&text).root));
            let laid = with_images(source(&text), &overlay);
            assert_eq!(images(&laid), ["a:1", "web:2"], "{text}");
        }
        let other = source(r#"[{"name": "a", "image": "x"}]"#);
        assert!(!overlay[0].is_in(&other.root));
        assert_eq!(images(&with_images(other, &overlay)), ["x"]);
    }

    #[test]
    fn a_flag_needs_a_container_and_an_image() {
        for value in ["", "a", "=a", "a="] {
            assert_eq!(ImageOverlay::of_flag("--image", value), None, "{value}");
        }
        let overlay = ImageOverlay::of_flag("--image", "a=b:1@sha256:c=d").unwrap();
        assert_eq!(overlay.image.text(), Some("b:1@sha256:c=d"));
        assert_eq!(overlay.image.place.subject(), "--image#/a");
    }

    #[test]
    fn image_definitions_are_recognised() {
        let identity = |text: &str| Identity::of(&source(text).root);
        let whole = r#"[{"name": "a", "imageUri": "a:2"}]"#;
        let found = image_definitions(&source(whole)).unwrap();
        assert_eq!((&*found[0].container, found[0].image.text()), ("a", Some("a:2")));
        assert_eq!(identity(whole), Some(Identity::ImageDefinitions));
        for text in ["[]", "{}", r#"[{"name": "a", "image": "a:2"}]"#] {
            assert_ne!(identity(text), Some(Identity::ImageDefinitions), "{text}");
        }
    }

    #[test]
    fn an_image_definition_is_refused_at_its_flaw() {
        for (text, says, line, column) in [
            (r#"[{"imageUri": "a"}]"#, "this image definition has no `name`", 1, 2),
            (r#"[{"name": "a"}]"#, "this image definition has no `imageUri`", 1, 2),
            (
                "[{\"name\": \"a\",\n\"image_uri\": \"b\"}]",
                "`image_uri` is written `imageUri`",
                2,
                1,
            ),
            (
                r#"[{"name": "a", "imageUri": 5}]"#,
                "`imageUri` is a number where text belongs",
                1,
                28,
            ),
            (r#"[{"name": "", "imageUri": "b"}]"#, "`name` is empty", 1, 11),
            (
                r#"{"name": "a", "imageUri": "b"}"#,
                "image definitions are an object where a list belongs",
                1,
                1,
            ),
            (
                r#"[{"name": "a", "imageUri": "b"}, 5]"#,
                "an image definition is a number where an object belongs",
                1,
                34,
            ),
        ] {
            let source = source(text);
            assert_eq!(Identity::of(&source.root), Some(Identity::ImageDefinitions), "{text}");
            let error = image_definitions(&source).unwrap_err();
            assert_eq!(&*error.message, says);
            assert_eq!(error.position, Some(Position { line, column }), "{text}");
        }
    }
}
