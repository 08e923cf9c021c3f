//! The organization above the account, as far as the caller may see it.

use serde_json::json;

use super::policy::{Origin, Policy};
use crate::facts::{Derived, View};
use crate::iam::KeyState;
use crate::knowledge::{Seen, Stop};
use crate::lookup::organizations::{
    ASSUMPTION, AttachedPolicy, Control, DescribeOrganization, DescribePolicy, ListParents,
    ListPoliciesForTarget, Organization,
};
use crate::lookup::{Call, CallerIdentity, Lookup};
use crate::names::{AccountId, Region};

/// The organization of the caller's account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrganizationOf {
    /// The region of the run.
    pub region: Region,
}

/// What is known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Above {
    /// Whether there is one.
    pub membership: Membership,
    /// The account's path in it: `o-id/r-id/ou-id/`.
    pub path: Option<String>,
    /// The policies that apply to the account; none if they are unknown.
    pub controls: Option<Controls>,
}

impl Above {
    /// The ID and the path, as the values of condition keys
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>).
    pub fn keys(&self) -> (KeyState, KeyState) {
        match &self.membership {
            Membership::Unknown => (KeyState::Unknown, KeyState::Unknown),
            Membership::Nowhere => (KeyState::Absent, KeyState::Absent),
            Membership::In(id) => {
                let path = self.path.as_ref().map(|path| KeyState::Known(vec![path.clone()]));
                (KeyState::Known(vec![id.clone()]), path.unwrap_or(KeyState::Unknown))
            }
        }
    }
}

/// Whether an account is in an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Membership {
    /// It is not known.
    #[default]
    Unknown,
    /// It is in none.
    Nowhere,
    /// It is in the one with this id.
    In(String),
}

/// The policies of an organization that apply to one account. Without any, nothing limits it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Controls {
    /// The service control policies, on each level from the root to the account.
    pub service: Vec<Vec<Policy>>,
    /// The resource control policies, on each level.
    pub resource: Vec<Vec<Policy>>,
}

/// Organizational units can be nested five levels deep
/// (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>).
const DEEPEST: usize = 8;

impl OrganizationOf {
    /// The calls that it may take.
    pub const CALLS: [Call; 4] = [
        DescribeOrganization::CALL,
        ListParents::CALL,
        ListPoliciesForTarget::CALL,
        DescribePolicy::CALL,
    ];
}

impl Derived for OrganizationOf {
    type Fact = Above;

    fn what(&self) -> String {
        "the policies of the account's organization".to_owned()
    }

    fn derive(&self, facts: &View) -> Result<Above, Stop> {
        let region = &self.region;
        let caller = CallerIdentity { region: region.clone() };
        let (organization, caller) = (
            facts.peek(&DescribeOrganization { region: region.clone() }),
            facts.tolerate(|| facts.need(&caller)),
        );
        let (organization, caller) = (organization?, caller?);
        let organization = match organization {
            None => return Ok(Above::default()),
            Some(Seen::Absent(_)) => {
                return Ok(Above {
                    membership: Membership::Nowhere,
                    path: None,
                    controls: Some(Controls::default()),
                });
            }
            Some(Seen::Found(organization)) => organization,
        };
        let mut above =
            Above { membership: Membership::In(organization.id.clone()), ..Above::default() };
        match caller {
            Ok(caller) if is_bound(organization, &caller.account) => {
                self.look_up(&caller.account, organization, &mut above, facts)?;
            }
            Ok(_) => above.controls = Some(Controls::default()),
            // Whether it is the management account is not known either.
            Err(_) => facts.assume(ASSUMPTION),
        }
        Ok(above)
    }
}

/// Policies do not bind the account that manages the organization
/// (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>).
fn is_bound(organization: &Organization, account: &AccountId) -> bool {
    organization.has_policies && organization.management != *account
}

