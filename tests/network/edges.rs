use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use aws_ecs_preflight::network::{Peer, RouteDestination, Subnet};
use ipnet::IpNet;

use super::parts::Parts;
use super::walk::{behind_nat, is_nat64};

/// The addresses and ports at which something changes: between two of them all fare alike.
pub struct Edges {
    addresses: BTreeSet<IpAddr>,
    ports: BTreeSet<u16>,
}

impl Edges {
    pub fn of(world: &Parts) -> Edges {
        let mut ranges = SPECIAL.map(|it| it.parse::<IpNet>().unwrap()).to_vec();
        ranges.extend(Edges::own(world));
        ranges.extend(
            world
                .subnets
                .iter()
                .flat_map(|it| ranges_of(it, true).into_iter().chain(ranges_of(it, false))),
        );
        ranges.extend(world.prefix_lists.iter().flat_map(|list| list.ranges.clone()));
        let routes = world.route_tables.iter().flat_map(|table| &table.routes);
        ranges.extend(routes.filter_map(|route| match &route.destination {
            RouteDestination::Range(range) => Some(*range),
            RouteDestination::PrefixList(_) => None,
        }));
        let groups = world.security_groups.iter();
        let rules: Vec<_> = groups.flat_map(|it| it.ingress.iter().chain(&it.egress)).collect();
        ranges.extend(rules.iter().flat_map(|rule| &rule.peers).filter_map(|peer| match peer {
            Peer::Range(range) => Some(*range),
            _ => None,
        }));
        let entries: Vec<_> = world.network_acls.iter().flat_map(|acl| &acl.entries).collect();
        ranges.extend(entries.iter().map(|entry| entry.range));
        let ports = entries.iter().filter_map(|entry| entry.traffic.ports);
        let ports = ports.flat_map(|(first, last)| [first, last.saturating_add(1)]).collect();
        let mut addresses: BTreeSet<_> = ranges.iter().flat_map(ends).collect();
        let translated: Vec<_> = addresses.iter().filter_map(|it| translate(*it)).collect();
        addresses.extend(translated);
        Edges { addresses, ports }
    }

    /// The ranges of the VPC.
    pub fn own(world: &Parts) -> Vec<IpNet> {
        world.vpc.ranges.clone()
    }

    pub fn within(&self, ranges: &[IpNet]) -> Vec<IpAddr> {
        let inside = |it: &&IpAddr| ranges.iter().any(|range| range.contains(*it));
        self.addresses.iter().filter(inside).copied().collect()
    }

    /// Those of the internet that can be spoken to.
    pub fn public(&self, by_ipv4: bool, translated: bool, own: &[IpNet]) -> Vec<IpAddr> {
        let outside = |it: &&IpAddr| !own.iter().any(|range| range.contains(*it));
        let spoken = |it: &&IpAddr| it.is_ipv4() == by_ipv4 && (translated || !is_nat64(**it));
        let public = |it: &&IpAddr| is_public(behind_nat(**it));
        self.addresses.iter().filter(spoken).filter(public).filter(outside).copied().collect()
    }

    pub fn ports(&self, (first, last): (u16, u16)) -> Vec<u16> {
        let inside = self.ports.iter().copied().filter(|port| (first..=last).contains(port));
        BTreeSet::from_iter(inside.chain([first, last])).into_iter().collect()
    }
}

/// Both ends of a range, and their neighbours.
fn ends(range: &IpNet) -> Vec<IpAddr> {
    match range {
        IpNet::V4(range) => {
            let (first, last) = (u32::from(range.network()), u32::from(range.broadcast()));
            let all = [first, last, first.saturating_sub(1), last.saturating_add(1)];
            all.map(|it| IpAddr::V4(Ipv4Addr::from(it))).to_vec()
        }
        IpNet::V6(range) => {
            let (first, last) = (u128::from(range.network()), u128::from(range.broadcast()));
            let all = [first, last, first.saturating_sub(1), last.saturating_add(1)];
            all.map(|it| IpAddr::V6(Ipv6Addr::from(it))).to_vec()
        }
    }
}

/// The NAT64 address of an IPv4 one.
fn translate(address: IpAddr) -> Option<IpAddr> {
    let IpAddr::V4(address) = address else { return None };
    let number = (0x64_ff9b_u128 << 96) | u128::from(u32::from(address));
    Some(IpAddr::V6(Ipv6Addr::from(number)))
}

const SPECIAL: [&str; 14] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
    "2000::/3",
];

/// Whether an address belongs to the internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(it) => {
            let [a, b, c, _] = it.octets();
            let is_special = it.is_private()
                || it.is_loopback()
                || it.is_link_local()
                || it.is_documentation()
                || a == 0
                || a >= 224
                || a == 100 && (64..128).contains(&b)
                || a == 198 && (18..20).contains(&b)
                || (a, b, c) == (192, 0, 0);
            !is_special
        }
        IpAddr::V6(it) => it.segments()[0] & 0xe000 == 0x2000,
    }
}

pub fn ranges_of(subnet: &Subnet, by_ipv4: bool) -> Vec<IpNet> {
    match by_ipv4 {
        true => subnet.ipv4.into_iter().map(IpNet::V4).collect(),
        false => subnet.ipv6.iter().copied().map(IpNet::V6).collect(),
    }
}
