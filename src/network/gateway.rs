//! Which routes packets take, and whether the gateways on the path forward them. A NAT gateway uses its own
//! route table, so neither can be answered without the other.

use super::addresses::{Addresses, nat64};
use super::answer::{Fact, Outcome};
use super::division::Piece;
use super::interface::Family;
use super::parts::{Part, Topology};
use super::route_fact::{RouteFact, RouteHop};
use super::sender::Sender;
use super::share::Divisions;
use super::target::{Target, public, public_or_translated};
use super::topology::{EndpointKind, NatGateway, RouteTable, RouteTarget, table_of};

/// Where a share of the packets goes.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// Their possible addresses.
    pub share: Addresses,
    /// The fact about the route.
    pub fact: RouteFact,
    /// The NAT gateway that all or some of them go through.
    pub nat: Option<String>,
}

impl Way {
    pub fn leaves_the_vpc(&self) -> bool {
        matches!(&self.fact, RouteFact::Leads { hop, .. } if hop.target != RouteTarget::Local)
    }

    pub fn is_local(&self) -> bool {
        matches!(&self.fact, RouteFact::Leads { hop, .. } if hop.target == RouteTarget::Local)
    }
}

/// Where the packets of `sender` go, by the routes of its table.
pub(super) fn ways_of_table<'a>(
    topology: &Topology<'a>,
    divisions: &Divisions<'a>,
    sender: &Sender,
    table: &'a RouteTable,
    to: &Target,
) -> Vec<Way> {
    let mut pieces = divisions.pieces(table, to);
    // A gateway endpoint receives only packets for its service, so it is no part of a larger target such as
    // the internet.
    let endpoints = topology.endpoints.unwrap_or_default();
    let own = to.prefix_list.as_deref();
    if pieces.iter().any(|piece| !piece.is_of_gateway(own, endpoints)) {
        pieces.retain(|piece| !piece.is_of_gateway(own, endpoints));
    }
    let unknown = pieces.iter().find(|piece| piece.is_unknown);
    let unknown = unknown.and_then(|piece| RouteHop::of(table, &piece.routes));
    // An address that the table keeps in the VPC is not a public one.
    let is_local =
        |piece: &Piece| piece.route().is_some_and(|route| route.target == RouteTarget::Local);
    if (to.at_large || to.is_of_service) && !pieces.iter().all(is_local) {
        pieces.retain(|piece| !is_local(piece));
    }
    let way = |Piece { share, routes, .. }: Piece| {
        let fact = match RouteHop::of(table, &routes) {
            None => RouteFact::NoRoute {
                table: table.id.clone(),
                of: sender.name.to_owned(),
                to: to.name.clone(),
            },
            Some(hop) if routes.iter().any(|it| it.blackhole) => RouteFact::Blackhole(hop),
            Some(hop) => pass(topology, divisions, sender, hop, &to.with_addresses(share.clone())),
        };
        let nat = match routes.first().map(|it| &it.target) {
            Some(RouteTarget::Nat(id)) if fact.outcome() != Outcome::Blocked => Some(id.clone()),
            _ => None,
        };
        Way { share, fact, nat }
    };
    let mut ways: Vec<Way> = pieces.into_iter().flat_map(by_publicness).map(way).collect();
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

/// Whether the target of the route forwards packets to these addresses.
fn pass<'a>(
    topology: &Topology<'a>,
    divisions: &Divisions<'a>,
    sender: &Sender,
    hop: RouteHop,
    to: &Target,
) -> RouteFact {
    match &hop.target {
        RouteTarget::Local => RouteFact::Leads { hop, then: None },
        RouteTarget::InternetGateway(_) | RouteTarget::EgressOnly(_)
            if nat64().covers(&to.addresses) =>
        {
            RouteFact::NotTranslated(hop)
        }
        RouteTarget::InternetGateway(_) | RouteTarget::EgressOnly(_)
            if !public().overlaps(&to.addresses) =>
        {
            RouteFact::PrivateAddress { hop, to: to.name.clone() }
        }
        RouteTarget::InternetGateway(_) => pass_internet_gateway(topology, sender, hop, to),
        RouteTarget::EgressOnly(_) => match drop_public(sender, &hop, true) {
            Some(fact) => fact,
            None => RouteFact::Leads { hop, then: None },
        },
        RouteTarget::Nat(id) => {
            let id = id.clone();
            pass_nat(topology, divisions, sender, hop, &id, to)
        }
        RouteTarget::Endpoint(id) => {
            let id = id.clone();
            pass_endpoint(topology, hop, &id)
        }
        RouteTarget::Appliance(id) => {
            let id = id.clone();
            pass_appliance(topology, hop, &id)
        }
        // There is no edge-to-edge routing: the gateways of a peer VPC serve only that VPC
        // (https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html#vpc-peering-limitations).
        RouteTarget::Peering(_) if to.at_large || to.is_of_service => RouteFact::BeyondPeer(hop),
        RouteTarget::TransitGateway(_)
        | RouteTarget::VirtualGateway(_)
        | RouteTarget::Peering(_)
        | RouteTarget::Other(_) => RouteFact::BeyondView(hop),
    }
}

