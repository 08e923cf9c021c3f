//! Pictures of the paths that a task's calls take.

mod dot;
mod layout;
mod lines;
mod mermaid;
mod picture;
mod svg;
#[cfg(test)]
mod tests;

use crate::reachability::network_path::NetworkPath;

use picture::Graph;

pub(super) use layout::shortened;
pub use lines::lines;

/// A format of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A picture for browsers, chats and incident channels.
    Svg,
    /// The language of Graphviz.
    Dot,
    /// The language that GitHub and many wikis render.
    Mermaid,
}

impl Form {
    /// All of them, by the value of `--graph`.
    pub const ALL: &'static [(&'static str, Form)] =
        &[("svg", Form::Svg), ("dot", Form::Dot), ("mermaid", Form::Mermaid)];

    /// The format with that name.
    pub fn named(word: &str) -> Option<Form> {
        Form::ALL.iter().find(|(name, _)| *name == word).map(|(_, form)| *form)
    }
}

/// One picture of the paths of all these, each with its title.
pub fn draw(form: Form, titled: &[(String, Vec<NetworkPath>)]) -> String {
    let graphs: Vec<Graph> =
        titled.iter().map(|(title, trails)| Graph::of(title, trails)).collect();
    match form {
        Form::Svg => svg::draw(&graphs),
        Form::Dot => dot::draw(&graphs),
        Form::Mermaid => mermaid::draw(&graphs),
    }
}

/// The network paths of one task as SVG, for a page.
pub(super) fn picture_of_paths(title: &str, paths: &[NetworkPath]) -> String {
    svg::draw(&[Graph::of(title, paths)])
}
