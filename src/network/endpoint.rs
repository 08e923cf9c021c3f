//! Where the name of a service resolves to: an endpoint of the VPC, or public addresses.

use super::answer::Answer;
use super::dns::has_own_resolvers;
use super::endpoint_fact::{EndpointFact, Readiness};
use super::interface::{Family, Interface};
use super::parts::{Part, Topology};
use super::target::Service;
use super::topology::{Endpoint, EndpointKind, RouteTable, RouteTarget, table_of};

/// Where the packets to a service go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead<'a> {
    /// The target, as far as it can be determined.
    pub to: Attraction<'a>,
    /// How certain that is, and why; not whether packets arrive.
    pub answer: Answer<EndpointFact>,
}

/// What receives the packets to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attraction<'a> {
    /// The interfaces of an endpoint: the service's name resolves to them, even with a route to the internet.
    Interface(&'a Endpoint),
    /// A gateway endpoint, through a route.
    Gateway(&'a Endpoint),
    /// Nothing: they go to the service's public addresses.
    Public,
}

/// Where do packets to this service go? To an endpoint with private DNS if there is one, in whatever
/// zone of the VPC
/// (<https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html>); to a
/// gateway endpoint if a route says so; else to the service's public addresses.
pub fn attract<'a>(topology: &Topology<'a>, from: &Interface, service: &Service) -> Lead<'a> {
    let Some(endpoints) = topology.endpoints else {
        return Lead::uncertain(Attraction::Public, EndpointFact::Unread(Part::Endpoints));
    };
    let of_service: Vec<_> =
        endpoints.iter().filter(|it| is_for(it, service, &from.subnet.vpc)).collect();
    let interface = by_name(topology, from, &of_service);
    let gateway = by_route(topology, from, &of_service);
    let mut facts = Vec::new();
    let to = match (interface, gateway) {
        (Drawn::Yes(interface, because), _) => {
            facts.extend(because);
            Attraction::Interface(interface)
        }
        (Drawn::No(_), Drawn::Yes(gateway, because)) => {
            facts.extend(because);
            Attraction::Gateway(gateway)
        }
        (Drawn::No(interface), Drawn::No(gateway)) => {
            facts.extend(interface);
            facts.extend(gateway);
            Attraction::Public
        }
    };
    if facts.is_empty() || topology.shared && to == Attraction::Public {
        facts.push(missing(topology, from, service));
    }
    Lead { to, answer: Answer::in_series(facts) }
}

fn missing(topology: &Topology, from: &Interface, service: &Service) -> EndpointFact {
    let (service, vpc) = (service.endpoint_name(), from.subnet.vpc.clone());
    if topology.shared {
        EndpointFact::NotShown { service }
    } else {
        EndpointFact::None { service, vpc }
    }
}

fn is_for(endpoint: &Endpoint, service: &Service, vpc: &str) -> bool {
    let same_region = match &endpoint.service_region {
        Some(region) => region == service.region.as_str(),
        None => true,
    };
    endpoint.vpc == vpc && same_region && service.is_named_by(&endpoint.service)
}

/// Whether an endpoint of some kind receives the packets, and the deciding facts.
enum Drawn<'a> {
    Yes(&'a Endpoint, Vec<EndpointFact>),
    No(Vec<EndpointFact>),
}

/// By name: an interface endpoint with private DNS.
fn by_name<'a>(topology: &Topology, from: &Interface, of_service: &[&'a Endpoint]) -> Drawn<'a> {
    let mut others = Vec::new();
    for endpoint in of_service.iter().filter(|it| it.kind == EndpointKind::Interface) {
        match answer_to_name(topology, from, endpoint) {
            Ok(facts) => return Drawn::Yes(endpoint, facts),
            Err(fact) => others.push(fact),
        }
    }
    Drawn::No(others)
}

