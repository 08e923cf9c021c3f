//! The policies of a principal, and those of its organization.

use super::{OrganizationOf, Policies, PoliciesOf, Session};
use crate::facts::{Derived, View};
use crate::knowledge::Stop;
use crate::task::Witness;

/// What determines a principal's permissions: its policies, and those of its organization.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RightsOf {
    /// The policies of the principal.
    pub policies: PoliciesOf,
    /// When to ask the IAM policy simulator.
    pub witness: Witness,
    /// Who begins its sessions.
    pub session: Session,
    /// The time of the run, in seconds since 1970.
    pub now: Option<i64>,
}

impl Derived for RightsOf {
    type Fact = Policies;

    fn what(&self) -> String {
        format!("the permissions of {}", self.policies.principal)
    }

    fn derive(&self, facts: &View) -> Result<Policies, Stop> {
        let above = OrganizationOf { region: self.policies.region.clone() };
        let (above, policies) = (facts.derive(&above), facts.derive(&self.policies));
        let (above, mut policies) = (above?, policies?.clone());
        if let Policies::Held(set) = &mut policies {
            set.beyond.organization = above.clone();
            set.beyond.witness = self.witness;
            set.beyond.session = self.session;
            set.beyond.now = self.now;
        }
        Ok(policies)
    }
}
