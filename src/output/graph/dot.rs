//! For Graphviz: `dot -Tsvg`.

use super::picture::{COLUMNS, Graph, State, mark, titled};

pub(super) fn draw(graphs: &[Graph]) -> String {
    let mut text = String::from("digraph network {\n");
    text.push_str("  rankdir=LR; splines=true; nodesep=0.25; ranksep=0.8; labelloc=t;\n");
    text.push_str("  fontname=\"sans-serif\"; fontsize=11;\n");
    text.push_str(
        "  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", fontsize=11];\n",
    );
    match graphs {
        [one] => text.push_str(&body(one, "n")),
        several => {
            for (nth, graph) in several.iter().enumerate() {
                text.push_str(&format!("  subgraph cluster_{nth} {{\n  color=\"#d0d7de\";\n"));
                text.push_str(&body(graph, &format!("g{nth}n")));
                text.push_str("  }\n");
            }
        }
    }
    text.push_str("}\n");
    text
}

fn body(graph: &Graph, prefix: &str) -> String {
    let mut text = format!("  label={};\n", label(graph));
    for (column, _) in COLUMNS.iter().enumerate() {
        let of_column = graph.nodes.iter().enumerate().filter(|(_, node)| node.column == column);
        let nodes: Vec<String> = of_column
            .map(|(at, node)| {
                let (fill, line) = colours(node.state);
                format!(
                    "{prefix}{at} [label=\"{}\", fillcolor=\"{fill}\", color=\"{line}\"];",
                    escaped(&titled(&node.id, node.name.as_deref()))
                )
            })
            .collect();
        if !nodes.is_empty() {
            text.push_str(&format!("  {{ rank=same; {} }}\n", nodes.join(" ")));
        }
    }
    for edge in &graph.edges {
        let (_, line) = colours(edge.state);
        let style = if edge.state == State::Unreached { "dashed" } else { "solid" };
        text.push_str(&format!(
            "  {prefix}{} -> {prefix}{} [color=\"{line}\", style={style}];\n",
            edge.from, edge.to
        ));
    }
    text
}

/// The title, and below it the reasons, each line flush left.
fn label(graph: &Graph) -> String {
    let mut text = format!("\"{}\\n", escaped(&graph.title));
    for (state, reason) in &graph.reasons {
        text.push_str(&format!("{} {}\\l", mark(*state), escaped(reason)));
    }
    text.push('"');
    text
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn colours(state: State) -> (&'static str, &'static str) {
    match state {
        State::Good => ("#e7f6ec", "#1a7f37"),
        State::Unreached => ("#f6f8fa", "#8c959f"),
        State::Open => ("#fff8e1", "#b08800"),
        State::Bad => ("#ffebe9", "#cf222e"),
    }
}