impl OrganizationOf {
    /// Asks for the account's own policies first: who may not see them, may see none of the rest.
    fn look_up(
        &self,
        account: &AccountId,
        organization: &Organization,
        above: &mut Above,
        facts: &View,
    ) -> Result<(), Stop> {
        let attached = |target: &str, control| {
            let target = target.to_owned();
            facts.peek(&ListPoliciesForTarget { region: self.region.clone(), target, control })
        };
        let Some(Seen::Found(_)) = attached(account.as_str(), Control::Service)? else {
            return Ok(());
        };
        let (line, under_way) = self.line(account, facts);
        let service: Vec<_> = line.iter().map(|it| attached(it, Control::Service)).collect();
        let resource: Vec<_> = line.iter().map(|it| attached(it, Control::Resource)).collect();
        match under_way {
            Some(Ok(())) => return Ok(()),
            Some(Err(stop)) => return Err(stop),
            None => {}
        }
        above.path = Some(path(&organization.id, &line));
        let service = self.levels(Control::Service, service, facts);
        let resource = self.levels(Control::Resource, resource, facts);
        let (Some(service), Some(resource)) = (service?, resource?) else { return Ok(()) };
        // Where the type is enabled, each level has at least one; where it is not, none has any
        // (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_attach.html).
        let bare = service.iter().filter(|level| level.is_empty()).count();
        above.controls = match bare {
            0 => Some(Controls { service, resource }),
            _ if bare == service.len() => Some(Controls { service: Vec::new(), resource }),
            _ => {
                facts.assume(ASSUMPTION);
                None
            }
        };
        Ok(())
    }

    /// The root, the units and the account, from above; and what keeps the line from being known:
    /// `Ok` where it cannot be.
    fn line(&self, account: &AccountId, facts: &View) -> (Vec<String>, Option<Result<(), Stop>>) {
        let mut line = vec![account.to_string()];
        let unknown = loop {
            let child = line.last().cloned().unwrap_or_default();
            match facts.peek(&ListParents { region: self.region.clone(), child }) {
                Err(stop) => break Some(Err(stop)),
                Ok(Some(Seen::Found(parent))) => {
                    line.push(parent.id.clone());
                    if parent.is_root {
                        break None;
                    }
                }
                Ok(_) => break Some(Ok(())),
            }
            if line.len() > DEEPEST {
                facts.assume(ASSUMPTION);
                break Some(Ok(()));
            }
        };
        line.reverse();
        (line, unknown)
    }

    /// What the policies of each level say; nothing if one of them is not shown.
    fn levels(
        &self,
        control: Control,
        attached: Vec<Result<Option<Seen<&Vec<AttachedPolicy>>>, Stop>>,
        facts: &View,
    ) -> Result<Option<Vec<Vec<Policy>>>, Stop> {
        let mut levels = Vec::new();
        for level in attached {
            let Some(Seen::Found(policies)) = level? else { return Ok(None) };
            // AWS's own allows everything, which resource control policies do anyway.
            let own = |it: &&AttachedPolicy| control == Control::Service || !it.of_aws;
            let said: Vec<_> =
                policies.iter().filter(own).map(|it| self.document(it, facts)).collect();
            let said: Result<Option<Vec<Policy>>, Stop> = said.into_iter().collect();
            match said? {
                Some(policies) => levels.push(policies),
                None => return Ok(None),
            }
        }
        Ok(Some(levels))
    }

    fn document(&self, it: &AttachedPolicy, facts: &View) -> Result<Option<Policy>, Stop> {
        let AttachedPolicy { id, name, of_aws } = it;
        let origin = Origin::Control { id: id.clone(), name: name.clone() };
        if *of_aws {
            let document = json!({"Version": "2012-10-17", "Statement":
                {"Effect": "Allow", "Action": "*", "Resource": "*"}});
            return Ok(Some(Policy { origin, document, updated: None, version: None }));
        }
        let asked = DescribePolicy { region: self.region.clone(), id: id.clone() };
        Ok(match facts.peek(&asked)? {
            Some(Seen::Found(document)) => {
                Some(Policy { origin, document: document.clone(), updated: None, version: None })
            }
            Some(Seen::Absent(_)) | None => None,
        })
    }
}

/// The value of `aws:PrincipalOrgPaths`: the path from the organization to the account's parent.
fn path(organization: &str, line: &[String]) -> String {
    let above: Vec<&str> = line.iter().rev().skip(1).rev().map(String::as_str).collect();
    format!("{organization}/{}/", above.join("/"))
}
