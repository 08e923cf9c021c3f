//! Pending lookups, grouped so that those of one batch share a request.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::facts::Asked;
use crate::knowledge::FactId;
use crate::lookup::{Batch, Call, Rate, at_once, rate_of};

type Member = (FactId, Arc<dyn Asked>);

/// Lookups that wait for a free slot, and for a token where AWS documents a rate. A group grows exactly as
/// long as it waits.
#[derive(Default)]
pub(super) struct Queue {
    groups: HashMap<(Call, Option<Batch>), VecDeque<Member>>,
    /// Non-empty groups, in the order of their first lookup.
    order: VecDeque<(Call, Option<Batch>)>,
    flying: HashMap<&'static str, usize>,
    /// The same by call, for calls with a separate limit.
    bounded: HashMap<Call, usize>,
    buckets: HashMap<&'static str, Bucket>,
}

/// The tokens of a rate. Half of the burst is left to whatever else calls AWS from this account.
struct Bucket {
    rate: &'static Rate,
    tokens: f64,
    /// When it had so many.
    at: Instant,
}

impl Bucket {
    fn of(rate: &'static Rate, now: Instant) -> Bucket {
        Bucket { rate, tokens: f64::from(rate.burst / 2), at: now }
    }

    fn fill(&mut self, now: Instant) {
        let added = now.duration_since(self.at).as_secs_f64() * f64::from(self.rate.per_second);
        self.tokens = (self.tokens + added).min(f64::from(self.rate.burst / 2));
        self.at = now;
    }

    /// How long until it has a token.
    fn lacks(&self) -> Duration {
        let lacking = (1.0 - self.tokens).max(0.0);
        Duration::from_secs_f64(lacking / f64::from(self.rate.per_second))
    }
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

    /// The lookups of the next request, if its service has a free slot and its rate a token.
    pub(super) fn next(&mut self, per_service: usize, now: Instant) -> Option<Vec<Member>> {
        self.buckets.values_mut().for_each(|bucket| bucket.fill(now));
        let at = self.order.iter().position(|(call, _)| {
            self.has_slot(*call, per_service) && self.until_token(*call).is_zero()
        })?;
        let key = self.order.remove(at)?;
        let most = key.1.as_ref().map_or(1, |batch| batch.most);
        let group = self.groups.get_mut(&key)?;
        let members: Vec<Member> = group.drain(..most.min(group.len())).collect();
        *self.flying.entry(key.0.service()).or_default() += 1;
        *self.bounded.entry(key.0).or_default() += 1;
        if let Some(rate) = rate_of(key.0) {
            let bucket = self.buckets.entry(rate.bucket).or_insert_with(|| Bucket::of(rate, now));
            bucket.tokens -= 1.0;
        }
        if !group.is_empty() {
            self.order.push_back(key);
        }
        Some(members)
    }

    fn has_slot(&self, call: Call, per_service: usize) -> bool {
        self.flying.get(call.service()).is_none_or(|n| *n < per_service)
            && self.bounded.get(&call).is_none_or(|n| *n < at_once(call))
    }

    /// How long until the rate of this call has a token.
    fn until_token(&self, call: Call) -> Duration {
        let bucket = rate_of(call).and_then(|rate| self.buckets.get(rate.bucket));
        bucket.map_or(Duration::ZERO, Bucket::lacks)
    }

    /// When the next lookup can be sent that only waits for a token.
    pub(super) fn refills(&self, per_service: usize, now: Instant) -> Option<Instant> {
        let waiting = self.order.iter().filter(|(call, _)| self.has_slot(*call, per_service));
        waiting.map(|(call, _)| now + self.until_token(*call)).min()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Table;
    use crate::lookup::Lookup;
    use crate::lookup::ecs::{DescribeService, DescribeTaskDefinition};

    fn queued<L: Lookup>(lookups: impl Iterator<Item = L>) -> Queue {
        let (mut queue, mut table) = (Queue::default(), Table::default());
        for lookup in lookups {
            let (id, _) = table.ask(&lookup);
            queue.add(id, Arc::new(lookup));
        }
        queue
    }

    /// How many lookups each request has that can be sent by now. All are answered at once.
    fn sent(queue: &mut Queue, call: Call, now: Instant) -> Vec<usize> {
        let mut sizes = Vec::new();
        while let Some(members) = queue.next(32, now) {
            sizes.push(members.len());
            queue.landed(call);
        }
        sizes
    }

    #[test]
    fn a_documented_rate_is_kept_and_no_time_is_lost() {
        let named = |nth: usize| DescribeTaskDefinition {
            region: "eu-central-1".parse().unwrap(),
            name: format!("web:{nth}"),
        };
        let mut queue = queued((0..200).map(named));
        let (start, mut now) = (Instant::now(), Instant::now());
        let call = DescribeTaskDefinition::CALL;
        // Half of the burst of 50, then 20 in a second.
        assert_eq!(sent(&mut queue, call, now).len(), 25);
        let mut left = 175;
        while left > 0 {
            now = queue.refills(32, now).unwrap();
            left -= sent(&mut queue, call, now).len();
        }
        let took = (now - start).as_secs_f64();
        assert!((8.7..8.8).contains(&took), "{took}");
        assert_eq!(queue.refills(32, now), None);
    }

    #[test]
    fn services_of_a_cluster_share_requests() {
        let named = |nth: usize| DescribeService {
            region: "eu-central-1".parse().unwrap(),
            cluster: Some(if nth < 25 { "blue" } else { "green" }.to_owned()),
            service: format!("web-{nth}"),
        };
        let mut queue = queued((0..30).map(named));
        let mut sizes = sent(&mut queue, DescribeService::CALL, Instant::now());
        sizes.sort_unstable();
        assert_eq!(sizes, [5, 5, 10, 10]);
    }
}