/// A gateway to the internet forwards only to public addresses, so the rest is a separate piece.
fn by_publicness(piece: Piece) -> impl Iterator<Item = Piece> {
    let to_internet = piece.route().is_some_and(|route| {
        matches!(route.target, RouteTarget::InternetGateway(_) | RouteTarget::EgressOnly(_))
    });
    let public = match to_internet {
        true => piece.share.intersection(public_or_translated()),
        false => piece.share.clone(),
    };
    let rest = piece.share.without(&public);
    let Piece { routes, is_unknown, .. } = piece;
    let pieces = [public, rest].into_iter().filter(|share| !share.is_empty());
    pieces.map(move |share| Piece { share, routes: routes.clone(), is_unknown })
}

/// An interface forwards only with its source/destination check off
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html#EIP_Disable_SrcDestCheck>);
/// what it does then is not visible.
fn pass_appliance(topology: &Topology, hop: RouteHop, id: &str) -> RouteFact {
    let Some(appliances) = topology.appliances else {
        return RouteFact::Unread(Part::Appliances);
    };
    match appliances.iter().find(|it| it.id == id) {
        Some(it) if it.source_dest_check => RouteFact::SourceCheck(hop),
        _ => RouteFact::BeyondView(hop),
    }
}

/// An internet gateway must be attached, and forwards IPv4 only from public addresses
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html>).
fn pass_internet_gateway(
    topology: &Topology,
    sender: &Sender,
    hop: RouteHop,
    to: &Target,
) -> RouteFact {
    if !sender.public_address && to.addresses.has(Family::Ipv4) {
        return RouteFact::NoPublicAddress(hop);
    }
    let Some(gateways) = topology.internet_gateways else {
        return RouteFact::Unread(Part::InternetGateways);
    };
    let attached = gateways.iter().any(|it| {
        hop.target == RouteTarget::InternetGateway(it.id.clone())
            && it.vpcs.iter().any(|vpc| vpc == sender.vpc)
    });
    if !attached {
        let vpc = sender.vpc.to_owned();
        return match topology.shared {
            true => RouteFact::NotShown(hop),
            false => RouteFact::Detached { hop, vpc },
        };
    }
    match drop_public(sender, &hop, sender.nat.is_some()) {
        Some(fact) => fact,
        None => RouteFact::Leads { hop, then: None },
    }
}

/// What Block Public Access drops: everything through a gateway to the internet if it blocks both
/// directions; else everything except what NAT gateways and egress-only internet gateways send
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html>).
fn drop_public(sender: &Sender, hop: &RouteHop, outbound_only: bool) -> Option<RouteFact> {
    let closed = |mode: &&str| match *mode {
        "block-bidirectional" => true,
        "block-ingress" => !outbound_only,
        _ => false,
    };
    let fact = |mode: &str, outcome| RouteFact::PublicAccess {
        hop: hop.clone(),
        of: sender.name.to_owned(),
        mode: mode.to_owned(),
        outcome,
    };
    if let Some(mode) = sender.mode.filter(closed) {
        return Some(fact(mode, Outcome::Blocked));
    }
    // AWS does not document whether excluding the NAT gateway's subnet covers the subnets that use it.
    let before = sender.nat.flatten().filter(closed);
    before.map(|mode| fact(mode, Outcome::Doubtful))
}

