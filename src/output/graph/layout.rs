//! The layout: columns from the subnets to the destinations, and lanes for lines that skip a column, so
//! that no line runs behind an unrelated box.

use super::picture::{COLUMNS, Graph, Node, State, merged};
use crate::reachability::network_path::Kind;

pub(super) const MARGIN: f64 = 28.0;
/// The width of a letter of the nodes' font.
const LETTER: f64 = 7.25;
/// The height of a line of a node's text.
pub(super) const TEXT: f64 = 16.0;
/// Between a box and the next one below.
const SPACE: f64 = 13.0;
const LANE: f64 = 10.0;
/// Between columns.
const GAP: f64 = 42.0;
const TOP: f64 = 88.0;
/// The maximum length of a destination's name.
const LONGEST: usize = 32;

/// A box, or a lane where a line passes a column.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub x: f64,
    pub y: f64,
    pub wide: f64,
    pub high: f64,
}

impl Place {
    pub fn middle(&self) -> f64 {
        self.y + self.high / 2.0
    }

    pub fn right(&self) -> f64 {
        self.x + self.wide
    }
}

/// A line from one place to another in the next existing column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub from: usize,
    pub to: usize,
    pub state: State,
}

/// The layout.
pub(super) struct Layout {
    /// Left edge of each used column.
    pub columns: Vec<(usize, f64)>,
    /// Of each node, then of each lane.
    pub places: Vec<Place>,
    /// The state of each lane.
    pub lanes: Vec<State>,
    pub lines: Vec<Line>,
    pub width: f64,
    pub height: f64,
}

impl Layout {
    pub fn of(graph: &Graph) -> Layout {
        let mut plan = Plan::of(graph);
        for edge in &graph.edges {
            plan.lead(edge.from, edge.to, edge.state);
        }
        let order = plan.order();
        let high = |column: &[usize]| {
            let boxes: f64 = column.iter().map(|at| plan.high(*at) + SPACE).sum();
            boxes - SPACE
        };
        let tallest = order.iter().map(|column| high(column)).fold(0.0, f64::max);
        let mut places = vec![Place::default(); plan.columns.len()];
        let (mut columns, mut x) = (Vec::new(), MARGIN);
        for (column, members) in order.iter().enumerate().filter(|(_, it)| !it.is_empty()) {
            let nodes = graph.nodes.iter().filter(|node| node.column == column);
            let wide = nodes.map(width).fold(16.0 + 8.0 * COLUMNS[column].len() as f64, f64::max);
            columns.push((column, x));
            let mut y = TOP + (tallest - high(members)) / 2.0;
            for at in members {
                let high = plan.high(*at);
                places[*at] = Place { x, y, wide, high };
                y += high + SPACE;
            }
            x += wide + GAP;
        }
        let width = (x - GAP + MARGIN).max(560.0);
        let height = TOP + tallest.max(0.0) + 18.0;
        Layout { columns, places, lanes: plan.lanes, lines: plan.lines, width, height }
    }
}

fn width(node: &Node) -> f64 {
    let letters = labels(node).iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let end = if shows_mark(node) { 28.0 } else { 12.0 };
    25.0 + LETTER * letters as f64 + end
}

/// Whether the box shows the mark of its state.
pub(super) fn shows_mark(node: &Node) -> bool {
    node.kind == Kind::Destination || matches!(node.state, State::Bad | State::Open)
}

/// The lines of text in a box: one per group, with long names shortened in the middle.
pub(super) fn labels(node: &Node) -> Vec<String> {
    let lines = node.id.split(", ").map(|line| shortened(line, LONGEST));
    lines.chain(node.name.iter().map(|name| shortened(name, LONGEST))).collect()
}

/// A text shortened in the middle.
pub(in crate::output) fn shortened(text: &str, most: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= most {
        return text.to_owned();
    }
    let (head, tail) = (most / 2, most - most / 2 - 1);
    let end = letters.len() - tail;
    letters[..head].iter().chain(&['…']).chain(&letters[end..]).collect()
}

