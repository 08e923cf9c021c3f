//! The policies that apply to a request.

use super::grant::Grants;
use super::policy::{Policy, Statement};
use super::principal::Principal;

/// Every policy that applies to a request. One that cannot be read is
/// [`Policy::unreadable`]; one that does not exist is left out.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// The policies of the role or user, inline and attached; for a user also those of its groups.
    pub identity: Vec<Policy>,
    /// The permissions boundary.
    pub boundary: Option<Policy>,
    /// The session policies. If there are any, one of them must allow the request.
    pub session: Vec<Policy>,
    /// The policy of the resource: of a secret, a repository, a bucket, a key, the trust policy of a
    /// role.
    pub resource: Option<Policy>,
    /// The grants of a KMS key.
    pub grants: Grants,
    /// The service control policies on each level of the organization, from its root to the account.
    /// They do not apply to the management account: leave them out there.
    pub service_control: Vec<Vec<Policy>>,
    /// The resource control policies on each level, in the account of the resource. The policy that
    /// allows everything is always among them and need not be given.
    pub resource_control: Vec<Vec<Policy>>,
    /// The policy of the VPC endpoint that the request goes through.
    pub endpoint: Option<Policy>,
}

/// The side of the evaluation that a statement belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Identity,
    Boundary,
    Session,
    Resource,
    ServiceControl(usize),
    ResourceControl,
    Endpoint,
}

impl Layers {
    /// Every statement with its side, without those that cannot bind the principal.
    pub(super) fn statements<'a>(&'a self, principal: &Principal) -> Vec<(Side, &'a Statement)> {
        let mut policies: Vec<(Side, &Policy)> = Vec::new();
        let mut add = |side, of_side: &mut dyn Iterator<Item = &'a Policy>| {
            policies.extend(of_side.map(|policy| (side, policy)));
        };
        // Services and anonymous clients have no identity policies.
        if !principal.is_of_no_account() {
            add(Side::Identity, &mut self.identity.iter());
            add(Side::Boundary, &mut self.boundary.iter());
            add(Side::Session, &mut self.session.iter());
        }
        for (level, policies) in self.service_control_on(principal).iter().enumerate() {
            add(Side::ServiceControl(level), &mut policies.iter());
        }
        add(Side::Resource, &mut self.resource.iter());
        if principal.is_bound_by_resource_control() {
            add(Side::ResourceControl, &mut self.resource_control.iter().flatten());
        }
        add(Side::Endpoint, &mut self.endpoint.iter());
        let statements = |(side, policy): (Side, &'a Policy)| {
            policy.statements.iter().map(move |statement| (side, statement))
        };
        policies.into_iter().flat_map(statements).collect()
    }

    /// The levels of service control policies that bind the principal.
    pub(super) fn service_control_on(&self, principal: &Principal) -> &[Vec<Policy>] {
        if principal.is_bound_by_service_control() { &self.service_control } else { &[] }
    }
}
