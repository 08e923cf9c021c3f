//! What a check sees of the table, and the log of what it looked at.

use std::cell::RefCell;
use std::sync::Arc;

use super::derived::{Derivation, Derived};
use super::key::{Asked, Key, unbox};
use super::table::{Row, Table};
use crate::knowledge::{Absence, FactId, Gap, Ground, Lack, Seen, Stop};
use crate::lookup::{Lookup, Optional};

/// The facts, as one evaluation sees them.
pub struct View<'t> {
    table: &'t Table,
    log: RefCell<Log>,
}

/// What one evaluation touched.
#[derive(Clone, Default)]
pub struct Log {
    /// Rows that were looked at, in order, each once.
    pub touched: Vec<FactId>,
    /// Rows that were looked at and are not known yet.
    pub waiting: Vec<FactId>,
    /// Questions that the table does not hold yet.
    pub wanted: Vec<Wanted>,
    /// Rows that were found to be gaps, other than through `peek`.
    pub gaps: Vec<FactId>,
    /// Rows that were found absent, which is no fault of the task's.
    pub excused: Vec<FactId>,
    /// What the result assumes, because optional knowledge was missing.
    pub assumptions: Vec<String>,
    /// Rows that were looked at, also in an attempt that led nowhere: all that the result may depend on.
    #[cfg(test)]
    pub read: Vec<FactId>,
}

/// A question that was asked for the first time.
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
    /// Enters it into the table, unless another evaluation did so before. Tells whether it is new.
    pub fn enter(self, table: &mut Table) -> (FactId, bool) {
        if let Some((id, _)) = table.find(&*self.key) {
            return (id, false);
        }
        let row = match self.question {
            Question::Asked(lookup) => Row::Asked { lookup, answer: None },
            Question::Derived(derivation) => {
                Row::Derived { derivation, result: None, log: Log::default() }
            }
        };
        (table.add(self.key, row), true)
    }
}

impl<'t> View<'t> {
    /// A fresh view with an empty log.
    pub fn of(table: &'t Table) -> View<'t> {
        View { table, log: RefCell::default() }
    }

    /// A view that rests on what an earlier evaluation touched.
    pub fn resting_on(table: &'t Table, log: &Log) -> View<'t> {
        View { table, log: RefCell::new(log.clone()) }
    }

    /// What was touched.
    pub fn into_log(self) -> Log {
        self.log.into_inner()
    }

    /// What is known of `lookup`, where an absence means something to the check.
    ///
    /// # Errors
    /// The gap, if it could not be learnt (or is not known yet).
    pub fn get<L: Lookup>(&self, lookup: &L) -> Result<Seen<&'t L::Fact>, Stop> {
        self.read(lookup).map(|(_, seen)| seen)
    }

    /// The fact itself; an absence ends the judgement. Of all checks that stop at the same
    /// absence, the first in catalogue order fails, the others are skipped.
    ///
    /// # Errors
    /// The gap, or the absence.
    pub fn need<L: Lookup>(&self, lookup: &L) -> Result<&'t L::Fact, Stop> {
        match self.read(lookup)? {
            (_, Seen::Found(fact)) => Ok(fact),
            (id, Seen::Absent(absence)) => Err(Stop::Absent(Lack::of(Ground::Fact(id), absence))),
        }
    }

    /// Says that the task does without what `lookup` asks for: its absence, which was looked at, is no
    /// fault. A check that stops at it all the same would contradict, and neither is believed then. Merely
    /// to pass with an absence in sight says nothing of it: the claim may be another one.
    pub fn excuse<L: Lookup>(&self, lookup: &L) {
        if let Some((id, _)) = self.table.find(lookup) {
            self.log.borrow_mut().excused.push(id);
        }
    }

    /// Several facts of one kind. All are wanted at once, also when the first is missing.
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

    /// Asks ahead for what will probably be needed, so that it comes together with the rest. What comes
    /// of it counts only once it is read.
    pub fn prefetch<L: Lookup>(&self, lookup: &L) {
        if self.table.find(lookup).is_none() {
            let asked = Arc::new(lookup.clone());
            let _later = self.want(asked.clone(), Question::Asked(asked));
        }
    }

