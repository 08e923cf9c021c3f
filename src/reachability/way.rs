//! Where packets go, as far as routes decide it.

use ipnet::IpNet;

use super::egress::{Reach, To, destination};
use super::interface::{Vantage, is_drawn, lacks, lead_lacks};
use super::reason::Reason;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::names::words;
use crate::network::{
    Attraction, Destination, EndpointKind, Interface, Outcome, Part, Path, RouteFact, RouteTarget,
    Service, Topology, joined, rest_of_internet,
};

/// The parts that determine where packets go.
pub(crate) const EXPECTED: &[Part] = &[
    Part::Vpc,
    Part::RouteTables,
    Part::Endpoints,
    Part::InternetGateways,
    Part::NatGateways,
    Part::Subnets,
    Part::DnsSupport,
    Part::PrefixLists,
];

/// Where packets go, as far as routes decide it.
pub(crate) enum Way {
    /// To an endpoint.
    Endpoint,
    /// Out of the VPC, for this reason.
    Open(Reason),
    /// Nowhere: no route leads out of a subnet that relies on endpoints, and the endpoint is missing.
    Missing,
    /// Nowhere: the route out does not work, or there is none.
    Broken(Obstruction),
    /// Beyond what can be checked.
    Doubtful(Reason),
    /// Perhaps to an endpoint: AWS's pages disagree.
    Elsewhere,
}

/// What prevents packets from leaving.
pub(crate) struct Obstruction {
    /// The deciding fact, if there is one.
    pub(crate) fact: Option<RouteFact>,
    /// The same as a sentence.
    pub(crate) because: Reason,
}

impl Obstruction {
    fn of(path: &Path) -> Obstruction {
        let fact = path.route.facts.first().cloned();
        let because = Reason::of_facts(&of_all(path).route, &path.subnet, |route| {
            route.facts.first().map_or_else(|| "there is no route".to_owned(), ToString::to_string)
        });
        Obstruction { fact, because }
    }

    /// Whether a public address would fix it.
    pub(crate) fn lacks_address(&self) -> bool {
        matches!(self.fact, Some(RouteFact::NoPublicAddress(_)))
    }
}

/// The assumption about a host on the internet if these ranges are treated differently.
pub(crate) fn not_in(ranges: &[IpNet]) -> String {
    format!(
        "that no required destination has an address in {}, which routes or network ACLs treat differently",
        words::and(ranges)
    )
}

impl Way {
    /// Where packets to a destination go.
    ///
    /// # Errors
    /// A deciding part could not be read.
    pub(crate) fn of<'t>(
        vantage: &mut Vantage<'t>,
        to: &To,
        reach: &Reach,
        facts: &View<'t>,
    ) -> Result<Way, Stop> {
        if let To::Variant(service, host) = to {
            let service = Destination::Service(service.clone());
            let drawn = vantage.path(
                &service,
                facts,
                |path, _| lead_lacks(path),
                |path, _| is_drawn(path),
            )?;
            let way = Way::of(vantage, &To::Host(host.clone()), reach, facts)?;
            return Ok(match (way, drawn) {
                (Way::Broken(_), true) => Way::Elsewhere,
                (way, _) => way,
            });
        }
        let there = destination(to);
        match Way::toward(vantage, &there, to, reach, facts)? {
            Way::Broken(_) | Way::Missing
                if vantage.over_ipv6(|it| leads_out(it, &there, facts)).transpose()?
                    == Some(true) =>
            {
                Ok(Way::Doubtful(Reason::of(|subnet| {
                    format!(
                        "{subnet} has a route out over IPv6 only, and the instance decides whether the agent uses IPv6 (ECS_INSTANCE_IP_COMPATIBILITY)"
                    )
                })))
            }
            way => Ok(way),
        }
    }

    /// Where packets to these addresses go.
    ///
    /// # Errors
    /// A deciding part could not be read.
    pub(crate) fn toward<'t>(
        vantage: &mut Vantage<'t>,
        there: &Destination,
        to: &To,
        reach: &Reach,
        facts: &View<'t>,
    ) -> Result<Way, Stop> {
        Way::seen(vantage, facts, |vantage| {
            let from = vantage.interface.clone();
            vantage.path(there, facts, lacks, saying((&from, to), reach, facts))
        })
    }

    /// Where packets to the public addresses of a service go, wherever its name resolves to.
    ///
    /// # Errors
    /// A deciding part could not be read.
    pub(crate) fn outside<'t>(
        vantage: &mut Vantage<'t>,
        service: &Service,
        to: &To,
        reach: &Reach,
        facts: &View<'t>,
    ) -> Result<Way, Stop> {
        Way::seen(vantage, facts, |vantage| {
            let from = vantage.interface.clone();
            vantage.path_outside(service, facts, lacks, saying((&from, to), reach, facts))
        })
    }

    /// The result of `look`, after Block Public Access was read if an internet gateway is on the path: it
    /// forwards packets from public addresses, unless the account blocks them.
    fn seen<'t>(
        vantage: &mut Vantage<'t>,
        facts: &View<'t>,
        look: impl Fn(&mut Vantage<'t>) -> Result<(Way, bool), Stop>,
    ) -> Result<Way, Stop> {
        let (way, by_gateway) = look(vantage)?;
        if !by_gateway {
            return Ok(way);
        }
        vantage.knows_address()?;
        let tells = vantage.interface.subnet.public_access.is_some();
        match !tells && vantage.around.read_public_access(facts)? {
            true => Way::seen(vantage, facts, look),
            false => Ok(way),
        }
    }

    /// The route out to the public addresses of a service, if it works: then it does not matter where the
    /// service's name resolves to.
    ///
    /// # Errors
    /// A deciding part could not be read.
    pub(crate) fn out<'t>(
        vantage: &mut Vantage<'t>,
        to: &To,
        reach: &Reach,
        facts: &View<'t>,
    ) -> Result<Option<Way>, Stop> {
        let way = match to {
            To::Service(service) => Way::outside(vantage, service, to, reach, facts)?,
            To::Variant(_, host) => Way::of(vantage, &To::Host(host.clone()), reach, facts)?,
            To::Host(_) | To::Anywhere(_) | To::Address { .. } => return Ok(None),
        };
        Ok(matches!(way, Way::Open(_)).then_some(way))
    }

    fn along(
        path: &Path,
        topology: &Topology,
        (from, to): (&Interface, &To),
        reach: &Reach,
        facts: &View,
    ) -> Way {
        let subnet = &from.subnet.id;
        if is_drawn(path) {
            // network-endpoints reports a deleted gateway endpoint.
            let by_gateway =
                matches!(path.lead.as_ref().map(|lead| lead.to), Some(Attraction::Gateway(_)));
            let is_gone = by_gateway && path.route.outcome == Outcome::Blocked;
            return if is_gone { Way::Missing } else { Way::Endpoint };
        }
        match path.route.outcome {
            Outcome::Passed => Way::Open(by_route(path)),
            Outcome::Doubtful => match rest_of_internet(topology, from, path) {
                Some((rest, apart)) if rest.route.outcome == Outcome::Passed => {
                    facts.assume(not_in(&apart));
                    Way::Open(by_route(&rest))
                }
                _ => Way::Doubtful(by_route(path)),
            },
            Outcome::Blocked => {
                // The name of a service may resolve to an endpoint in the peer VPC.
                let is_missing = |fact: &RouteFact| {
                    matches!(fact, RouteFact::NoRoute { .. } | RouteFact::BeyondPeer(_))
                };
                if matches!(to, To::Service(_)) && path.route.facts.iter().all(is_missing) {
                    if let Some((range, network)) = joined(topology, subnet) {
                        return Way::Doubtful(Reason::of(move |subnet| {
                            format!(
                                "no route of {subnet} leads to public addresses, but {range} leads to {network}, which might have endpoints"
                            )
                        }));
                    }
                    if relies_on_endpoints(topology, reach) {
                        return Way::Missing;
                    }
                }
                Way::Broken(Obstruction::of(path))
            }
        }
    }
}

