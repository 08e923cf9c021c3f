//! One policy, where it stands, and what could not be read of it.

use std::fmt;

use serde_json::Value;

use super::partition::document;
use crate::facts::{Derived, View};
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::iam::policy::{GetPolicy, GetPolicyVersion};
use crate::names::Region;

/// A policy, or several, that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Whether it is the boundary; otherwise it is among the principal's own.
    pub is_boundary: bool,
    /// What it is, in words.
    pub what: String,
    /// Why it could not be read.
    pub gap: Gap,
}

/// One policy, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Where it stands.
    pub origin: Origin,
    /// What it says.
    pub document: Value,
    /// When that last changed, where IAM tells.
    pub updated: Option<String>,
    /// Its version that is in force, where it has versions.
    pub version: Option<String>,
}

/// Where a policy stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Written into its holder.
    Inline {
        /// The holder, in words: `role app` or `group devs`.
        holder: String,
        /// The policy's name.
        name: String,
    },
    /// A policy of its own, that is attached.
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
            Origin::Inline { holder, name } => write!(f, "inline policy {name} of {holder}"),
            Origin::Managed { arn } => write!(f, "policy {arn}"),
            Origin::Control { id, name } => write!(f, "{name} ({id})"),
        }
    }
}

/// The version of a managed policy that is in force.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct PolicyInForce {
    pub region: Region,
    pub arn: String,
}

impl Derived for PolicyInForce {
    type Fact = Policy;

    fn what(&self) -> String {
        format!("what policy {} says", self.arn)
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

/// A part of what IAM showed before. That it is not there any more proves a change in between, not
/// that somebody holds no policies.
pub(super) fn shown<T>(part: Result<Seen<&T>, Stop>) -> Result<&T, Stop> {
    match part? {
        Seen::Found(fact) => Ok(fact),
        Seen::Absent(absence) => {
            let why = format!("IAM names something that it does not show: {}", absence.sentence);
            Err(Gap::Undecidable { why }.into())
        }
    }
}
