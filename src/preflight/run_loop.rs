//! The run loop: evaluate, want, fetch, until every probe is settled.

mod flight;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

use super::Probe;
use super::interruption::{Interruption, Signal};
use super::queue::Queue;
use super::spreading::{Settlement, Spreading};
use super::watch::{Event, Watch};
use crate::checks::{Case, Ruling};
use crate::facts::{BoxedAnswer, DeclaredFacts, Derivation, Log, Recording, Row, Table, View};
use crate::knowledge::{FactId, Gap, Seen, Stop};
use crate::lookup::{Call, Lookup, Services};
use crate::verdict::{Judgement, Settled, Trust, pass, settle};

/// Where answers come from.
pub enum Origin {
    /// The AWS account and the registries.
    Live(Arc<Services>),
    /// A recording: no network, no credentials.
    Replay(Recording),
    /// No lookups are allowed.
    Offline,
}

/// The limits of a run.
pub struct Bounds {
    /// When to stop and report what is known.
    pub deadline: Option<Duration>,
    /// The maximum number of concurrent requests per service.
    pub per_service: usize,
}

/// How long after its end a run may still judge what is known.
const GRACE: Duration = Duration::from_millis(500);

/// One run: its table, and its pending requests.
pub struct RunLoop<'w> {
    table: Table,
    origin: Origin,
    bounds: Bounds,
    queue: Queue,
    flying: JoinSet<Vec<BoxedAnswer>>,
    aboard: HashMap<Id, (Call, Vec<FactId>)>,
    waiters: HashMap<FactId, Vec<usize>>,
    arrived: Vec<FactId>,
    ends: Option<Instant>,
    interruption: Interruption,
    closed: bool,
    /// Whether something stayed without an answer or a judgement because the run ended.
    cut_short: Cell<bool>,
    requests: usize,
    trust: Trust,
    declared: DeclaredFacts,
    watch: &'w mut dyn Watch,
}

/// A node of the evaluation: an item to settle, or the derivation of a fact.
#[derive(Clone)]
enum Node {
    Thing(usize),
    Derivation(FactId, Arc<dyn Derivation>),
}

/// The result of one evaluation.
enum Step<T> {
    /// It waits for facts.
    Waits(Log),
    /// It has a result.
    Ends(T),
    /// It is replaced by this many further items.
    Grows(usize),
}

/// The result of the evaluation of one probe.
enum Evaluated<'t> {
    Settled(Box<(Settled, Log)>),
    Members(Vec<Probe<'t>>),
}

