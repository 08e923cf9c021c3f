//! What decides where the packets to a service go.

use std::fmt;

use super::answer::{Fact, Outcome};
use super::parts::Part;
use super::topology::Endpoint;

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
    /// None is shown, but the VPC belongs to somebody else.
    NotShown {
        /// The name of the endpoint service.
        service: String,
    },
    /// A part was not read.
    Unread(Part),
}

/// How far an endpoint is
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
            EndpointFact::NotShown { service } => {
                write!(f, "no endpoint for {service} is shown, but the VPC is somebody else's")
            }
            EndpointFact::Unread(part) => write!(f, "{part} could not be read"),
        }
    }
}
