//! The contents of the picture: each hop and each connection once, however many paths use it.

use crate::document::printable;
use crate::reachability::network_path::{End, Hop, Kind, NetworkPath};

/// The state of a hop or a connection. The order matters: the worst is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Good,
    /// No packet gets this far.
    Unreached,
    Open,
    Bad,
}

/// A hop of one or more paths, drawn once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub kind: Kind,
    pub id: String,
    /// The column, from 0.
    pub column: usize,
    pub state: State,
}

/// A connection of two nodes, drawn once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    pub state: State,
}

/// The contents of the picture.
pub(super) struct Graph {
    pub title: String,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// Why paths end, each reason once, with its destinations.
    pub reasons: Vec<(State, String)>,
    /// The number of subnets, or other places, where paths start.
    pub starts: usize,
}

impl Graph {
    pub fn of(title: &str, trails: &[NetworkPath]) -> Graph {
        let mut graph = Graph {
            title: shown(title),
            nodes: Vec::new(),
            edges: Vec::new(),
            reasons: Vec::new(),
            starts: 0,
        };
        for trail in trails {
            graph.add(trail);
        }
        graph.starts = graph.nodes.iter().filter(|node| node.kind == Kind::Subnet).count();
        graph.reasons = reasons(trails, graph.starts);
        graph
    }

    fn add(&mut self, trail: &NetworkPath) {
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
                Kind::Gateway => (3 + gateways).min(5),
                Kind::Internet => 5,
                Kind::Destination => 6,
            };
            let at = self.node(hop.kind, &shown(&hop.id), column, state);
            if let Some(from) = before {
                let state = match () {
                    () if worst == State::Good => State::Good,
                    () if is_past => State::Unreached,
                    () if hop.broken => worst,
                    // Without a broken hop, only the end is known.
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
                // A hop that other paths reach is reached.
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

/// A connection that only some paths reach counts as reached.
pub(super) fn merged(one: State, other: State) -> State {
    match (one, other) {
        (State::Good, State::Unreached) | (State::Unreached, State::Good) => State::Good,
        (one, other) => one.max(other),
    }
}

/// Text of a document, without control characters.
pub(super) fn shown(text: &str) -> String {
    text.chars().map(printable).collect()
}

/// Why paths end: each reason once, with its destinations, and with its subnets if it does not concern all.
fn reasons(trails: &[NetworkPath], starts: usize) -> Vec<(State, String)> {
    struct Reason<'t> {
        state: State,
        why: &'t str,
        to: Vec<&'t String>,
        from: Vec<&'t String>,
    }
    let mut found: Vec<Reason> = Vec::new();
    for trail in trails {
        let (why, state) = match &trail.end {
            End::Arrives => continue,
            End::Lost(why) => (why.as_str(), State::Bad),
            End::Open(why) => (why.as_str(), State::Open),
        };
        let (Some(Hop { id: from, .. }), Some(Hop { id: to, .. })) =
            (trail.hops.first(), trail.hops.last())
        else {
            continue;
        };
        let at = found.iter().position(|it| it.why == why && it.state == state);
        let at = at.unwrap_or_else(|| {
            found.push(Reason { state, why, to: Vec::new(), from: Vec::new() });
            found.len() - 1
        });
        let reason = &mut found[at];
        for (list, id) in [(&mut reason.to, to), (&mut reason.from, from)] {
            if !list.contains(&id) {
                list.push(id);
            }
        }
    }
    found.sort_by_key(|reason| std::cmp::Reverse(reason.state));
    let told = |it: &Reason| {
        let listed =
            |ids: &[&String]| ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", ");
        let from = match it.from.len() < starts {
            true => format!(" from {}", listed(&it.from)),
            false => String::new(),
        };
        (it.state, shown(&format!("{}{from}: {}", listed(&it.to), it.why)))
    };
    found.iter().map(told).collect()
}

/// The heading of a column.
pub(super) const COLUMNS: [&str; 7] = [
    "subnet",
    "security groups",
    "network ACL",
    "route table",
    "gateway, endpoint",
    "internet gateway",
    "destination",
];

pub(super) fn mark(state: State) -> &'static str {
    match state {
        State::Good => "✔",
        State::Unreached => "",
        State::Open => "?",
        State::Bad => "✘",
    }
}

pub(super) fn class(state: State) -> &'static str {
    match state {
        State::Good => "good",
        State::Unreached => "unreached",
        State::Open => "open",
        State::Bad => "bad",
    }
}
