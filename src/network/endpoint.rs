//! Who answers to the name of a service: an endpoint of the VPC, or its public addresses.

use std::fmt;

use super::answer::{Answer, Fact, Outcome};
use super::dns::has_own_resolvers;
use super::interface::{Family, Interface};
use super::parts::{Part, Topology};
use super::route::table_of;
use super::target::Service;
use super::topology::{Endpoint, EndpointKind, RouteTable, RouteTarget};

/// Where the packets to a service go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead<'a> {
    /// Where to, as far as it can be told.
    pub to: Attraction<'a>,
    /// How certain that is, and why. It says nothing about whether they arrive.
    pub answer: Answer<EndpointFact>,
}

/// What draws the packets to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attraction<'a> {
    /// The interfaces of an endpoint: the service's name resolves to them, also where there is a way to
    /// the internet.
    Interface(&'a Endpoint),
    /// A gateway endpoint, by a route.
    Gateway(&'a Endpoint),
    /// Nothing: they go to the service's public addresses.
    Public,
}

/// What decides where the packets to a service go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndpointFact {
    /// The endpoint's private DNS names draw them.
    Captures {
        /// `vpce-…`
        endpoint: String,
        /// The name of its service.
        service: String,
    },
    /// A route sends them to the gateway endpoint.
    TakesByRoute {
        /// `vpce-…`
        endpoint: String,
        /// `rtb-…`
        table: String,
    },
    /// There is no endpoint for the service.
    None {
        /// The name of the endpoint service.
        service: String,
        /// `vpc-…`
        vpc: String,
    },
    /// The endpoint has no private DNS, so the service's name does not lead to it.
    NoPrivateDns {
        /// `vpce-…`
        endpoint: String,
    },
    /// The gateway endpoint is not associated with the subnet's route table.
    NotAssociated {
        /// `vpce-…`
        endpoint: String,
        /// `rtb-…`
        table: String,
        /// `subnet-…`
        subnet: String,
    },
    /// The endpoint is not available.
    State {
        /// `vpce-…`
        endpoint: String,
        /// `pending`, `failed`, …
        state: String,
    },
    /// Private DNS does not work, since an attribute of the VPC is off
    /// (<https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html>).
    DnsOff {
        /// `vpce-…`
        endpoint: String,
        /// `enableDnsSupport` or `enableDnsHostnames`.
        attribute: &'static str,
    },
    /// The VPC's resolvers are its owner's, and whether they know the private DNS names is not shown.
    OwnResolvers {
        /// `vpce-…`
        endpoint: String,
    },
    /// The subnet has no IPv4, and whether the endpoint has IPv6 is not shown.
    Ipv6Only {
        /// `vpce-…`
        endpoint: String,
    },
    /// There is an interface endpoint beside the gateway endpoint, and which of them is used depends on
    /// an option of it that is not shown.
    BothKinds {
        /// `vpce-…`: the interface endpoint.
        interface: String,
        /// `vpce-…`
        gateway: String,
    },
    /// None is shown, but the VPC belongs to somebody else.
    NotShown {
        /// The name of the endpoint service.
        service: String,
    },
    /// A part was not read.
    Unread(Part),
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
        (Drawn::Yes(interface, _), Drawn::Yes(gateway, _)) => {
            let (interface, of) = (interface.id.clone(), gateway.id.clone());
            facts.push(EndpointFact::BothKinds { interface, gateway: of });
            Attraction::Gateway(gateway)
        }
        (Drawn::Yes(interface, because), _) => {
            facts.extend(because);
            Attraction::Interface(interface)
        }
        (Drawn::No(interface), Drawn::Yes(gateway, because)) => {
            facts.extend(because);
            facts.extend(interface.into_iter().filter(|it| it.unread().is_some()));
            Attraction::Gateway(gateway)
        }
        (Drawn::No(interface), Drawn::No(gateway)) => {
            facts.extend(interface);
            facts.extend(gateway);
            Attraction::Public
        }
    };
    if facts.is_empty() {
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

/// Whether an endpoint of some kind draws the packets, and the facts that decide it.
enum Drawn<'a> {
    Yes(&'a Endpoint, Vec<EndpointFact>),
    No(Vec<EndpointFact>),
}

/// By name: an interface endpoint with private DNS.
fn by_name<'a>(topology: &Topology, from: &Interface, of_service: &[&'a Endpoint]) -> Drawn<'a> {
    let mut others = Vec::new();
    for endpoint in of_service.iter().filter(|it| it.kind == EndpointKind::Interface) {
        let id = || endpoint.id.clone();
        let mut facts = Vec::new();
        if !endpoint.private_dns {
            others.push(EndpointFact::NoPrivateDns { endpoint: id() });
            continue;
        }
        match Readiness::of(endpoint) {
            Readiness::Ready => {}
            Readiness::Coming => facts.push(EndpointFact::state(endpoint)),
            Readiness::Gone => {
                others.push(EndpointFact::state(endpoint));
                continue;
            }
        }
        match dns_is_on(topology, endpoint) {
            Ok(()) => {}
            Err(fact @ EndpointFact::DnsOff { .. }) => {
                others.push(fact);
                continue;
            }
            Err(fact) => facts.push(fact),
        }
        match has_own_resolvers(topology) {
            Some(false) => {}
            Some(true) => facts.push(EndpointFact::OwnResolvers { endpoint: id() }),
            None => facts.push(EndpointFact::Unread(Part::DnsServers)),
        }
        if from.family() == Family::Ipv6 {
            facts.push(EndpointFact::Ipv6Only { endpoint: id() });
        }
        if facts.is_empty() {
            let service = endpoint.service.clone();
            facts.push(EndpointFact::Captures { endpoint: id(), service });
        }
        return Drawn::Yes(endpoint, facts);
    }
    Drawn::No(others)
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

