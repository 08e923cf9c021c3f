//! Redaction: a recording with made-up names, where equal names stay equal.
//!
//! Every word counts as a name unless it is in the [vocabulary] of AWS, so a word that is missing there is
//! hidden, not shown. Names are replaced word by word: `storefront-worker` and `storefront/*` keep their
//! common part. Regions, dates and numbers are kept.
//!
//! A redacted recording is for reading, in a bug report: it cannot be replayed with the original definition.

mod vocabulary;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::names::Region;

/// Fields with sentences: their words are names only if they are names elsewhere.
const SENTENCES: &[&str] = &["sentence", "said", "what", "why"];

/// The text after one of these prefixes, up to the next space, belongs to AWS.
const MANAGED: &[&str] = &["/aws/service/", "alias/aws/", "::aws:policy/", "aws-service-role/"];

/// Made-up names, equal for equal names.
pub(super) struct Aliases(BTreeMap<String, String>);

impl Aliases {
    /// A name for each word in `values` that does not belong to AWS. They are numbered in the order of the
    /// words, not of the facts, so that equal words give equal names.
    pub(super) fn of<'v>(values: impl Iterator<Item = &'v Value>) -> Aliases {
        let mut words = BTreeSet::new();
        for value in values {
            collect(value, &mut words);
        }
        let mut counts = BTreeMap::new();
        let made_up = |word: String| {
            let form = Form::of(&word);
            let count: &mut usize = counts.entry(form.clone()).or_default();
            *count += 1;
            let name = form.nth(*count);
            (word, name)
        };
        Aliases(words.into_iter().map(made_up).collect())
    }

    /// The value with made-up names.
    pub(super) fn apply(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.apply(item)).collect(),
            Value::Object(fields) => Value::Object(self.object(fields)),
            plain => plain.clone(),
        }
    }

    fn object(&self, fields: &Map<String, Value>) -> Map<String, Value> {
        let rename = |key: &String| if names_a_field(key) { key.clone() } else { self.text(key) };
        fields.iter().map(|(key, value)| (rename(key), self.apply(value))).collect()
    }

    fn text(&self, text: &str) -> String {
        pieces(text)
            .map(|piece| match piece {
                Piece::Word(word) => self.0.get(word).map_or(word, String::as_str),
                Piece::Plain(plain) => plain,
            })
            .collect()
    }
}

fn collect(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => collect_words(text, words),
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        Value::Object(fields) => {
            for (key, value) in fields {
                if !names_a_field(key) {
                    collect_words(key, words);
                }
                match value {
                    Value::String(text) if SENTENCES.contains(&key.as_str()) => {
                        collect_names(text, words);
                    }
                    value => collect(value, words),
                }
            }
        }
        _ => {}
    }
}

fn collect_words(text: &str, words: &mut BTreeSet<String>) {
    let found = pieces(text).filter_map(|piece| match piece {
        Piece::Word(word) => Some(word.to_owned()),
        Piece::Plain(_) => None,
    });
    words.extend(found);
}

/// The recognizable names in a sentence: account ids, digests, keys, ARNs, hosts.
fn collect_names(sentence: &str, words: &mut BTreeSet<String>) {
    for part in sentence.split_whitespace() {
        if part.starts_with("arn:") || part.trim_end_matches('.').contains('.') {
            collect_words(part, words);
        }
    }
    let found = pieces(sentence).filter_map(|piece| match piece {
        Piece::Word(word) if Form::of(word) != Form::Word => Some(word.to_owned()),
        _ => None,
    });
    words.extend(found);
}

/// Field names of facts and AWS documents are identifiers; anything else is a name or a condition.
fn names_a_field(key: &str) -> bool {
    key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && key.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// A part of a text: a possible name, or text that is kept.
#[derive(Debug, PartialEq)]
enum Piece<'t> {
    Word(&'t str),
    Plain(&'t str),
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let length = match plain_length(rest) {
            0 => {
                let (word, tail) = rest.split_at(word_length(rest));
                rest = tail;
                return (!word.is_empty()).then_some(Piece::Word(word));
            }
            length => length,
        };
        let (plain, tail) = rest.split_at(length);
        rest = tail;
        Some(Piece::Plain(plain))
    })
}

