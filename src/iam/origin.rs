//! Where a statement comes from.

use std::fmt;
use std::sync::Arc;

/// The kind of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// A policy of the role or user, or of a group of the user.
    Identity,
    /// The permissions boundary of the role or user.
    Boundary,
    /// A session policy, passed when the session was created.
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

impl Layer {
    /// What sentences call a policy of this kind: its name, or that of the resource it belongs to.
    pub(super) fn policy_named(self, name: &str) -> String {
        match self {
            Layer::Resource | Layer::Key | Layer::Trust => format!("the {self} of `{name}`"),
            _ => format!("{self} `{name}`"),
        }
    }
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

/// The policy that a statement belongs to, and its place there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The kind of policy.
    pub layer: Layer,
    /// What sentences call the policy: "identity policy `app`", "the key policy of `arn:…`".
    pub policy: Arc<str>,
    /// The statement's `Sid`, if it has one.
    pub sid: Option<String>,
    /// Its position in the policy, from 1; 0 means the policy as a whole.
    pub index: usize,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origin { policy, sid, index, .. } = self;
        match (sid, index) {
            (Some(sid), _) => write!(f, "statement `{sid}` of {policy}"),
            (None, 0) => f.write_str(policy),
            (None, index) => write!(f, "statement {index} of {policy}"),
        }
    }
}
