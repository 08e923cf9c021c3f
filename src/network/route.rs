//! Which route a packet takes, and whether what it leads through lets it go.

use super::addresses::Addresses;
use super::answer::{Answer, Fact, Outcome};
use super::gateway::{self, Sender};
use super::interface::{Family, Interface};
use super::parts::{Part, Topology};
use super::route_fact::{RouteFact, RouteHop};
use super::target::{Target, nat64};
use super::topology::{
    Endpoint, EndpointKind, PrefixList, Route, RouteDestination, RouteTable, RouteTarget,
};

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

/// What becomes of a share of the packets.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// Their addresses, or all that they can be.
    pub share: Addresses,
    /// What the route says.
    pub fact: RouteFact,
}

impl Way {
    /// The NAT gateway that they go through.
    pub fn nat(&self) -> Option<&str> {
        match &self.fact {
            RouteFact::Leads { hop: RouteHop { target: RouteTarget::Nat(nat), .. }, .. } => {
                Some(nat)
            }
            _ => None,
        }
    }

    fn leaves_the_vpc(&self) -> bool {
        let RouteFact::Leads { hop, .. } = &self.fact else { return false };
        hop.target != RouteTarget::Local
    }
}

/// What becomes of the packets, by the routes that they take.
pub(super) fn ways(topology: &Topology, from: &Interface, to: &Target) -> Vec<Way> {
    let to = &to.as_seen_by(from);
    let one = |fact| vec![Way { share: to.addresses.clone(), fact }];
    if !to.addresses.has(from.family()) {
        let (subnet, family) = (from.subnet.id.clone(), from.family());
        return one(RouteFact::OtherFamily { subnet, family, to: to.name.clone() });
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
        Way { share, fact }
    };
    let mut ways: Vec<Way> = pieces.into_iter().map(way).collect();
    let is_open = Outcome::across(ways.iter().map(|way| way.fact.outcome())) == Outcome::Doubtful;
    if let Some(hop) = unknown.filter(|_| is_open) {
        let fact = match topology.prefix_lists {
            None => RouteFact::Unread(Part::PrefixLists),
            Some(_) => RouteFact::UnknownList(hop),
        };
        ways.push(Way { share: to.addresses.clone(), fact });
    }
    ways
}

/// The share of the packets that takes a route, or none.
struct Piece<'a> {
    share: Addresses,
    route: Option<&'a Route>,
    /// Whether it may be any part of the share, since the ranges of the route are not known.
    is_unknown: bool,
}

impl Piece<'_> {
    /// Whether a gateway endpoint takes it that is not for this target as a whole.
    fn is_of_gateway(&self, to: &Target, endpoints: &[Endpoint]) -> bool {
        let Some(Route { destination, target, .. }) = self.route else { return false };
        match (destination, target) {
            (RouteDestination::PrefixList(list), RouteTarget::Endpoint(id)) => {
                let mut gateways = endpoints.iter().filter(|it| it.kind == EndpointKind::Gateway);
                to.prefix_list.as_ref() != Some(list) && gateways.any(|it| it.id == *id)
            }
            _ => false,
        }
    }
}

/// Divides the packets by the routes that they take: the longest prefix first, and of equal ones a route
/// for a range before one for a prefix list
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html>).
fn divide<'a>(table: &'a RouteTable, to: &Target, lists: &[PrefixList]) -> Vec<Piece<'a>> {
    // The ranges of a service's own list are not known, but none is wider than this.
    const NARROW: u8 = 8;
    let mut candidates = Vec::new();
    let mut unknown: Vec<&Route> = Vec::new();
    let mut is_taken = false;
    for route in &table.routes {
        match &route.destination {
            RouteDestination::Range(range) => {
                candidates.push((range.prefix_len(), true, Addresses::from(*range), route));
            }
            RouteDestination::PrefixList(id) => match lists.iter().find(|list| list.id == *id) {
                Some(list) => candidates.extend(
                    list.ranges
                        .iter()
                        .map(|range| (range.prefix_len(), false, Addresses::from(*range), route)),
                ),
                None if to.prefix_list.as_ref() == Some(id) => {
                    is_taken = true;
                    candidates.push((NARROW, false, to.addresses.clone(), route));
                }
                None => unknown.push(route),
            },
        }
    }
    if is_taken {
        let narrow = candidates.iter().filter(|(length, _, range, _)| {
            *length >= NARROW && range.overlaps(&to.addresses) && !range.covers(&to.addresses)
        });
        unknown.extend(narrow.map(|(.., route)| *route).collect::<Vec<_>>());
        candidates.retain(|(length, is_range, ..)| *length < NARROW || !is_range);
    }
    candidates.sort_by_key(|(length, is_range, ..)| std::cmp::Reverse((*length, *is_range)));
    let mut rest = to.addresses.clone();
    let mut pieces: Vec<Piece> = Vec::new();
    for (_, _, range, route) in candidates {
        let share = rest.intersection(&range);
        rest = rest.without(&range);
        add(&mut pieces, share, Some(route));
    }
    add(&mut pieces, rest, None);
    pieces.extend(unknown.into_iter().map(|route| Piece {
        share: to.addresses.clone(),
        route: Some(route),
        is_unknown: true,
    }));
    pieces
}

/// Adds a share to the piece of the same route. What is to be translated to IPv4 is a piece of its own.
fn add<'a>(pieces: &mut Vec<Piece<'a>>, share: Addresses, route: Option<&'a Route>) {
    let translated = share.intersection(&nat64());
    for share in [share.without(&translated), translated] {
        if share.is_empty() {
            continue;
        }
        let is_translated = nat64().covers(&share);
        let same = pieces.iter_mut().find(|piece| {
            piece.route.map(std::ptr::from_ref) == route.map(std::ptr::from_ref)
                && nat64().covers(&piece.share) == is_translated
        });
        match same {
            Some(piece) => piece.share = piece.share.union(&share),
            None => pieces.push(Piece { share, route, is_unknown: false }),
        }
    }
}
