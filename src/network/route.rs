//! Whether a route leads to the destination, and whether its target forwards the packets.

use super::answer::{Answer, Fact, Outcome};
use super::gateway::{Way, ways_of_table};
use super::interface::{Family, Interface};
use super::parts::{Part, Topology};
use super::route_fact::RouteFact;
use super::sender::Sender;
use super::share::Divisions;
use super::target::Target;
use super::topology::{RouteTarget, table_of};

/// Does a route lead to the destination, and does its target forward the packets?
pub fn route(topology: &Topology, from: &Interface, to: &Target) -> Answer<RouteFact> {
    route_by(from, ways(topology, &Divisions::of(topology, &to.addresses), from, to))
}

/// The answer for packets that go these ways.
pub(super) fn route_by(from: &Interface, ways: Vec<Way>) -> Answer<RouteFact> {
    let outcome = Outcome::across(ways.iter().map(|way| way.fact.outcome()));
    let leaves = ways.iter().any(Way::leaves_the_vpc);
    let mut facts: Vec<_> = ways.into_iter().map(|way| way.fact).collect();
    // A host without an IPv6 address is not reachable without translation. Whether it has one is not known
    // here.
    if outcome == Outcome::Passed && leaves && from.family() == Family::Ipv6 && !from.subnet.dns64 {
        facts.push(RouteFact::NoDns64 { subnet: from.subnet.id.clone() });
        return Answer::sorted(Outcome::Doubtful, facts);
    }
    Answer::sorted(outcome, facts)
}

/// A network that the subnet is connected to, with the range that leads there: it may contain endpoints that
/// several VPCs share
/// (<https://docs.aws.amazon.com/whitepapers/latest/building-scalable-secure-multi-vpc-network-infrastructure/centralized-access-to-vpc-private-endpoints.html>).
pub fn joined(topology: &Topology, subnet: &str) -> Option<(String, String)> {
    let table = table_of(subnet, topology.route_tables?)?;
    table.routes.iter().filter(|route| !route.blackhole).find_map(|route| match &route.target {
        RouteTarget::TransitGateway(id)
        | RouteTarget::VirtualGateway(id)
        | RouteTarget::Peering(id)
        | RouteTarget::Other(id) => Some((route.destination.to_string(), id.clone())),
        _ => None,
    })
}

/// Where the packets go, by the routes that they take.
pub(super) fn ways<'a>(
    topology: &Topology<'a>,
    divisions: &Divisions<'a>,
    from: &Interface,
    to: &Target,
) -> Vec<Way> {
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
        Some(table) => ways_of_table(topology, divisions, &Sender::of(topology, from), table, to),
    }
}
