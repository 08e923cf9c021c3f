//! Reads a pattern.

use super::{Node, Pattern};

/// What Java refuses, or what this reader does not know.
enum Refusal {
    Invalid(&'static str),
    Beyond,
}

type Parsed<T> = Result<T, Refusal>;

/// How deep groups may be nested before this reader gives up.
const DEEPEST: usize = 100;

const DIGITS: &[(char, char)] = &[('0', '9')];
const WORD: &[(char, char)] = &[('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')];
const SPACE: &[(char, char)] = &[('\t', '\r'), (' ', ' ')];

impl Pattern {
    /// Reads a pattern, unless Java refuses it.
    pub(in crate::placement::query) fn read(text: &str) -> Result<Pattern, String> {
        let mut reader = Reader { text: text.chars().collect(), at: 0 };
        let whole = reader.either(0).and_then(|node| match reader.peek() {
            None => Ok(node),
            Some(_) => Err(Refusal::Invalid("this `)` has no `(` before it")),
        });
        match whole {
            Ok(node) => Ok(Pattern::Known(node)),
            Err(Refusal::Beyond) => Ok(Pattern::Beyond),
            Err(Refusal::Invalid(problem)) => Err(problem.to_owned()),
        }
    }
}

struct Reader {
    text: Vec<char>,
    at: usize,
}

impl Reader {
    fn either(&mut self, depth: usize) -> Parsed<Node> {
        if depth > DEEPEST {
            return Err(Refusal::Beyond);
        }
        let mut nodes = vec![self.sequence(depth)?];
        while self.take('|') {
            nodes.push(self.sequence(depth)?);
        }
        Ok(match nodes.len() {
            1 => nodes.remove(0),
            _ => Node::Either(nodes),
        })
    }

    fn sequence(&mut self, depth: usize) -> Parsed<Node> {
        let mut nodes = Vec::new();
        while let Some(next) = self.peek() {
            if next == '|' || next == ')' {
                break;
            }
            let node = self.atom(depth)?;
            nodes.push(self.repeated(node)?);
        }
        Ok(Node::Sequence(nodes))
    }

    fn atom(&mut self, depth: usize) -> Parsed<Node> {
        let next = self.next().ok_or(Refusal::Invalid("it is not complete"))?;
        Ok(match next {
            '.' => Node::Any,
            '^' => Node::Start,
            '$' => Node::End,
            '[' => self.class()?,
            '(' => self.group(depth)?,
            '\\' => self.escape()?,
            '*' | '+' | '?' => return Err(Refusal::Invalid("nothing is before a `*`, `+` or `?`")),
            '{' => return Err(Refusal::Invalid("nothing is before a `{`")),
            other => Node::Char(other),
        })
    }

    fn group(&mut self, depth: usize) -> Parsed<Node> {
        if self.take('?') && !self.take(':') {
            return Err(Refusal::Beyond);
        }
        let inner = self.either(depth + 1)?;
        match self.take(')') {
            true => Ok(inner),
            false => Err(Refusal::Invalid("a group is not closed")),
        }
    }