/// A NAT gateway must be available and have a route out itself
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html>).
fn pass_nat<'a>(
    topology: &Topology<'a>,
    divisions: &Divisions<'a>,
    sender: &Sender,
    hop: RouteHop,
    id: &str,
    to: &Target,
) -> RouteFact {
    if sender.name == id {
        return RouteFact::NatLoop { nat: id.to_owned(), then: hop };
    }
    if sender.nat.is_some() {
        return RouteFact::BeyondView(hop);
    }
    let Some(gateways) = topology.nat_gateways else {
        return RouteFact::Unread(Part::NatGateways);
    };
    let Some(nat) = gateways.iter().find(|nat| nat.id == id) else {
        return if topology.shared { RouteFact::NotShown(hop) } else { RouteFact::NatGone(hop) };
    };
    if nat.state != "available" {
        let (state, failure) = (nat.state.clone(), nat.failure.clone());
        return RouteFact::NatState { nat: nat.id.clone(), state, failure };
    }
    let is_translated = nat64().covers(&to.addresses);
    if to.addresses.has(Family::Ipv6) && !is_translated {
        return RouteFact::NotTranslatable(hop);
    }
    let to = match is_translated {
        true => to.with_addresses(to.addresses.extracted()),
        false => to.clone(),
    };
    leave_nat(topology, divisions, &Sender::nat(topology, nat, sender), nat, hop, &to)
}

/// The route out of a NAT gateway, by its own route table.
fn leave_nat<'a>(
    topology: &Topology<'a>,
    divisions: &Divisions<'a>,
    sender: &Sender,
    nat: &NatGateway,
    hop: RouteHop,
    to: &Target,
) -> RouteFact {
    let table = match table_of_nat(topology, nat) {
        Ok(table) => table,
        Err(fact) => {
            let (nat, outcome) = (nat.id.clone(), fact.outcome());
            return RouteFact::NatStuck { nat, because: fact, outcome };
        }
    };
    let (outcome, worst) = divisions.beyond(&nat.id, sender.nat.flatten(), to, || {
        let ways = ways_of_table(topology, divisions, sender, table, to);
        let outcome = Outcome::across(ways.iter().map(|way| way.fact.outcome()));
        (outcome, ways.into_iter().map(|way| way.fact).min_by_key(Fact::outcome))
    });
    match worst {
        Some(RouteFact::Leads { hop: then, .. }) => RouteFact::Leads { hop, then: Some(then) },
        Some(RouteFact::NoPublicAddress(then)) if outcome == Outcome::Blocked => {
            RouteFact::PrivateNat { nat: nat.id.clone(), then }
        }
        Some(fact @ (RouteFact::NatLoop { .. } | RouteFact::PublicAccess { .. }))
            if fact.outcome() == outcome =>
        {
            fact
        }
        Some(fact) => RouteFact::NatStuck { nat: nat.id.clone(), because: Box::new(fact), outcome },
        None => RouteFact::BeyondView(hop),
    }
}

/// The table of a NAT gateway: that of its subnet, or its own if it is regional.
fn table_of_nat<'a>(
    topology: &Topology<'a>,
    nat: &NatGateway,
) -> Result<&'a RouteTable, Box<RouteFact>> {
    let tables =
        topology.route_tables.ok_or_else(|| Box::new(RouteFact::Unread(Part::RouteTables)))?;
    let table = match (&nat.subnet, &nat.route_table) {
        (Some(subnet), _) => table_of(subnet, tables),
        (None, Some(own)) => tables.iter().find(|table| table.id == *own),
        (None, None) => None,
    };
    table.ok_or_else(|| Box::new(RouteFact::NoTable { of: nat.id.clone() }))
}

/// A gateway endpoint receives packets for its service. Any other endpoint in a route leads to an appliance.
fn pass_endpoint(topology: &Topology, hop: RouteHop, id: &str) -> RouteFact {
    let Some(endpoints) = topology.endpoints else {
        return RouteFact::Unread(Part::Endpoints);
    };
    match endpoints.iter().find(|endpoint| endpoint.id == id) {
        Some(endpoint) if endpoint.kind != EndpointKind::Gateway => RouteFact::BeyondView(hop),
        Some(endpoint) if endpoint.state == "available" => RouteFact::Leads { hop, then: None },
        Some(endpoint) => RouteFact::EndpointState {
            endpoint: endpoint.id.clone(),
            state: endpoint.state.clone(),
        },
        None => RouteFact::BeyondView(hop),
    }
}
