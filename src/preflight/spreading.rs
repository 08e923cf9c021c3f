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
    /// For each planned probe of a list: the range of its members.
    members: Vec<Option<std::ops::Range<usize>>>,
}

impl<'t> Spreading<'t> {
    pub(super) fn of(probes: &[Probe<'t>]) -> Spreading<'t> {
        Spreading { probes: probes.to_vec(), members: vec![None; probes.len()] }
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
        let planned = self.members.iter().enumerate().take_while(|(at, _)| !self.is_member(*at));
        for (at, members) in planned {
            match members {
                Some(members) => order.extend(members.clone()),
                None => order.push(at),
            }
        }
        let mut probes: Vec<Option<Probe<'t>>> = self.probes.into_iter().map(Some).collect();
        let taken = order.into_iter().filter_map(|at| {
            let end = ended[at].take().unwrap_or_else(unsettled);
            Some((probes[at].take()?, end))
        });
        taken.unzip()
    }

    fn is_member(&self, at: usize) -> bool {
        self.members.iter().flatten().any(|members| members.contains(&at))
    }
}

fn unsettled() -> Ended {
    let why = "the run ended before this was checked".to_owned();
    (Gap::Defect { why }.into(), Log::default())
}
