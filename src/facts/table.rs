//! The table of one run: a row for each lookup, in the order of the first request.

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::derived::{Derivation, Derived};
use super::key::{Asked, BoxedAnswer, Key, unbox};
use super::view::Log;
use crate::knowledge::{FactId, Gap, Seen, Stop};
use crate::lookup::Lookup;

/// The lookups of a run and their answers. It only grows.
#[derive(Default)]
pub struct Table {
    ids: HashMap<Arc<dyn Key>, FactId>,
    rows: Vec<Row>,
    declared: HashSet<FactId>,
    over: Option<IsOver>,
}

type IsOver = Box<dyn Fn() -> bool + Send + Sync>;

/// One lookup and its answer, once it is known.
pub enum Row {
    /// A lookup of a service.
    Asked {
        /// The lookup.
        lookup: Arc<dyn Asked>,
        /// Its answer; `None` while it is pending.
        answer: Option<BoxedAnswer>,
    },
    /// A fact computed from other rows.
    Derived {
        /// The computation.
        derivation: Arc<dyn Derivation>,
        /// Its result; `None` while it waits for other rows.
        result: Option<Result<Box<dyn Any + Send + Sync>, Stop>>,
        /// The rows that the computation touched, for the evidence.
        log: Box<Log>,
    },
}

impl Row {
    /// Whether the answer is known.
    pub fn is_known(&self) -> bool {
        match self {
            Row::Asked { answer, .. } => answer.is_some(),
            Row::Derived { result, .. } => result.is_some(),
        }
    }

    /// The gap in place of the answer.
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Row::Asked { answer: Some(Err(gap)), .. }
            | Row::Derived { result: Some(Err(Stop::Gap(gap))), .. } => Some(gap),
            _ => None,
        }
    }
}

impl Table {
    /// Ends when this says so: then views give no more answers, so that a long judgement ends too.
    pub fn ends_when(&mut self, over: impl Fn() -> bool + Send + Sync + 'static) {
        self.over = Some(Box::new(over));
    }

    /// Whether there is no more time to judge.
    pub fn is_over(&self) -> bool {
        self.over.as_ref().is_some_and(|over| over())
    }

    pub(super) fn find(&self, key: &dyn Key) -> Option<(FactId, &Row)> {
        let id = *self.ids.get(key)?;
        Some((id, &self.rows[id.0]))
    }

    /// The row of `id`.
    pub fn row(&self, id: FactId) -> &Row {
        &self.rows[id.0]
    }

    /// All rows, in the order of the first request.
    pub fn rows(&self) -> impl Iterator<Item = (FactId, &Row)> {
        self.rows.iter().enumerate().map(|(index, row)| (FactId(index), row))
    }

    pub(super) fn add(&mut self, key: Arc<dyn Key>, row: Row) -> FactId {
        let id = FactId(self.rows.len());
        self.rows.push(row);
        self.ids.insert(key, id);
        id
    }

    /// Adds a lookup, or finds it. The second value is `true` if it is new.
    pub fn ask<L: Lookup>(&mut self, lookup: &L) -> (FactId, bool) {
        if let Some((id, _)) = self.find(lookup) {
            return (id, false);
        }
        let lookup = Arc::new(lookup.clone());
        (self.add(lookup.clone(), Row::Asked { lookup, answer: None }), true)
    }

    /// Adds a derivation, or finds it.
    pub fn derive<D: Derived>(&mut self, derived: &D) -> (FactId, bool) {
        if let Some((id, _)) = self.find(derived) {
            return (id, false);
        }
        let derivation = Arc::new(derived.clone());
        let row =
            Row::Derived { derivation: derivation.clone(), result: None, log: Box::default() };
        (self.add(derivation, row), true)
    }

    /// Enters the answer to a lookup. A second answer to the same lookup is ignored: what a check has seen
    /// does not change.
    pub fn answer(&mut self, id: FactId, given: BoxedAnswer) {
        if let Row::Asked { answer: answer @ None, .. } = &mut self.rows[id.0] {
            *answer = Some(given);
        }
    }

    /// Enters what a template says in place of the service.
    pub fn declare(&mut self, id: FactId, given: BoxedAnswer) {
        self.declared.insert(id);
        self.answer(id, given);
    }

    /// Enters the result of a derivation with the rows that it touched.
    pub fn settle(
        &mut self,
        id: FactId,
        given: Result<Box<dyn Any + Send + Sync>, Stop>,
        touched: Log,
    ) {
        if let Row::Derived { result: result @ None, log, .. } = &mut self.rows[id.0] {
            *result = Some(given);
            **log = touched;
        }
    }

    /// The lookups of `ids`, with derived facts replaced by theirs, each once.
    pub fn questions(&self, ids: &[FactId]) -> Vec<FactId> {
        let mut found = Vec::new();
        self.collect_questions(ids, &mut found);
        found
    }

    fn collect_questions(&self, ids: &[FactId], found: &mut Vec<FactId>) {
        for &id in ids {
            match self.row(id) {
                Row::Asked { .. } if !found.contains(&id) => found.push(id),
                Row::Asked { .. } => {}
                Row::Derived { log, .. } => self.collect_questions(&log.touched, found),
            }
        }
    }

    /// The first found answer to a lookup of this type.
    pub fn found<L: Lookup>(&self) -> Option<&L::Fact> {
        self.all_found::<L>().next()
    }

    /// All found answers to lookups of this type.
    pub fn all_found<L: Lookup>(&self) -> impl Iterator<Item = &L::Fact> {
        self.rows.iter().filter_map(|row| match row {
            Row::Asked { lookup, answer: Some(Ok(Seen::Found(fact))) } => {
                lookup.as_any().downcast_ref::<L>().and_then(|_| unbox::<L::Fact>(&**fact))
            }
            _ => None,
        })
    }

    /// One line of evidence: the call, or that a template says it; the resource, and the answer.
    pub fn evidence(&self, id: FactId) -> String {
        match self.row(id) {
            Row::Asked { lookup, answer } => {
                let said = match answer {
                    None => "not answered".to_owned(),
                    Some(Ok(Seen::Found(_))) => "found".to_owned(),
                    Some(Ok(Seen::Absent(absence))) => absence.said.clone(),
                    Some(Err(gap)) => gap.to_string(),
                };
                match self.declared.contains(&id) {
                    true => format!("the template ({}) → {said}", lookup.what()),
                    false => format!("{} ({}) → {said}", lookup.call(), lookup.what()),
                }
            }
            Row::Derived { derivation, .. } => derivation.what(),
        }
    }
}
