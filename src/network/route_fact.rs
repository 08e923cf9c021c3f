//! What decides whether a route leads to a target.

use std::fmt;

use super::answer::{Fact, Outcome};
use super::interface::Family;
use super::parts::Part;
use super::topology::{Route, RouteDestination, RouteTable, RouteTarget};

/// What a route says of the packets that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteFact {
    /// It leads there.
    Leads {
        /// The route.
        hop: RouteHop,
        /// Behind a NAT gateway, the route of the NAT gateway's own table.
        then: Option<RouteHop>,
    },
    /// No route table of the subnet or NAT gateway is shown.
    NoTable {
        /// `subnet-…` or `nat-…`.
        of: String,
    },
    /// No route of the table is for the target.
    NoRoute {
        /// `rtb-…`
        table: String,
        /// The subnet or NAT gateway that uses it.
        of: String,
        /// The target's name.
        to: String,
    },
    /// The route leads to something that is gone.
    Blackhole(RouteHop),
    /// An internet gateway drops what has no public address.
    NoPublicAddress(RouteHop),
    /// The internet gateway is not attached to the VPC.
    Detached {
        /// The route to it.
        hop: RouteHop,
        /// `vpc-…`
        vpc: String,
    },
    /// Block Public Access drops it.
    PublicAccess {
        /// The route to the gateway.
        hop: RouteHop,
        /// The subnet or NAT gateway whose packets it drops.
        of: String,
        /// `block-bidirectional` or `block-ingress`.
        mode: String,
        /// Doubtful where only one of the two subnets on the way is closed.
        outcome: Outcome,
    },
    /// There is no such NAT gateway.
    NatGone(RouteHop),
    /// The NAT gateway is not available.
    NatState {
        /// `nat-…`
        nat: String,
        /// `pending`, `failed`, `deleting`, `deleted`.
        state: String,
        /// Why it failed.
        failure: Option<String>,
    },
    /// A NAT gateway for private addresses sends to an internet gateway, which drops it.
    PrivateNat {
        /// `nat-…`
        nat: String,
        /// Its own route.
        then: RouteHop,
    },
    /// The NAT gateway's own table sends back to it.
    NatLoop {
        /// `nat-…`
        nat: String,
        /// Its own route.
        then: RouteHop,
    },
    /// The NAT gateway itself has no way out, or none that can be seen.
    NatStuck {
        /// `nat-…`
        nat: String,
        /// What its own table says.
        because: Box<RouteFact>,
        /// The outcome over all that its table says.
        outcome: Outcome,
    },
    /// Addresses of NAT64 are sent to something that does not translate them.
    NotTranslated(RouteHop),
    /// A NAT gateway is sent IPv6 that it cannot translate.
    NotTranslatable(RouteHop),
    /// The target has no address of the version that the subnet has.
    OtherFamily {
        /// `subnet-…`
        subnet: String,
        /// What a task there speaks for certain.
        family: Family,
        /// Whether the subnet has both, and a task may or may not.
        is_dual: bool,
        /// The target's name.
        to: String,
    },
    /// Without IPv4 and DNS64, only what has an address of IPv6 can be reached.
    NoDns64 {
        /// `subnet-…`
        subnet: String,
    },
    /// The endpoint is not available.
    EndpointState {
        /// `vpce-…`
        endpoint: String,
        /// Its state.
        state: String,
    },
    /// The route leads to where nothing can be seen from here.
    BeyondView(RouteHop),
    /// What the route leads to belongs to somebody else and is not shown.
    NotShown(RouteHop),
    /// It is not known which part of the packets the route of a prefix list takes.
    UnknownList(RouteHop),
    /// A part was not read.
    Unread(Part),
}

/// One route of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteHop {
    /// `rtb-…`
    pub table: String,
    /// The route's destination: a range, or `pl-…`.
    pub destination: String,
    /// What it leads through.
    pub target: RouteTarget,
}

impl RouteHop {
    pub(super) fn of(table: &RouteTable, route: &Route) -> RouteHop {
        let destination = match &route.destination {
            RouteDestination::Range(range) => range.to_string(),
            RouteDestination::PrefixList(list) => list.clone(),
        };
        RouteHop { table: table.id.clone(), destination, target: route.target.clone() }
    }
}

impl fmt::Display for RouteHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RouteHop { table, destination, target } = self;
        match target {
            RouteTarget::Local => write!(f, "route table {table} keeps {destination} in the VPC"),
            target => write!(f, "route table {table} sends {destination} to {target}"),
        }
    }
}

impl fmt::Display for RouteTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RouteTarget::Local => "local",
            RouteTarget::InternetGateway(id)
            | RouteTarget::EgressOnly(id)
            | RouteTarget::Nat(id)
            | RouteTarget::Endpoint(id)
            | RouteTarget::TransitGateway(id)
            | RouteTarget::VirtualGateway(id)
            | RouteTarget::Peering(id)
            | RouteTarget::Appliance(id)
            | RouteTarget::Other(id) => id,
        })
    }
}