/// The length of the prefix that is kept: separators, or a word of AWS; 0 before a name.
fn plain_length(text: &str) -> usize {
    let managed = MANAGED.iter().any(|start| text.starts_with(start));
    if managed || is_date(text) {
        return text.find(char::is_whitespace).unwrap_or(text.len());
    }
    let separators = text.find(|c: char| c.is_alphanumeric()).unwrap_or(text.len());
    if separators > 0 {
        let first = text.chars().next().map_or(0, char::len_utf8);
        return first;
    }
    let run = &text[..run_length(text)];
    let zone = run.trim_end_matches(|c: char| c.is_ascii_lowercase());
    if run.parse::<Region>().is_ok() || zone.parse::<Region>().is_ok() {
        return run.len();
    }
    if vocabulary::SERVICES.iter().any(|service| is_action(text, service)) {
        return text.find(|c: char| c.is_whitespace() || "(,\"".contains(c)).unwrap_or(text.len());
    }
    let word = &text[..word_length(text)];
    if vocabulary::has(word) || is_number(word) { word.len() } else { 0 }
}

/// Letters, digits and hyphens, as regions and UUIDs have them.
fn run_length(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '-').unwrap_or(text.len())
}

/// A UUID as a whole; otherwise letters and digits.
fn word_length(text: &str) -> usize {
    if Form::of(&text[..run_length(text)]) == Form::Uuid {
        return run_length(text);
    }
    text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len())
}

/// `secretsmanager:DescribeSecret`, `kms:*`, `aws:SourceVpce`.
fn is_action(text: &str, service: &str) -> bool {
    let Some(action) = text.strip_prefix(service).and_then(|rest| rest.strip_prefix(':')) else {
        return false;
    };
    let end = action.find(|c: char| c.is_whitespace() || "(,\"".contains(c));
    let action = &action[..end.unwrap_or(action.len())];
    action.starts_with(|c: char| c.is_ascii_uppercase() || c == '*')
        && action.chars().all(|c| c.is_ascii_alphabetic() || c == '*')
}

/// `2026-12-23T04:25:38Z`, `2012-10-17`
fn is_date(text: &str) -> bool {
    let mut bytes = text.bytes().take(10);
    let shape = "dddd-dd-dd".bytes();
    text.len() >= 10
        && shape.zip(&mut bytes).all(|(wanted, b)| match wanted {
            b'd' => b.is_ascii_digit(),
            other => b == other,
        })
}

/// Ports, revisions, versions; not an account id.
fn is_number(word: &str) -> bool {
    word.len() < 12 && word.bytes().all(|b| b.is_ascii_digit())
}

/// The form of a name, which its made-up name keeps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Account,
    Digest(usize),
    Uuid,
    Word,
}

impl Form {
    fn of(word: &str) -> Form {
        let hexadecimal = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
        let groups: Vec<usize> = word.split('-').map(str::len).collect();
        match word.len() {
            12 if word.bytes().all(|b| b.is_ascii_digit()) => Form::Account,
            36 if groups == [8, 4, 4, 4, 12] && word.split('-').all(hexadecimal) => Form::Uuid,
            length @ (32 | 40 | 64 | 96 | 128) if hexadecimal(word) => Form::Digest(length),
            _ => Form::Word,
        }
    }

    /// Six letters for a word: the length of the suffix of a secret's ARN.
    fn nth(&self, n: usize) -> String {
        match self {
            Form::Account => format!("{:012}", 100_000_000_000 + n),
            Form::Digest(length) => format!("{n:0length$x}"),
            Form::Uuid => format!("00000000-0000-4000-8000-{n:012x}"),
            Form::Word => format!("name{n:02}"),
        }
    }
}

#[cfg(test)]
mod tests;
