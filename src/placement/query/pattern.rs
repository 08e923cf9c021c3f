//! The patterns of `=~`: regular expressions of Java, which must match the whole value
//! (<https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html>).

use regex_lite::{Regex, RegexBuilder};

/// A pattern that Java accepts.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    text: String,
    /// None if Java reads the text differently, or may.
    regex: Option<Regex>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.text == other.text
    }
}

/// What Java reads differently than the library.
enum Difference {
    /// Java refuses it.
    Refused(&'static str),
    /// Java accepts it, with a meaning that the library does not have.
    Meaning,
}

/// How deep groups may be nested.
const DEEPEST: usize = 45;

/// How deep the library may nest: a group may be repeated, in a sequence, in a choice.
const NESTED: u32 = 250;

/// The escapes of letters that both read alike.
const ESCAPES: &str = "dDwWsSbBtnrf";

/// The escapes that only Java has, and those of `0` to `9`, which refer to groups or characters.
const ESCAPES_OF_JAVA: &str = "aAceEGhHkNpPQRuvVxXzZ0123456789";

impl Pattern {
    /// Reads a pattern, unless Java refuses it.
    pub(super) fn read(text: &str) -> Result<Pattern, String> {
        let regex = match compare(text) {
            Err(Difference::Refused(problem)) => return Err(problem.to_owned()),
            Err(Difference::Meaning) => None,
            Ok(()) => {
                match RegexBuilder::new(&format!("^(?:{text})$")).nest_limit(NESTED).build() {
                    Ok(regex) => Some(regex),
                    // A counted repetition may only be too large for the library.
                    Err(_) if text.contains('{') => None,
                    Err(error) => return Err(error.to_string()),
                }
            }
        };
        Ok(Pattern { text: text.to_owned(), regex })
    }

    /// Whether the whole value matches; `None` if that is not known.
    pub(super) fn matches(&self, value: &str) -> Option<bool> {
        self.regex.as_ref().map(|regex| regex.is_match(value))
    }
}

/// What may be repeated at a place of a pattern.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Nothing,
    Atom,
    Repetition,
    ReluctantRepetition,
}

/// Finds what Java reads differently than the library.
fn compare(text: &str) -> Result<(), Difference> {
    let mut rest = text.chars().peekable();
    let (mut before, mut depth) = (Before::Nothing, 0_usize);
    while let Some(next) = rest.next() {
        before = match (next, before) {
            ('*' | '+' | '?' | '{', Before::Nothing | Before::ReluctantRepetition) => {
                return Err(Difference::Refused("nothing is before a repetition"));
            }
            ('?', Before::Repetition) => Before::ReluctantRepetition,
            ('+', Before::Repetition) => return Err(Difference::Meaning),
            ('*' | '{', Before::Repetition) => {
                return Err(Difference::Refused("nothing is before a repetition"));
            }
            ('*' | '+' | '?', Before::Atom) => Before::Repetition,
            ('{', Before::Atom) => {
                let bounds: String = rest.by_ref().take_while(|it| *it != '}').collect();
                counted(&bounds)?;
                Before::Repetition
            }
            ('\\', _) => {
                escaped(rest.next())?;
                Before::Atom
            }
            ('[', _) => {
                class(&mut rest)?;
                Before::Atom
            }
            ('(', _) => {
                depth += 1;
                if rest.next_if_eq(&'?').is_some() && rest.next_if_eq(&':').is_none()
                    || depth > DEEPEST
                {
                    return Err(Difference::Meaning);
                }
                Before::Nothing
            }
            (')', _) => {
                let open = depth.checked_sub(1);
                depth = open.ok_or(Difference::Refused("this `)` closes no group"))?;
                Before::Atom
            }
            ('|', _) => Before::Nothing,
            _ => Before::Atom,
        };
    }
    match depth {
        0 => Ok(()),
        _ => Err(Difference::Refused("a group is not closed")),
    }
}

/// The inside of `{2}`, `{2,}` and `{2,3}`.
fn counted(bounds: &str) -> Result<(), Difference> {
    const REFUSED: Difference = Difference::Refused("a repetition is written as {2} or {2,3}");
    let (least, most) = bounds.split_once(',').unwrap_or((bounds, bounds));
    let is_number = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    if least.is_empty() || !is_number(least) || !is_number(most) {
        return Err(REFUSED);
    }
    match (least.parse::<u32>(), most.parse::<u32>()) {
        (Ok(least), Ok(most)) if most < least => Err(REFUSED),
        (Ok(_), Ok(_)) => Ok(()),
        (Ok(_), Err(_)) if most.is_empty() => Ok(()),
        _ => Err(Difference::Meaning),
    }
}

fn escaped(next: Option<char>) -> Result<(), Difference> {
    match next {
        None => Err(Difference::Refused("nothing follows the last `\\`")),
        Some(it) if ESCAPES.contains(it) => Ok(()),
        Some(it) if ESCAPES_OF_JAVA.contains(it) => Err(Difference::Meaning),
        Some(it) if it.is_ascii_alphabetic() => Err(Difference::Refused("Java has no such escape")),
        // To the library, these two are boundaries of words.
        Some('<' | '>') => Err(Difference::Meaning),
        Some(it) if it.is_ascii() => Ok(()),
        Some(_) => Err(Difference::Meaning),
    }
}

/// The inside of a class, up to its `]`. Only Java has classes within classes, and intersections.
fn class(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<(), Difference> {
    let _ = rest.next_if_eq(&'^');
    let _ = rest.next_if_eq(&']');
    while let Some(next) = rest.next() {
        match next {
            ']' => return Ok(()),
            '[' => return Err(Difference::Meaning),
            '&' if rest.peek() == Some(&'&') => return Err(Difference::Meaning),
            '\\' if rest.peek().is_some_and(|it| "bB".contains(*it)) => {
                return Err(Difference::Meaning);
            }
            '\\' => escaped(rest.next())?,
            _ => {}
        }
    }
    Err(Difference::Refused("a `[` is not closed"))
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
            ("c5\\b.*", "c5.xlarge", true),
            ("[\\w.-]+", "c5.x-large", true),
            ("(a*)*b", "aaaab", true),
            ("[a\\-c]", "-", true),
            ("x{100}", "x", false),
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
        for pattern in [
            "(?=c5).*",
            "\\Qc5\\E",
            "x{1000000}",
            "(?i)c5.*",
            "(a)\\1",
            "a*+",
            "\\p{Alpha}+",
            "[a-z&&[^b]]",
            "\\Ac5.*",
        ] {
            assert_eq!(matched(pattern, "c5"), None, "{pattern}");
        }
        let nested = format!("{}a{}", "(".repeat(40), ")*".repeat(40));
        let long = "a".repeat(128);
        assert!(Pattern::read(&nested).is_ok_and(|it| it.matches(&long) != Some(false)));
    }
}
