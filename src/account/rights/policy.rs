//! One policy, where it is attached, and what could not be read of it.

use std::fmt;

use serde_json::Value;

use super::partition::document;
use crate::facts::{Derived, View};
use crate::iam::Layer;
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::iam::policy::{GetPolicy, GetPolicyVersion};
use crate::names::Region;

/// A policy, or several, that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Whether it is the permissions boundary; otherwise it is an identity policy.
    pub is_boundary: bool,
    /// What it is, in words.
    pub what: String,
    /// Why it could not be read.
    pub gap: Gap,
}

/// One policy, and where it is attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Where it is attached.
    pub origin: Origin,
    /// Its document.
    pub document: Value,
    /// When the document last changed, if IAM says so.
    pub updated: Option<String>,
    /// Its default version, if it has versions.
    pub version: Option<String>,
}

/// Where a policy is attached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Inline, embedded in its holder.
    Inline {
        /// The holder, in words: `role app` or `group devs`.
        holder: String,
        /// The policy's name.
        name: String,
    },
    /// A managed policy.
    Managed {
        /// The policy's ARN.
        arn: String,
    },
    /// A policy of the organization.
    Control {
        /// The policy's id.
        id: String,
        /// The policy's name.
        name: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Inline { holder, name } => match holder.split_once(' ') {
                Some((kind, holder)) => write!(f, "inline policy `{name}` of {kind} `{holder}`"),
                None => write!(f, "inline policy `{name}` of `{holder}`"),
            },
            Origin::Managed { arn } => write!(f, "policy `{arn}`"),
            Origin::Control { id, name } => write!(f, "`{name}` ({id})"),
        }
    }
}

impl Origin {
    /// What sentences call the policy where it counts as one of this layer.
    pub fn called(&self, layer: Layer) -> String {
        match (self, layer) {
            (Origin::Managed { arn }, Layer::Boundary) => format!("{layer} `{arn}`"),
            (Origin::Control { .. }, _) => format!("{layer} {self}"),
            _ => self.to_string(),
        }
    }
}

/// The default version of a managed policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct PolicyInForce {
    pub region: Region,
    pub arn: String,
}

impl Derived for PolicyInForce {
    type Fact = Policy;

    fn what(&self) -> String {
        format!("the document of policy {}", self.arn)
    }

    fn derive(&self, facts: &View) -> Result<Policy, Stop> {
        let (region, arn) = (self.region.clone(), self.arn.clone());
        let asked = GetPolicy { region: region.clone(), arn: arn.clone() };
        let policy = shown(facts.get(&asked))?;
        let version = policy.version.clone();
        let asked = GetPolicyVersion { region, arn, version: version.clone() };
        let said = shown(facts.get(&asked))?;
        Ok(Policy {
            origin: Origin::Managed { arn: self.arn.clone() },
            document: document(&self.arn, said, self.region.partition()),
            updated: policy.updated.clone(),
            version: Some(version),
        })
    }
}

/// Something that IAM listed before. If it is missing now, it was changed in between; that does not prove
/// that the principal has no policies.
pub(super) fn shown<T>(part: Result<Seen<&T>, Stop>) -> Result<&T, Stop> {
    match part? {
        Seen::Found(fact) => Ok(fact),
        Seen::Absent(absence) => {
            let why =
                format!("IAM lists an item that it then reports missing: {}", absence.sentence);
            Err(Gap::Undecidable { why }.into())
        }
    }
}
