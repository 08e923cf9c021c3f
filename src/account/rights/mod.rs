//! The policies that apply to a role or a user: every layer that IAM shows.
//!
//! A policy that cannot be read is kept as unknown, because it may deny. [`RightsOf`] adds the policies of the
//! organization. One layer is never visible here: session policies.

mod effective;
mod layers;
pub(crate) mod of_task;
mod organization;
mod parsed;
mod partition;
mod policy;
mod principal;
mod reading;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::facts::{Derived, View};
use crate::knowledge::{Gap, Stop};
use crate::lookup::iam::group::{GetGroupPolicy, ListAttachedGroupPolicies, ListGroupPolicies};
use crate::lookup::iam::policy::{GetPolicy, GetPolicyVersion};
use crate::lookup::iam::role::{
    GetRole, GetRolePolicy, ListAttachedRolePolicies, ListRolePolicies,
};
use crate::lookup::iam::user::{
    GetUser, GetUserPolicy, ListAttachedUserPolicies, ListGroupsForUser, ListUserPolicies,
};
use crate::lookup::{Call, CallerIdentity, Lookup};
use crate::names::{AccountId, Arn, Region};

use crate::task::Witness;
pub use effective::RightsOf;
pub use organization::{Above, Controls, Membership, OrganizationOf};
pub use policy::{Origin, Policy, Unread};
pub use principal::Principal;

use parsed::Parsed;
use policy::PolicyInForce;
use reading::{Holder, Reading, list};

/// The policies of a role or a user.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PoliciesOf {
    /// The principal.
    pub principal: Principal,
    /// The region of the run.
    pub region: Region,
}

/// The policies of a principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policies {
    /// It is the root user, to which no policy of its account applies.
    Root(AccountId),
    /// The policies of a role or user.
    Held(Box<PolicySet>),
}

/// The policies of a role or a user, complete as far as IAM shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicySet {
    /// The principal's ARN, with its path.
    pub arn: String,
    /// Its unique id: `AROA...` or `AIDA...`.
    pub id: String,
    /// Whether it is a role or a user.
    pub kind: Kind,
    /// Its account.
    pub account: AccountId,
    /// When it was created.
    pub created: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its identity policies, and for a user those of its groups.
    pub identity: Vec<Policy>,
    /// Its permissions boundary.
    pub boundary: Option<Policy>,
    /// What could not be read, and the organization above.
    pub beyond: Beyond,
}

/// What applies to a principal in addition to the policies that were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beyond {
    /// Policies that could not be read.
    pub unread: Vec<Unread>,
    /// The organization above the account.
    pub organization: Above,
    /// When to ask the IAM policy simulator.
    pub witness: Witness,
    /// Who begins the sessions in which it acts.
    pub session: Session,
    /// The time of the run, in seconds since 1970.
    pub now: Option<i64>,
    /// The policies as the engine reads them.
    parsed: Parsed,
}

/// Who begins the sessions in which a role acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Session {
    /// Anybody: a person with MFA, a federation that sets session tags.
    #[default]
    Anybody,
    /// A service of AWS. It has no MFA and no identity provider, and ECS and EC2 set no session tags
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>,
    /// <https://github.com/aws/containers-roadmap/issues/2426>).
    Service,
    /// EC2, which gives an instance the credentials of its role. They say which instance they were given to
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>).
    Instance,
}

impl PolicySet {
    /// Whether the AWS managed policy of this name is attached to it.
    pub(crate) fn has_attached(&self, name: &str) -> bool {
        let is = |arn: &str| arn.contains(":iam::aws:") && arn.rsplit('/').next() == Some(name);
        self.identity.iter().any(|it| matches!(&it.origin, Origin::Managed { arn } if is(arn)))
    }