impl Fact for RouteFact {
    fn outcome(&self) -> Outcome {
        match self {
            RouteFact::Leads { .. } => Outcome::Passed,
            RouteFact::PublicAccess { outcome, .. } | RouteFact::NatStuck { outcome, .. } => {
                *outcome
            }
            RouteFact::NatState { state, .. } | RouteFact::EndpointState { state, .. }
                if state.starts_with("pending") =>
            {
                Outcome::Doubtful
            }
            RouteFact::OtherFamily { is_dual: true, .. }
            | RouteFact::NoTable { .. }
            | RouteFact::NoDns64 { .. }
            | RouteFact::BeyondView(_)
            | RouteFact::NotShown(_)
            | RouteFact::UnknownList(_)
            | RouteFact::Unread(_) => Outcome::Doubtful,
            RouteFact::NoRoute { .. }
            | RouteFact::OtherFamily { .. }
            | RouteFact::Blackhole(_)
            | RouteFact::NoPublicAddress(_)
            | RouteFact::Detached { .. }
            | RouteFact::NatGone(_)
            | RouteFact::NatState { .. }
            | RouteFact::PrivateNat { .. }
            | RouteFact::NatLoop { .. }
            | RouteFact::NotTranslated(_)
            | RouteFact::NotTranslatable(_)
            | RouteFact::EndpointState { .. } => Outcome::Blocked,
        }
    }

    fn unread(&self) -> Option<Part> {
        match self {
            RouteFact::Unread(part) => Some(*part),
            RouteFact::NatStuck { because, .. } => because.unread(),
            _ => None,
        }
    }

    fn ends_mut(&mut self) -> Vec<&mut String> {
        match self {
            RouteFact::NoRoute { of, to, .. } => vec![of, to],
            RouteFact::OtherFamily { subnet, to, .. } => vec![subnet, to],
            RouteFact::NoTable { of } | RouteFact::PublicAccess { of, .. } => vec![of],
            RouteFact::NoDns64 { subnet } => vec![subnet],
            RouteFact::NatStuck { because, .. } => because.ends_mut(),
            RouteFact::Leads { .. }
            | RouteFact::Blackhole(_)
            | RouteFact::NoPublicAddress(_)
            | RouteFact::Detached { .. }
            | RouteFact::NatGone(_)
            | RouteFact::NatState { .. }
            | RouteFact::PrivateNat { .. }
            | RouteFact::NatLoop { .. }
            | RouteFact::NotTranslated(_)
            | RouteFact::NotTranslatable(_)
            | RouteFact::EndpointState { .. }
            | RouteFact::BeyondView(_)
            | RouteFact::NotShown(_)
            | RouteFact::UnknownList(_)
            | RouteFact::Unread(_) => Vec::new(),
        }
    }
}

impl fmt::Display for RouteFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RouteFact::Leads { hop, then: None } => write!(f, "{hop}"),
            RouteFact::Leads { hop, then: Some(then) } => write!(f, "{hop}, whose {then}"),
            RouteFact::NoTable { of } => write!(f, "no route table of {of} is shown"),
            RouteFact::NoRoute { table, of, to } => {
                write!(f, "route table {table} of {of} has no route to {to}")
            }
            RouteFact::Blackhole(hop) => write!(f, "{hop}, which is gone (blackhole)"),
            RouteFact::NoPublicAddress(hop) => {
                write!(f, "{hop}, which drops it since the task has no public address")
            }
            RouteFact::Detached { hop, vpc } => write!(f, "{hop}, which is not attached to {vpc}"),
            RouteFact::PublicAccess { hop, of, mode, .. } => {
                write!(f, "{hop}, where Block Public Access ({mode}) drops what {of} sends")
            }
            RouteFact::NatGone(hop) => write!(f, "{hop}, which does not exist"),
            RouteFact::NatState { nat, state, failure: None } => {
                write!(f, "NAT gateway {nat} is {state}")
            }
            RouteFact::NatState { nat, state, failure: Some(why) } => {
                write!(f, "NAT gateway {nat} is {state}: {why}")
            }
            RouteFact::PrivateNat { nat, then } => write!(
                f,
                "NAT gateway {nat} has no public address, and {then}, which drops what comes from it"
            ),
            RouteFact::NatLoop { nat, then } => {
                write!(f, "NAT gateway {nat} has no way out: its own {then} itself")
            }
            RouteFact::NatStuck { nat, because, outcome: Outcome::Blocked } => {
                write!(f, "NAT gateway {nat} has no way out: {because}")
            }
            RouteFact::NatStuck { nat, because, .. } => {
                write!(f, "the way out of NAT gateway {nat} is not certain: {because}")
            }
            RouteFact::NotTranslated(hop) => {
                write!(f, "{hop}, which does not translate 64:ff9b::/96 to IPv4")
            }
            RouteFact::NotTranslatable(hop) => {
                write!(f, "{hop}, which takes IPv6 only to 64:ff9b::/96")
            }
            RouteFact::OtherFamily { subnet, family, is_dual: false, to } => {
                write!(f, "{to} has no {family} address, and {subnet} has nothing else")
            }
            RouteFact::OtherFamily { family, to, .. } => write!(
                f,
                "{to} has no {family} address, and whether the task has another cannot be seen"
            ),
            RouteFact::NoDns64 { subnet } => write!(
                f,
                "{subnet} has neither IPv4 nor DNS64: only what has an IPv6 address can be reached"
            ),
            RouteFact::EndpointState { endpoint, state } => {
                write!(f, "endpoint {endpoint} is {state}")
            }
            RouteFact::BeyondView(hop) => write!(f, "{hop}, beyond which nothing can be seen"),
            RouteFact::NotShown(hop) => write!(f, "{hop}, which the VPC's owner does not show"),
            RouteFact::UnknownList(hop) => {
                write!(f, "{hop}, and the ranges of that list are not known")
            }
            RouteFact::Unread(part) => write!(f, "{part} could not be read"),
        }
    }
}
