//! The view of a check on the table, and the log of the facts that it touched.

use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

use super::derived::{Derivation, Derived};
use super::key::{Asked, Fact, Key, unbox};
use super::table::{Row, Table};
use crate::knowledge::{Absence, FactId, Gap, Ground, Lack, Seen, Stop};
use crate::lookup::{Lookup, Optional};

/// The facts for one evaluation.
pub struct View<'t> {
    table: &'t Table,
    log: RefCell<Log>,
    /// Whether it gives no more answers once the run is over.
    ends: bool,
}

/// The facts that one evaluation touched.
#[derive(Clone, Default)]
pub struct Log {
    /// Rows that were read, in order, each once.
    pub touched: Vec<FactId>,
    /// Rows that were read and are not known yet.
    pub waiting: Vec<FactId>,
    /// Lookups that are not in the table yet.
    pub wanted: Vec<Wanted>,
    /// Lookups that are probably needed later: nothing waits for them.
    pub ahead: Vec<Wanted>,
    /// Rows that are gaps, except through `peek`.
    pub gaps: Vec<FactId>,
    /// Absent rows that the task does not need.
    pub excused: Vec<FactId>,
    /// Whether the run ended meanwhile, so that an answer was refused: the result does not count.
    pub is_cut_off: bool,
    /// The assumptions in place of missing optional knowledge.
    pub assumptions: Vec<String>,
    /// Rows that were read, including in failed attempts: everything that the result may depend on.
    #[cfg(test)]
    pub read: Vec<FactId>,
}

/// A lookup that was requested for the first time.
#[derive(Clone)]
pub struct Wanted {
    pub(super) key: Arc<dyn Key>,
    pub(super) question: Question,
}

#[derive(Clone)]
pub(super) enum Question {
    Asked(Arc<dyn Asked>),
    Derived(Arc<dyn Derivation>),
}

impl Wanted {
    /// Enters it into the table, unless another evaluation did. `true` if it is new.
    pub fn enter(self, table: &mut Table) -> (FactId, bool) {
        if let Some((id, _)) = table.find(&*self.key) {
            return (id, false);
        }
        let row = match self.question {
            Question::Asked(lookup) => Row::Asked { lookup, answer: None },
            Question::Derived(derivation) => {
                Row::Derived { derivation, result: None, log: Box::default() }
            }
        };
        (table.add(self.key, row), true)
    }
}

