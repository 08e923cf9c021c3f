//! Pictures: of the paths that a task's calls take, and of the container instances that it may be placed on.

mod bars;
mod dot;
mod layout;
mod lines;
mod mermaid;
mod picture;
mod svg;
mod table;
#[cfg(test)]
mod tests;

use super::Look;
use crate::placement::chart::Chart;
use crate::reachability::network_path::NetworkPath;

use picture::Graph;

pub(super) use layout::shortened;
pub use lines::lines;
pub use table::table;

/// A format of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A picture for browsers, chats and incident channels.
    Svg,
    /// The language of Graphviz.
    Dot,
    /// The language that GitHub and many wikis render.
    Mermaid,
    /// A table for the terminal.
    Text,
}

impl Form {
    /// Those of network paths, by the value of `--graph`.
    pub const OF_PATHS: &'static [(&'static str, Form)] =
        &[("svg", Form::Svg), ("dot", Form::Dot), ("mermaid", Form::Mermaid)];

    /// Those of container instances.
    pub const OF_INSTANCES: &'static [(&'static str, Form)] =
        &[("svg", Form::Svg), ("text", Form::Text)];
}

/// What is drawn of one task.
#[derive(Clone, Debug)]
pub enum Subject {
    /// The paths of its calls.
    Paths(Vec<NetworkPath>),
    /// The container instances that it may be placed on.
    Instances(Chart),
}

/// What is drawn of a task, with its title.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The title of the picture.
    pub title: String,
    /// What is drawn.
    pub subject: Subject,
}

/// One picture of all these.
pub fn draw(form: Form, drawn: &[Drawn], look: &Look) -> String {
    let mut graphs = Vec::new();
    let mut charts = Vec::new();
    for Drawn { title, subject } in drawn {
        match subject {
            Subject::Paths(trails) => graphs.push(Graph::of(title, trails)),
            Subject::Instances(chart) => charts.push((title.as_str(), chart)),
        }
    }
    match form {
        Form::Svg if graphs.is_empty() => bars::draw(&charts),
        Form::Svg => svg::draw(&graphs),
        Form::Dot => dot::draw(&graphs),
        Form::Mermaid => mermaid::draw(&graphs),
        Form::Text => charts.iter().map(|(title, chart)| table(title, chart, look)).collect(),
    }
}

/// The network paths of one task as SVG, for a page.
pub(super) fn picture_of_paths(title: &str, paths: &[NetworkPath]) -> String {
    svg::draw(&[Graph::of(title, paths)])
}

/// The container instances that one task may be placed on as SVG, for a page.
pub(super) fn picture_of_instances(title: &str, chart: &Chart) -> String {
    bars::draw(&[(title, chart)])
}
