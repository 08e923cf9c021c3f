//! Whether names resolve.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::acl::acls;
use super::acl_fact::AclFact;
use super::answer::{Answer, Fact, Outcome};
use super::filter::egress;
use super::filter_fact::FilterFact;
use super::interface::{Interface, Port};
use super::parts::{Part, Topology};
use super::route::route;
use super::route_fact::RouteFact;
use super::target::Target;
use super::topology::Vpc;

/// The facts that decide whether names resolve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DnsFact {
    /// The Amazon-provided DNS server answers, and nothing filters requests to it.
    Amazon,
    /// The Amazon-provided DNS server is used, but does not answer in this VPC.
    SupportOff {
        /// `vpc-…`
        vpc: String,
    },
    /// A custom DNS server is reachable. Its answers cannot be checked.
    Reached {
        /// Its address.
        resolver: String,
    },
    /// A custom DNS server is not reachable, or not certainly.
    Hindered {
        /// Its address.
        resolver: String,
        /// UDP or TCP 53.
        port: Port,
        /// Whether the security groups do not allow TCP 53 to it either.
        over_tcp_too: bool,
        /// What blocks it.
        by: Hindrance,
        /// `Blocked` or `Doubtful`.
        outcome: Outcome,
    },
    /// A DNS server is set that is not an IP address.
    NoAddress {
        /// The text.
        resolver: String,
    },
    /// The DHCP options set no DNS server.
    NoResolver,
    /// A part was not read.
    Unread(Part),
}

/// What blocks packets to a DNS server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// Routes.
    Route(Answer<RouteFact>),
    /// Security groups.
    SecurityGroups {
        /// Those of the sending interface.
        groups: Vec<String>,
        /// Their answer.
        said: Answer<FilterFact>,
    },
    /// Network ACLs.
    NetworkAcls(Answer<AclFact>),
}

/// Do names resolve? Through the Amazon-provided DNS server, which neither security groups nor network ACLs
/// filter (<https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html>), or through those of
/// the VPC's DHCP options, which must be reachable on UDP and, for long answers, TCP.
pub fn resolve(topology: &Topology, from: &Interface) -> Answer<DnsFact> {
    let Some(servers) = topology.dns_servers else {
        return Answer::in_series(vec![DnsFact::Unread(Part::DnsServers)]);
    };
    if servers.is_empty() {
        return Answer::in_series(vec![DnsFact::NoResolver]);
    }
    // A server that does not answer delays each lookup by seconds.
    Answer::across(servers.iter().map(|server| ask(topology, from, server)).collect())
}

/// Whether custom DNS servers resolve names, or the missing part.
pub(super) fn has_own_resolvers(topology: &Topology) -> Result<bool, Part> {
    let servers = topology.dns_servers.ok_or(Part::DnsServers)?;
    let amazon: Vec<_> = servers.iter().map(|it| is_amazon(it, topology.vpc)).collect();
    match () {
        () if amazon.contains(&Some(false)) => Ok(true),
        () if amazon.contains(&None) => Err(Part::Vpc),
        () => Ok(false),
    }
}

fn ask(topology: &Topology, from: &Interface, server: &str) -> DnsFact {
    match is_amazon(server, topology.vpc) {
        None => DnsFact::Unread(Part::Vpc),
        Some(true) => match topology.dns_support {
            None => DnsFact::Unread(Part::DnsSupport),
            Some(true) => DnsFact::Amazon,
            Some(false) => DnsFact::SupportOff { vpc: from.subnet.vpc.clone() },
        },
        Some(false) => match server.parse::<IpAddr>() {
            Ok(address) => reach(topology, from, address),
            Err(_) => DnsFact::NoAddress { resolver: server.to_owned() },
        },
    }
}

/// Whether it is the Amazon-provided DNS server: by name, by its fixed addresses, or by the base of the
/// VPC's first range plus two. `None` if the VPC is needed but not known.
fn is_amazon(server: &str, vpc: Option<&Vpc>) -> Option<bool> {
    const FIXED: [IpAddr; 2] = [
        IpAddr::V4(Ipv4Addr::new(169, 254, 169, 253)),
        IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x253)),
    ];
    if server == "AmazonProvidedDNS" {
        return Some(true);
    }
    let Ok(address) = server.parse::<IpAddr>() else { return Some(false) };
    if FIXED.contains(&address) {
        return Some(true);
    }
    let IpAddr::V4(address) = address else { return Some(false) };
    let first = vpc?.ranges.iter().find_map(|range| match range {
        IpNet::V4(range) => Some(range.network()),
        IpNet::V6(_) => None,
    });
    Some(first.is_some_and(|first| u32::from(first).checked_add(2) == Some(address.into())))
}

