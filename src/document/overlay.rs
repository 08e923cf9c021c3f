//! What a deployment lays over a task definition: images by the names of their containers.

use super::input_error::InputError;
use super::node::{Entry, Node, Value};
use super::place::{Place, Pointer, Role};
use super::source::Source;

/// The image of one container.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageOverlay {
    /// The container.
    pub container: String,
    /// The image.
    pub image: Node,
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
        Some(ImageOverlay { container: container.to_owned(), image })
    }
}

/// The images of `imagedefinitions.json`, which CodePipeline lays over the definition of a service
/// (<https://docs.aws.amazon.com/codepipeline/latest/userguide/file-reference.html>); none for another document.
pub fn image_definitions(root: &Node) -> Option<Vec<ImageOverlay>> {
    let image = |item: &Node| {
        let container = item.get("name")?.text()?.to_owned();
        Some(ImageOverlay { container, image: item.get("imageUri")?.clone() })
    };
    match root.items() {
        [] => None,
        items => items.iter().map(image).collect(),
    }
}

/// The definition with these images, where it has their containers.
pub fn with_images(source: Source, images: &[ImageOverlay]) -> Source {
    let mut source = source;
    for overlay in images {
        lay_over(&mut source.root, overlay);
    }
    source
}

impl ImageOverlay {
    /// Whether the definition has its container, so that it was laid over, or may have it.
    pub fn is_in(&self, definition: &Node) -> bool {
        lay_over(&mut definition.clone(), self)
    }

    /// The error for an image whose container no definition has.
    pub fn is_nowhere(&self) -> InputError {
        let ImageOverlay { container, image } = self;
        let message = format!("no task definition has a container `{container}`");
        InputError::new(&image.place.document, message)
            .at_position(image.place.position)
            .hint("write the name of a container of the task definition")
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
    use crate::document::TaskDefinition;

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
        let read = |text: &str| image_definitions(&source(text).root);
        let found = read(r#"[{"name": "a", "imageUri": "a:2"}]"#).unwrap();
        assert_eq!((&*found[0].container, found[0].image.text()), ("a", Some("a:2")));
        for text in ["[]", "{}", r#"[{"name": "a", "image": "a:2"}]"#, r#"[{"imageUri": "a"}]"#] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
