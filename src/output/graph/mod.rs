//! Pictures of the paths that a task's calls take.

mod dot;
mod lines;
mod mermaid;
mod svg;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::checks::network::{End, Kind, Trail};

pub use lines::lines;

/// A form of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A picture for browsers, chats and incident channels.
    Svg,
    /// The language of Graphviz.
    Dot,
    /// The language that GitHub and many wikis draw.
    Mermaid,
}

impl Form {
    /// All of them, by the word of `--graph`.
    pub const ALL: &'static [(&'static str, Form)] =
        &[("svg", Form::Svg), ("dot", Form::Dot), ("mermaid", Form::Mermaid)];

    /// The form of that name.
    pub fn named(word: &str) -> Option<Form> {
        Form::ALL.iter().find(|(name, _)| *name == word).map(|(_, form)| *form)
    }
}

/// The picture of these paths.
pub fn draw(form: Form, title: &str, trails: &[Trail]) -> String {
    let graph = Graph::of(title, trails);
    match form {
        Form::Svg => svg::draw(&graph),
        Form::Dot => dot::draw(&graph),
        Form::Mermaid => mermaid::draw(&graph),
    }
}

/// How something fares. The order is the point: the worst is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Good,
    /// Nothing gets so far.
    Unreached,
    Open,
    Bad,
}

/// A hop that any path takes, drawn once.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Node {
    kind: Kind,
    id: String,
    /// The column, from 0.
    column: usize,
    state: State,
}

/// From one node to the next, drawn once.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Edge {
    from: usize,
    to: usize,
    state: State,
}

/// What is drawn.
struct Graph {
    title: String,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// Why something does not arrive, each reason once, with the destinations that it is about.
    reasons: Vec<(State, String)>,
}

impl Graph {
    fn of(title: &str, trails: &[Trail]) -> Graph {
        let mut graph = Graph {
            title: title.to_owned(),
            nodes: Vec::new(),
            edges: Vec::new(),
            reasons: Vec::new(),
        };
        for trail in trails {
            graph.add(trail);
        }
        graph.reasons = reasons(trails);
        graph
    }

    fn add(&mut self, trail: &Trail) {
        let broken = trail.hops.iter().position(|hop| hop.broken);
        let worst = match trail.end {
            End::Arrives => State::Good,
            End::Lost(_) => State::Bad,
            End::Open(_) => State::Open,
        };
        let last = trail.hops.len().saturating_sub(1);
        let mut before: Option<usize> = None;
        let mut gateways = 0;
        for (nth, hop) in trail.hops.iter().enumerate() {
            let is_past = broken.is_some_and(|at| nth > at);
            let state = match () {
                () if worst == State::Good => State::Good,
                () if hop.broken || nth == last => worst,
                () if is_past => State::Unreached,
                () => State::Good,
            };
            gateways += usize::from(hop.kind == Kind::Gateway);
            let column = match hop.kind {
                Kind::Subnet => 0,
                Kind::Groups => 1,
                Kind::Acl => 2,
                Kind::Table => 3,
                Kind::Gateway => 3 + gateways,
                Kind::Destination => 6,
            };
            let at = self.node(hop.kind, &hop.id, column, state);
            if let Some(from) = before {
                let state = match () {
                    () if worst == State::Good => State::Good,
                    () if is_past => State::Unreached,
                    () if hop.broken => worst,
                    // Of what has no hop at which it breaks nothing is known but the end.
                    () if broken.is_none() => worst,
                    () => State::Good,
                };
                self.edge(from, at, state);
            }
            before = Some(at);
        }
    }

    fn node(&mut self, kind: Kind, id: &str, column: usize, state: State) -> usize {
        let same = |node: &Node| node.kind == kind && node.id == id && node.column == column;
        match self.nodes.iter().position(same) {
            Some(at) => {
                let node = &mut self.nodes[at];
                // What others reach is reached.
                node.state = match (node.state, state) {
                    (State::Good, State::Unreached) | (State::Unreached, State::Good) => {
                        State::Good
                    }
                    (one, other) => one.max(other),
                };
                at
            }
            None => {
                self.nodes.push(Node { kind, id: id.to_owned(), column, state });
                self.nodes.len() - 1
            }
        }
    }

    fn edge(&mut self, from: usize, to: usize, state: State) {
        match self.edges.iter_mut().find(|it| it.from == from && it.to == to) {
            Some(edge) => edge.state = merged(edge.state, state),
            None => self.edges.push(Edge { from, to, state }),
        }
    }
}

/// A line that some packets take and others do not reach is one that is taken.
fn merged(one: State, other: State) -> State {
    match (one, other) {
        (State::Good, State::Unreached) | (State::Unreached, State::Good) => State::Good,
        (one, other) => one.max(other),
    }
}

fn reasons(trails: &[Trail]) -> Vec<(State, String)> {
    let mut found: BTreeMap<(String, bool), Vec<String>> = BTreeMap::new();
    let mut order: Vec<(String, bool)> = Vec::new();
    for trail in trails {
        let (why, lost) = match &trail.end {
            End::Arrives => continue,
            End::Lost(why) => (why, true),
            End::Open(why) => (why, false),
        };
        let key = (why.clone(), lost);
        if !found.contains_key(&key) {
            order.push(key.clone());
        }
        let name = trail.hops.last().map_or(String::new(), |hop| hop.id.clone());
        let names = found.entry(key).or_default();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let told = |key: (String, bool)| {
        let names = found.get(&key).map_or(String::new(), |names| names.join(", "));
        let (why, lost) = key;
        (if lost { State::Bad } else { State::Open }, format!("{names}: {why}"))
    };
    order.into_iter().map(told).collect()
}

/// What a column shows.
const COLUMNS: [&str; 7] = [
    "subnet",
    "security groups",
    "network ACL",
    "route table",
    "gateway, endpoint",
    "internet gateway",
    "destination",
];
