//! Draws what a terminal shows as SVG, for the README:
//!
//! ```sh
//! run='aws-ecs-preflight verify demo/broken.json --replay demo/account.json'
//! { echo "$ $run"; $run --color on; } | cargo run --example picture >.github/demo.svg
//! ```

use std::io::{self, Read, Write};

use aws_ecs_preflight::output::xml::escaped;

const FONT_SIZE: usize = 13;
const LINE_HEIGHT: usize = 19;
const MARGIN: usize = 18;
/// The widest advance of the usual monospaced fonts, in hundredths of their size.
const ADVANCE: usize = 61;

/// The terminal's width.
const COLUMNS: usize = 80;

/// Text in pieces, each with its classes of the style below.
type Row = Vec<(String, String)>;

const STYLE: &str = "
    rect { fill: #16191f; }
    text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
           font-size: 13px; fill: #d8dee9; white-space: pre; }
    .s1 { font-weight: bold; }
    .s31 { fill: #ff6b68; }  .s32 { fill: #7fd36f; }  .s35 { fill: #d79bf2; }  .s130 { fill: #f2c55c; }
";

#[expect(clippy::disallowed_methods, reason = "a filter writes to standard output")]
fn main() -> io::Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    io::stdout().lock().write_all(draw(&text).as_bytes())
}

fn draw(text: &str) -> String {
    let rows: Vec<Row> = text.lines().flat_map(|line| wrapped(pieces(line))).collect();
    let width = 2 * MARGIN + COLUMNS * FONT_SIZE * ADVANCE / 100;
    let height = 2 * MARGIN + rows.len() * LINE_HEIGHT;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n<style>{STYLE}</style>\n<rect width=\"100%\" height=\"100%\" rx=\"8\"/>\n"
    );
    for (number, row) in rows.iter().enumerate().filter(|(_, row)| !row.is_empty()) {
        let y = MARGIN + number * LINE_HEIGHT + FONT_SIZE;
        let spans: String = row.iter().map(span).collect();
        svg.push_str(&format!(
            "<text x=\"{MARGIN}\" y=\"{y}\" xml:space=\"preserve\">{spans}</text>\n"
        ));
    }
    svg.push_str("</svg>\n");
    svg
}

/// A line cut at its escape sequences: the codes that are in force, and the text.
fn pieces(line: &str) -> Row {
    let mut codes = Vec::new();
    let mut pieces = Row::new();
    for (number, part) in line.split("\u{1b}[").enumerate() {
        let text = match part.split_once('m') {
            Some((set, text)) if number > 0 => {
                for code in set.split(';') {
                    if code == "0" {
                        codes.clear();
                    } else {
                        codes.push(format!("s{code}"));
                    }
                }
                text
            }
            _ => part,
        };
        if !text.is_empty() {
            pieces.push((codes.join(" "), text.to_owned()));
        }
    }
    pieces
}

/// The line in rows of the terminal's width.
fn wrapped(line: Row) -> Vec<Row> {
    let mut rows = vec![Row::new()];
    let mut column = 0;
    for (codes, text) in line {
        let mut rest: Vec<char> = text.chars().collect();
        while !rest.is_empty() {
            if column == COLUMNS {
                rows.push(Row::new());
                column = 0;
            }
            let fitting: String = rest.drain(..rest.len().min(COLUMNS - column)).collect();
            column += fitting.chars().count();
            if let Some(row) = rows.last_mut() {
                row.push((codes.clone(), fitting));
            }
        }
    }
    rows
}

fn span((codes, text): &(String, String)) -> String {
    let text = escaped(text);
    match codes.as_str() {
        "" => text,
        codes => format!("<tspan class=\"{codes}\">{text}</tspan>"),
    }
}
