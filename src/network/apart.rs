//! The internet without the few ranges that a VPC treats differently: those of a company, or a blocklist.

use ipnet::IpNet;

use super::addresses::Addresses;
use super::answer::Outcome;
use super::interface::{Family, Interface};
use super::parts::Topology;
use super::path::{Path, reach};
use super::target::Target;
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
    let to = |addresses| Target { addresses, ..whole.clone() };
    let (mut apart, mut ranges) = (Addresses::default(), Vec::new());
    let limit = whole.addresses.count_ipv4() / NARROW;
    for range in named(topology) {
        let share = whole.addresses.intersection(&range.into());
        let with = apart.union(&share);
        if share.is_empty() || with.count_ipv4() > limit {
            continue;
        }
        let alone = reach(topology, from, to(share), path.port);
        if alone.route.outcome != Outcome::Passed || alone.acls.outcome != Outcome::Passed {
            apart = with;
            ranges.push(range);
        }
    }
    let rest = to(whole.addresses.without(&apart));
    (!ranges.is_empty()).then(|| (reach(topology, from, rest, path.port), ranges))
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
