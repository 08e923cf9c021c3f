//! Which route a packet takes, and whether what it leads through lets it go.

use super::addresses::Addresses;
use super::answer::{Answer, Fact, Outcome};
use super::gateway::{self, Sender};
use super::interface::{Family, Interface};
use super::parts::{Part, Topology};
use super::route_fact::{RouteFact, RouteHop};
use super::share::{Piece, divide};
use super::target::Target;
use super::topology::{RouteDestination, RouteTable, RouteTarget};

/// Does a route lead there, and does what it leads through let the packets go?
pub fn route(topology: &Topology, from: &Interface, to: &Target) -> Answer<RouteFact> {
    let ways = ways(topology, from, to);
    let outcome = Outcome::across(ways.iter().map(|way| way.fact.outcome()));
    let leaves = ways.iter().any(Way::leaves_the_vpc);
    let mut facts: Vec<_> = ways.into_iter().map(|way| way.fact).collect();
    // What has no address of IPv6 is not reached without translation. Whether a host has one is not
    // known here.
    if outcome == Outcome::Passed && leaves && from.family() == Family::Ipv6 && !from.subnet.dns64 {
        facts.push(RouteFact::NoDns64 { subnet: from.subnet.id.clone() });
        return Answer::sorted(Outcome::Doubtful, facts);
    }
    Answer::sorted(outcome, facts)
}

/// The route table that a subnet uses: the one that it is associated with, else the VPC's main one
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html>).
pub fn table_of<'a>(subnet: &str, tables: &'a [RouteTable]) -> Option<&'a RouteTable> {
    let own = tables.iter().find(|table| table.subnets.iter().any(|it| it == subnet));
    own.or_else(|| tables.iter().find(|table| table.main))
}

/// A network that the subnet is joined to, with the range that leads there: endpoints for all VPCs of a
/// company may stand in one of them
/// (<https://docs.aws.amazon.com/whitepapers/latest/building-scalable-secure-multi-vpc-network-infrastructure/centralized-access-to-vpc-private-endpoints.html>).
pub fn joined(topology: &Topology, subnet: &str) -> Option<(String, String)> {
    let table = table_of(subnet, topology.route_tables?)?;
    table.routes.iter().filter(|route| !route.blackhole).find_map(|route| match &route.target {
        RouteTarget::TransitGateway(id)
        | RouteTarget::VirtualGateway(id)
        | RouteTarget::Peering(id)
        | RouteTarget::Other(id) => {
            let range = match &route.destination {
                RouteDestination::Range(range) => range.to_string(),
                RouteDestination::PrefixList(list) => list.clone(),
            };
            Some((range, id.clone()))
        }
        _ => None,
    })
}

/// What becomes of a share of the packets.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// Their addresses, or all that they can be.
    pub share: Addresses,
    /// What the route says.
    pub fact: RouteFact,
    /// The NAT gateway that they, or some of them, go through.
    pub nat: Option<String>,
}

impl Way {
    fn leaves_the_vpc(&self) -> bool {
        let RouteFact::Leads { hop, .. } = &self.fact else { return false };
        hop.target != RouteTarget::Local
    }
}

/// What becomes of the packets, by the routes that they take.
pub(super) fn ways(topology: &Topology, from: &Interface, to: &Target) -> Vec<Way> {
    let to = &to.as_seen_by(topology, from);
    let one = |fact| vec![Way { share: to.addresses.clone(), fact, nat: None }];
    if !to.addresses.has(from.family()) {
        return one(RouteFact::OtherFamily {
            subnet: from.subnet.id.clone(),
            family: from.family(),
            is_dual: from.subnet.ipv4.is_some() && !from.subnet.ipv6.is_empty(),
            to: to.name.clone(),
        });
    }
    let Some(tables) = topology.route_tables else {
        return one(RouteFact::Unread(Part::RouteTables));
    };
    match table_of(&from.subnet.id, tables) {
        None => one(RouteFact::NoTable { of: from.subnet.id.clone() }),
        Some(table) => ways_of_table(topology, &Sender::of(topology, from), table, to),
    }
}

/// What becomes of the packets of `sender`, by the routes of its table.
pub(super) fn ways_of_table(
    topology: &Topology,
    sender: &Sender,
    table: &RouteTable,
    to: &Target,
) -> Vec<Way> {
    let mut pieces = divide(table, to, topology.prefix_lists.unwrap_or_default());
    // A gateway endpoint takes what is meant for its service alone. Of a target that is more than that,
    // the internet, it is no part.
    let endpoints = topology.endpoints.unwrap_or_default();
    if pieces.iter().any(|piece| !piece.is_of_gateway(to, endpoints)) {
        pieces.retain(|piece| !piece.is_of_gateway(to, endpoints));
    }
    let unknown = pieces.iter().find(|piece| piece.is_unknown).and_then(|piece| piece.route);
    let unknown = unknown.map(|route| RouteHop::of(table, route));
    let way = |Piece { share, route, .. }| {
        let fact = match route {
            None => RouteFact::NoRoute {
                table: table.id.clone(),
                of: sender.name.to_owned(),
                to: to.name.clone(),
            },
            Some(route) if route.blackhole => RouteFact::Blackhole(RouteHop::of(table, route)),
            Some(route) => {
                let to = Target { addresses: share.clone(), ..to.clone() };
                gateway::pass(topology, sender, RouteHop::of(table, route), &to)
            }
        };
        let nat = match route.map(|route| &route.target) {
            Some(RouteTarget::Nat(id)) if fact.outcome() != Outcome::Blocked => Some(id.clone()),
            _ => None,
        };
        Way { share, fact, nat }
    };
    let mut ways: Vec<Way> = pieces.into_iter().map(way).collect();
    let is_open = Outcome::across(ways.iter().map(|way| way.fact.outcome())) == Outcome::Doubtful;
    if let Some(hop) = unknown.filter(|_| is_open) {
        let fact = match topology.prefix_lists {
            None => RouteFact::Unread(Part::PrefixLists),
            Some(_) => RouteFact::UnknownList(hop),
        };
        ways.push(Way { share: to.addresses.clone(), fact, nat: None });
    }
    ways
}
