//! The facts that decide whether a route leads to a target.

use std::fmt;

use super::addresses::enumerate_in_short;
use super::answer::{Fact, Outcome};
use super::interface::Family;
use super::parts::Part;
use super::topology::{Route, RouteDestination, RouteTable, RouteTarget};

/// What a route means for the packets that match it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteFact {
    /// It leads to the target.
    Leads {
        /// The route.
        hop: RouteHop,
        /// After a NAT gateway, the route of the NAT gateway's own table.
        then: Option<RouteHop>,
    },
    /// The route table of the subnet or NAT gateway is not visible.
    NoTable {
        /// `subnet-…` or `nat-…`.
        of: String,
    },
    /// No route of the table matches the target.
    NoRoute {
        /// `rtb-…`
        table: String,
        /// The subnet or NAT gateway that uses it.
        of: String,
        /// The target's name.
        to: String,
    },
    /// The route leads to a deleted target.
    Blackhole(RouteHop),
    /// An internet gateway drops packets without a public address.
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
        /// Doubtful if only one of the two subnets on the path is blocked.
        outcome: Outcome,
    },
    /// The NAT gateway does not exist.
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
    /// A private NAT gateway sends to an internet gateway, which drops it.
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
    /// The NAT gateway itself has no route out, or none that can be checked.
    NatStuck {
        /// `nat-…`
        nat: String,
        /// The fact about its own table.
        because: Box<RouteFact>,
        /// The outcome over all facts of its table.
        outcome: Outcome,
    },
    /// NAT64 addresses are sent to a target that does not translate them.
    NotTranslated(RouteHop),
    /// A NAT gateway receives IPv6 that it cannot translate.
    NotTranslatable(RouteHop),
    /// The target has no address of the subnet's IP version.
    OtherFamily {
        /// `subnet-…`
        subnet: String,
        /// The IP version that a task there certainly uses.
        family: Family,
        /// Whether the subnet is dual-stack, and the task may use both.
        is_dual: bool,
        /// The target's name.
        to: String,
    },
    /// Without IPv4 and DNS64, only hosts with an IPv6 address are reachable.
    NoDns64 {
        /// `subnet-…`
        subnet: String,
    },
    /// An internet gateway drops packets to an address that is not public.
    PrivateAddress {
        /// The route to the gateway.
        hop: RouteHop,
        /// Where to.
        to: String,
    },
    /// A peering connection reaches addresses of the peer VPC, not its gateways.
    BeyondPeer(RouteHop),
    /// The target of the route drops forwarded packets.
    SourceCheck(RouteHop),
    /// The endpoint is not available.
    EndpointState {
        /// `vpce-…`
        endpoint: String,
        /// Its state.
        state: String,
    },
    /// The route leads to a network that cannot be checked from here.
    BeyondView(RouteHop),
    /// The route's target belongs to another account and is not visible.
    NotShown(RouteHop),
    /// It is not known which packets match the route of a prefix list.
    UnknownList(RouteHop),
    /// A part was not read.
    Unread(Part),
}

/// The routes of one table to one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteHop {
    /// `rtb-…`
    pub table: String,
    /// Their destinations, the widest first. There is at least one.
    pub destinations: Vec<RouteDestination>,
    /// The target of the routes.
    pub target: RouteTarget,
}

impl RouteHop {
    /// The hop by these routes of a table; all have the same target.
    pub(super) fn of(table: &RouteTable, routes: &[&Route]) -> Option<RouteHop> {
        let target = routes.first()?.target.clone();
        let destinations = routes.iter().map(|route| route.destination.clone()).collect();
        Some(RouteHop { table: table.id.clone(), destinations, target })
    }

    /// The hop by all routes of a table to this target.
    pub fn to(table: &RouteTable, target: &RouteTarget) -> Option<RouteHop> {
        let routes = table.routes.iter().filter(|route| route.target == *target);
        let mut routes: Vec<&Route> = routes.collect();
        routes.sort_by_key(|route| match &route.destination {
            RouteDestination::Range(range) => range.prefix_len(),
            RouteDestination::PrefixList(_) => u8::MAX,
        });
        RouteHop::of(table, &routes)
    }
}

