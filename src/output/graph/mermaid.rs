//! For GitHub, GitLab and wikis.

use super::{Graph, State};

pub(super) fn draw(graph: &Graph) -> String {
    let mut text = format!("---\ntitle: {}\n---\nflowchart LR\n", plain(&graph.title));
    for (at, node) in graph.nodes.iter().enumerate() {
        text.push_str(&format!("  n{at}[\"{}\"]:::{}\n", plain(&node.id), class(node.state)));
    }
    for edge in &graph.edges {
        let arrow = if edge.state == State::Unreached { "-.->" } else { "-->" };
        text.push_str(&format!("  n{} {arrow} n{}\n", edge.from, edge.to));
    }
    for (nth, edge) in graph.edges.iter().enumerate() {
        let colour = match edge.state {
            State::Bad => "#cf222e",
            State::Open => "#b08800",
            State::Good | State::Unreached => continue,
        };
        text.push_str(&format!("  linkStyle {nth} stroke:{colour},stroke-width:2px\n"));
    }
    text.push_str("  classDef good fill:#e7f6ec,stroke:#1a7f37,color:#1f2328\n");
    text.push_str("  classDef unreached fill:#f6f8fa,stroke:#8c959f,color:#59636e\n");
    text.push_str("  classDef open fill:#fff8e1,stroke:#b08800,color:#1f2328\n");
    text.push_str("  classDef bad fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-width:2px\n");
    for (_, reason) in &graph.reasons {
        text.push_str(&format!("  %% {}\n", reason.replace('\n', " ")));
    }
    text
}

fn class(state: State) -> &'static str {
    match state {
        State::Good => "good",
        State::Unreached => "unreached",
        State::Open => "open",
        State::Bad => "bad",
    }
}

fn plain(text: &str) -> String {
    text.replace('"', "'").replace('\n', " ")
}
