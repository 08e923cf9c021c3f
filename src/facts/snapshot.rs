//! Recordings: the facts of a run, to be replayed without network and credentials.
//!
//! Facts are recorded, not HTTP: captured traffic contains credentials and depends on the order. No fact
//! has a field for a secret's value, so a recording cannot contain one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::key::{Asked, BoxedAnswer};
use super::redaction::Aliases;
use super::{Row, Table};
#[cfg(test)]
use crate::knowledge::{Absence, FactId};
use crate::knowledge::{Gap, Seen};

/// The version of the format below. A recording of another version is rejected.
const VERSION: u32 = 1;

/// The facts of one run.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// The region of the run.
    pub region: Option<String>,
    /// The time of the run, in seconds since 1970.
    pub now: Option<i64>,
    facts: BTreeMap<String, Line>,
}

#[derive(Serialize, Deserialize)]
struct Form {
    version: u32,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    now: Option<i64>,
    facts: Vec<Line>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Line {
    call: String,
    key: Value,
    answer: Value,
}

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It is not JSON, or not a recording.
    #[error("it is not a recording of this program: {0}")]
    Form(#[from] serde_json::Error),
    /// It was made by an incompatible version.
    #[error("it has version {0}; this program reads version {VERSION}: record it again")]
    Version(u32),
}

impl Recording {
    /// The contents of the table of a finished run. Gaps of an interrupted run are recorded too: the same
    /// facts give the same verdict.
    pub fn of(table: &Table, region: Option<String>, now: Option<i64>) -> Recording {
        let mut facts = BTreeMap::new();
        for (_, row) in table.rows() {
            if let Row::Asked { lookup, answer: Some(answer) } = row {
                let line = Line {
                    call: lookup.call().to_string(),
                    key: lookup.to_json(),
                    answer: encode(answer),
                };
                facts.insert(index(&line.call, &line.key), line);
            }
        }
        Recording { region, now, facts }
    }

    /// Reads a recording.
    ///
    /// # Errors
    /// If it has another format or version.
    pub fn parse(text: &str) -> Result<Recording, SnapshotError> {
        let form: Form = serde_json::from_str(text)?;
        if form.version != VERSION {
            return Err(SnapshotError::Version(form.version));
        }
        let facts =
            form.facts.into_iter().map(|line| (index(&line.call, &line.key), line)).collect();
        Ok(Recording { region: form.region, now: form.now, facts })
    }

    /// The recording as text: sorted, one fact per line, so that two of them can be compared.
    pub fn print(&self) -> String {
        let mut text = format!(
            "{{\"version\": {VERSION}, \"region\": {}, \"now\": {}, \"facts\": [\n",
            Value::from(self.region.clone()),
            Value::from(self.now)
        );
        for (at, line) in self.facts.values().enumerate() {
            if at > 0 {
                text.push_str(",\n");
            }
            let line =
                serde_json::json!({"call": line.call, "key": line.key, "answer": line.answer});
            text.push_str(&line.to_string());
        }
        text.push_str("\n]}\n");
        text
    }

    /// The recorded answer to a lookup.
    ///
    /// # Errors
    /// [`Gap::NotRecorded`], or the gap that was recorded.
    pub fn answer(&self, lookup: &dyn Asked) -> BoxedAnswer {
        let what = || format!("{} ({})", lookup.call(), lookup.what());
        let key = index(lookup.call().0, &lookup.to_json());
        let Some(line) = self.facts.get(&key) else {
            return Err(Gap::NotRecorded { what: what() });
        };
        lookup.decode(line.answer.clone()).unwrap_or_else(|error| {
            let why = format!("its recorded answer cannot be read: {error}");
            Err(Gap::Unreachable { what: what(), why })
        })
    }

