//! The policies of a principal, and what stands above them.

use super::{OrganizationOf, Policies, PoliciesOf};
use crate::facts::{Derived, View};
use crate::knowledge::Stop;
use crate::task::Witness;

/// What a principal's rights rest on: its policies, and those of the organization above.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RightsOf {
    /// Whose.
    pub policies: PoliciesOf,
    /// When IAM is asked for its own opinion.
    pub witness: Witness,
}

impl Derived for RightsOf {
    type Fact = Policies;

    fn what(&self) -> String {
        format!("the rights of {}", self.policies.principal)
    }

    fn derive(&self, facts: &View) -> Result<Policies, Stop> {
        let above = OrganizationOf { region: self.policies.region.clone() };
        let (above, policies) = (facts.derive(&above), facts.derive(&self.policies));
        let (above, mut policies) = (above?, policies?.clone());
        if let Policies::Held(set) = &mut policies {
            set.beyond.organization = above.clone();
            set.beyond.witness = self.witness;
        }
        Ok(policies)
    }
}
