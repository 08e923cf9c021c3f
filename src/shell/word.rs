//! One word of a command, and the one place that quotes.

use std::fmt;

use serde_json::Value;

use super::ShellCommand;

/// One word of a command, of one or several pieces: `Values=` and the name of a volume type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Written here, and fit for a shell as it is.
    Literal(&'static str),
    /// For the reader to fill in: `FILE`.
    Placeholder(&'static str),
    /// From a document or an answer.
    Text(String),
    /// A document, such as a policy.
    Document(Value),
    /// What another command prints.
    Substitution(Box<ShellCommand>),
}

impl Word {
    /// Written here, and fit for a shell as it is.
    pub fn of(literal: &'static str) -> Word {
        Word(vec![Piece::Literal(literal)])
    }

    /// For the reader to fill in: `FILE`.
    pub fn placeholder(name: &'static str) -> Word {
        Word::default().and_placeholder(name)
    }

    /// What another command prints.
    pub fn output_of(command: ShellCommand) -> Word {
        Word(vec![Piece::Substitution(Box::new(command))])
    }

    /// And, in the same word, this text from a document or an answer.
    pub fn and(mut self, text: impl Into<String>) -> Word {
        self.0.push(Piece::Text(text.into()));
        self
    }

    /// And, in the same word, what the reader fills in.
    pub fn and_placeholder(mut self, name: &'static str) -> Word {
        self.0.push(Piece::Placeholder(name));
        self
    }

    /// The text, if it is one from a document or an answer.
    pub fn text(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The policy, if it is one: a document with a list of statements.
    pub(super) fn policy(&self) -> Option<&Value> {
        match self.0.as_slice() {
            [Piece::Document(document)] if is_policy(document) => Some(document),
            _ => None,
        }
    }

    pub(super) fn policy_mut(&mut self) -> Option<&mut Value> {
        match self.0.as_mut_slice() {
            [Piece::Document(document)] if is_policy(document) => Some(document),
            _ => None,
        }
    }

    pub(super) fn substitutions_mut(&mut self) -> impl Iterator<Item = &mut ShellCommand> {
        self.0.iter_mut().filter_map(|piece| match piece {
            Piece::Substitution(command) => Some(&mut **command),
            _ => None,
        })
    }

    pub(super) fn map_characters(&mut self, map: &dyn Fn(char) -> char) {
        for piece in &mut self.0 {
            match piece {
                Piece::Text(text) => *text = text.chars().map(map).collect(),
                // JSON escapes some of them, so it is the text that counts.
                Piece::Document(document) => {
                    *piece = Piece::Text(document.to_string().chars().map(map).collect());
                }
                Piece::Literal(_) | Piece::Placeholder(_) | Piece::Substitution(_) => {}
            }
        }
    }
}

fn is_policy(document: &Value) -> bool {
    document["Statement"].is_array()
}

impl From<&str> for Word {
    fn from(text: &str) -> Word {
        Word(vec![Piece::Text(text.to_owned())])
    }
}

impl From<&&str> for Word {
    fn from(text: &&str) -> Word {
        Word::from(*text)
    }
}

impl From<String> for Word {
    fn from(text: String) -> Word {
        Word(vec![Piece::Text(text)])
    }
}

impl From<&String> for Word {
    fn from(text: &String) -> Word {
        Word::from(text.as_str())
    }
}

impl From<Value> for Word {
    fn from(document: Value) -> Word {
        Word(vec![Piece::Document(document)])
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) | Piece::Placeholder(text) => f.write_str(text)?,
                Piece::Text(text) => f.write_str(&quoted(text))?,
                Piece::Document(document) => f.write_str(&quoted(&document.to_string()))?,
                Piece::Substitution(command) => write!(f, "\"$({command})\"")?,
            }
        }
        Ok(())
    }
}

/// The text as one word of a POSIX shell. What no command line can hold is left out.
pub(super) fn quoted(text: &str) -> String {
    let text: String = text.chars().filter(|it| *it != '\0').collect();
    shlex::try_quote(&text).map_or_else(|_| String::new(), std::borrow::Cow::into_owned)
}