/// How far an endpoint is
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html>).
enum Readiness {
    Ready,
    Coming,
    Gone,
}

impl Readiness {
    fn of(endpoint: &Endpoint) -> Readiness {
        match endpoint.state.to_lowercase().as_str() {
            "available" => Readiness::Ready,
            "deleting" | "deleted" | "rejected" | "failed" | "expired" => Readiness::Gone,
            _ => Readiness::Coming,
        }
    }
}

impl EndpointFact {
    fn state(endpoint: &Endpoint) -> EndpointFact {
        EndpointFact::State { endpoint: endpoint.id.clone(), state: endpoint.state.clone() }
    }

    /// Of an endpoint that is on its way.
    fn is_coming(state: &str) -> bool {
        !matches!(state, "deleting" | "deleted" | "rejected" | "failed" | "expired")
    }
}

impl<'a> Lead<'a> {
    fn uncertain(to: Attraction<'a>, fact: EndpointFact) -> Lead<'a> {
        Lead { to, answer: Answer::in_series(vec![fact]) }
    }
}

impl Fact for EndpointFact {
    fn outcome(&self) -> Outcome {
        match self {
            EndpointFact::Captures { .. }
            | EndpointFact::TakesByRoute { .. }
            | EndpointFact::None { .. }
            | EndpointFact::NoPrivateDns { .. }
            | EndpointFact::NotAssociated { .. }
            | EndpointFact::DnsOff { .. } => Outcome::Passed,
            EndpointFact::State { state, .. } if !EndpointFact::is_coming(state) => Outcome::Passed,
            EndpointFact::State { .. }
            | EndpointFact::OwnResolvers { .. }
            | EndpointFact::Ipv6Only { .. }
            | EndpointFact::BothKinds { .. }
            | EndpointFact::NotShown { .. }
            | EndpointFact::Unread(_) => Outcome::Doubtful,
        }
    }

    fn unread(&self) -> Option<Part> {
        match self {
            EndpointFact::Unread(part) => Some(*part),
            _ => None,
        }
    }
}

impl fmt::Display for EndpointFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EndpointFact::Captures { endpoint, service } => {
                write!(f, "endpoint {endpoint} answers to the name of {service} in the whole VPC")
            }
            EndpointFact::TakesByRoute { endpoint, table } => {
                write!(f, "route table {table} sends it to gateway endpoint {endpoint}")
            }
            EndpointFact::None { service, vpc } => {
                write!(f, "{vpc} has no endpoint for {service}")
            }
            EndpointFact::NoPrivateDns { endpoint } => write!(
                f,
                "endpoint {endpoint} has no private DNS, so the service's name leads past it"
            ),
            EndpointFact::NotAssociated { endpoint, table, subnet } => write!(
                f,
                "gateway endpoint {endpoint} is not associated with route table {table} of {subnet}"
            ),
            EndpointFact::State { endpoint, state } => write!(f, "endpoint {endpoint} is {state}"),
            EndpointFact::DnsOff { endpoint, attribute } => write!(
                f,
                "the private DNS of endpoint {endpoint} does not work, since {attribute} of the VPC \
                 is off"
            ),
            EndpointFact::OwnResolvers { endpoint } => write!(
                f,
                "whether the VPC's own resolvers know the private names of endpoint {endpoint} \
                 cannot be seen"
            ),
            EndpointFact::Ipv6Only { endpoint } => write!(
                f,
                "whether endpoint {endpoint} has an IPv6 address for a subnet without IPv4 cannot \
                 be seen"
            ),
            EndpointFact::BothKinds { interface, gateway } => write!(
                f,
                "interface endpoint {interface} stands beside gateway endpoint {gateway}, and \
                 which of them is used cannot be seen"
            ),
            EndpointFact::NotShown { service } => {
                write!(f, "no endpoint for {service} is shown, but the VPC is somebody else's")
            }
            EndpointFact::Unread(part) => write!(f, "{part} could not be read"),
        }
    }
}
