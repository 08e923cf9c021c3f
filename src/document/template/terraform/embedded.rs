//! JSON that is the text of an attribute: the lines and columns in the plan of what is in that text.

use std::collections::BTreeMap;

use crate::document::node::{Entry, Node, Value};
use crate::document::place::{Place, Position};

/// Where the texts of a plan begin.
#[derive(Default)]
pub(super) struct Texts<'t> {
    plan: &'t str,
    offsets: BTreeMap<Position, usize>,
}

impl<'t> Texts<'t> {
    /// Looks the positions up in one pass: a plan is one line of up to twelve megabytes.
    pub(super) fn at(plan: &'t str, positions: impl Iterator<Item = Position>) -> Texts<'t> {
        let mut wanted: Vec<Position> = positions.collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut wanted = wanted.into_iter().peekable();
        let mut offsets = BTreeMap::new();
        let mut here = Position { line: 1, column: 1 };
        let mut letters = plan.char_indices().peekable();
        while let Some((offset, letter)) = letters.next() {
            while wanted.next_if(|it| *it < here).is_some() {}
            if wanted.next_if_eq(&here).is_some() {
                offsets.insert(here, offset);
            }
            if wanted.peek().is_none() {
                break;
            }
            let ends_line = letter == '\n'
                || letter == '\r' && letters.peek().is_none_or(|(_, next)| *next != '\n');
            here = match ends_line {
                true => Position { line: here.line + 1, column: 1 },
                false => Position { column: here.column + 1, ..here },
            };
        }
        Texts { plan, offsets }
    }

    /// The tree that was read from the text of this place, at its places in the plan; at that of the text if
    /// they cannot be determined.
    pub(super) fn placed(&self, tree: Node, text: &str, whole: &Place) -> Node {
        let columns = whole.position.and_then(|at| Columns::of(self.literal(at)?, text, at));
        let position = |inner: Option<Position>| match (&columns, inner) {
            (Some(columns), Some(inner)) => columns.position(inner),
            _ => whole.position,
        };
        moved(tree, &position)
    }

    /// What follows the quote at this position.
    fn literal(&self, at: Position) -> Option<&'t str> {
        self.plan.get(*self.offsets.get(&at)?..)?.strip_prefix('"')
    }
}

/// The columns of the characters of one text.
struct Columns {
    line: u32,
    /// The column of each character that the text has, and of its end.
    columns: Vec<u32>,
    /// The first character of each line in the text.
    lines: Vec<usize>,
}

impl Columns {
    /// `literal` follows the quote at this position, which begins the JSON text that means `text`.
    fn of(literal: &str, text: &str, at: Position) -> Option<Columns> {
        let mut columns = Vec::with_capacity(text.len() + 1);
        let mut column = at.column + 1;
        let mut letters = literal.chars();
        loop {
            columns.push(column);
            let written = match letters.next()? {
                '"' => break,
                '\\' => match letters.next()? {
                    'u' => unit(&mut letters)?,
                    _ => 2,
                },
                _ => 1,
            };
            column += written;
        }
        let mut lines = vec![0];
        let mut inner = text.chars().enumerate().peekable();
        while let Some((index, letter)) = inner.next() {
            let next = inner.peek().map(|(_, next)| *next);
            if letter == '\n' || letter == '\r' && next != Some('\n') {
                lines.push(index + 1);
            }
        }
        let is_whole = columns.len() == text.chars().count() + 1;
        is_whole.then_some(Columns { line: at.line, columns, lines })
    }

    fn position(&self, inner: Position) -> Option<Position> {
        let from_zero = |count: u32| usize::try_from(count.checked_sub(1)?).ok();
        let start = self.lines.get(from_zero(inner.line)?)?;
        let column = *self.columns.get(start + from_zero(inner.column)?)?;
        Some(Position { line: self.line, column })
    }
}

/// How many characters `\uXXXX` has, with the second half of a pair that means one character.
fn unit(letters: &mut std::str::Chars) -> Option<u32> {
    let mut value = || {
        let digits: String = letters.by_ref().take(4).collect();
        u16::from_str_radix(&digits, 16).ok()
    };
    let is_first_half = (0xD800..0xDC00).contains(&value()?);
    if !is_first_half || !letters.as_str().starts_with("\\u") {
        return Some(6);
    }
    letters.by_ref().take(6).for_each(drop);
    Some(12)
}

fn moved(node: Node, position: &dyn Fn(Option<Position>) -> Option<Position>) -> Node {
    let at = |place: Place| Place { position: position(place.position), ..place };
    let value = match node.value {
        Value::List(items) => {
            Value::List(items.into_iter().map(|it| moved(it, position)).collect())
        }
        Value::Map(entries) => {
            let entry = |it: Entry| Entry {
                key_place: at(it.key_place),
                node: moved(it.node, position),
                key: it.key,
            };
            Value::Map(entries.into_iter().map(entry).collect())
        }
        value => value,
    };
    Node { value, place: at(node.place) }
}
