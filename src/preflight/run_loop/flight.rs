//! Requests: lookups are queued, sent, and answered.

use super::{Origin, RunLoop};
use crate::facts::{Asked, BoxedAnswer, DeclaredFacts, Row};
use crate::knowledge::{FactId, Gap};
use crate::preflight::watch::Event;

use std::time::Duration;

use tokio::task::{Id, JoinError};
use tokio::time::Instant;

/// How long a run waits for answers that it does not need.
const NEAR: Duration = Duration::from_millis(250);

impl RunLoop<'_> {
    /// What the deployment creates: its facts are those that a template declares.
    pub fn declared(&mut self) -> &mut DeclaredFacts {
        &mut self.declared
    }

    /// Answers a lookup at once if possible, or queues it.
    pub(super) fn send(&mut self, id: FactId) {
        let Row::Asked { lookup, .. } = self.table.row(id) else { return };
        let lookup = lookup.clone();
        let answer = match &self.origin {
            _ if self.closed => {
                self.cut_short.set(true);
                Err(interrupted(&*lookup))
            }
            _ if let Some(answer) = self.declared.answer(&*lookup) => {
                self.table.declare(id, answer);
                return self.arrive(id);
            }
            Origin::Live(_) => return self.queue.add(id, lookup),
            Origin::Replay(recording) => recording.answer(&*lookup),
            Origin::Offline => {
                Err(Gap::Undecidable { why: format!("{} cannot be asked offline", lookup.call()) })
            }
        };
        self.receive(id, answer);
    }

    pub(super) fn receive(&mut self, id: FactId, answer: BoxedAnswer) {
        let answer = match self.table.row(id) {
            Row::Asked { lookup, .. } => self.declared.completed(&**lookup, answer),
            Row::Derived { .. } => answer,
        };
        self.table.answer(id, answer);
        self.arrive(id);
    }

    fn arrive(&mut self, id: FactId) {
        self.arrived.push(id);
        let said = self.table.evidence(id);
        self.watch.on(Event::Answered { id, said });
    }

    /// Sends queued lookups, as many as the services have free slots.
    pub(super) fn dispatch(&mut self) {
        let Origin::Live(services) = &self.origin else { return };
        let services = services.clone();
        while let Some(members) = self.queue.next(self.bounds.per_service, Instant::now()) {
            let (ids, lookups): (Vec<_>, Vec<_>) = members.into_iter().unzip();
            let Some(first) = lookups.first().cloned() else { continue };
            for (id, lookup) in ids.iter().zip(&lookups) {
                let what = lookup.what();
                self.watch.on(Event::Asked { id: *id, call: lookup.call(), what });
            }
            self.requests += 1;
            let request = first.fetch(lookups, services.clone());
            let handle = self.flying.spawn(request);
            self.aboard.insert(handle.id(), (first.call(), ids));
        }
    }

    /// Waits for the next answer, then takes all that have arrived. `false` if no request is pending.
    pub(super) async fn await_answers(&mut self) -> bool {
        self.dispatch();
        let refills = self.queue.refills(self.bounds.per_service, Instant::now());
        if self.flying.is_empty() && refills.is_none() {
            return !self.arrived.is_empty();
        }
        let (refilled, deadline) = (at(refills), at(self.ends));
        tokio::select! {
            Some(landed) = self.flying.join_next_with_id() => {
                self.land(landed);
                while let Some(landed) = self.flying.try_join_next_with_id() {
                    self.land(landed);
                }
            }
            () = refilled => {}
            () = deadline => self.close(),
            _signal = self.interruption.clone().came() => self.close(),
        }
        self.dispatch();
        true
    }

    /// Takes the answers that nobody needed after all, if they arrive soon: a recording then contains the same
    /// facts each time. Nothing waits longer for them.
    pub(in crate::preflight) async fn take_what_is_near(&mut self) {
        let rest = async {
            while let Some(landed) = self.flying.join_next_with_id().await {
                self.land(landed);
                self.dispatch();
            }
        };
        let _late = tokio::time::timeout(NEAR, rest).await;
        self.arrived.clear();
    }

    pub(super) fn land(&mut self, landed: Result<(Id, Vec<BoxedAnswer>), JoinError>) {
        let (task, mut answers, why) = match landed {
            Ok((task, answers)) => (task, answers, "fewer answers than lookups".to_owned()),
            Err(error) => (error.id(), Vec::new(), error.to_string()),
        };
        let Some((call, ids)) = self.aboard.remove(&task) else { return };
        self.queue.landed(call);
        answers.reverse();
        for id in ids {
            let answer =
                answers.pop().unwrap_or_else(|| Err(Gap::Defect { why: format!("{call}: {why}") }));
            self.receive(id, answer);
        }
    }

    /// Ends the run: pending, queued and later lookups become gaps.
    pub(super) fn close(&mut self) {
        self.closed = true;
        self.flying.abort_all();
        self.flying.detach_all();
        let flying: Vec<FactId> = self.aboard.drain().flat_map(|(_, (_, ids))| ids).collect();
        let queued = self.queue.drain().into_iter().map(|(id, _)| id);
        for id in flying.into_iter().chain(queued).collect::<Vec<_>>() {
            if let Row::Asked { lookup, .. } = self.table.row(id) {
                let gap = interrupted(&**lookup);
                self.cut_short.set(true);
                self.receive(id, Err(gap));
            }
        }
    }
}

fn interrupted(lookup: &dyn Asked) -> Gap {
    Gap::Interrupted { what: format!("{} ({})", lookup.call(), lookup.what()) }
}

/// Completes at this time; never without one.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}
