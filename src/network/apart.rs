//! The internet without the few ranges that a VPC treats apart: those of a company, or on a blocklist.

use ipnet::IpNet;

use super::addresses::Addresses;
use super::answer::Outcome;
use super::interface::{Family, Interface};
use super::parts::Topology;
use super::path::{Path, reach};
use super::target::Target;
use super::topology::RouteDestination;

/// Which part of the internet is narrow: less than one in so many addresses.
const NARROW: u128 = 1000;

/// The path to the internet but for the narrow ranges that routes or network ACLs treat apart, and these
/// ranges. Nothing where there are none, or the path does not lead to somewhere in the internet.
///
/// A host of which it is not known where in the internet it stands is hardly in one of them. That it is
/// not remains an assumption, of whoever asks.
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

/// The ranges that routes and network ACLs of the VPC name, each once, the narrowest first.
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