impl<'t> View<'t> {
    /// A fresh view with an empty log.
    pub fn of(table: &'t Table) -> View<'t> {
        View { table, log: RefCell::default(), ends: true }
    }

    /// A view for the report, which is written after the end of the run.
    pub fn afterwards(table: &'t Table) -> View<'t> {
        View { ends: false, ..View::of(table) }
    }

    /// A view that continues the log of an earlier evaluation.
    pub fn resting_on(table: &'t Table, log: &Log) -> View<'t> {
        View { table, log: RefCell::new(log.clone()), ends: true }
    }

    /// The log.
    pub fn into_log(self) -> Log {
        self.log.into_inner()
    }

    /// The answer to `lookup`, for a check that handles its absence.
    ///
    /// # Errors
    /// The gap, if it is not known (yet).
    pub fn get<L: Lookup>(&self, lookup: &L) -> Result<Seen<&'t L::Fact>, Stop> {
        self.read(lookup).map(|(_, seen)| seen)
    }

    /// The fact; an absence ends the judgement. Of all checks that stop at the same absence, the first in
    /// catalogue order fails, and the others are skipped.
    ///
    /// # Errors
    /// The gap, or the absence.
    pub fn need<L: Lookup>(&self, lookup: &L) -> Result<&'t L::Fact, Stop> {
        match self.read(lookup)? {
            (_, Seen::Found(fact)) => Ok(fact),
            (id, Seen::Absent(absence)) => Err(Stop::Absent(Lack::of(Ground::Fact(id), absence))),
        }
    }

    /// States that the task does not need the resource of `lookup`: its absence is not a fault. A check that
    /// stops at it would contradict, and then both are unknown. A pass that has merely read an absence states
    /// nothing about it.
    pub fn excuse<L: Lookup>(&self, lookup: &L) {
        if let Some((id, _)) = self.table.find(lookup) {
            self.log.borrow_mut().excused.push(id);
        }
    }

    /// Several facts of one kind. All are requested at once, even if the first is missing.
    ///
    /// # Errors
    /// The first gap or absence, once all are known.
    pub fn all<'l, L: Lookup>(
        &self,
        lookups: impl IntoIterator<Item = &'l L>,
    ) -> Result<Vec<&'t L::Fact>, Stop> {
        let facts: Vec<_> = lookups.into_iter().map(|lookup| self.need(lookup)).collect();
        facts.into_iter().collect()
    }

    /// Requests what is probably needed, so that it is fetched together with the rest. The answer counts only
    /// once it is read, and until then nothing waits for it.
    pub fn prefetch<L: Lookup>(&self, lookup: &L) {
        if self.table.find(lookup).is_none() {
            let asked = Arc::new(lookup.clone());
            let question = Question::Asked(asked.clone());
            self.log.borrow_mut().ahead.push(Wanted { key: asked, question });
        }
    }

    /// Optional knowledge: `None` if it cannot be read; the verdict then states its assumption.
    ///
    /// # Errors
    /// Only while the answer is pending.
    pub fn peek<L: Optional>(&self, lookup: &L) -> Result<Option<Seen<&'t L::Fact>>, Stop> {
        match self.read(lookup) {
            Ok((_, seen)) => Ok(Some(seen)),
            Err(Stop::Gap(Gap::Pending)) => Err(Stop::Gap(Gap::Pending)),
            Err(_) => {
                let mut log = self.log.borrow_mut();
                if let Some((id, _)) = self.table.find(lookup) {
                    log.gaps.retain(|gap| *gap != id);
                }
                let assumption = lookup.assumption();
                if !log.assumptions.contains(&assumption) {
                    log.assumptions.push(assumption);
                }
                Ok(None)
            }
        }
    }

    /// One of several resources whose absences are reported at their own places.
    ///
    /// # Errors
    /// The gap, if it is not known (yet).
    pub fn need_optional<L: Lookup>(&self, lookup: &L) -> Result<Option<&'t L::Fact>, Stop> {
        Ok(match self.read(lookup)? {
            (_, Seen::Found(fact)) => Some(fact),
            (_, Seen::Absent(_)) => None,
        })
    }

    /// The fact, or why it is not known: for callers that handle the unknown, such as the IAM engine with
    /// an unreadable policy. The gap no longer counts as ignored, so the caller must pass it on: into the
    /// decision, or into an assumption.
    ///
    /// # Errors
    /// An absence, and pending answers.
    pub fn tolerate<T>(
        &self,
        asked: impl FnOnce() -> Result<T, Stop>,
    ) -> Result<Result<T, Gap>, Stop> {
        let before = self.log.borrow().gaps.len();
        match asked() {
            Ok(fact) => Ok(Ok(fact)),
            Err(stop) => self.tolerated(stop, before).map(Err),
        }
    }

    /// The gap, which no longer counts as ignored.
    fn tolerated(&self, stop: Stop, before: usize) -> Result<Gap, Stop> {
        match stop {
            Stop::Gap(gap) if gap != Gap::Pending => {
                self.log.borrow_mut().gaps.truncate(before);
                Ok(gap)
            }
            stop => Err(stop),
        }
    }

    /// An attempt that may decide without further facts and assumptions. If it does not, the facts that it
    /// touched do not count for the verdict.
    ///
    /// # Errors
    /// Only while an answer is pending.
    pub fn attempt<T>(
        &self,
        asked: impl FnOnce() -> Result<Option<T>, Stop>,
    ) -> Result<Option<T>, Stop> {
        let before = {
            let log = self.log.borrow();
            (log.touched.len(), log.gaps.len(), log.excused.len(), log.assumptions.len())
        };
        let answer = asked();
        let is_assumed = self.log.borrow().assumptions.len() > before.3;
        match answer {
            Ok(Some(fact)) if !is_assumed => Ok(Some(fact)),
            Err(Stop::Gap(Gap::Pending)) => Err(Stop::Gap(Gap::Pending)),
            Ok(_) | Err(_) => {
                let mut log = self.log.borrow_mut();
                log.touched.truncate(before.0);
                log.gaps.truncate(before.1);
                log.excused.truncate(before.2);
                log.assumptions.truncate(before.3);
                Ok(None)
            }
        }
    }

    /// Adds an assumption to the verdict.
    pub fn assume(&self, what: impl Into<String>) {
        let what = what.into();
        let mut log = self.log.borrow_mut();
        if !log.assumptions.contains(&what) {
            log.assumptions.push(what);
        }
    }

    /// A derived fact.
    ///
    /// # Errors
    /// The gap or absence that stopped its derivation.
    pub fn derive<D: Derived>(&self, derived: &D) -> Result<&'t D::Fact, Stop> {
        let row = self.derived_row(derived, &|| derived.what(), &|| {
            let derivation = Arc::new(derived.clone());
            Wanted { key: derivation.clone(), question: Question::Derived(derivation) }
        });
        row?.downcast_ref().ok_or_else(|| defect("a fact of the wrong type"))
    }

    fn derived_row(
        &self,
        key: &dyn Key,
        what: &dyn Fn() -> String,
        wanted: &dyn Fn() -> Wanted,
    ) -> Result<&'t (dyn Any + Send + Sync), Stop> {
        self.has_time(what)?;
        let Some((id, row)) = self.table.find(key) else { return Err(self.want(wanted())) };
        let Row::Derived { result, log: rests_on, .. } = row else {
            return Err(defect("a derived fact is in the row of a lookup"));
        };
        let mut log = self.log.borrow_mut();
        log.touch(id);
        let Some(result) = result else {
            log.waiting.push(id);
            return Err(Gap::Pending.into());
        };
        for assumption in &rests_on.assumptions {
            if !log.assumptions.contains(assumption) {
                log.assumptions.push(assumption.clone());
            }
        }
        match result {
            Ok(fact) => Ok(&**fact),
            Err(stop) => {
                if let Stop::Gap(_) = stop {
                    log.gaps.push(id);
                }
                Err(stop.clone())
            }
        }
    }

    fn read<L: Lookup>(&self, lookup: &L) -> Result<(FactId, Seen<&'t L::Fact>), Stop> {
        let row = self.row(lookup, &|| lookup.what(), &|| {
            let asked = Arc::new(lookup.clone());
            Wanted { key: asked.clone(), question: Question::Asked(asked) }
        });
        let (id, fact) = match row? {
            (id, Seen::Found(fact)) => (id, fact),
            (id, Seen::Absent(absence)) => return Ok((id, Seen::Absent(absence))),
        };
        match unbox::<L::Fact>(fact) {
            Some(fact) => Ok((id, Seen::Found(fact))),
            None => Err(defect("a fact of the wrong type")),
        }
    }

    /// The answer in the row of a lookup, without its type: one function for all lookups.
    fn row(
        &self,
        key: &dyn Key,
        what: &dyn Fn() -> String,
        wanted: &dyn Fn() -> Wanted,
    ) -> Result<(FactId, Seen<&'t dyn Fact>), Stop> {
        self.has_time(what)?;
        let Some((id, row)) = self.table.find(key) else { return Err(self.want(wanted())) };
        let Row::Asked { answer, .. } = row else {
            return Err(defect("a lookup is in the row of a derived fact"));
        };
        let mut log = self.log.borrow_mut();
        log.touch(id);
        match answer {
            None => {
                log.waiting.push(id);
                Err(Gap::Pending.into())
            }
            Some(Err(gap)) => {
                log.gaps.push(id);
                Err(gap.clone().into())
            }
            Some(Ok(Seen::Absent(absence))) => Ok((id, Seen::Absent(Absence::clone(absence)))),
            Some(Ok(Seen::Found(fact))) => Ok((id, Seen::Found(&**fact))),
        }
    }

    /// No answer is given after the end of the run.
    fn has_time(&self, what: &dyn Fn() -> String) -> Result<(), Stop> {
        if !self.ends || !self.table.is_over() {
            return Ok(());
        }
        self.log.borrow_mut().is_cut_off = true;
        Err(Gap::Interrupted { what: what() }.into())
    }

    fn want(&self, wanted: Wanted) -> Stop {
        self.log.borrow_mut().wanted.push(wanted);
        Gap::Pending.into()
    }
}

impl Log {
    /// Whether the evaluation touched something that is not known yet.
    pub fn is_waiting(&self) -> bool {
        !self.wanted.is_empty() || !self.waiting.is_empty()
    }

    fn touch(&mut self, id: FactId) {
        #[cfg(test)]
        self.read.push(id);
        if !self.touched.contains(&id) {
            self.touched.push(id);
        }
    }
}

fn defect(why: &str) -> Stop {
    Gap::Defect { why: why.to_owned() }.into()
}
