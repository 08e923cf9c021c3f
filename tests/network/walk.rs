//! Written apart from the engine: one packet with one address and one port, there and back, through one
//! filter after the other. No sets, no shortcuts.

use std::net::{IpAddr, Ipv4Addr};

use aws_ecs_preflight::network::{
    EndpointKind, NatGateway, Peer, Route, RouteDestination, RouteTable, RouteTarget,
    SecurityGroup, Subnet, Traffic,
};
use ipnet::IpNet;

use super::edges::is_public;
use super::parts::Parts;

/// What becomes of a packet on its route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Through,
    Dropped,
    /// It goes where nobody can see from here.
    Unseen,
}

/// A VPC as it is, and what a task sends from.
pub struct Walk<'a> {
    pub world: &'a Parts,
    pub subnet: &'a Subnet,
    pub groups: &'a [String],
    pub public_address: bool,
    /// Whether the destination is in the internet or of AWS, and not in a connected VPC.
    pub is_meant_for_others: bool,
    pub protocol: u8,
    pub port: u16,
}

/// What a packet leaves its subnet through.
#[derive(Clone, Copy, Debug)]
enum Exit<'a> {
    Local,
    Nat(&'a NatGateway),
    Other,
}

/// The near end and the ports of one connection.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub task: IpAddr,
    pub port: u16,
    pub nat_port: u16,
}

impl<'a> Walk<'a> {
    /// Along the routes.
    pub fn route(&self, to: IpAddr) -> Fate {
        self.leave(to).0
    }

    /// Out through the task's groups.
    pub fn egress(&self, to: IpAddr, to_groups: &[String]) -> bool {
        let own = self.groups_of(self.groups);
        own.iter().any(|group| {
            group.egress.iter().any(|rule| {
                self.is_in(&rule.traffic, self.port)
                    && rule.peers.iter().any(|peer| self.is_peer(peer, to, to_groups))
            })
        })
    }

    /// In through the groups of the far end.
    pub fn ingress(&self, task: IpAddr, to_groups: &[String]) -> bool {
        self.groups_of(to_groups).iter().any(|group| {
            group.ingress.iter().any(|rule| {
                self.is_in(&rule.traffic, self.port)
                    && rule.peers.iter().any(|peer| self.is_peer(peer, task, self.groups))
            })
        })
    }

    /// Across the borders of subnets, there and back.
    pub fn acls(&self, to: IpAddr, call: Call) -> bool {
        let own = self.subnet;
        match self.leave(to) {
            (_, Exit::Local) => match self.subnet_of(to) {
                Some(there) if there.id == own.id => true,
                Some(there) => {
                    self.passes(own, true, to, self.port)
                        && self.passes(there, false, call.task, self.port)
                        && self.passes(there, true, call.task, call.port)
                        && self.passes(own, false, to, call.port)
                }
                None => self.goes_out_and_back(own, to, call.port),
            },
            (Fate::Through | Fate::Unseen, Exit::Nat(nat)) => match &nat.subnet {
                None => self.goes_out_and_back(own, to, call.port),
                Some(id) if *id == own.id => {
                    self.goes_out_and_back(own, behind_nat(to), call.nat_port)
                }
                Some(id) => {
                    let middle = self.world.subnets.iter().find(|it| it.id == *id).unwrap();
                    self.goes_out_and_back(own, to, call.port)
                        && self.passes(middle, false, call.task, self.port)
                        && self.goes_out_and_back(middle, behind_nat(to), call.nat_port)
                        && self.passes(middle, true, call.task, call.port)
                }
            },
            _ => self.goes_out_and_back(own, to, call.port),
        }
    }

    fn goes_out_and_back(&self, subnet: &Subnet, to: IpAddr, port: u16) -> bool {
        self.passes(subnet, true, to, self.port) && self.passes(subnet, false, to, port)
    }

