//! Facts that a template declares: what the deployment creates is judged as it is written, and is never looked
//! for in the account.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::key::{Asked, BoxedAnswer};
use super::snapshot::index;
use crate::knowledge::Gap;
use crate::names::made_up;

/// The facts of the resources that the deployment creates.
#[derive(Debug, Default)]
pub struct DeclaredFacts {
    answers: BTreeMap<String, Result<Value, Gap>>,
    names: BTreeSet<String>,
    /// Names that are too short to recognise them in other texts.
    exact: BTreeSet<String>,
}

impl DeclaredFacts {
    /// Adds the answer to a lookup. What two templates declare differently is unknown.
    pub fn add(&mut self, lookup: &dyn Asked, answer: Result<Value, Gap>) {
        let key = index(lookup.call().0, &lookup.to_json());
        let differs = self.answers.get(&key).is_some_and(|known| *known != answer);
        let answer = match differs {
            true => Err(Gap::Unresolved {
                why: format!(
                    "two templates declare {} differently: pass them in separate runs",
                    lookup.what()
                ),
            }),
            false => answer,
        };
        self.answers.insert(key, answer);
    }

    /// Adds a name or an ARN. A lookup that asks for it has no other answer than those that are added.
    pub fn create(&mut self, name: String) {
        self.names.insert(name);
    }

    /// The same for a name that may be a part of any text.
    pub fn create_exactly(&mut self, name: String) {
        self.exact.insert(name);
    }

    /// Whether the text names something that the deployment creates.
    pub fn is_in(&self, text: &str) -> bool {
        made_up::is_in(text) || self.names.iter().any(|name| text.contains(&**name))
    }

    /// The answer to a lookup of something that the deployment creates; none for any other lookup.
    pub fn answer(&self, lookup: &dyn Asked) -> Option<BoxedAnswer> {
        let key = lookup.to_json();
        let unknown = |why: String| Err(Gap::Unresolved { why });
        match self.answers.get(&index(lookup.call().0, &key)) {
            Some(Ok(found)) => Some(
                lookup
                    .decode(json!({"Ok": {"found": found}}))
                    .unwrap_or_else(|error| unknown(format!("{}: {error}", lookup.what()))),
            ),
            Some(Err(gap)) => Some(Err(gap.clone())),
            None if self.names_any(&key) => {
                Some(unknown(format!("{} exists only after the deployment", lookup.what())))
            }
            None => None,
        }
    }

    /// Whether a text in the key of a lookup names something that the deployment creates.
    fn names_any(&self, key: &Value) -> bool {
        match key {
            Value::String(text) => {
                made_up::is_in(text) || self.names.contains(text) || self.exact.contains(text)
            }
            Value::Array(items) => items.iter().any(|it| self.names_any(it)),
            Value::Object(fields) => fields.values().any(|it| self.names_any(it)),
            _ => false,
        }
    }
}
