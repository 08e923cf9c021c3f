//! The contents of the picture: each hop and each connection once, however many paths use it.

use crate::output::printable;
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
    /// Its name, if it has one other than its id.
    pub name: Option<String>,
    /// The column, from 0.
    pub column: usize,
    pub state: State,
    /// Whether it stops packets of these subnets, but not of others.
    pub apart: bool,
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
        let stops = Stops::of(trails);
        for trail in trails {
            graph.add(trail, &stops);
        }
        graph.starts = graph.nodes.iter().filter(|node| node.kind == Kind::Subnet).count();
        graph.reasons = reasons(trails, graph.starts);
        graph
    }

    fn add(&mut self, trail: &NetworkPath, stops: &Stops) {
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
                Kind::FarAcl => 4,
                Kind::Gateway => (4 + gateways).min(6),
                Kind::Internet => 6,
                Kind::Destination => 7,
            };
            let node = Node {
                kind: hop.kind,
                id: shown(&hop.id),
                name: hop.name.as_deref().filter(|name| *name != hop.id).map(shown),
                column,
                state,
                apart: hop.kind != Kind::Destination && stops.sets_apart(trail, hop),
            };
            let at = self.node(node);
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

    fn node(&mut self, wanted: Node) -> usize {
        let same = |node: &Node| {
            (node.kind, &node.id, node.column, node.apart)
                == (wanted.kind, &wanted.id, wanted.column, wanted.apart)
        };
        match self.nodes.iter().position(same) {
            Some(at) => {
                let node = &mut self.nodes[at];
                // A hop that other paths reach is reached.
                node.state = merged(node.state, wanted.state);
                at
            }
            None => {
                self.nodes.push(wanted);
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

/// The hops that stop packets of a subnet: packets of other subnets that pass there are drawn apart.
struct Stops<'t>(Vec<(&'t str, &'t Hop)>);

impl<'t> Stops<'t> {
    fn of(trails: &'t [NetworkPath]) -> Stops<'t> {
        let of_trail = |trail: &'t NetworkPath| {
            let from = trail.hops.first().map_or("", |hop| hop.id.as_str());
            let lost = matches!(trail.end, End::Lost(_) | End::Open(_));
            trail.hops.iter().filter(move |hop| hop.broken && lost).map(move |hop| (from, hop))
        };
        Stops(trails.iter().flat_map(of_trail).collect())
    }

    /// Whether the hop stops something from where this path starts.
    fn sets_apart(&self, trail: &NetworkPath, hop: &Hop) -> bool {
        let from = trail.hops.first().map_or("", |hop| hop.id.as_str());
        let here = |it: &&(&str, &Hop)| (it.1.kind, &it.1.id) == (hop.kind, &hop.id);
        self.0.iter().filter(here).any(|(start, _)| *start == from)
    }
}

/// A connection that only some paths reach counts as reached.
pub(super) fn merged(one: State, other: State) -> State {
    match (one, other) {
        (State::Good, State::Unreached) | (State::Unreached, State::Good) => State::Good,
        (one, other) => one.max(other),
    }
}

/// The id of a hop, with its name in brackets.
pub(super) fn titled(id: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{id} ({name})"),
        None => id.to_owned(),
    }
}

/// Text of a document, without control characters and invisible ones.
pub(super) fn shown(text: &str) -> String {
    printable::line(text).into_owned()
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
    let mut said: Vec<(State, String)> = found.iter().map(told).collect();
    if said.len() > MOST_REASONS {
        let rest = said.len() + 1 - MOST_REASONS;
        said.truncate(MOST_REASONS - 1);
        let state = found.get(MOST_REASONS - 1).map_or(State::Open, |reason| reason.state);
        said.push((state, format!("{rest} more reasons, which the report names")));
    }
    said
}

/// The most lines below a picture that give reasons.
pub(super) const MOST_REASONS: usize = 5;

/// The heading of a column.
pub(super) const COLUMNS: [&str; 8] = [
    "subnet",
    "security groups",
    "network ACL",
    "route table",
    "its network ACL",
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
