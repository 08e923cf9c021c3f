//! For GitHub, GitLab and wikis.

use super::picture::{Graph, State, class, mark, titled};

pub(super) fn draw(graphs: &[Graph]) -> String {
    let titles: Vec<&str> = graphs.iter().map(|graph| graph.title.as_str()).collect();
    // In quotes, so that YAML reads it as text.
    let mut text = format!(
        "---\ntitle: \"{}\"\n---\nflowchart LR\n",
        titles.join(", ").replace(['"', '\\'], "'")
    );
    let mut edges = 0;
    let mut painted = String::new();
    for (nth, graph) in graphs.iter().enumerate() {
        let prefix = if graphs.len() == 1 { "n".to_owned() } else { format!("g{nth}n") };
        if graphs.len() > 1 {
            text.push_str(&format!("  subgraph g{nth}[\"{}\"]\n", plain(&graph.title)));
        }
        text.push_str(&body(graph, &prefix));
        if graphs.len() > 1 {
            text.push_str("  end\n");
        }
        for edge in &graph.edges {
            let colour = match edge.state {
                State::Bad => Some("#cf222e"),
                State::Open => Some("#b08800"),
                State::Good | State::Unreached => None,
            };
            if let Some(colour) = colour {
                painted
                    .push_str(&format!("  linkStyle {edges} stroke:{colour},stroke-width:2px\n"));
            }
            edges += 1;
        }
    }
    text.push_str(&painted);
    text.push_str("  classDef good fill:#e7f6ec,stroke:#1a7f37,color:#1f2328\n");
    text.push_str("  classDef unreached fill:#f6f8fa,stroke:#8c959f,color:#59636e\n");
    text.push_str("  classDef open fill:#fff8e1,stroke:#b08800,color:#1f2328\n");
    text.push_str("  classDef bad fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-width:2px\n");
    text.push_str("  classDef why fill:none,stroke:none,text-align:left\n");
    text
}

fn body(graph: &Graph, prefix: &str) -> String {
    let mut text = String::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        text.push_str(&format!(
            "  {prefix}{at}[\"{}\"]:::{}\n",
            plain(&titled(&node.id, node.name.as_deref())),
            class(node.state)
        ));
    }
    for edge in &graph.edges {
        let arrow = if edge.state == State::Unreached { "-.->" } else { "-->" };
        text.push_str(&format!("  {prefix}{} {arrow} {prefix}{}\n", edge.from, edge.to));
    }
    if !graph.reasons.is_empty() {
        let said: Vec<String> = graph
            .reasons
            .iter()
            .map(|(state, reason)| format!("{} {}", mark(*state), plain(reason)))
            .collect();
        text.push_str(&format!("  {prefix}why[\"{}\"]:::why\n", said.join("<br/>")));
    }
    text
}

/// Text without markup of Markdown, HTML or Mermaid.
fn plain(text: &str) -> String {
    text.replace('#', "#35;")
        .replace('"', "#quot;")
        .replace('<', "#lt;")
        .replace('>', "#gt;")
        .replace('`', "#96;")
}