    fn leave(&self, to: IpAddr) -> (Fate, Exit<'a>) {
        let table = self.table_of(&self.subnet.id);
        let Some(route) = self.pick(table, to) else { return (Fate::Dropped, Exit::Other) };
        match &route.target {
            _ if route.blackhole => (Fate::Dropped, Exit::Other),
            RouteTarget::Local => (Fate::Through, Exit::Local),
            RouteTarget::InternetGateway(id) => {
                let mode = self.mode(self.subnet);
                let fate = self.through_gateway(id, to, self.public_address, mode);
                (fate, Exit::Other)
            }
            RouteTarget::EgressOnly(_) => {
                let closed = self.mode(self.subnet) == "block-bidirectional" || !is_public(to);
                (if closed { Fate::Dropped } else { Fate::Through }, Exit::Other)
            }
            RouteTarget::Nat(id) => {
                match self.world.nat_gateways.iter().find(|nat| nat.id == *id) {
                    None => (Fate::Dropped, Exit::Other),
                    Some(nat) => (self.through_nat(nat, to), Exit::Nat(nat)),
                }
            }
            RouteTarget::Endpoint(id) => (self.through_endpoint(id), Exit::Other),
            other => (self.through_others(other), Exit::Other),
        }
    }

    fn through_gateway(&self, id: &str, to: IpAddr, public: bool, mode: &str) -> Fate {
        let attached = self
            .world
            .internet_gateways
            .iter()
            .any(|it| it.id == id && it.vpcs.contains(&self.subnet.vpc));
        let hidden = to.is_ipv4() && !public;
        let closed = mode == "block-bidirectional" || mode == "block-ingress";
        if !attached || hidden || closed || !is_public(to) { Fate::Dropped } else { Fate::Through }
    }

    /// Two of those that lead out of view are known to drop packets.
    fn through_others(&self, target: &RouteTarget) -> Fate {
        let checks =
            |id: &str| self.world.appliances.iter().any(|it| it.id == id && it.source_dest_check);
        match target {
            RouteTarget::Appliance(id) if checks(id) => Fate::Dropped,
            RouteTarget::Peering(_) if self.is_meant_for_others => Fate::Dropped,
            _ => Fate::Unseen,
        }
    }

    fn through_endpoint(&self, id: &str) -> Fate {
        let endpoint = self.world.endpoints.iter().find(|it| it.id == id);
        match endpoint.map(|it| (it.kind, it.state.as_str())) {
            Some((EndpointKind::Gateway, "available")) => Fate::Through,
            Some((EndpointKind::Gateway, "failed")) => Fate::Dropped,
            _ => Fate::Unseen,
        }
    }

    fn through_nat(&self, nat: &NatGateway, to: IpAddr) -> Fate {
        match nat.state.as_str() {
            "available" => {}
            "pending" => return Fate::Unseen,
            _ => return Fate::Dropped,
        }
        if to.is_ipv6() && !is_nat64(to) {
            return Fate::Dropped;
        }
        let to = behind_nat(to);
        let subnet = nat
            .subnet
            .as_ref()
            .map(|id| self.world.subnets.iter().find(|it| it.id == *id).unwrap());
        let Some(route) = self.pick(self.table_of_nat(nat), to) else { return Fate::Dropped };
        match &route.target {
            _ if route.blackhole => Fate::Dropped,
            RouteTarget::Local => Fate::Through,
            RouteTarget::InternetGateway(id) => {
                let account = self.world.public_access.as_deref().unwrap_or("off");
                let mode = subnet.map_or(account, |subnet| self.mode(subnet));
                // What Block Public Access of ingress closes is not open to NAT gateways alone.
                let own = if mode == "block-ingress" { "off" } else { mode };
                let fate = self.through_gateway(id, to, nat.public, own);
                let before = self.mode(self.subnet) == "block-bidirectional";
                if fate == Fate::Through && before { Fate::Unseen } else { fate }
            }
            RouteTarget::Nat(id) if *id == nat.id => Fate::Dropped,
            RouteTarget::Endpoint(id) => self.through_endpoint(id),
            other => self.through_others(other),
        }
    }

