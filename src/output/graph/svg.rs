//! SVG, in light and dark.

use std::fmt::Write as _;

use super::layout::{Layout, MARGIN, Place, TEXT, labels, shortened, shows_mark};
use super::picture::{COLUMNS, Graph, MOST_REASONS, Node, State, class, mark, titled};
use crate::output::xml::escaped;
use crate::reachability::network_path::Kind;

/// The width of a letter of the reasons' font.
pub(super) const SMALL_LETTER: f64 = 6.5;
/// The width of a letter of the title's font.
const LARGE_LETTER: f64 = 9.4;
pub(super) const LINE: f64 = 18.0;
/// Between pictures.
const BETWEEN: f64 = 16.0;

/// Light by default, dark if the viewer prefers it.
const STYLE: &str = "
.card{fill:#ffffff;stroke:#d0d7de}
.title{font:600 16px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#1f2328}
.head{font:600 10.5px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#818b98;letter-spacing:.06em}
.id{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2328}
.mark{font:700 13px system-ui,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif}
.why{font:12px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#59636e}
.key{font:11.5px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#818b98}
.node rect{stroke-width:1.25}
.good rect{fill:#f3faf5;stroke:#4ac26b}.dot.good{fill:#2da44e}
.unreached rect{fill:#f6f8fa;stroke:#d0d7de}.dot.unreached{fill:#afb8c1}.unreached .id{fill:#818b98}
.open rect{fill:#fff8e5;stroke:#d4a72c}.dot.open{fill:#bf8700}
.bad rect{fill:#ffebe9;stroke:#cf222e;stroke-width:2}.dot.bad{fill:#cf222e}
.edge{fill:none;stroke-width:1.6;stroke-linecap:round}
.edge.good{stroke:#4ac26b}.edge.unreached{stroke:#c4ccd4;stroke-dasharray:3 5}
.edge.open{stroke:#d4a72c;stroke-dasharray:7 4}.edge.bad{stroke:#cf222e;stroke-width:2.4}
.text-good{fill:#1a7f37}.text-open{fill:#9a6700}.text-bad{fill:#cf222e}
@media (prefers-color-scheme:dark){
.card{fill:#0d1117;stroke:#30363d}.title{fill:#e6edf3}.head,.key{fill:#7d8590}.id{fill:#e6edf3}.why{fill:#9198a1}
.good rect{fill:#0f2418;stroke:#2ea043}.dot.good{fill:#3fb950}
.unreached rect{fill:#161b22;stroke:#30363d}.dot.unreached{fill:#484f58}.unreached .id{fill:#7d8590}
.open rect{fill:#272115;stroke:#9e6a03}.dot.open{fill:#d29922}
.bad rect{fill:#2d1214;stroke:#f85149}.dot.bad{fill:#f85149}
.edge.good{stroke:#2ea043}.edge.unreached{stroke:#3d444d}.edge.open{stroke:#9e6a03}.edge.bad{stroke:#f85149}
.text-good{fill:#3fb950}.text-open{fill:#d29922}.text-bad{fill:#ff7b72}
}
";

/// The pictures of the paths, one below the other.
pub(super) fn draw(graphs: &[Graph]) -> String {
    let pictures: Vec<Picture> = graphs.iter().map(picture).collect();
    let titles: Vec<&str> = graphs.iter().map(|graph| graph.title.as_str()).collect();
    page(&pictures, &titles, "")
}

/// One picture below the other, with these further styles.
pub(super) fn page(pictures: &[Picture], titles: &[&str], styles: &str) -> String {
    let width = pictures.iter().map(|it| it.width).fold(0.0, f64::max);
    let heights: f64 = pictures.iter().map(|it| it.height + BETWEEN).sum();
    let height = (heights - BETWEEN).max(0.0);
    let mut text = String::new();
    let _ = write!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n<title>{}</title>\n<style>{STYLE}{styles}</style>\n",
        escaped(&titles.join(", "))
    );
    let mut y = 0.0;
    for picture in pictures {
        let _ = writeln!(text, "<g transform=\"translate(0 {y:.1})\">\n{}</g>", picture.text);
        y += picture.height + BETWEEN;
    }
    text.push_str("</svg>\n");
    text
}

/// The picture of one task.
pub(super) struct Picture {
    width: f64,
    height: f64,
    text: String,
}

impl Picture {
    /// A card of this size, with a title, what is said at its right edge, and its contents.
    pub(super) fn card(
        (width, height): (f64, f64),
        title: &str,
        (state, said): (State, &str),
        contents: &str,
    ) -> Picture {
        let mut text = String::new();
        let _ = writeln!(
            text,
            "<rect class=\"card\" x=\".5\" y=\".5\" width=\"{:.0}\" height=\"{:.0}\" rx=\"12\"/>",
            width - 1.0,
            height - 1.0
        );
        let room = width - 3.0 * MARGIN - 8.0 * said.chars().count() as f64;
        let _ = writeln!(
            text,
            "<text class=\"title\" x=\"{MARGIN}\" y=\"38\">{}</text>",
            escaped(&shortened(title, (room / LARGE_LETTER) as usize))
        );
        let _ = writeln!(
            text,
            "<text class=\"mark text-{}\" x=\"{:.1}\" y=\"38\" text-anchor=\"end\">{}</text>",
            class(state),
            width - MARGIN,
            escaped(said)
        );
        text.push_str(contents);
        Picture { width, height, text }
    }
}

fn picture(graph: &Graph) -> Picture {
    let layout = Layout::of(graph);
    let width = layout.width;
    let mut text = String::new();
    let mut y = layout.height + 14.0;
    reasons(graph, width, &mut y, &mut text);
    legend(graph, y, &mut text);
    let height = y + 22.0;
    let mut contents = String::new();
    for (column, x) in &layout.columns {
        let _ = writeln!(
            contents,
            "<text class=\"head\" x=\"{x:.1}\" y=\"70\">{}</text>",
            COLUMNS[*column].to_uppercase()
        );
    }
    lines(graph, &layout, &mut contents);
    for (node, place) in graph.nodes.iter().zip(&layout.places) {
        draw_node(node, place, &mut contents);
    }
    let (state, said) = reached(graph);
    Picture::card((width, height), &graph.title, (state, &said), &(contents + &text))
}

/// The number of reached destinations.
fn reached(graph: &Graph) -> (State, String) {
    let ends: Vec<&Node> =
        graph.nodes.iter().filter(|node| node.kind == Kind::Destination).collect();
    let good = ends.iter().filter(|node| node.state == State::Good).count();
    let worst = ends.iter().map(|node| node.state).max().unwrap_or(State::Open);
    let from = if graph.starts > 1 { " from every subnet" } else { "" };
    (worst, format!("{} {good} of {} reached{from}", mark(worst), ends.len()))
}

/// Broken lines are drawn last, over the others.
fn lines(graph: &Graph, layout: &Layout, text: &mut String) {
    let weight = |state: State| match state {
        State::Unreached => 0,
        State::Good => 1,
        State::Open => 2,
        State::Bad => 3,
    };
    let mut drawn: Vec<(State, String)> = Vec::new();
    for line in &layout.lines {
        let (from, to) = (layout.places[line.from], layout.places[line.to]);
        let ((x1, y1), (x2, y2)) = ((from.right(), from.middle()), (to.x, to.middle()));
        let bend = ((x2 - x1) / 2.0).min(60.0);
        let path = format!(
            "M{x1:.1} {y1:.1} C{:.1} {y1:.1} {:.1} {y2:.1} {x2:.1} {y2:.1}",
            x1 + bend,
            x2 - bend
        );
        drawn.push((line.state, path));
    }
    for (lane, state) in layout.places[graph.nodes.len()..].iter().zip(&layout.lanes) {
        drawn.push((*state, format!("M{:.1} {:.1} H{:.1}", lane.x, lane.middle(), lane.right())));
    }
    drawn.sort_by_key(|(state, _)| weight(*state));
    for (state, path) in drawn {
        let _ = writeln!(text, "<path class=\"edge {}\" d=\"{path}\"/>", class(state));
    }
}

fn draw_node(node: &Node, place: &Place, text: &mut String) {
    let Place { x, y, wide, high } = place;
    let class = class(node.state);
    let labels = labels(node);
    // A tooltip shows the full text of a shortened name.
    let full = titled(&node.id, node.name.as_deref());
    let is_short = labels.iter().all(|label| !label.contains('…'));
    let whole = match is_short {
        true => String::new(),
        false => format!("<title>{}</title>", escaped(&full)),
    };
    let _ = write!(
        text,
        "<g class=\"node {class}\">{whole}<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\" rx=\"8\"/><circle class=\"dot {class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\"/>",
        x + 13.0,
        place.middle()
    );
    let ids = labels.len() - usize::from(node.name.is_some());
    for (nth, label) in labels.iter().enumerate() {
        let class = if nth < ids { "id" } else { "why" };
        let _ = write!(
            text,
            "<text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            x + 25.0,
            y + 20.0 + TEXT * nth as f64,
            escaped(label)
        );
    }
    if shows_mark(node) {
        let _ = write!(
            text,
            "<text class=\"mark text-{class}\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            place.right() - 8.0,
            place.middle() + 4.5,
            mark(node.state)
        );
    }
    text.push_str("</g>\n");
}

/// Why paths end, in lines that fit.
fn reasons(graph: &Graph, width: f64, y: &mut f64, text: &mut String) {
    let most = ((width - 2.0 * MARGIN - 20.0) / SMALL_LETTER) as usize;
    // The report has the full text, and so has the tooltip.
    let each = (MOST_REASONS / graph.reasons.len().max(1)).max(1);
    for (state, reason) in &graph.reasons {
        let lines = wrapped(reason, most);
        let is_cut = lines.len() > each;
        let _ = writeln!(
            text,
            "<text class=\"mark text-{}\" x=\"{MARGIN}\" y=\"{y:.1}\">{}</text>",
            class(*state),
            mark(*state)
        );
        for (nth, line) in lines.iter().take(each).enumerate() {
            let (whole, more) = match is_cut && nth + 1 == each {
                true => (format!("<title>{}</title>", escaped(reason)), " …"),
                false => (String::new(), ""),
            };
            let _ = writeln!(
                text,
                "<text class=\"why\" x=\"{:.1}\" y=\"{y:.1}\">{whole}{}{more}</text>",
                MARGIN + 20.0,
                escaped(line)
            );
            *y += LINE;
        }
    }
    if !graph.reasons.is_empty() {
        *y += 8.0;
    }
}

/// The legend of the colours in use.
fn legend(graph: &Graph, y: f64, text: &mut String) {
    let meanings = [
        (State::Good, "packets pass"),
        (State::Bad, "blocked here"),
        (State::Open, "cannot be determined"),
        (State::Unreached, "not reached"),
    ];
    let nodes = graph.nodes.iter().map(|node| node.state);
    let states: Vec<State> = nodes.chain(graph.edges.iter().map(|edge| edge.state)).collect();
    let mut x = MARGIN + 4.0;
    for (state, meaning) in meanings.iter().filter(|(state, _)| states.contains(state)) {
        let (class, middle) = (class(*state), y - 4.0);
        let _ = match state {
            State::Unreached => writeln!(
                text,
                "<path class=\"edge {class}\" d=\"M{:.1} {middle:.1} H{:.1}\"/>",
                x - 4.0,
                x + 14.0
            ),
            _ => writeln!(
                text,
                "<circle class=\"dot {class}\" cx=\"{:.1}\" cy=\"{middle:.1}\" r=\"4\"/>",
                x + 4.0
            ),
        };
        let _ = writeln!(
            text,
            "<text class=\"key\" x=\"{:.1}\" y=\"{y:.1}\">{meaning}</text>",
            x + 20.0
        );
        x += 46.0 + SMALL_LETTER * meaning.chars().count() as f64;
    }
}

/// A text wrapped to a maximum line length; a longer word is cut.
pub(super) fn wrapped(text: &str, most: usize) -> Vec<String> {
    let most = most.max(20);
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for part in letters.chunks(most) {
            let part: String = part.iter().collect();
            let fits = |line: &&mut String| {
                line.is_empty() || line.chars().count() + 1 + part.chars().count() <= most
            };
            match lines.last_mut().filter(fits) {
                Some(line) => {
                    if !line.is_empty() {
                        line.push(' ');
                    }
                    line.push_str(&part);
                }
                None => lines.push(part),
            }
        }
    }
    lines
}