/// Boxes and lanes before they have a place.
struct Plan<'g> {
    graph: &'g Graph,
    /// Of each node, then of each lane.
    columns: Vec<usize>,
    lanes: Vec<State>,
    /// From which node each lane comes.
    sources: Vec<usize>,
    lines: Vec<Line>,
}

impl Plan<'_> {
    fn of(graph: &Graph) -> Plan<'_> {
        let columns = graph.nodes.iter().map(|node| node.column).collect();
        Plan { graph, columns, lanes: Vec::new(), sources: Vec::new(), lines: Vec::new() }
    }

    /// Connects two nodes, through a lane of every column in between that has boxes. Lines from one node
    /// share lanes, unless they are unreached.
    fn lead(&mut self, from: usize, to: usize, state: State) {
        let mut before = from;
        for column in self.columns[from] + 1..self.columns[to] {
            if self.graph.nodes.iter().any(|node| node.column == column) {
                let lane = self.lane(from, column, state);
                self.line(before, lane, state);
                before = lane;
            }
        }
        self.line(before, to, state);
    }

    fn lane(&mut self, source: usize, column: usize, state: State) -> usize {
        let nodes = self.graph.nodes.len();
        let gets_there = |it: State| it != State::Unreached;
        let known = (0..self.lanes.len()).find(|nth| {
            self.sources[*nth] == source
                && self.columns[nodes + nth] == column
                && gets_there(self.lanes[*nth]) == gets_there(state)
        });
        match known {
            Some(nth) => {
                self.lanes[nth] = self.lanes[nth].max(state);
                nodes + nth
            }
            None => {
                self.columns.push(column);
                self.lanes.push(state);
                self.sources.push(source);
                nodes + self.lanes.len() - 1
            }
        }
    }

    fn line(&mut self, from: usize, to: usize, state: State) {
        match self.lines.iter_mut().find(|it| (it.from, it.to) == (from, to)) {
            Some(line) => line.state = merged(line.state, state),
            None => self.lines.push(Line { from, to, state }),
        }
    }

    fn high(&self, at: usize) -> f64 {
        match self.graph.nodes.get(at) {
            Some(node) => TEXT * labels(node).len() as f64 + 16.0,
            None => LANE,
        }
    }

    /// The members of each column from top to bottom, so that few lines cross: each one near its neighbours.
    fn order(&self) -> Vec<Vec<usize>> {
        let mut columns: Vec<Vec<usize>> = vec![Vec::new(); COLUMNS.len()];
        for (at, column) in self.columns.iter().enumerate() {
            columns[*column].push(at);
        }
        let mut rank = vec![0.0; self.columns.len()];
        let settle = |column: &[usize], rank: &mut Vec<f64>| {
            let middle = (column.len() as f64 - 1.0) / 2.0;
            for (nth, at) in column.iter().enumerate() {
                rank[*at] = nth as f64 - middle;
            }
        };
        columns.iter().for_each(|column| settle(column, &mut rank));
        for _ in 0..6 {
            for column in &mut columns {
                let keys: Vec<f64> = (0..rank.len()).map(|at| self.near(at, &rank)).collect();
                column.sort_by(|one, other| keys[*one].total_cmp(&keys[*other]));
                settle(column, &mut rank);
            }
        }
        columns
    }

    /// The mean rank of its neighbours.
    fn near(&self, at: usize, rank: &[f64]) -> f64 {
        let others = self.lines.iter().filter_map(|line| match () {
            () if line.to == at => Some(rank[line.from]),
            () if line.from == at => Some(rank[line.to]),
            () => None,
        });
        let joined: Vec<f64> = others.collect();
        match joined.is_empty() {
            true => rank[at],
            false => joined.iter().sum::<f64>() / joined.len() as f64,
        }
    }
}