    /// Optional knowledge: `None` when it cannot be learnt, and the verdict then names its assumption.
    ///
    /// # Errors
    /// Only while the answer is still under way.
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

    /// One of several things of which each absence is reported at its own place.
    ///
    /// # Errors
    /// The gap, if it could not be learnt (or is not known yet).
    pub fn need_optional<L: Lookup>(&self, lookup: &L) -> Result<Option<&'t L::Fact>, Stop> {
        Ok(match self.read(lookup)? {
            (_, Seen::Found(fact)) => Some(fact),
            (_, Seen::Absent(_)) => None,
        })
    }

    /// What was asked, or why it is not known: for whoever reckons with the unknown itself, as the
    /// engine of IAM does with a policy that could not be read. The gap no longer counts as swallowed,
    /// so whoever calls this has to carry it on: into what decides, or into an assumption.
    ///
    /// # Errors
    /// An absence, and whatever is still under way.
    pub fn tolerate<T>(
        &self,
        asked: impl FnOnce() -> Result<T, Stop>,
    ) -> Result<Result<T, Gap>, Stop> {
        let before = self.log.borrow().gaps.len();
        match asked() {
            Ok(fact) => Ok(Ok(fact)),
            Err(Stop::Gap(gap)) if gap != Gap::Pending => {
                self.log.borrow_mut().gaps.truncate(before);
                Ok(Err(gap))
            }
            Err(stop) => Err(stop),
        }
    }

    /// What may settle it without looking further, and without an assumption. If it does not, whatever it
    /// looked at is no part of what the verdict rests on.
    ///
    /// # Errors
    /// Only while an answer is still under way.
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

    /// Names what the verdict assumes, where nobody but the owner of an organization could know.
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
    /// Whatever stopped its derivation.
    pub fn derive<D: Derived>(&self, derived: &D) -> Result<&'t D::Fact, Stop> {
        let Some((id, row)) = self.table.find(derived) else {
            let derivation = Arc::new(derived.clone());
            return Err(self.want(derivation.clone(), Question::Derived(derivation)));
        };
        let Row::Derived { result, log: rests_on, .. } = row else {
            return Err(defect("a derived fact stands in the row of a question"));
        };
        let mut log = self.log.borrow_mut();
        log.touch(id);
        match result {
            None => {
                log.waiting.push(id);
                Err(Gap::Pending.into())
            }
            Some(result) => {
                for assumption in &rests_on.assumptions {
                    if !log.assumptions.contains(assumption) {
                        log.assumptions.push(assumption.clone());
                    }
                }
                match result {
                    Ok(fact) => {
                        fact.downcast_ref().ok_or_else(|| defect("a fact of the wrong type"))
                    }
                    Err(stop) => {
                        if let Stop::Gap(_) = stop {
                            log.gaps.push(id);
                        }
                        Err(stop.clone())
                    }
                }
            }
        }
    }

    fn read<L: Lookup>(&self, lookup: &L) -> Result<(FactId, Seen<&'t L::Fact>), Stop> {
        let Some((id, row)) = self.table.find(lookup) else {
            let asked = Arc::new(lookup.clone());
            return Err(self.want(asked.clone(), Question::Asked(asked)));
        };
        let Row::Asked { answer, .. } = row else {
            return Err(defect("a question stands in the row of a derived fact"));
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
            Some(Ok(Seen::Found(fact))) => match unbox::<L::Fact>(&**fact) {
                Some(fact) => Ok((id, Seen::Found(fact))),
                None => Err(defect("a fact of the wrong type")),
            },
        }
    }

    fn want(&self, key: Arc<dyn Key>, question: Question) -> Stop {
        self.log.borrow_mut().wanted.push(Wanted { key, question });
        Gap::Pending.into()
    }
}

impl Log {
    /// Whether the evaluation met something that is not known yet.
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