    /// The set, if all of it could be read.
    ///
    /// # Errors
    /// The gap, if something could not be read.
    pub fn complete(&self) -> Result<&PolicySet, Stop> {
        match self.beyond.unread.first() {
            Some(unread) => Err(unread.gap.clone().into()),
            None => Ok(self),
        }
    }
}

/// The kind of a principal that has policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A role.
    Role,
    /// A user.
    User,
}

impl PoliciesOf {
    /// The calls that it takes to read the policies of a role.
    pub const CALLS_FOR_ROLE: [Call; 7] = [
        CallerIdentity::CALL,
        GetRole::CALL,
        ListRolePolicies::CALL,
        GetRolePolicy::CALL,
        ListAttachedRolePolicies::CALL,
        GetPolicy::CALL,
        GetPolicyVersion::CALL,
    ];

    /// The calls that it takes to read the policies of a user.
    pub const CALLS_FOR_USER: [Call; 11] = [
        CallerIdentity::CALL,
        GetUser::CALL,
        ListUserPolicies::CALL,
        GetUserPolicy::CALL,
        ListAttachedUserPolicies::CALL,
        ListGroupsForUser::CALL,
        ListGroupPolicies::CALL,
        GetGroupPolicy::CALL,
        ListAttachedGroupPolicies::CALL,
        GetPolicy::CALL,
        GetPolicyVersion::CALL,
    ];
}

impl Derived for PoliciesOf {
    type Fact = Policies;

    fn what(&self) -> String {
        format!("the policies of {}", self.principal)
    }

    fn derive(&self, facts: &View) -> Result<Policies, Stop> {
        let set = match &self.principal {
            Principal::Root { account } => return Ok(Policies::Root(account.clone())),
            Principal::Role { account: None, name } => self.role(name, facts),
            Principal::Role { account: Some(account), name } => {
                let own = self.is_the_callers(account, facts);
                own.inspect_err(|stop| self.ask_ahead(stop, facts))?;
                self.role(name, facts)
            }
            Principal::User { account, name } => {
                self.is_the_callers(account, facts)?;
                self.user(name, facts)
            }
        };
        set.map(|set| Policies::Held(Box::new(set)))
    }
}

impl PoliciesOf {
    /// IAM would look up the name in the caller's account, and return another principal.
    fn is_the_callers(&self, account: &AccountId, facts: &View) -> Result<(), Stop> {
        let caller = facts.need(&CallerIdentity { region: self.region.clone() })?;
        if caller.account == *account {
            return Ok(());
        }
        let why = format!(
            "{} is in account {account}, so account {} cannot read its policies",
            self.principal, caller.account
        );
        Err(Gap::Undecidable { why }.into())
    }

    /// Requests what will be needed of a role of the caller's account, which nearly all are, while the account is
    /// being determined.
    pub(crate) fn ask_ahead(&self, stop: &Stop, facts: &View) {
        let (Stop::Gap(Gap::Pending), Principal::Role { name, .. }) = (stop, &self.principal)
        else {
            return;
        };
        let region = &self.region;
        facts.prefetch(&GetRole { region: region.clone(), name: name.clone() });
        facts.prefetch(&ListRolePolicies::of(region, name));
        facts.prefetch(&ListAttachedRolePolicies::of(region, name));
    }

    fn role(&self, name: &str, facts: &View) -> Result<PolicySet, Stop> {
        let region = self.region.clone();
        let asked = GetRole { region: region.clone(), name: name.to_owned() };
        let inline = ListRolePolicies::of(&region, name);
        let attached = ListAttachedRolePolicies::of(&region, name);
        let (found, inline, attached) =
            (facts.need(&asked), list(&inline, facts), list(&attached, facts));
        let (found, inline, attached) = (found?, inline?, attached?);

        let mut reading = Reading::default();
        let boundary = self.boundary(found.boundary.as_deref(), facts, &mut reading);
        let holder = Holder { name: self.principal.to_string(), inline, attached };
        holder.policies(&region, facts, &mut reading, |policy| {
            GetRolePolicy::of(&region, name, &policy)
        });
        let (identity, unread) = reading.end()?;
        Ok(PolicySet {
            account: account_of(&found.arn)?,
            arn: found.arn.clone(),
            id: found.id.clone(),
            kind: Kind::Role,
            created: found.created.clone(),
            tags: found.tags.clone(),
            identity,
            boundary,
            beyond: Beyond { unread, ..Beyond::default() },
        })
    }