    fn repeated(&mut self, node: Node) -> Parsed<Node> {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                self.at += 1;
                self.bounds()?
            }
            _ => return Ok(node),
        };
        // The symbol, or the brace that closes the bounds.
        self.at += 1;
        match self.peek() {
            // A reluctant repetition differs only in what its groups hold.
            Some('?') => self.at += 1,
            // A possessive one gives nothing back.
            Some('+') => return Err(Refusal::Beyond),
            _ => {}
        }
        match self.peek() {
            Some('*' | '+' | '?') => Err(Refusal::Invalid("nothing is before a `*`, `+` or `?`")),
            _ => Ok(Node::Repeat { inner: Box::new(node), least, most }),
        }
    }

    /// The inside of `{n}`, `{n,}` and `{n,m}`.
    fn bounds(&mut self) -> Parsed<(usize, Option<usize>)> {
        const MALFORMED: Refusal = Refusal::Invalid("a repetition is written as {2} or {2,3}");
        let least = self.number().ok_or(MALFORMED)?;
        let most = match self.take(',') {
            false => Some(least),
            true if self.peek() == Some('}') => None,
            true => Some(self.number().ok_or(MALFORMED)?),
        };
        match self.peek() {
            Some('}') if most.is_none_or(|most| most >= least) => Ok((least, most)),
            _ => Err(MALFORMED),
        }
    }

    fn number(&mut self) -> Option<usize> {
        let start = self.at;
        while self.peek().is_some_and(|it| it.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.text[start..self.at].iter().collect();
        digits.parse().ok()
    }

    fn class(&mut self) -> Parsed<Node> {
        const OPEN: Refusal = Refusal::Invalid("a `[` is not closed");
        let negated = self.take('^');
        let (mut ranges, mut is_first) = (Vec::new(), true);
        loop {
            let from = match self.next().ok_or(OPEN)? {
                ']' if !is_first => return Ok(Node::Class { negated, ranges }),
                '[' => return Err(Refusal::Beyond),
                '&' if self.peek() == Some('&') => return Err(Refusal::Beyond),
                '\\' => match self.escape()? {
                    Node::Char(char) => char,
                    Node::Class { negated: false, ranges: more } => {
                        ranges.extend(more);
                        is_first = false;
                        continue;
                    }
                    _ => return Err(Refusal::Beyond),
                },
                other => other,
            };
            is_first = false;
            let is_range =
                self.peek() == Some('-') && self.text.get(self.at + 1).is_some_and(|it| *it != ']');
            if !is_range {
                ranges.push((from, from));
                continue;
            }
            self.at += 1;
            let to = match self.next().ok_or(OPEN)? {
                '[' => return Err(Refusal::Beyond),
                '\\' => match self.escape()? {
                    Node::Char(char) => char,
                    _ => return Err(Refusal::Beyond),
                },
                other => other,
            };
            if to < from {
                return Err(Refusal::Invalid("a range of characters runs backwards"));
            }
            ranges.push((from, to));
        }
    }

    fn escape(&mut self) -> Parsed<Node> {
        let next = self.next().ok_or(Refusal::Invalid("nothing follows the last `\\`"))?;
        let class =
            |negated, ranges: &[(char, char)]| Node::Class { negated, ranges: ranges.to_vec() };
        Ok(match next {
            'd' => class(false, DIGITS),
            'D' => class(true, DIGITS),
            'w' => class(false, WORD),
            'W' => class(true, WORD),
            's' => class(false, SPACE),
            'S' => class(true, SPACE),
            't' => Node::Char('\t'),
            'n' => Node::Char('\n'),
            'r' => Node::Char('\r'),
            'Q' => self.quoted(),
            'A' => Node::Start,
            'z' => Node::End,
            '0'..='9' => return Err(Refusal::Beyond),
            'a' | 'b' | 'B' | 'c' | 'e' | 'E' | 'f' | 'G' | 'h' | 'H' | 'k' | 'N' | 'p' | 'P'
            | 'R' | 'u' | 'v' | 'V' | 'x' | 'X' | 'Z' => return Err(Refusal::Beyond),
            other if other.is_ascii_alphabetic() => {
                return Err(Refusal::Invalid("Java has no such escape"));
            }
            other => Node::Char(other),
        })
    }

    /// What is between `\Q` and `\E` is taken as it is.
    fn quoted(&mut self) -> Node {
        let mut nodes = Vec::new();
        while let Some(next) = self.next() {
            if next == '\\' && self.take('E') {
                break;
            }
            nodes.push(Node::Char(next));
        }
        Node::Sequence(nodes)
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    fn take(&mut self, char: char) -> bool {
        let takes = self.peek() == Some(char);
        self.at += usize::from(takes);
        takes
    }
}
