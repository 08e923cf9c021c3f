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
    pub(super) fn in_order(self, mut ended: Vec<Option<Ended>>) -> (Vec<Probe<'t>>, Vec<Ended>) {
        let mut order = Vec::new();
        for (at, members) in self.members.iter().enumerate().take(self.planned) {
            match members {
                Some(members) => order.extend(members.clone()),
                None => order.push(at),
            }
        }
        let mut probes: Vec<Option<Probe<'t>>> = self.probes.into_iter().map(Some).collect();
        let mut sorted = (Vec::with_capacity(order.len()), Vec::with_capacity(order.len()));
        for at in order {
            let end = ended[at].take().unwrap_or_else(unsettled);
            if let Some(probe) = probes[at].take() {
                sorted.0.push(probe);
                sorted.1.push(end);
            }
        }
        sorted
    }
}

fn unsettled() -> Ended {
    let why = "the run ended before this was checked".to_owned();
    (Gap::Defect { why }.into(), Log::default())
}
