//! What has to be reached, and what for.

use crate::document::Place;
use crate::knowledge::Stop;
use crate::names::{EcrHost, ImageRef, LogGroupName, ParameterRef, Region, S3Object, SecretRef};
use crate::network::{Destination, Port, Service};
use crate::task::{Carrier, StreamName};

/// Something that has to be reached.
#[derive(Clone, Debug)]
pub(crate) struct Need {
    /// What.
    pub to: To,
    /// Whether the task does not start without it.
    pub decides: bool,
    /// What for, at least one.
    pub errands: Vec<Errand>,
    /// Which interface sends there.
    pub carrier: Carrier,
}

impl Need {
    /// Whether it is the same place, which the same interface sends to. What an agent that is connected
    /// proves to be reached stays apart.
    pub fn is_like(&self, other: &Need) -> bool {
        self.to == other.to
            && self.carrier == other.carrier
            && self.is_of_agent() == other.is_of_agent()
    }

    /// Adds another errand to the same place.
    pub fn join(&mut self, other: Need) {
        self.decides |= other.decides;
        self.errands.extend(other.errands);
    }

    /// Whether it is but what the containers may call themselves.
    pub(crate) fn is_own_traffic(&self) -> bool {
        self.errands.iter().all(|errand| matches!(errand.call, Call::Own))
    }

    /// Whether it is what an agent needs to be connected to ECS: one that is has reached it.
    pub(crate) fn is_of_agent(&self) -> bool {
        self.errands.iter().all(|errand| matches!(errand.call, Call::Agent(_)))
    }
}

/// What has to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum To {
    /// A service that endpoints may lead to.
    Service(Service),
    /// A host that endpoints of this service perhaps lead to, since AWS's pages disagree.
    Variant(Service, String),
    /// A host in the internet, which no endpoint leads to.
    Host(String),
    /// A host that may stand anywhere.
    Anywhere(String),
}

/// What is done there.
#[derive(Clone, Debug)]
pub(crate) struct Errand {
    /// In words: `image web:1 of container app`.
    pub what: String,
    /// What is called, for the policy of an endpoint.
    pub call: Call,
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
    /// Something of which but the place is written: a placeholder stands in for what is called, and this
    /// is the gap that it leaves.
    Untold(Stop),
    /// What the agent of a container instance is connected by, and what comes of it that it is not.
    Agent(&'static str),
    /// Something that no policy of an endpoint is judged for, and what comes of it that it is not reached.
    Other(&'static str),
    /// What the containers of an awsvpc task on EC2 may call themselves.
    Own,
}

/// An image of ECR.
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

/// What has to be reached, and what the documents do not tell of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach {
    /// Each place once, in the order of the document.
    pub needs: Vec<Need>,
    /// Places where the documents do not say what has to be reached.
    pub open: Vec<(Place, Stop)>,
}

impl To {
    /// The name: `ecr.dkr`, `docker.io`.
    pub(crate) fn name(&self) -> &str {
        match self {
            To::Service(service) => &service.name,
            To::Variant(_, host) | To::Host(host) | To::Anywhere(host) => host,
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
        To::Host(host) | To::Anywhere(host) => {
            let port = host.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
            Destination::Internet(Port::tcp(port.unwrap_or(443)))
        }
    }
}
