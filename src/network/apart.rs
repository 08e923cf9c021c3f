//! The internet without the few ranges that a VPC treats differently: those of a company, or a blocklist.

use ipnet::IpNet;

use super::acl::acls_by;
use super::addresses::Addresses;
use super::interface::{Family, Interface};
use super::parts::Topology;
use super::path::{Path, reach};
use super::route::{route_by, ways};
use super::share::Divisions;
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
    let to = |addresses| whole.with_addresses(addresses);
    let divisions = Divisions::of(topology);
    let passes = |to: &Target| {
        let ways = ways(topology, &divisions, from, to);
        let acls = acls_by(topology, from, to, path.port, &ways);
        acls.has_passed() && route_by(from, ways).has_passed()
    };
    let (mut apart, mut ranges) = (Addresses::default(), Vec::new());
    let limit = whole.addresses.count_ipv4() / NARROW;
    let mut count = 0;
    for range in named(topology) {
        let share = whole.addresses.intersection(&range.into());
        let more = share.without(&apart).count_ipv4();
        if share.is_empty() || count + more > limit {
            continue;
        }
        let share = to(share);
        if !passes(&share) {
            apart = apart.union(&share.addresses);
            count += more;
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
