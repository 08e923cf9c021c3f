//! Where the services are asked, and what they say, read.

mod element;
mod host;
mod json;
mod signed;

use super::element::Element;

/// An item of a list, with these elements in it.
fn item(fields: &str) -> Element {
    Element::parse(format!("<item>{fields}</item>").as_bytes()).unwrap()
}
