//! Facts that a template declares: what the deployment creates is judged as it is written, and is never looked
//! for in the account.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::key::{Asked, BoxedAnswer, unbox};
use super::snapshot::index;
use crate::knowledge::{Gap, Seen};
use crate::names::made_up;

/// The facts of the resources that the deployment creates.
#[derive(Debug, Default)]
pub struct DeclaredFacts {
    answers: BTreeMap<String, Result<Value, Gap>>,
    names: BTreeSet<String>,
    /// Names that are too short to recognise them in other texts.
    exact: BTreeSet<String>,
    lists: BTreeMap<String, List>,
    /// What exists and is changed, and how.
    affected: BTreeMap<String, String>,
}

/// What the deployment leaves in a list that exists already.
#[derive(Debug)]
struct List {
    written: Vec<String>,
    /// What is in the list only if it is written.
    managed: Vec<String>,
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

    /// Adds what the deployment writes into a list of the account. The deployment adds and removes what is
    /// `managed`; whether it removes something else that the account lists is not known.
    pub fn add_list(&mut self, lookup: &dyn Asked, written: Vec<String>, managed: Vec<String>) {
        let key = index(lookup.call().0, &lookup.to_json());
        self.lists.insert(key, List { written, managed });
    }

    /// What a list is after the deployment, given the answer of the account; the answer itself to any other
    /// lookup.
    pub(crate) fn completed(&self, lookup: &dyn Asked, answer: BoxedAnswer) -> BoxedAnswer {
        if self.lists.is_empty() {
            return answer;
        }
        let Some(list) = self.lists.get(&index(lookup.call().0, &lookup.to_json())) else {
            return answer;
        };
        let listed = match &answer {
            Ok(Seen::Found(found)) => unbox::<Vec<String>>(&**found),
            Ok(Seen::Absent(_)) => None,
            Err(_) => return answer,
        };
        let is_known = |it: &&String| list.written.contains(it) || list.managed.contains(it);
        match listed.into_iter().flatten().find(|it| !is_known(it)) {
            Some(other) => Err(Gap::Unresolved {
                why: format!(
                    "{}: the account has {other}, which the template does not write. Whether the deployment removes it is not known",
                    lookup.what()
                ),
            }),
            None => decoded(lookup, &json!(list.written)),
        }
    }

    /// Adds a name or an ARN. A lookup that asks for it has no other answer than those that are added.
    pub fn create(&mut self, name: String) {
        self.names.insert(name);
    }

    /// The same for a name that may be a part of any text.
    pub fn create_exactly(&mut self, name: String) {
        self.exact.insert(name);
    }

    /// Adds a name, an id or an ARN of what the deployment changes or removes, and the clause that says so: what the
    /// account has now decides nothing.
    pub fn affect(&mut self, name: String, why: String) {
        self.affected.insert(name, why);
    }

    /// Whether the command names something that the deployment creates.
    pub fn is_in(&self, command: &str) -> bool {
        let is_exact = |word: &String| self.exact.contains(word);
        made_up::is_in(command)
            || self.names.iter().any(|name| command.contains(&**name))
            || shlex::split(command).is_some_and(|words| words.iter().any(is_exact))
    }

    /// The answer to a lookup of something that the deployment creates; none for any other lookup.
    pub fn answer(&self, lookup: &dyn Asked) -> Option<BoxedAnswer> {
        let key = lookup.to_json();
        let unknown = |why: String| Err(Gap::Unresolved { why });
        if self.lists.contains_key(&index(lookup.call().0, &key)) {
            return None;
        }
        match self.answers.get(&index(lookup.call().0, &key)) {
            Some(Ok(found)) => Some(decoded(lookup, found)),
            Some(Err(gap)) => Some(Err(gap.clone())),
            None if self.names_any(&key) => {
                Some(unknown(format!("{} exists only after the deployment", lookup.what())))
            }
            None => {
                let why = self.affects(&key)?;
                Some(unknown(format!("{}: {why}", lookup.what())))
            }
        }
    }

    /// How the deployment changes what a text in the key of a lookup names.
    fn affects(&self, key: &Value) -> Option<&str> {
        if self.affected.is_empty() {
            return None;
        }
        match key {
            Value::String(text) => self.affected.iter().find_map(|(name, why)| {
                let before = text.strip_suffix(&**name)?;
                (before.is_empty() || before.ends_with(['/', ':'])).then_some(&**why)
            }),
            Value::Array(items) => items.iter().find_map(|it| self.affects(it)),
            Value::Object(fields) => fields.values().find_map(|it| self.affects(it)),
            _ => None,
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

/// The found answer with this content.
fn decoded(lookup: &dyn Asked, found: &Value) -> BoxedAnswer {
    lookup
        .decode(json!({"Ok": {"found": found}}))
        .unwrap_or_else(|error| Err(Gap::Unresolved { why: format!("{}: {error}", lookup.what()) }))
}
