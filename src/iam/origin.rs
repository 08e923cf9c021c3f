//! Where a statement comes from.

use std::fmt;
use std::sync::Arc;

/// Which kind of policy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// A policy of the role or user, or of a group of the user.
    Identity,
    /// The permissions boundary of the role or user.
    Boundary,
    /// A policy given when the session began.
    Session,
    /// The policy of the resource.
    Resource,
    /// The policy of a KMS key.
    Key,
    /// The trust policy of a role.
    Trust,
    /// A service control policy; the level counts from the root of the organization, which is 1.
    ServiceControl(usize),
    /// A resource control policy, with its level.
    ResourceControl(usize),
    /// The policy of a VPC endpoint.
    Endpoint,
    /// A grant of a KMS key.
    Grant,
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Layer::Identity => "identity policy",
            Layer::Boundary => "permissions boundary",
            Layer::Session => "session policy",
            Layer::Resource => "resource policy",
            Layer::Key => "key policy",
            Layer::Trust => "trust policy",
            Layer::ServiceControl(_) => "service control policy",
            Layer::ResourceControl(_) => "resource control policy",
            Layer::Endpoint => "VPC endpoint policy",
            Layer::Grant => "grant",
        })
    }
}

/// Where a statement stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The kind of policy.
    pub layer: Layer,
    /// The policy's name or ARN.
    pub policy: Arc<str>,
    /// The statement's own name, if it has one.
    pub sid: Option<String>,
    /// Its place in the policy, from 1; 0 stands for the policy as a whole.
    pub index: usize,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origin { layer, policy, sid, index } = self;
        match (sid, index) {
            (Some(sid), _) => write!(f, "statement `{sid}` of {layer} `{policy}`"),
            (None, 0) => write!(f, "{layer} `{policy}`"),
            (None, index) => write!(f, "statement {index} of {layer} `{policy}`"),
        }
    }
}
