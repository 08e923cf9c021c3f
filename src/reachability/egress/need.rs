//! A required destination, and what it is needed for.

use std::net::IpAddr;

use crate::document::Place;
use crate::knowledge::Stop;
use crate::names::{EcrHost, ImageRef, LogGroupName, ParameterRef, Region, S3Object, SecretRef};
use crate::network::{Destination, Port, Service, Target};
use crate::task::{Carrier, StreamName};

/// A required destination.
#[derive(Clone, Debug)]
pub(crate) struct Need {
    /// The destination.
    pub to: To,
    /// Whether the task does not start without it.
    pub decides: bool,
    /// What for, at least one.
    pub errands: Vec<Errand>,
    /// Which interface sends there.
    pub carrier: Carrier,
}

impl Need {
    /// Whether it is the same destination through the same interface. What a connected agent proves to be
    /// reachable stays separate.
    pub fn is_like(&self, other: &Need) -> bool {
        self.to == other.to
            && self.carrier == other.carrier
            && self.is_of_agent() == other.is_of_agent()
    }

    /// Adds another errand to the same destination.
    pub fn join(&mut self, other: Need) {
        self.decides |= other.decides;
        self.errands.extend(other.errands);
    }

    /// The part of it for these errands, by their purposes.
    pub(crate) fn concerning(&self, whats: &[String]) -> Need {
        let own = self.errands.iter().filter(|it| whats.contains(&it.what)).cloned();
        let errands: Vec<Errand> = own.collect();
        if errands.is_empty() {
            return self.clone();
        }
        Need { decides: errands.iter().any(|it| it.decides), errands, ..self.clone() }
    }

    /// Whether it is only what the containers may call.
    pub(crate) fn is_own_traffic(&self) -> bool {
        self.errands.iter().all(|errand| matches!(errand.call, Call::Own))
    }

    /// Whether it is what an agent needs to be connected to ECS: one that is has reached it.
    pub(crate) fn is_of_agent(&self) -> bool {
        self.errands.iter().all(|errand| matches!(errand.call, Call::Agent(_)))
    }
}

/// A destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum To {
    /// An AWS service, which may have endpoints.
    Service(Service),
    /// A host that may be served by endpoints of this service: AWS's pages disagree.
    Variant(Service, String),
    /// A host on the internet, which no endpoint serves.
    Host(String),
    /// A host that may be anywhere.
    Anywhere(String),
    /// A host by its address, at this port.
    Address {
        /// As it is written.
        host: String,
        /// The address.
        address: IpAddr,
        /// The port.
        port: u16,
    },
}

/// What is done there.
#[derive(Clone, Debug)]
pub(crate) struct Errand {
    /// In words: `image web:1 of container app`.
    pub what: String,
    /// What is called, for the policy of an endpoint.
    pub call: Call,
    /// Whether the task does not start without it.
    pub decides: bool,
}

/// What is called.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    /// The token that images are pulled with.
    Login,
    /// The manifest of an image of ECR.
    Pull(Box<Pull>),
    /// The layers of an image of ECR, from ECR's own bucket in its region.
    Layers(Region),
    /// A secret.
    Secret(SecretRef),
    /// A parameter.
    Parameter(ParameterRef),
    /// A secret by its name or ARN.
    Credentials(String),
    /// A stream of a log group.
    Log(Box<Stream>),
    /// A log group, which the driver creates where there is none.
    NewGroup(LogGroupName, Region),
    /// An object in S3.
    Object(S3Object),
    /// A destination whose resource is a placeholder, with the gap.
    Unnamed(Stop),
    /// The connection of a container agent, and the effect if it fails.
    Agent(&'static str),
    /// A call that no endpoint policy is judged for, and the effect if it fails.
    Other(&'static str),
    /// The calls of the containers of an awsvpc task on EC2.
    Own,
}

/// An image in ECR.
#[derive(Clone, Debug)]
pub(crate) struct Pull {
    /// The registry.
    pub host: EcrHost,
    /// The image.
    pub image: ImageRef,
}

/// A stream of a log group, which the driver creates and writes.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    /// The log group, if one is named.
    pub group: Option<LogGroupName>,
    /// Where it is.
    pub region: Region,
    /// The name.
    pub name: Result<StreamName, Stop>,
}

/// The required destinations, and what the documents leave undetermined.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach {
    /// Each destination once, in document order.
    pub needs: Vec<Need>,
    /// Places where the documents leave the destination undetermined.
    pub open: Vec<(Place, Stop)>,
}

impl To {
    /// The name: `ecr.dkr`, `docker.io`.
    pub(crate) fn name(&self) -> &str {
        match self {
            To::Service(service) => &service.name,
            To::Variant(_, host)
            | To::Host(host)
            | To::Anywhere(host)
            | To::Address { host, .. } => host,
        }
    }

    /// The name, with the region where it is not that of the task.
    pub(crate) fn named_from(&self, home: &Region) -> String {
        match self {
            To::Service(service) if service.region != *home => {
                format!("{} in {}", service.name, service.region)
            }
            other => other.name().to_owned(),
        }
    }
}

/// Where packets to it go.
pub(crate) fn destination(to: &To) -> Destination {
    match to {
        To::Service(service) => Destination::Service(service.clone()),
        To::Variant(..) => Destination::Internet(Port::tcp(443)),
        To::Address { host, address, port } => {
            let target = Target { name: host.clone(), ..Target::address(*address) };
            Destination::Target(target, Port::tcp(*port))
        }
        To::Host(host) | To::Anywhere(host) => {
            let port = host.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
            Destination::Internet(Port::tcp(port.unwrap_or(443)))
        }
    }
}