/// How certainly the service's name resolves to the endpoint, or why it does not.
fn answer_to_name(
    topology: &Topology,
    from: &Interface,
    endpoint: &Endpoint,
) -> Result<Vec<EndpointFact>, EndpointFact> {
    let id = || endpoint.id.clone();
    if !endpoint.private_dns {
        return Err(EndpointFact::NoPrivateDns { endpoint: id() });
    }
    let mut doubts = Vec::new();
    match Readiness::of(&endpoint.state) {
        Readiness::Ready => {}
        Readiness::Coming => doubts.push(EndpointFact::state(endpoint)),
        Readiness::Gone => return Err(EndpointFact::state(endpoint)),
    }
    match dns_is_on(topology, endpoint) {
        Ok(()) => {}
        Err(fact @ EndpointFact::DnsOff { .. }) => return Err(fact),
        Err(fact) => doubts.push(fact),
    }
    match has_own_resolvers(topology) {
        Ok(false) => {}
        Ok(true) => doubts.push(EndpointFact::OwnResolvers { endpoint: id() }),
        Err(part) => doubts.push(EndpointFact::Unread(part)),
    }
    if from.family() == Family::Ipv6 {
        doubts.push(EndpointFact::Ipv6Only { endpoint: id() });
    }
    if doubts.is_empty() {
        let service = endpoint.service.clone();
        return Ok(vec![EndpointFact::Captures { endpoint: id(), service }]);
    }
    Ok(doubts)
}

/// Private DNS needs both attributes
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html#vpc-dns-support>).
fn dns_is_on(topology: &Topology, endpoint: &Endpoint) -> Result<(), EndpointFact> {
    let attributes = [
        ("enableDnsSupport", Part::DnsSupport, topology.dns_support),
        ("enableDnsHostnames", Part::DnsHostnames, topology.dns_hostnames),
    ];
    if let Some((attribute, ..)) = attributes.iter().find(|(.., value)| *value == Some(false)) {
        return Err(EndpointFact::DnsOff { endpoint: endpoint.id.clone(), attribute });
    }
    match attributes.iter().find(|(.., value)| value.is_none()) {
        Some((_, part, _)) => Err(EndpointFact::Unread(*part)),
        None => Ok(()),
    }
}

/// By a route of the subnet's table: a gateway endpoint.
fn by_route<'a>(topology: &Topology, from: &Interface, of_service: &[&'a Endpoint]) -> Drawn<'a> {
    let gateways = of_service.iter().filter(|it| it.kind == EndpointKind::Gateway);
    let gateways: Vec<&'a Endpoint> = gateways.copied().collect();
    if gateways.is_empty() {
        return Drawn::No(Vec::new());
    }
    let Some(tables) = topology.route_tables else {
        return Drawn::No(vec![EndpointFact::Unread(Part::RouteTables)]);
    };
    let Some(table) = table_of(&from.subnet.id, tables) else {
        return Drawn::No(Vec::new());
    };
    if let Some(taker) = gateways.iter().find(|it| leads_to(table, it)) {
        let (endpoint, table) = (taker.id.clone(), table.id.clone());
        if from.family() == Family::Ipv6 {
            return Drawn::Yes(taker, vec![EndpointFact::Ipv6Only { endpoint }]);
        }
        return Drawn::Yes(taker, vec![EndpointFact::TakesByRoute { endpoint, table }]);
    }
    let apart = |endpoint: &&Endpoint| EndpointFact::NotAssociated {
        endpoint: endpoint.id.clone(),
        table: table.id.clone(),
        subnet: from.subnet.id.clone(),
    };
    Drawn::No(gateways.iter().map(apart).collect())
}

/// Whether a route of the table leads through the endpoint.
pub(super) fn leads_to(table: &RouteTable, endpoint: &Endpoint) -> bool {
    let target = RouteTarget::Endpoint(endpoint.id.clone());
    table.routes.iter().any(|route| route.target == target)
}

impl<'a> Lead<'a> {
    fn uncertain(to: Attraction<'a>, fact: EndpointFact) -> Lead<'a> {
        Lead { to, answer: Answer::in_series(vec![fact]) }
    }
}