/// Whether a custom DNS server is reachable. Without UDP nothing resolves, without TCP only what fits into
/// a datagram.
fn reach(topology: &Topology, from: &Interface, address: IpAddr) -> DnsFact {
    let to = Target::address(address);
    let (udp, tcp) = (Port::udp(53), Port::tcp(53));
    let hindered = |port: Port, limit: Outcome| {
        let by = hindrance(topology, from, &to, port)?;
        let outcome = by.outcome().max(limit);
        let over_tcp_too = port == udp && !egress(topology, from, &to, tcp).has_passed();
        Some(DnsFact::Hindered { resolver: address.to_string(), port, over_tcp_too, by, outcome })
    };
    let by_udp = hindered(udp, Outcome::Blocked);
    let worse_by_tcp = || hindered(tcp, Outcome::Doubtful);
    by_udp
        .or_else(worse_by_tcp)
        .unwrap_or_else(|| DnsFact::Reached { resolver: address.to_string() })
}

/// The worst of route, security groups and network ACLs, unless all allow it.
fn hindrance(topology: &Topology, from: &Interface, to: &Target, port: Port) -> Option<Hindrance> {
    let said = egress(topology, from, to, port);
    let all = [
        Hindrance::Route(route(topology, from, to)),
        Hindrance::SecurityGroups { groups: from.groups.clone(), said },
        Hindrance::NetworkAcls(acls(topology, from, to, port)),
    ];
    // An unread part comes first: it may block.
    all.into_iter()
        .filter(|it| it.outcome() != Outcome::Passed)
        .min_by_key(|it| (it.outcome(), it.unread().is_none()))
}

impl Hindrance {
    fn outcome(&self) -> Outcome {
        match self {
            Hindrance::Route(said) => said.outcome,
            Hindrance::SecurityGroups { said, .. } => said.outcome,
            Hindrance::NetworkAcls(said) => said.outcome,
        }
    }

    fn because(&self) -> String {
        match self {
            Hindrance::Route(said) => said.because(),
            Hindrance::SecurityGroups { said, .. } => said.because(),
            Hindrance::NetworkAcls(said) => said.because(),
        }
    }

    fn unread(&self) -> Option<Part> {
        match self {
            Hindrance::Route(said) => said.unread(),
            Hindrance::SecurityGroups { said, .. } => said.unread(),
            Hindrance::NetworkAcls(said) => said.unread(),
        }
    }

    fn ends_mut(&mut self) -> Vec<&mut String> {
        match self {
            Hindrance::Route(said) => said.ends_mut(),
            Hindrance::SecurityGroups { said, .. } => said.ends_mut(),
            Hindrance::NetworkAcls(said) => said.ends_mut(),
        }
    }
}

impl Fact for DnsFact {
    fn outcome(&self) -> Outcome {
        match self {
            DnsFact::Amazon => Outcome::Passed,
            DnsFact::SupportOff { .. } => Outcome::Blocked,
            DnsFact::Hindered { outcome, .. } => *outcome,
            DnsFact::Reached { .. }
            | DnsFact::NoAddress { .. }
            | DnsFact::NoResolver
            | DnsFact::Unread(_) => Outcome::Doubtful,
        }
    }

    fn unread(&self) -> Option<Part> {
        match self {
            DnsFact::Unread(part) => Some(*part),
            DnsFact::Hindered { by, .. } => by.unread(),
            _ => None,
        }
    }

    fn ends_mut(&mut self) -> Vec<&mut String> {
        match self {
            DnsFact::Hindered { by, .. } => by.ends_mut(),
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for DnsFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DnsFact::Amazon => {
                f.write_str("the VPC uses the Amazon-provided DNS server, which nothing filters")
            }
            DnsFact::SupportOff { vpc } => write!(
                f,
                "{vpc} uses the Amazon-provided DNS server, which does not answer because enableDnsSupport is off"
            ),
            DnsFact::Reached { resolver } => write!(
                f,
                "DNS server {resolver} is reachable on UDP and TCP 53, but its answers cannot be checked"
            ),
            DnsFact::Hindered { resolver, port, by, outcome, .. } => {
                let how = match outcome {
                    Outcome::Blocked => "is not reachable",
                    _ => "may not be reachable",
                };
                write!(f, "DNS server {resolver} {how} on {port}: {}", by.because())
            }
            DnsFact::NoAddress { resolver } => {
                write!(
                    f,
                    "the DHCP options set DNS server `{resolver}`, which is not an IP address"
                )
            }
            DnsFact::NoResolver => f.write_str("the DHCP options of the VPC set no DNS server"),
            DnsFact::Unread(part) => write!(f, "{part} could not be read"),
        }
    }
}