    fn user(&self, name: &str, facts: &View) -> Result<PolicySet, Stop> {
        let region = self.region.clone();
        let asked = GetUser { region: region.clone(), name: name.to_owned() };
        let inline = ListUserPolicies::of(&region, name);
        let attached = ListAttachedUserPolicies::of(&region, name);
        let groups = ListGroupsForUser { region: region.clone(), user: name.to_owned() };
        let (found, inline, attached, groups) = (
            facts.need(&asked),
            list(&inline, facts),
            list(&attached, facts),
            list(&groups, facts),
        );
        let (found, inline, attached, groups) = (found?, inline?, attached?, groups?);

        let mut reading = Reading::default();
        let boundary = self.boundary(found.boundary.as_deref(), facts, &mut reading);
        let holder = Holder { name: self.principal.to_string(), inline, attached };
        holder.policies(&region, facts, &mut reading, |policy| {
            GetUserPolicy::of(&region, name, &policy)
        });
        let in_groups = format!("the groups of {}", self.principal);
        for group in reading.listed(groups, &in_groups) {
            let policies = GroupPolicies { region: region.clone(), group: group.clone() };
            if let Some((policies, unread)) =
                reading.take(&format!("the policies of group {group}"), facts, || {
                    facts.derive(&policies).cloned()
                })
            {
                reading.policies.extend(policies);
                reading.unread.extend(unread);
            }
        }
        let (identity, unread) = reading.end()?;
        Ok(PolicySet {
            account: account_of(&found.arn)?,
            arn: found.arn.clone(),
            id: found.id.clone(),
            kind: Kind::User,
            created: found.created.clone(),
            tags: found.tags.clone(),
            identity,
            boundary,
            beyond: Beyond { unread, ..Beyond::default() },
        })
    }

    fn boundary(&self, arn: Option<&str>, facts: &View, reading: &mut Reading) -> Option<Policy> {
        let arn = arn?;
        let policy = PolicyInForce { region: self.region.clone(), arn: arn.to_owned() };
        let boundary =
            reading.take(&format!("policy {arn}"), facts, || facts.derive(&policy).cloned());
        if boundary.is_none()
            && let Some(unread) = reading.unread.last_mut()
        {
            unread.is_boundary = true;
        }
        boundary
    }
}

/// The policies that users get from a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct GroupPolicies {
    region: Region,
    group: String,
}

impl Derived for GroupPolicies {
    type Fact = (Vec<Policy>, Vec<Unread>);

    fn what(&self) -> String {
        format!("the policies of group {}", self.group)
    }

    fn derive(&self, facts: &View) -> Result<(Vec<Policy>, Vec<Unread>), Stop> {
        let GroupPolicies { region, group } = self;
        let inline = ListGroupPolicies::of(region, group);
        let attached = ListAttachedGroupPolicies::of(region, group);
        let (inline, attached) = (list(&inline, facts), list(&attached, facts));
        let holder =
            Holder { name: format!("group {group}"), inline: inline?, attached: attached? };
        let mut reading = Reading::default();
        holder.policies(region, facts, &mut reading, |policy| {
            GetGroupPolicy::of(region, group, &policy)
        });
        reading.end()
    }
}

fn account_of(arn: &str) -> Result<AccountId, Stop> {
    let account = arn.parse::<Arn>().ok().and_then(|arn| arn.account().cloned());
    account.ok_or_else(|| Gap::Undecidable { why: format!("{arn} contains no account ID") }.into())
}