    /// The same recording with made-up account ids and names, equal for equal ones. It is for reading: it
    /// cannot be replayed with the original definition.
    #[must_use]
    pub fn redacted(&self) -> Recording {
        let values = self.facts.values().flat_map(|line| [&line.key, &line.answer]);
        let aliases = Aliases::of(values);
        let facts = self.facts.values().map(|line| {
            let (key, answer) = (aliases.apply(&line.key), aliases.apply(&line.answer));
            (index(&line.call, &key), Line { call: line.call.clone(), key, answer })
        });
        Recording { region: self.region.clone(), now: self.now, facts: facts.collect() }
    }
}

/// For the property tests: the same recording with fewer facts.
#[cfg(test)]
impl Recording {
    /// The number of facts.
    pub(crate) fn len(&self) -> usize {
        self.facts.len()
    }

    /// For each fact, the row of the table that asked for it, if one did.
    pub(crate) fn asked_in(&self, table: &Table) -> Vec<Option<FactId>> {
        let asked: BTreeMap<String, FactId> = table
            .rows()
            .filter_map(|(id, row)| match row {
                Row::Asked { lookup, .. } => Some((index(lookup.call().0, &lookup.to_json()), id)),
                Row::Derived { .. } => None,
            })
            .collect();
        self.facts.keys().map(|key| asked.get(key).copied()).collect()
    }

    /// The fact that answers this lookup.
    pub(crate) fn position(&self, lookup: &dyn Asked) -> Option<usize> {
        let asked = index(lookup.call().0, &lookup.to_json());
        self.facts.keys().position(|key| *key == asked)
    }

    /// Whether the `nth` fact was found.
    pub(crate) fn has_found(&self, nth: usize) -> bool {
        self.facts.values().nth(nth).is_some_and(|line| line.answer["Ok"].get("found").is_some())
    }

    /// The facts that are absences.
    pub(crate) fn absences(&self) -> impl Iterator<Item = usize> {
        let facts = self.facts.values().enumerate();
        facts.filter(|(_, line)| line.answer["Ok"].get("absent").is_some()).map(|(nth, _)| nth)
    }

    /// The same recording with its `nth` fact absent.
    pub(crate) fn absent(&self, nth: usize, absence: &Absence) -> Recording {
        let mut rest = self.clone();
        if let Some(line) = rest.facts.values_mut().nth(nth) {
            line.answer = encode(&Ok(Seen::Absent(absence.clone())));
        }
        rest
    }

    /// The same recording without its `nth` fact.
    pub(crate) fn without(&self, nth: usize) -> Recording {
        let mut rest = self.clone();
        if let Some(key) = self.facts.keys().nth(nth) {
            rest.facts.remove(key);
        }
        rest
    }

    /// The same recording with its `nth` fact denied.
    pub(crate) fn refused(&self, nth: usize) -> Recording {
        let mut rest = self.clone();
        rest.facts.values_mut().skip(nth).take(1).for_each(Line::deny);
        rest
    }

    /// The same recording with all facts of a call denied.
    pub(crate) fn denied(&self, call: &str) -> Recording {
        let mut rest = self.clone();
        rest.facts.values_mut().filter(|line| line.call == call).for_each(Line::deny);
        rest
    }

    /// The calls that it has answers to, each once.
    pub(crate) fn calls(&self) -> std::collections::BTreeSet<String> {
        self.facts.values().map(|line| line.call.clone()).collect()
    }
}

#[cfg(test)]
impl Line {
    fn deny(&mut self) {
        let (action, said) = (self.call.clone(), "AccessDeniedException".to_owned());
        let gap = Gap::Refused { action, resource: "*".to_owned(), said };
        self.answer = encode(&Err(gap));
    }
}

pub(super) fn index(call: &str, key: &Value) -> String {
    format!("{call} {key}")
}

fn encode(answer: &BoxedAnswer) -> Value {
    let plain: Result<Seen<Value>, &Gap> = match answer {
        Ok(Seen::Found(fact)) => Ok(Seen::Found(fact.to_json())),
        Ok(Seen::Absent(absence)) => Ok(Seen::Absent(absence.clone())),
        Err(gap) => Err(gap),
    };
    serde_json::to_value(plain).unwrap_or(Value::Null)
}
