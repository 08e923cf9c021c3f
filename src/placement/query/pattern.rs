//! The patterns of `=~`: regular expressions of Java, which must match the whole value
//! (<https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html>).

mod read;

use std::collections::BTreeSet;

/// A pattern that was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pattern {
    /// One that this reader knows whole.
    Known(Node),
    /// One with look-ahead, references, flags or classes that this reader does not know.
    Beyond,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Any,
    Char(char),
    Class { negated: bool, ranges: Vec<(char, char)> },
    Start,
    End,
    Sequence(Vec<Node>),
    Either(Vec<Node>),
    Repeat { inner: Box<Node>, least: usize, most: Option<usize> },
}

/// How much work a match may be. A value has at most 128 characters, so that only a pattern made to take long
/// needs more.
const MOST_STEPS: usize = 200_000;

impl Pattern {
    /// Whether the whole value matches; `None` if that is not known.
    pub(super) fn matches(&self, value: &str) -> Option<bool> {
        let Pattern::Known(node) = self else { return None };
        let value: Vec<char> = value.chars().collect();
        let mut matcher = Matcher { value: &value, steps: 0 };
        let ends = matcher.ends(node, &BTreeSet::from([0]))?;
        Some(ends.contains(&value.len()))
    }
}

struct Matcher<'v> {
    value: &'v [char],
    steps: usize,
}

impl Matcher<'_> {
    /// Where a match may end that begins at one of `starts`; `None` if that is too much work.
    fn ends(&mut self, node: &Node, starts: &BTreeSet<usize>) -> Option<BTreeSet<usize>> {
        self.steps += 1 + starts.len();
        if self.steps > MOST_STEPS {
            return None;
        }
        Some(match node {
            Node::Any => self.after(starts, |it| !"\n\r\u{85}\u{2028}\u{2029}".contains(it)),
            Node::Char(char) => self.after(starts, |it| it == *char),
            Node::Class { negated, ranges } => self.after(starts, |it| {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&it)) != *negated
            }),
            Node::Start => starts.iter().copied().filter(|at| *at == 0).collect(),
            Node::End => starts.iter().copied().filter(|at| *at == self.value.len()).collect(),
            Node::Sequence(nodes) => {
                let mut at = starts.clone();
                for node in nodes {
                    at = self.ends(node, &at)?;
                }
                at
            }
            Node::Either(nodes) => {
                let mut ends = BTreeSet::new();
                for node in nodes {
                    ends.extend(self.ends(node, starts)?);
                }
                ends
            }
            Node::Repeat { inner, least, most } => self.repeated(inner, *least, *most, starts)?,
        })
    }

    fn after(&self, starts: &BTreeSet<usize>, matches: impl Fn(char) -> bool) -> BTreeSet<usize> {
        let is_match = |at: &&usize| self.value.get(**at).is_some_and(|it| matches(*it));
        starts.iter().filter(is_match).map(|at| at + 1).collect()
    }

    fn repeated(
        &mut self,
        inner: &Node,
        least: usize,
        most: Option<usize>,
        starts: &BTreeSet<usize>,
    ) -> Option<BTreeSet<usize>> {
        // A repetition either moves on or changes nothing, so that more than the length adds nothing.
        let enough = self.value.len() + 1;
        let mut at = starts.clone();
        for _ in 0..least.min(enough) {
            at = self.ends(inner, &at)?;
        }
        let (mut all, mut fresh) = (at.clone(), at);
        for _ in 0..most.map_or(enough, |most| most.saturating_sub(least).min(enough)) {
            let next = self.ends(inner, &fresh)?;
            fresh = next.difference(&all).copied().collect();
            if fresh.is_empty() {
                break;
            }
            all.extend(fresh.iter().copied());
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(pattern: &str, value: &str) -> Option<bool> {
        Pattern::read(pattern).unwrap().matches(value)
    }

    #[test]
    fn the_whole_value_must_match() {
        for (pattern, value, expected) in [
            ("c5.*", "c5.xlarge", true),
            ("c5", "c5.xlarge", false),
            ("xlarge", "c5.xlarge", false),
            (".*xlarge", "c5.xlarge", true),
            ("^c5.*$", "c5.xlarge", true),
            ("(c5|m5)\\.x?large", "m5.large", true),
            ("(c5|m5)\\.x?large", "m5.2xlarge", false),
            ("[cm][4-6]a?\\..+", "c6a.large", true),
            ("[^t].*", "t3.micro", false),
            ("m\\d{1,2}.*", "m5.large", true),
            ("m\\d{2}.*", "m5.large", false),
            ("m\\d{2,}", "m12345", true),
            ("\\w+-\\w+-\\d[a-c]", "us-east-1a", true),
            ("c5.*|m5.*", "m5.large", true),
            ("c5.*?", "c5.xlarge", true),
            ("[]a]+", "]a", true),
            ("\\Qa.b\\E.*", "a.bc", true),
            ("\\Qa.b\\E", "axb", false),
            ("(a*)*b", "aaaab", true),
            ("[a\\-c]", "-", true),
            ("x{1000000}", "x", false),
            ("(?:a|b)+", "abba", true),
            ("", "", true),
        ] {
            assert_eq!(matched(pattern, value), Some(expected), "{pattern} on {value}");
        }
    }

    #[test]
    fn what_java_refuses_is_refused_and_what_is_beyond_this_reader_is_not_known() {
        for pattern in
            ["c5.[", "(c5", "c5)", "*", "a**", "a|*", "a{", "a{2,1}", "[z-a]", "a\\", "\\y", "+a"]
        {
            assert!(Pattern::read(pattern).is_err(), "{pattern}");
        }
        for pattern in
            ["(?=c5).*", "(?i)c5.*", "(a)\\1", "a*+", "\\p{Alpha}+", "[a-z&&[^b]]", "\\bc5.*"]
        {
            assert_eq!(matched(pattern, "c5"), None, "{pattern}");
        }
        let nested = format!("{}a{}", "(".repeat(40), ")*".repeat(40));
        let long = "a".repeat(128);
        assert!(Pattern::read(&nested).is_ok_and(|it| it.matches(&long) != Some(false)));
    }
}