impl<'w> RunLoop<'w> {
    /// A new run, which ends with its deadline or when it is interrupted.
    pub fn new(
        origin: Origin,
        bounds: Bounds,
        interruption: Interruption,
        watch: &'w mut dyn Watch,
    ) -> RunLoop<'w> {
        let ends = bounds.deadline.map(|span| Instant::now() + span);
        let mut table = Table::default();
        let came = interruption.clone();
        table.ends_when(move || {
            let ended = [ends, came.since()].into_iter().flatten().min();
            ended.is_some_and(|ended| Instant::now() >= ended + GRACE)
        });
        RunLoop {
            table,
            origin,
            ends,
            bounds,
            queue: Queue::default(),
            flying: JoinSet::new(),
            aboard: HashMap::new(),
            waiters: HashMap::new(),
            arrived: Vec::new(),
            interruption,
            closed: false,
            cut_short: Cell::new(false),
            requests: 0,
            trust: Trust::Log,
            declared: DeclaredFacts::default(),
            watch,
        }
    }

    /// Trusts checks instead of the log: for the test that proves that the property tests can fail.
    #[cfg(test)]
    pub(crate) fn trusting(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// The facts so far.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// How many requests were sent.
    pub fn requests(&self) -> usize {
        self.requests
    }

    /// Whether the run was ended by its deadline or by the user.
    pub fn was_cut_short(&self) -> bool {
        self.cut_short.get()
    }

    /// The signal that ended the run, or came while it judged the last checks.
    pub fn interrupted(&self) -> Option<Signal> {
        self.interruption.signal()
    }

    /// Sends a lookup, without waiting for its answer.
    pub fn want<L: Lookup>(&mut self, lookup: &L) {
        let (id, new) = self.table.ask(lookup);
        if new {
            self.send(id);
        }
        self.dispatch();
    }

    /// Makes one lookup and waits: for facts that are needed before the plan.
    ///
    /// # Errors
    /// The gap.
    pub async fn learn<L: Lookup>(&mut self, lookup: &L) -> Result<Seen<&L::Fact>, Gap> {
        self.want(lookup);
        let (id, _) = self.table.ask(lookup);
        while !self.table.row(id).is_known() {
            self.await_answers().await;
        }
        self.arrived.clear();
        match View::of(&self.table).get(lookup) {
            Ok(seen) => Ok(seen),
            Err(Stop::Gap(gap)) => Err(gap),
            Err(Stop::Absent(_)) => Err(Gap::Pending),
        }
    }

    /// Evaluates `ask` until all its facts are known, and returns its result. No verdict is settled from
    /// it: it handles gaps itself.
    ///
    /// # Errors
    /// An internal error, if it does not end.
    pub async fn work_out<T>(&mut self, ask: impl Fn(&View) -> T) -> Result<T, Gap> {
        let ended = self.evaluate_all(1, |run, _| {
            let view = View::of(&run.table);
            let result = ask(&view);
            let log = view.into_log();
            if log.is_waiting() { Step::Waits(log) } else { Step::Ends(result) }
        });
        ended
            .await
            .pop()
            .flatten()
            .ok_or_else(|| Gap::Defect { why: "the run ended before its lookup".to_owned() })
    }

    /// Evaluates the probes until each is settled. A probe of a list is replaced by those of its members.
    pub(super) async fn settle_all<'t>(&mut self, probes: Vec<Probe<'t>>) -> Settlement<'t> {
        let count = probes.len();
        let all = RefCell::new(Spreading::of(probes));
        let ended = self.evaluate_all(count, |run, index| {
            let probe = all.borrow().probes[index].clone();
            if run.table.is_over() {
                return Step::Ends((run.unjudged(&probe), Log::default()));
            }
            match run.evaluate(&probe) {
                Evaluated::Settled(ended) => match *ended {
                    (Settled::NotYet, log) => Step::Waits(log),
                    ended => Step::Ends(ended),
                },
                Evaluated::Members(members) => Step::Grows(all.borrow_mut().spread(index, members)),
            }
        });
        let ended = ended.await;
        all.into_inner().in_order(ended)
    }

    /// Evaluates each of `count` items until it has a result; without one it waits for facts.
    async fn evaluate_all<T>(
        &mut self,
        mut count: usize,
        evaluate: impl Fn(&Self, usize) -> Step<T>,
    ) -> Vec<Option<T>> {
        let mut nodes: Vec<Node> = (0..count).map(Node::Thing).collect();
        let mut missing: Vec<usize> = vec![0; nodes.len()];
        let mut ended: Vec<Option<T>> = (0..count).map(|_| None).collect();
        let mut ready: Vec<usize> = (0..nodes.len()).rev().collect();
        let mut done = 0;
        loop {
            while let Some(at) = ready.pop() {
                self.heed();
                let waits_for = match nodes[at].clone() {
                    Node::Thing(index) => match evaluate(self, index) {
                        Step::Waits(log) => self.enter(log, &mut nodes, &mut missing, &mut ready),
                        Step::Ends(result) => {
                            done += 1;
                            self.watch.on(Event::Settled { done, of: count });
                            ended[index] = Some(result);
                            continue;
                        }
                        Step::Grows(further) => {
                            done += 1;
                            for thing in count..count + further {
                                nodes.push(Node::Thing(thing));
                                missing.push(0);
                                ready.push(nodes.len() - 1);
                                ended.push(None);
                            }
                            count += further;
                            continue;
                        }
                    },
                    Node::Derivation(id, derivation) => {
                        let (result, log) = self.compute(&*derivation);
                        if log.is_waiting() {
                            self.enter(log, &mut nodes, &mut missing, &mut ready)
                        } else {
                            self.table.settle(id, result, log);
                            self.arrived.push(id);
                            self.wake(&mut missing, &mut ready);
                            continue;
                        }
                    }
                };
                missing[at] = waits_for.len();
                if waits_for.is_empty() {
                    ready.push(at);
                }
                for id in waits_for {
                    self.waiters.entry(id).or_default().push(at);
                }
            }
            self.wake(&mut missing, &mut ready);
            if !ready.is_empty() {
                continue;
            }
            if done == count {
                break;
            }
            if !self.await_answers().await && !self.break_cycle() {
                break;
            }
        }
        self.arrived.clear();
        ended
    }

    /// Evaluates one probe. A panic in a check becomes an internal error, and the run continues.
    fn evaluate<'t>(&self, probe: &Probe<'t>) -> Evaluated<'t> {
        let view = match &probe.rests_on {
            Some(log) => View::resting_on(&self.table, log),
            None => View::of(&self.table),
        };
        let stopped = |panic: Box<dyn Any + Send>| Err(defect(probe.check.id, &*panic).into());
        let judgement: Judgement = match &probe.ruling {
            Ruling::Judge(judge) => {
                catch_unwind(AssertUnwindSafe(|| judge(&view))).unwrap_or_else(stopped)
            }
            Ruling::Spread(list) => {
                let members = catch_unwind(AssertUnwindSafe(|| list(&view)))
                    .unwrap_or_else(|panic| Err(defect(probe.check.id, &*panic).into()));
                match members {
                    Ok(cases) => return self.members(probe, cases, view.into_log()),
                    Err(stop) => Err(stop),
                }
            }
        };
        let log = view.into_log();
        let settled = match log.is_cut_off {
            true => self.unjudged(probe),
            false => settle(judgement, &log, &self.table, self.trust),
        };
        Evaluated::Settled(Box::new((settled, log)))
    }

    /// The members of a list, unless it rests on something unknown: then the list may be incomplete.
    fn members<'t>(&self, probe: &Probe<'t>, cases: Vec<Case<'t>>, log: Log) -> Evaluated<'t> {
        if log.is_cut_off {
            return Evaluated::Settled(Box::new((self.unjudged(probe), log)));
        }
        let whole = pass("the list is complete");
        match settle(whole, &log, &self.table, self.trust) {
            Settled::Said(_) => {
                let log = Rc::new(log);
                let member = |case| probe.member(case, log.clone());
                Evaluated::Members(cases.into_iter().map(member).collect())
            }
            unknown => Evaluated::Settled(Box::new((unknown, log))),
        }
    }

    fn compute(
        &self,
        derivation: &dyn Derivation,
    ) -> (Result<Box<dyn std::any::Any + Send + Sync>, Stop>, Log) {
        let view = View::of(&self.table);
        let result = catch_unwind(AssertUnwindSafe(|| derivation.derive(&view)))
            .unwrap_or_else(|panic| Err(defect(&derivation.what(), &*panic).into()));
        let log = view.into_log();
        if log.is_cut_off {
            self.cut_short.set(true);
            let why = Gap::Interrupted { what: derivation.what() };
            return (Err(why.into()), Log::default());
        }
        let swallowed = log.gaps.first().and_then(|id| self.table.row(*id).gap()).cloned();
        match (result, swallowed) {
            (Ok(_), Some(gap)) if self.trust == Trust::Log => (Err(gap.into()), log),
            (result, _) => (result, log),
        }
    }

    /// The end of a probe for which there was no time.
    fn unjudged(&self, probe: &Probe) -> Settled {
        self.cut_short.set(true);
        Gap::Unjudged { check: probe.check.id.to_owned() }.into()
    }

    /// Ends the run if its time has passed or it was interrupted: while it computes, nothing else looks.
    fn heed(&mut self) {
        if self.closed {
            return;
        }
        if self.interruption.signal().is_some()
            || self.ends.is_some_and(|ends| Instant::now() >= ends)
        {
            self.close();
        }
    }

    /// Enters the lookups of an evaluation, and returns the rows that it waits for.
    fn enter(
        &mut self,
        log: Log,
        nodes: &mut Vec<Node>,
        missing: &mut Vec<usize>,
        ready: &mut Vec<usize>,
    ) -> Vec<FactId> {
        let mut waits_for = log.waiting;
        let needed = log.wanted.into_iter().map(|wanted| (wanted, true));
        for (wanted, is_needed) in needed.chain(log.ahead.into_iter().map(|it| (it, false))) {
            let (id, new) = wanted.enter(&mut self.table);
            if is_needed {
                waits_for.push(id);
            }
            if !new {
                continue;
            }
            if let Row::Derived { derivation, .. } = self.table.row(id) {
                nodes.push(Node::Derivation(id, derivation.clone()));
                missing.push(0);
                ready.push(nodes.len() - 1);
            } else {
                self.send(id);
            }
        }
        waits_for.sort_unstable();
        waits_for.dedup();
        waits_for.retain(|id| !self.table.row(*id).is_known());
        waits_for
    }

    /// Counts down the nodes that waited for the new answers.
    fn wake(&mut self, missing: &mut [usize], ready: &mut Vec<usize>) {
        for id in std::mem::take(&mut self.arrived) {
            for at in self.waiters.remove(&id).unwrap_or_default() {
                missing[at] -= 1;
                if missing[at] == 0 {
                    ready.push(at);
                }
            }
        }
    }

    /// Derived facts that wait for each other would wait forever: an internal error.
    fn break_cycle(&mut self) -> bool {
        let circle: Vec<(FactId, String)> = self
            .table
            .rows()
            .filter_map(|(id, row)| match row {
                Row::Derived { derivation, result: None, .. } => Some((id, derivation.what())),
                _ => None,
            })
            .collect();
        for (id, what) in &circle {
            let why = format!("{what} is derived from itself");
            self.table.settle(*id, Err(Gap::Defect { why }.into()), Log::default());
            self.arrived.push(*id);
        }
        !circle.is_empty()
    }
}

/// The message of a panic, as a gap.
fn defect(whose: &str, panic: &(dyn std::any::Any + Send)) -> Gap {
    let said = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    Gap::Defect { why: format!("{whose} panicked: {said}") }
}
