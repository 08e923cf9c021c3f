//! For Graphviz: `dot -Tsvg`.

use super::{COLUMNS, Graph, State};

pub(super) fn draw(graph: &Graph) -> String {
    let mut text = String::from("digraph network {\n");
    text.push_str("  rankdir=LR; splines=true; nodesep=0.25; ranksep=0.8;\n");
    text.push_str(&format!(
        "  label={}; labelloc=t; fontname=\"sans-serif\";\n",
        quoted(&graph.title)
    ));
    text.push_str(
        "  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", fontsize=11];\n",
    );
    for (column, _) in COLUMNS.iter().enumerate() {
        let of_column = graph.nodes.iter().enumerate().filter(|(_, node)| node.column == column);
        let nodes: Vec<String> = of_column
            .map(|(at, node)| {
                let (fill, line) = colours(node.state);
                format!(
                    "n{at} [label={}, fillcolor=\"{fill}\", color=\"{line}\"];",
                    quoted(&node.id)
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
            "  n{} -> n{} [color=\"{line}\", style={style}];\n",
            edge.from, edge.to
        ));
    }
    for (_, reason) in &graph.reasons {
        text.push_str(&format!("  // {}\n", reason.replace('\n', " ")));
    }
    text.push_str("}\n");
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn colours(state: State) -> (&'static str, &'static str) {
    match state {
        State::Good => ("#e7f6ec", "#1a7f37"),
        State::Unreached => ("#f6f8fa", "#8c959f"),
        State::Open => ("#fff8e1", "#b08800"),
        State::Bad => ("#ffebe9", "#cf222e"),
    }
}
