//! Probes of lists that come from the account.

use super::Probe;
use crate::facts::Log;
use crate::knowledge::Gap;
use crate::verdict::Settled;

/// A settled judgement and its log.
pub(super) type Ended = (Settled, Log);

/// All probes of a run: the planned ones, then the members of lists as they become known.
pub(super) struct Spreading<'t> {
    pub(super) probes: Vec<Probe<'t>>,
    /// How many were planned; all further ones are members.
    planned: usize,
    /// Of each planned probe that stood for a list: where its members begin and end.
    members: Vec<Option<std::ops::Range<usize>>>,
}

impl<'t> Spreading<'t> {
    pub(super) fn of(probes: Vec<Probe<'t>>) -> Spreading<'t> {
        let (planned, members) = (probes.len(), vec![None; probes.len()]);
        Spreading { probes, planned, members }
    }

    /// Adds the members of this probe's list, and returns their number.
    pub(super) fn spread(&mut self, probe: usize, members: Vec<Probe<'t>>) -> usize {
        let (begin, further) = (self.probes.len(), members.len());
        self.probes.extend(members);
        self.members.resize(self.probes.len(), None);
        self.members[probe] = Some(begin..begin + further);
        further
    }

    /// The probes with their results, members in place of their list.
    pub(super) fn in_order(self, mut ended: Vec<Option<Ended>>) -> Settlement<'t> {
        let mut order = Vec::with_capacity(self.probes.len());
        for (at, members) in self.members.iter().enumerate().take(self.planned) {
            match members {
                Some(members) => order.extend(members.clone()),
                None => order.push(at),
            }
        }
        for at in &order {
            ended[*at].get_or_insert_with(unsettled);
        }
        Settlement { probes: self.probes, ended, order }
    }
}

/// The probes of a run with their judgements, in the order of the report. A run has hundreds of thousands, so they
/// stay where they are, and each judgement is dropped once it is written.
pub(super) struct Settlement<'t> {
    probes: Vec<Probe<'t>>,
    ended: Vec<Option<Ended>>,
    order: Vec<usize>,
}

impl<'t> Settlement<'t> {
    /// Each probe with its judgement.
    pub(super) fn each(&self) -> impl Iterator<Item = (&Probe<'t>, &Ended)> {
        self.order.iter().filter_map(|at| Some((&self.probes[*at], self.ended[*at].as_ref()?)))
    }

    /// All probes as those of one target.
    #[cfg(test)]
    pub(super) fn of_one_target(&mut self) {
        self.probes.iter_mut().for_each(|probe| probe.target = 0);
    }

    /// Gives each probe with its judgement to `write`.
    pub(super) fn drain(mut self, mut write: impl FnMut(&Probe<'t>, Ended)) {
        for at in self.order {
            if let Some(ended) = self.ended[at].take() {
                write(&self.probes[at], ended);
            }
        }
    }
}

fn unsettled() -> Ended {
    let why = "the run ended before this was checked".to_owned();
    (Gap::Defect { why }.into(), Log::default())
}