/// `route table rtb-1 sends 0.0.0.0/0 to nat-1`, and no more than four destinations.
impl fmt::Display for RouteHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RouteHop { table, target, .. } = self;
        let destinations = enumerate_in_short(&self.destinations, ToString::to_string);
        match target {
            RouteTarget::Local => write!(f, "route table {table} keeps {destinations} in the VPC"),
            target => write!(f, "route table {table} sends {destinations} to {target}"),
        }
    }
}

impl RouteFact {
    /// Whether none of the packets is known to arrive: all are dropped, or go where that cannot be seen from here.
    pub(super) fn is_blocked_or_out_of_view(&self) -> bool {
        let is_out_of_view = matches!(self, RouteFact::BeyondView(_) | RouteFact::NotShown(_));
        is_out_of_view || self.outcome() == Outcome::Blocked
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
            | RouteFact::PrivateAddress { .. }
            | RouteFact::BeyondPeer(_)
            | RouteFact::SourceCheck(_)
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
            RouteFact::PrivateAddress { to, .. } => vec![to],
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
            | RouteFact::BeyondPeer(_)
            | RouteFact::SourceCheck(_)
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
            RouteFact::NoTable { of } => write!(f, "the route table of {of} is not visible"),
            RouteFact::NoRoute { table, of, to } => {
                write!(f, "route table {table} of {of} has no route to {to}")
            }
            RouteFact::Blackhole(hop) => write!(f, "{hop}, which no longer exists (blackhole)"),
            RouteFact::NoPublicAddress(hop) => {
                write!(f, "{hop}, which drops it because the task has no public IP address")
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
                write!(f, "NAT gateway {nat} has no route out: its own {then} itself")
            }
            RouteFact::NatStuck { nat, because, outcome: Outcome::Blocked }
                if matches!(**because, RouteFact::PrivateAddress { .. }) =>
            {
                write!(f, "behind NAT gateway {nat}, {because}")
            }
            RouteFact::NatStuck { nat, because, outcome: Outcome::Blocked } => {
                write!(f, "NAT gateway {nat} has no route out: {because}")
            }
            RouteFact::NatStuck { nat, because, .. } => {
                write!(f, "NAT gateway {nat} might have no route out: {because}")
            }
            RouteFact::NotTranslated(hop) => {
                write!(f, "{hop}, which does not translate 64:ff9b::/96 to IPv4")
            }
            RouteFact::NotTranslatable(hop) => {
                write!(f, "{hop}, which accepts IPv6 only to 64:ff9b::/96")
            }
            RouteFact::PrivateAddress { hop, to } => {
                write!(f, "{hop}, which drops packets to {to}, a private address")
            }
            RouteFact::BeyondPeer(hop) => write!(
                f,
                "{hop}, a peering connection, which reaches the peer VPC but not the internet"
            ),
            RouteFact::SourceCheck(hop) => write!(
                f,
                "{hop}, which drops forwarded packets because its source/destination check is on"
            ),
            RouteFact::OtherFamily { subnet, family, is_dual: false, to } => {
                write!(f, "{to} has no {family} address, and {subnet} supports only {family}")
            }
            RouteFact::OtherFamily { family, to, .. } => {
                write!(f, "{to} has no {family} address, and the task might have no other one")
            }
            RouteFact::NoDns64 { subnet } => write!(
                f,
                "{subnet} has neither IPv4 nor DNS64, so only hosts with an IPv6 address are reachable"
            ),
            RouteFact::EndpointState { endpoint, state } => {
                write!(f, "endpoint {endpoint} is {state}")
            }
            RouteFact::BeyondView(hop) => {
                write!(f, "{hop}, and the path beyond it cannot be checked")
            }
            RouteFact::NotShown(hop) => {
                write!(f, "{hop}, which is visible only to the VPC's owner")
            }
            RouteFact::UnknownList(hop) => {
                write!(f, "{hop}, and the ranges of that list are not known")
            }
            RouteFact::Unread(part) => write!(f, "{part} could not be read"),
        }
    }
}
