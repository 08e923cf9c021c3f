//! The picture itself: columns from the subnets to the destinations, in light and dark.

use std::fmt::Write as _;

use super::{COLUMNS, Graph, Node, State};
use crate::checks::network::Kind;

const MARGIN: f64 = 28.0;
const NODE_HEIGHT: f64 = 32.0;
const ROW: f64 = 46.0;
const GAP: f64 = 46.0;
const TOP: f64 = 92.0;
/// The width of a letter of the node's font.
const LETTER: f64 = 7.3;
/// The width of a letter of the reasons' font.
const SMALL_LETTER: f64 = 6.5;
const LINE: f64 = 18.0;

/// Light first; what can tell that its reader prefers dark takes that.
const STYLE: &str = "
.card{fill:#ffffff;stroke:#d0d7de}
.title{font:600 16px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#1f2328}
.head{font:600 10.5px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#818b98;letter-spacing:.06em}
.id{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2328}
.mark{font:700 13px system-ui,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif}
.why{font:12px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#59636e}
.node rect{stroke-width:1.25}
.good rect{fill:#f3faf5;stroke:#4ac26b}.good .dot{fill:#2da44e}
.unreached rect{fill:#f6f8fa;stroke:#d0d7de}.unreached .dot{fill:#afb8c1}.unreached .id{fill:#818b98}
.open rect{fill:#fff8e5;stroke:#d4a72c}.open .dot{fill:#bf8700}
.bad rect{fill:#ffebe9;stroke:#cf222e;stroke-width:2}.bad .dot{fill:#cf222e}
.edge{fill:none;stroke-width:1.6;stroke-linecap:round}
.edge.good{stroke:#4ac26b}.edge.unreached{stroke:#c4ccd4;stroke-dasharray:3 5}
.edge.open{stroke:#d4a72c;stroke-dasharray:7 4}.edge.bad{stroke:#cf222e;stroke-width:2.4}
.text-good{fill:#1a7f37}.text-open{fill:#9a6700}.text-bad{fill:#cf222e}
@media (prefers-color-scheme:dark){
.card{fill:#0d1117;stroke:#30363d}.title{fill:#e6edf3}.head{fill:#7d8590}.id{fill:#e6edf3}.why{fill:#9198a1}
.good rect{fill:#0f2418;stroke:#2ea043}.good .dot{fill:#3fb950}
.unreached rect{fill:#161b22;stroke:#30363d}.unreached .dot{fill:#484f58}.unreached .id{fill:#7d8590}
.open rect{fill:#272115;stroke:#9e6a03}.open .dot{fill:#d29922}
.bad rect{fill:#2d1214;stroke:#f85149}.bad .dot{fill:#f85149}
.edge.good{stroke:#2ea043}.edge.unreached{stroke:#3d444d}.edge.open{stroke:#9e6a03}.edge.bad{stroke:#f85149}
.text-good{fill:#3fb950}.text-open{fill:#d29922}.text-bad{fill:#ff7b72}
}
";

pub(super) fn draw(graph: &Graph) -> String {
    let layout = Layout::of(graph);
    let reasons = wrapped(graph, layout.width);
    let lines: usize = reasons.iter().map(|(_, lines)| lines.len()).sum();
    let bottom = if reasons.is_empty() { 34.0 } else { 34.0 + LINE * lines as f64 };
    let (width, height) = (layout.width, layout.height + bottom);
    let mut text = String::new();
    let _ = write!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n<title>{}</title>\n<style>{STYLE}</style>\n",
        escaped(&graph.title)
    );
    let _ = writeln!(
        text,
        "<rect class=\"card\" x=\".5\" y=\".5\" width=\"{:.0}\" height=\"{:.0}\" rx=\"12\"/>",
        width - 1.0,
        height - 1.0
    );
    let _ = writeln!(
        text,
        "<text class=\"title\" x=\"{MARGIN}\" y=\"38\">{}</text>",
        escaped(&graph.title)
    );
    verdict(graph, width, &mut text);
    for (column, x) in &layout.columns {
        let _ = writeln!(
            text,
            "<text class=\"head\" x=\"{x:.1}\" y=\"70\">{}</text>",
            COLUMNS[*column].to_uppercase()
        );
    }
    edges(graph, &layout, &mut text);
    for (at, node) in graph.nodes.iter().enumerate() {
        draw_node(node, layout.places[at], &mut text);
    }
    let mut y = layout.height + 10.0;
    for (state, lines) in &reasons {
        for (nth, line) in lines.iter().enumerate() {
            if nth == 0 {
                let _ = writeln!(
                    text,
                    "<text class=\"mark text-{}\" x=\"{MARGIN}\" y=\"{y:.1}\">{}</text>",
                    class(*state),
                    mark(*state)
                );
            }
            let _ = writeln!(
                text,
                "<text class=\"why\" x=\"{:.1}\" y=\"{y:.1}\">{}</text>",
                MARGIN + 20.0,
                escaped(line)
            );
            y += LINE;
        }
    }
    text.push_str("</svg>\n");
    text
}

/// How many destinations are reached, in the corner.
fn verdict(graph: &Graph, width: f64, text: &mut String) {
    let ends: Vec<&Node> =
        graph.nodes.iter().filter(|node| node.kind == Kind::Destination).collect();
    let good = ends.iter().filter(|node| node.state == State::Good).count();
    let worst = ends.iter().map(|node| node.state).max().unwrap_or(State::Good);
    let _ = writeln!(
        text,
        "<text class=\"mark text-{}\" x=\"{:.1}\" y=\"38\" text-anchor=\"end\">{} {good} of {} reached</text>",
        class(worst),
        width - MARGIN,
        mark(worst),
        ends.len()
    );
}

/// Where everything stands.
struct Layout {
    /// Left edge of each column that is used.
    columns: Vec<(usize, f64)>,
    /// Left edge, top, width of each node.
    places: Vec<(f64, f64, f64)>,
    width: f64,
    height: f64,
}

impl Layout {
    fn of(graph: &Graph) -> Layout {
        let order = order(graph);
        let rows = order.iter().map(Vec::len).max().unwrap_or(1).max(1);
        let height = TOP + ROW * rows as f64;
        let (mut columns, mut places) = (Vec::new(), vec![(0.0, 0.0, 0.0); graph.nodes.len()]);
        let mut x = MARGIN;
        for (column, nodes) in order.iter().enumerate().filter(|(_, nodes)| !nodes.is_empty()) {
            let letters = nodes.iter().map(|at| graph.nodes[*at].id.chars().count()).max();
            let wide = 58.0 + LETTER * letters.unwrap_or(0) as f64;
            let wide = wide.max(20.0 + 8.0 * COLUMNS[column].len() as f64);
            columns.push((column, x));
            let free = ROW * (rows - nodes.len()) as f64;
            for (nth, at) in nodes.iter().enumerate() {
                places[*at] = (x, TOP + free / 2.0 + ROW * nth as f64, wide);
            }
            x += wide + GAP;
        }
        Layout { columns, places, width: (x - GAP + MARGIN).max(560.0), height }
    }
}

/// The nodes of each column from top to bottom, so that few lines cross: each near those that it is
/// joined to.
fn order(graph: &Graph) -> Vec<Vec<usize>> {
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); COLUMNS.len()];
    for (at, node) in graph.nodes.iter().enumerate() {
        columns[node.column].push(at);
    }
    let mut rank = vec![0.0; graph.nodes.len()];
    let settle = |column: &[usize], rank: &mut Vec<f64>| {
        let middle = (column.len() as f64 - 1.0) / 2.0;
        for (nth, at) in column.iter().enumerate() {
            rank[*at] = nth as f64 - middle;
        }
    };
    columns.iter().for_each(|column| settle(column, &mut rank));
    for _ in 0..4 {
        for column in &mut columns {
            let near = |at: usize, rank: &[f64]| {
                let joined: Vec<f64> = graph
                    .edges
                    .iter()
                    .filter_map(|edge| match () {
                        () if edge.to == at => Some(rank[edge.from]),
                        () if edge.from == at => Some(rank[edge.to]),
                        () => None,
                    })
                    .collect();
                match joined.is_empty() {
                    true => rank[at],
                    false => joined.iter().sum::<f64>() / joined.len() as f64,
                }
            };
            let keys: Vec<f64> = (0..graph.nodes.len()).map(|at| near(at, &rank)).collect();
            column.sort_by(|one, other| keys[*one].total_cmp(&keys[*other]));
            settle(column, &mut rank);
        }
    }
    columns
}

/// Those that matter are drawn last, over the others.
fn edges(graph: &Graph, layout: &Layout, text: &mut String) {
    let mut sorted: Vec<_> = graph.edges.iter().collect();
    sorted.sort_by_key(|edge| match edge.state {
        State::Unreached => 0,
        State::Good => 1,
        State::Open => 2,
        State::Bad => 3,
    });
    for edge in sorted {
        let (from, to) = (layout.places[edge.from], layout.places[edge.to]);
        let (x1, y1) = (from.0 + from.2, from.1 + NODE_HEIGHT / 2.0);
        let (x2, y2) = (to.0, to.1 + NODE_HEIGHT / 2.0);
        let bend = ((x2 - x1) / 2.0).min(60.0);
        let _ = writeln!(
            text,
            "<path class=\"edge {}\" d=\"M{x1:.1} {y1:.1} C{:.1} {y1:.1} {:.1} {y2:.1} {x2:.1} {y2:.1}\"/>",
            class(edge.state),
            x1 + bend,
            x2 - bend
        );
    }
}

fn draw_node(node: &Node, (x, y, wide): (f64, f64, f64), text: &mut String) {
    let middle = y + NODE_HEIGHT / 2.0;
    let _ = writeln!(
        text,
        "<g class=\"node {}\"><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{NODE_HEIGHT}\" rx=\"8\"/><circle class=\"dot\" cx=\"{:.1}\" cy=\"{middle:.1}\" r=\"4\"/><text class=\"id\" x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
        class(node.state),
        x + 15.0,
        x + 27.0,
        middle + 4.0,
        escaped(&node.id)
    );
    let shows = node.kind == Kind::Destination || matches!(node.state, State::Bad | State::Open);
    if shows && node.state != State::Unreached {
        let _ = writeln!(
            text,
            "<text class=\"mark text-{}\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            class(node.state),
            x + wide - 8.0,
            middle + 4.5,
            mark(node.state)
        );
    }
}

fn class(state: State) -> &'static str {
    match state {
        State::Good => "good",
        State::Unreached => "unreached",
        State::Open => "open",
        State::Bad => "bad",
    }
}

fn mark(state: State) -> &'static str {
    match state {
        State::Good => "✔",
        State::Unreached => "",
        State::Open => "?",
        State::Bad => "✘",
    }
}

/// The reasons in lines that fit.
fn wrapped(graph: &Graph, width: f64) -> Vec<(State, Vec<String>)> {
    let most = ((width - 2.0 * MARGIN - 20.0) / SMALL_LETTER) as usize;
    let wrap = |text: &str| {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let line = lines.last_mut().filter(|line| {
                line.is_empty() || line.chars().count() + 1 + word.chars().count() <= most
            });
            match line {
                Some(line) => {
                    if !line.is_empty() {
                        line.push(' ');
                    }
                    line.push_str(word);
                }
                None => lines.push(word.to_owned()),
            }
        }
        lines
    };
    graph.reasons.iter().map(|(state, text)| (*state, wrap(text))).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
