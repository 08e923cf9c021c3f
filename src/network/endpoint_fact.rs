//! The facts that decide where packets to a service go.

use std::fmt;

use super::answer::{Fact, Outcome};
use super::parts::Part;
use super::topology::Endpoint;

/// The facts that decide where packets to a service go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndpointFact {
    /// The endpoint's private DNS name resolves to it.
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
    /// The endpoint has no private DNS, so the service's name does not resolve to it.
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
    /// Private DNS does not work because an attribute of the VPC is off
    /// (<https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html>).
    DnsOff {
        /// `vpce-…`
        endpoint: String,
        /// `enableDnsSupport` or `enableDnsHostnames`.
        attribute: &'static str,
    },
    /// The VPC uses custom DNS servers, which may not know the private DNS names.
    OwnResolvers {
        /// `vpce-…`
        endpoint: String,
    },
    /// The subnet has no IPv4, and the endpoint may have no IPv6.
    Ipv6Only {
        /// `vpce-…`
        endpoint: String,
    },
    /// None is visible, but another account owns the VPC.
    NotShown {
        /// The name of the endpoint service.
        service: String,
    },
    /// A part was not read.
    Unread(Part),
}

/// The readiness of an endpoint
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    Ready,
    Coming,
    Gone,
}

impl Readiness {
    pub fn of(state: &str) -> Readiness {
        match state.to_lowercase().as_str() {
            "available" => Readiness::Ready,
            "deleting" | "deleted" | "rejected" | "failed" | "expired" => Readiness::Gone,
            _ => Readiness::Coming,
        }
    }
}

impl EndpointFact {
    pub(super) fn state(endpoint: &Endpoint) -> EndpointFact {
        EndpointFact::State { endpoint: endpoint.id.clone(), state: endpoint.state.clone() }
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
            EndpointFact::State { state, .. } if Readiness::of(state) == Readiness::Gone => {
                Outcome::Passed
            }
            EndpointFact::State { .. }
            | EndpointFact::OwnResolvers { .. }
            | EndpointFact::Ipv6Only { .. }
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

    fn ends_mut(&mut self) -> Vec<&mut String> {
        match self {
            EndpointFact::NotAssociated { subnet, .. } => vec![subnet],
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for EndpointFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EndpointFact::Captures { endpoint, service } => {
                write!(f, "endpoint {endpoint} serves {service} in the whole VPC (private DNS)")
            }
            EndpointFact::TakesByRoute { endpoint, table } => {
                write!(f, "route table {table} sends it to gateway endpoint {endpoint}")
            }
            EndpointFact::None { service, vpc } => {
                write!(f, "{vpc} has no endpoint for {service}")
            }
            EndpointFact::NoPrivateDns { endpoint } => write!(
                f,
                "endpoint {endpoint} has no private DNS, so the service's name does not resolve to it"
            ),
            EndpointFact::NotAssociated { endpoint, table, subnet } => write!(
                f,
                "gateway endpoint {endpoint} is not associated with route table {table} of {subnet}"
            ),
            EndpointFact::State { endpoint, state } => write!(f, "endpoint {endpoint} is {state}"),
            EndpointFact::DnsOff { endpoint, attribute } => write!(
                f,
                "private DNS of endpoint {endpoint} does not work because {attribute} of the VPC is off"
            ),
            EndpointFact::OwnResolvers { endpoint } => write!(
                f,
                "the VPC's custom DNS servers might not resolve the private names of endpoint {endpoint}"
            ),
            EndpointFact::Ipv6Only { endpoint } => write!(
                f,
                "endpoint {endpoint} might have no IPv6 address for a subnet without IPv4"
            ),
            EndpointFact::NotShown { service } => {
                write!(f, "no endpoint for {service} is visible, but another account owns the VPC")
            }
            EndpointFact::Unread(part) => write!(f, "{part} could not be read"),
        }
    }
}
