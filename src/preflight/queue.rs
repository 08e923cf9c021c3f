//! Pending lookups, grouped so that those of one batch share a request.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::facts::Asked;
use crate::knowledge::FactId;
use crate::lookup::{Batch, Call, at_once};

type Member = (FactId, Arc<dyn Asked>);

/// Lookups that wait for a free slot. There is no timer: a group grows exactly as long as its service is
/// busy.
#[derive(Default)]
pub(super) struct Queue {
    groups: HashMap<(Call, Option<Batch>), VecDeque<Member>>,
    /// Non-empty groups, in the order of their first lookup.
    order: VecDeque<(Call, Option<Batch>)>,
    flying: HashMap<&'static str, usize>,
    /// The same by call, for calls with a separate limit.
    bounded: HashMap<Call, usize>,
}

impl Queue {
    pub(super) fn add(&mut self, id: FactId, lookup: Arc<dyn Asked>) {
        let key = (lookup.call(), lookup.batch());
        let group = self.groups.entry(key.clone()).or_default();
        if group.is_empty() {
            self.order.push_back(key);
        }
        group.push_back((id, lookup));
    }

    /// The lookups of the next request, if its service has a free slot.
    pub(super) fn next(&mut self, per_service: usize) -> Option<Vec<Member>> {
        let free = |call: Call| {
            self.flying.get(call.service()).is_none_or(|n| *n < per_service)
                && self.bounded.get(&call).is_none_or(|n| *n < at_once(call))
        };
        let at = self.order.iter().position(|(call, _)| free(*call))?;
        let key = self.order.remove(at)?;
        let most = key.1.as_ref().map_or(1, |batch| batch.most);
        let group = self.groups.get_mut(&key)?;
        let members: Vec<Member> = group.drain(..most.min(group.len())).collect();
        *self.flying.entry(key.0.service()).or_default() += 1;
        *self.bounded.entry(key.0).or_default() += 1;
        if !group.is_empty() {
            self.order.push_back(key);
        }
        Some(members)
    }

    /// A request of this service was answered.
    pub(super) fn landed(&mut self, call: Call) {
        for n in self.flying.get_mut(call.service()).into_iter().chain(self.bounded.get_mut(&call))
        {
            *n = n.saturating_sub(1);
        }
    }

    /// Everything that still waits.
    pub(super) fn drain(&mut self) -> Vec<Member> {
        self.order.clear();
        self.groups.drain().flat_map(|(_, group)| group).collect()
    }
}
