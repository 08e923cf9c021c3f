//! All stages between a task and its destination.

use std::fmt;

use super::acl::acls_by;
use super::acl_fact::AclFact;
use super::answer::{Answer, Fact, Outcome};
use super::dns::{DnsFact, resolve};
use super::endpoint::{Attraction, Lead, attract};
use super::endpoint_fact::EndpointFact;
use super::filter::{egress, ingress};
use super::filter_fact::FilterFact;
use super::interface::{Family, Interface, Port};
use super::parts::{Part, Topology};
use super::route::{route_by, ways};
use super::route_fact::RouteFact;
use super::share::Divisions;
use super::target::{Destination, Service, Target};
use super::topology::{Endpoint, RouteDestination, RouteTarget, table_of};

/// The stages between a task and its destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path<'a> {
    /// The subnet that the packets leave.
    pub subnet: String,
    /// Whether names resolve, if the destination is a name.
    pub dns: Option<Answer<DnsFact>>,
    /// Where the service's name resolves to, if the destination is a service.
    pub lead: Option<Lead<'a>>,
    /// Where the packets go.
    pub target: Target,
    /// At which port.
    pub port: Port,
    /// Whether a route leads there.
    pub route: Answer<RouteFact>,
    /// Whether the task's security groups allow it out.
    pub egress: Answer<FilterFact>,
    /// Whether the network ACLs allow it.
    pub acls: Answer<AclFact>,
    /// Whether the security groups of the far end allow it in, if it is in the VPC.
    pub ingress: Option<Answer<FilterFact>>,
}

/// A stage of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Names resolve.
    Dns,
    /// Where the service's name resolves to.
    Endpoint,
    /// Routes and gateways.
    Route,
    /// The task's security groups.
    SecurityGroup,
    /// Network ACLs.
    NetworkAcl,
    /// The security groups of the far end.
    FarSecurityGroup,
}

/// The answer of one stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The stage.
    pub stage: Stage,
    /// Whether the packets pass.
    pub outcome: Outcome,
    /// Why.
    pub because: String,
    /// A missing part.
    pub unread: Option<Part>,
}

/// All stages from a task to its destination.
pub fn path<'a>(topology: &Topology<'a>, from: &Interface, to: &Destination) -> Path<'a> {
    const HTTPS: Port = Port::tcp(443);
    match to {
        Destination::Internet(port) => Path {
            dns: Some(resolve(topology, from)),
            ..reach(topology, from, Target::internet(from, topology.vpc), *port)
        },
        Destination::Service(service) => {
            let lead = attract(topology, from, service);
            let target = target_of(topology, from, service, &lead.to);
            Path {
                dns: Some(resolve(topology, from)),
                lead: Some(lead),
                ..reach(topology, from, target, HTTPS)
            }
        }
        Destination::Target(target, port) => reach(topology, from, target.clone(), *port),
    }
}

/// The stages that only need addresses.
pub(super) fn reach<'a>(
    topology: &Topology,
    from: &Interface,
    target: Target,
    port: Port,
) -> Path<'a> {
    let ways = ways(topology, &Divisions::of(topology, &target.addresses), from, &target);
    let has_groups = target.groups.as_ref().is_some_and(|groups| !groups.is_empty());
    Path {
        subnet: from.subnet.id.clone(),
        dns: None,
        lead: None,
        acls: acls_by(topology, from, &target, port, &ways),
        route: route_by(from, ways),
        egress: egress(topology, from, &target, port),
        ingress: has_groups.then(|| ingress(topology, from, &target, port)),
        target,
        port,
    }
}

/// Where the packets to a service go.
fn target_of(topology: &Topology, from: &Interface, service: &Service, to: &Attraction) -> Target {
    let lists = topology.prefix_lists.unwrap_or_default();
    let public = Target::service(from, topology.vpc, service, lists);
    match to {
        Attraction::Interface(endpoint) => {
            Target::endpoint(from, endpoint, topology.subnets.unwrap_or_default())
        }
        Attraction::Gateway(gateway) => Target {
            prefix_list: public.prefix_list.or_else(|| list_of(topology, from, gateway)),
            at_large: false,
            ..public
        },
        Attraction::Public => public,
    }
}

/// The prefix list of a gateway endpoint, by the route that leads to it.
fn list_of(topology: &Topology, from: &Interface, gateway: &Endpoint) -> Option<String> {
    if from.family() == Family::Ipv6 {
        return None;
    }
    let table = table_of(&from.subnet.id, topology.route_tables?)?;
    let target = RouteTarget::Endpoint(gateway.id.clone());
    table.routes.iter().filter(|route| route.target == target).find_map(|route| {
        match &route.destination {
            RouteDestination::PrefixList(list) => Some(list.clone()),
            RouteDestination::Range(_) => None,
        }
    })
}

impl Path<'_> {
    /// The outcome of the whole path.
    pub fn outcome(&self) -> Outcome {
        Outcome::in_series(self.hops().iter().map(|hop| hop.outcome))
    }

    /// The answers of the stages, in path order.
    pub fn hops(&self) -> Vec<Hop> {
        let lead: Option<&Answer<EndpointFact>> = self.lead.as_ref().map(|lead| &lead.answer);
        let hops = [
            self.dns.as_ref().map(|it| Hop::new(Stage::Dns, it)),
            lead.map(|it| Hop::new(Stage::Endpoint, it)),
            Some(Hop::new(Stage::Route, &self.route)),
            Some(Hop::new(Stage::SecurityGroup, &self.egress)),
            Some(Hop::new(Stage::NetworkAcl, &self.acls)),
            self.ingress.as_ref().map(|it| Hop::new(Stage::FarSecurityGroup, it)),
        ];
        hops.into_iter().flatten().collect()
    }

    /// The deciding hop: the first that blocks all packets, else the first doubtful one.
    pub fn worst(&self) -> Option<Hop> {
        let hops = self.hops().into_iter().filter(|hop| hop.outcome != Outcome::Passed);
        hops.min_by_key(|hop| hop.outcome)
    }

    /// The same path with another name for one end in its facts.
    #[must_use]
    pub fn renamed(&self, end: &str, name: &str) -> Self {
        let lead = self.lead.as_ref();
        Path {
            subnet: self.subnet.clone(),
            dns: self.dns.as_ref().map(|it| it.renamed(end, name)),
            lead: lead.map(|it| Lead { to: it.to, answer: it.answer.renamed(end, name) }),
            route: self.route.renamed(end, name),
            egress: self.egress.renamed(end, name),
            acls: self.acls.renamed(end, name),
            ingress: self.ingress.as_ref().map(|it| it.renamed(end, name)),
            target: self.target.clone(),
            port: self.port,
        }
    }

    /// A part that must be read to decide.
    pub fn unread(&self) -> Option<Part> {
        self.hops().iter().find_map(|hop| hop.unread)
    }
}

impl Hop {
    fn new<F: Fact>(stage: Stage, answer: &Answer<F>) -> Hop {
        let because = answer.because();
        Hop { stage, outcome: answer.outcome, because, unread: answer.unread() }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Dns => "DNS",
            Stage::Endpoint => "endpoint",
            Stage::Route => "route",
            Stage::SecurityGroup => "security group",
            Stage::NetworkAcl => "network ACL",
            Stage::FarSecurityGroup => "security group of the far end",
        })
    }
}