/// The result for a path, and whether an internet gateway is on it.
fn saying<'s>(
    ends: (&'s Interface<'s>, &'s To),
    reach: &'s Reach,
    facts: &'s View<'_>,
) -> impl Fn(&Path, &Topology) -> (Way, bool) + 's {
    move |path, topology| (Way::along(path, topology, ends, reach, facts), leads_to_gateway(path))
}

/// Whether a working route leads there.
fn leads_out<'t>(
    vantage: &mut Vantage<'t>,
    there: &Destination,
    facts: &View<'t>,
) -> Result<bool, Stop> {
    let leads = |fact: &RouteFact| matches!(fact, RouteFact::Leads { .. });
    vantage.path(there, facts, lacks, |path, _| path.route.facts.iter().any(leads))
}

/// Whether an internet gateway is on the path.
fn leads_to_gateway(path: &Path) -> bool {
    path.route.facts.iter().any(|fact| match fact {
        RouteFact::Leads { hop, then } => [Some(hop), then.as_ref()]
            .into_iter()
            .flatten()
            .any(|hop| matches!(hop.target, RouteTarget::InternetGateway(_))),
        RouteFact::NoPublicAddress(_) | RouteFact::PublicAccess { .. } => true,
        _ => false,
    })
}

/// The reason that the route gives.
fn by_route(path: &Path) -> Reason {
    Reason::of_facts(&of_all(path).route, &path.subnet, ToString::to_string)
}

/// The path to one of many services, worded for all of them.
pub(crate) fn of_all<'p>(path: &Path<'p>) -> Path<'p> {
    match path.target.is_of_service {
        true => path.renamed(&path.target.name, "public addresses"),
        false => path.clone(),
    }
}

/// The same for any of several endpoints that one command makes reachable.
pub(crate) fn of_any<'p>(path: &Path<'p>) -> Path<'p> {
    match path.lead.as_ref().map(|lead| lead.to) {
        Some(Attraction::Interface(_)) => path.renamed(&path.target.name, "the endpoint"),
        _ => of_all(path),
    }
}

/// Whether this VPC is meant to work with endpoints: it has one for a service that this task needs. A
/// gateway endpoint is no sign of it, since it is common with a NAT gateway too.
fn relies_on_endpoints(topology: &Topology, reach: &Reach) -> bool {
    let needed = |name: &str| {
        reach.needs.iter().any(|need| match &need.to {
            To::Service(service) | To::Variant(service, _) => service.is_named_by(name),
            To::Host(_) | To::Anywhere(_) | To::Address { .. } => false,
        })
    };
    let endpoints = topology.endpoints.into_iter().flatten();
    endpoints.into_iter().any(|it| it.kind == EndpointKind::Interface && needed(&it.service))
}