    fn mode(&self, subnet: &'a Subnet) -> &'a str {
        let own = subnet.public_access.as_deref();
        own.or(self.world.public_access.as_deref()).unwrap_or("off")
    }

    fn table_of(&self, subnet: &str) -> &'a RouteTable {
        let tables = &self.world.route_tables;
        let own = tables.iter().find(|table| table.subnets.contains(&subnet.to_owned()));
        own.unwrap_or_else(|| tables.iter().find(|table| table.main).unwrap())
    }

    fn table_of_nat(&self, nat: &NatGateway) -> &'a RouteTable {
        match (&nat.subnet, &nat.route_table) {
            (Some(subnet), _) => self.table_of(subnet),
            (None, id) => {
                let id = id.as_ref().unwrap();
                self.world.route_tables.iter().find(|it| it.id == *id).unwrap()
            }
        }
    }

    /// The route whose range is the narrowest that holds the address.
    fn pick(&self, table: &'a RouteTable, to: IpAddr) -> Option<&'a Route> {
        let mut best: Option<(u8, bool, &Route)> = None;
        for route in &table.routes {
            let (ranges, by_range) = match &route.destination {
                RouteDestination::Range(range) => (std::slice::from_ref(range), true),
                RouteDestination::PrefixList(id) => (self.ranges_of(id), false),
            };
            for range in ranges.iter().filter(|range| range.contains(&to)) {
                let candidate = (range.prefix_len(), by_range);
                if best.is_none_or(|(length, list, _)| candidate > (length, list)) {
                    best = Some((candidate.0, candidate.1, route));
                }
            }
        }
        best.map(|(.., route)| route)
    }

    fn ranges_of(&self, list: &str) -> &'a [IpNet] {
        &self.world.prefix_lists.iter().find(|it| it.id == list).unwrap().ranges
    }

    fn subnet_of(&self, address: IpAddr) -> Option<&'a Subnet> {
        self.world.subnets.iter().find(|it| match address {
            IpAddr::V4(address) => it.ipv4.is_some_and(|range| range.contains(&address)),
            IpAddr::V6(address) => it.ipv6.iter().any(|range| range.contains(&address)),
        })
    }

    fn groups_of(&self, ids: &[String]) -> Vec<&'a SecurityGroup> {
        self.world.security_groups.iter().filter(|group| ids.contains(&group.id)).collect()
    }

    fn is_peer(&self, peer: &Peer, address: IpAddr, groups: &[String]) -> bool {
        match peer {
            Peer::Range(range) => range.contains(&address),
            Peer::Group(id) => groups.contains(id),
            Peer::PrefixList(id) => self.ranges_of(id).iter().any(|it| it.contains(&address)),
        }
    }

    fn is_in(&self, traffic: &Traffic, port: u16) -> bool {
        match (traffic.protocol, traffic.ports) {
            (None, _) => true,
            (Some(protocol), None) => protocol == self.protocol,
            (Some(protocol), Some((first, last))) => {
                protocol == self.protocol && first <= port && port <= last
            }
        }
    }

    /// One packet over the border of one subnet.
    fn passes(&self, subnet: &Subnet, egress: bool, peer: IpAddr, port: u16) -> bool {
        let acl = self.world.network_acls.iter().find(|acl| acl.subnets.contains(&subnet.id));
        let entries = acl.unwrap().entries.iter().filter(|entry| {
            entry.egress == egress
                && entry.range.contains(&peer)
                && self.is_in(&entry.traffic, port)
        });
        entries.min_by_key(|entry| entry.number).is_some_and(|entry| entry.allow)
    }
}

pub fn is_nat64(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0])
}

/// The IPv4 address of a NAT64 one.
pub fn behind_nat(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) if is_nat64(address) => {
            let low = u32::try_from(u128::from(v6) & 0xffff_ffff).unwrap();
            IpAddr::V4(Ipv4Addr::from(low))
        }
        address => address,
    }
}
