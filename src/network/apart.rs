//! The internet without the few ranges that a VPC treats differently: those of a company, or a blocklist.

use ipnet::IpNet;

use super::acl::acls_by;
use super::acl_fact::AclFact;
use super::addresses::{Addresses, numbers_of};
use super::answer::{Answer, Fact, Outcome};
use super::interface::{Family, Interface};
use super::parts::Topology;
use super::path::{Path, reach};
use super::route::{route_by, ways};
use super::route_fact::RouteFact;
use super::share::Divisions;
use super::topology::RouteDestination;

/// A narrow range has fewer than one in this many addresses of the internet.
const NARROW: u128 = 1000;

/// The path to the internet without the narrow ranges that routes or network ACLs treat differently, and
/// these ranges. `None` if there are none, or if the path does not lead to the internet.
///
/// A host with an unknown address is hardly in one of them. The caller has to state this assumption.
pub fn rest_of_internet<'a>(
    topology: &Topology<'a>,
    from: &Interface,
    path: &Path,
) -> Option<(Path<'a>, Vec<IpNet>)> {
    let whole = &path.target;
    if !whole.at_large || from.family() != Family::Ipv4 {
        return None;
    }
    let limit = whole.addresses.count_ipv4() / NARROW;
    let is_narrow = |range: &IpNet| match numbers_of(range) {
        (Family::Ipv4, first, last) => {
            let all = whole.addresses.numbers(Family::Ipv4);
            (1..=limit).contains(&all.count_in(first, last))
        }
        (Family::Ipv6, ..) => false,
    };
    let narrow: Vec<IpNet> = named(topology).into_iter().filter(is_narrow).collect();
    let divisions = Divisions::of(topology, &whole.addresses);
    let treatment = |addresses| {
        let to = whole.with_addresses(addresses);
        let ways = ways(topology, &divisions, from, &to);
        let is_one = matches!(ways.as_slice(), [way] if !way.is_local());
        let acls = acls_by(topology, from, &to, path.port, &ways);
        Treatment { acls, route: route_by(from, ways), is_one }
    };
    let others = treatment(whole.addresses.without(&Addresses::of(&narrow)));
    let fate = |ranges: &[IpNet]| {
        treatment(whole.addresses.intersection(&Addresses::of(ranges))).next_to(&others)
    };
    let ranges = at_most(limit, treated_otherwise(&narrow, &fate), &whole.addresses);
    let apart = Addresses::of(&ranges);
    let rest = whole.with_addresses(whole.addresses.without(&apart));
    (!ranges.is_empty()).then(|| (reach(topology, from, rest, path.port), ranges))
}

/// The first of these ranges that have no more than `limit` of all addresses of IPv4 together.
fn at_most(limit: u128, ranges: Vec<IpNet>, all: &Addresses) -> Vec<IpNet> {
    let share = |ranges: &[IpNet]| all.intersection(&Addresses::of(ranges));
    if share(&ranges).count_ipv4() <= limit {
        return ranges;
    }
    let (mut taken, mut apart, mut count) = (Vec::new(), Addresses::default(), 0);
    for range in ranges {
        let own = share(&[range]);
        let more = own.without(&apart).count_ipv4();
        if count + more <= limit {
            apart = apart.union(&own);
            count += more;
            taken.push(range);
        }
    }
    taken
}

/// How routes and network ACLs treat the packets to some addresses.
struct Treatment {
    route: Answer<RouteFact>,
    acls: Answer<AclFact>,
    /// Whether all leave the VPC the same way.
    is_one: bool,
}

/// What becomes of the packets to some ranges, next to those to all others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// To no address do all pass, and to the others they do, or may.
    Lost,
    /// It differs from address to address.
    Differs,
    /// All pass that the others pass.
    Same,
}

impl Treatment {
    fn next_to(&self, others: &Treatment) -> Fate {
        let is_lost = self.route.facts.iter().all(RouteFact::is_blocked_or_out_of_view);
        let is_hindered = self.is_one && self.acls.facts.iter().any(AclFact::hinders_all);
        let route = fate(&self.route, &others.route, is_lost);
        route.min(fate(&self.acls, &others.acls, is_hindered))
    }
}

/// The fate by one stage; `is_alike` if its doubt is the same for every address.
fn fate<F: Fact>(own: &Answer<F>, others: &Answer<F>, is_alike: bool) -> Fate {
    match own.outcome {
        Outcome::Passed => Fate::Same,
        _ if !others.has_passed() && others.unread().is_none() => Fate::Same,
        Outcome::Blocked => Fate::Lost,
        Outcome::Doubtful if is_alike => Fate::Lost,
        Outcome::Doubtful => Fate::Differs,
    }
}

/// The ranges to which not all packets pass that others pass. A table has up to a thousand ranges, most of which
/// lead to the same place.
fn treated_otherwise(ranges: &[IpNet], fate: &impl Fn(&[IpNet]) -> Fate) -> Vec<IpNet> {
    if ranges.is_empty() {
        return Vec::new();
    }
    match fate(ranges) {
        Fate::Same => Vec::new(),
        Fate::Differs if ranges.len() > 1 => {
            let (one, other) = ranges.split_at(ranges.len() / 2);
            [treated_otherwise(one, fate), treated_otherwise(other, fate)].concat()
        }
        Fate::Lost | Fate::Differs => ranges.to_vec(),
    }
}

/// The ranges in routes and network ACLs of the VPC, each once, the narrowest first.
fn named(topology: &Topology) -> Vec<IpNet> {
    let lists = topology.prefix_lists.unwrap_or_default();
    let mut ranges: Vec<IpNet> = Vec::new();
    for route in topology.route_tables.into_iter().flatten().flat_map(|table| &table.routes) {
        match &route.destination {
            RouteDestination::Range(range) => ranges.push(*range),
            RouteDestination::PrefixList(id) => {
                ranges.extend(lists.iter().filter(|it| it.id == *id).flat_map(|it| &it.ranges));
            }
        }
    }
    let entries = topology.network_acls.into_iter().flatten().flat_map(|acl| &acl.entries);
    ranges.extend(entries.map(|entry| entry.range));
    ranges.sort_unstable_by_key(|it| (std::cmp::Reverse(it.prefix_len()), *it));
    ranges.dedup();
    ranges
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn of_a_thousand_ranges_the_few_that_are_treated_otherwise_are_found_in_few_steps() {
        let range = |nth: u32| {
            let address = std::net::Ipv4Addr::from(0x1400_0000 + (nth << 8));
            IpNet::new(address.into(), 24).unwrap()
        };
        let ranges: Vec<IpNet> = (0..1_000).map(range).collect();
        let steps = Cell::new(0);
        let found = |lost: &[IpNet]| {
            steps.set(0);
            treated_otherwise(&ranges, &|some| {
                steps.set(steps.get() + 1);
                match some.iter().filter(|it| lost.contains(it)).count() {
                    0 => Fate::Same,
                    all if all == some.len() => Fate::Lost,
                    _ => Fate::Differs,
                }
            })
        };
        for (lost, most) in [(vec![], 1), (vec![0, 500, 501, 999], 80), ((0..1_000).collect(), 1)] {
            let lost: Vec<IpNet> = lost.into_iter().map(range).collect();
            assert_eq!(found(&lost), lost);
            assert!(steps.get() <= most, "{} steps for {} ranges", steps.get(), lost.len());
        }
    }
}
