//! The policies that a role or a user acts under: every layer that IAM shows.
//!
//! What cannot be read is a gap of the whole, since the policy that is not seen may be the one that
//! forbids. Two layers are never shown here: the organization's policies, and the policy that a session
//! may have been narrowed by when it was begun.

mod principal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::facts::{Derived, View};
use crate::knowledge::{Gap, Seen, Stop};
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

pub use principal::Principal;

/// The policies of a role or a user.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PoliciesOf {
    /// Whose.
    pub principal: Principal,
    /// The region of the run.
    pub region: Region,
}

/// What limits a principal within its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policies {
    /// It is the root user, which no policy of its account binds.
    Root(AccountId),
    /// The policies that it holds.
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
    /// What it is allowed or forbidden: its own policies, and for a user those of its groups.
    pub identity: Vec<Policy>,
    /// What it can be allowed at most.
    pub boundary: Option<Policy>,
}

/// What kind of principal holds policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A role.
    Role,
    /// A user.
    User,
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
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Inline { holder, name } => write!(f, "inline policy {name} of {holder}"),
            Origin::Managed { arn } => write!(f, "policy {arn}"),
        }
    }
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
                self.is_the_callers(account, facts)?;
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
    /// IAM would look up the name in the caller's account, and show somebody else.
    fn is_the_callers(&self, account: &AccountId, facts: &View) -> Result<(), Stop> {
        let caller = facts.need(&CallerIdentity { region: self.region.clone() })?;
        if caller.account == *account {
            return Ok(());
        }
        let why = format!(
            "{} is in account {account}, and its policies are not shown to account {}",
            self.principal, caller.account
        );
        Err(Gap::Undecidable { why }.into())
    }

    fn role(&self, name: &str, facts: &View) -> Result<PolicySet, Stop> {
        let (region, role) = (self.region.clone(), name.to_owned());
        let asked = GetRole { region: region.clone(), name: role.clone() };
        let inline = ListRolePolicies { region: region.clone(), role: role.clone() };
        let attached = ListAttachedRolePolicies { region: region.clone(), role: role.clone() };
        let (found, inline, attached) =
            (facts.need(&asked), facts.get(&inline), facts.get(&attached));
        let (found, inline, attached) = (found?, shown(inline)?, shown(attached)?);

        let boundary = self.boundary(found.boundary.as_deref(), facts);
        let holder = Holder { name: self.principal.to_string(), inline, attached };
        let identity = holder.policies(&region, facts, |policy| GetRolePolicy {
            region: region.clone(),
            role: role.clone(),
            policy,
        });
        Ok(PolicySet {
            account: account_of(&found.arn)?,
            arn: found.arn.clone(),
            id: found.id.clone(),
            kind: Kind::Role,
            created: found.created.clone(),
            tags: found.tags.clone(),
            identity: identity?,
            boundary: boundary?,
        })
    }

    fn user(&self, name: &str, facts: &View) -> Result<PolicySet, Stop> {
        let (region, user) = (self.region.clone(), name.to_owned());
        let asked = GetUser { region: region.clone(), name: user.clone() };
        let inline = ListUserPolicies { region: region.clone(), user: user.clone() };
        let attached = ListAttachedUserPolicies { region: region.clone(), user: user.clone() };
        let groups = ListGroupsForUser { region: region.clone(), user: user.clone() };
        let (found, inline, attached, groups) =
            (facts.need(&asked), facts.get(&inline), facts.get(&attached), facts.get(&groups));
        let (found, inline, attached) = (found?, shown(inline)?, shown(attached)?);

        let of_groups: Vec<_> = shown(groups)?
            .iter()
            .map(|group| GroupPolicies { region: region.clone(), group: group.clone() })
            .map(|group| facts.derive(&group))
            .collect();
        let boundary = self.boundary(found.boundary.as_deref(), facts);
        let holder = Holder { name: self.principal.to_string(), inline, attached };
        let identity = holder.policies(&region, facts, |policy| GetUserPolicy {
            region: region.clone(),
            user: user.clone(),
            policy,
        });
        let mut identity = identity?;
        for policies in of_groups {
            identity.extend(policies?.iter().cloned());
        }
        Ok(PolicySet {
            account: account_of(&found.arn)?,
            arn: found.arn.clone(),
            id: found.id.clone(),
            kind: Kind::User,
            created: found.created.clone(),
            tags: found.tags.clone(),
            identity,
            boundary: boundary?,
        })
    }

    fn boundary(&self, arn: Option<&str>, facts: &View) -> Result<Option<Policy>, Stop> {
        let Some(arn) = arn else { return Ok(None) };
        let policy = PolicyInForce { region: self.region.clone(), arn: arn.to_owned() };
        facts.derive(&policy).cloned().map(Some)
    }
}

/// The policies that a group hands on to its users.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct GroupPolicies {
    region: Region,
    group: String,
}

impl Derived for GroupPolicies {
    type Fact = Vec<Policy>;

    fn what(&self) -> String {
        format!("the policies of group {}", self.group)
    }

    fn derive(&self, facts: &View) -> Result<Vec<Policy>, Stop> {
        let GroupPolicies { region, group } = self;
        let inline = ListGroupPolicies { region: region.clone(), group: group.clone() };
        let attached = ListAttachedGroupPolicies { region: region.clone(), group: group.clone() };
        let (inline, attached) = (facts.get(&inline), facts.get(&attached));
        let holder = Holder {
            name: format!("group {group}"),
            inline: shown(inline)?,
            attached: shown(attached)?,
        };
        holder.policies(region, facts, |policy| GetGroupPolicy {
            region: region.clone(),
            group: group.clone(),
            policy,
        })
    }
}

/// The version of a managed policy that is in force.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PolicyInForce {
    region: Region,
    arn: String,
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
        let document = shown(facts.get(&GetPolicyVersion { region, arn, version }))?;
        Ok(Policy {
            origin: Origin::Managed { arn: self.arn.clone() },
            document: document.clone(),
            updated: policy.updated.clone(),
        })
    }
}

/// What IAM lists of a role, a user or a group.
struct Holder<'f> {
    name: String,
    inline: &'f [String],
    attached: &'f [String],
}

impl Holder<'_> {
    /// All its policies, wanted at once; `inline` asks for one that is written into the holder.
    fn policies<L: Lookup<Fact = Value>>(
        &self,
        region: &Region,
        facts: &View,
        inline: impl Fn(String) -> L,
    ) -> Result<Vec<Policy>, Stop> {
        let written = self.inline.iter().map(|name| {
            let origin = Origin::Inline { holder: self.name.clone(), name: name.clone() };
            let document = shown(facts.get(&inline(name.clone())))?.clone();
            Ok(Policy { origin, document, updated: None })
        });
        let attached = self.attached.iter().map(|arn| {
            let policy = PolicyInForce { region: region.clone(), arn: arn.clone() };
            facts.derive(&policy).cloned()
        });
        let policies: Vec<Result<Policy, Stop>> = written.chain(attached).collect();
        policies.into_iter().collect()
    }
}

/// A part of what IAM showed before. That it is not there any more proves a change in between, not
/// that somebody holds no policies.
fn shown<T>(part: Result<Seen<&T>, Stop>) -> Result<&T, Stop> {
    match part? {
        Seen::Found(fact) => Ok(fact),
        Seen::Absent(absence) => {
            let why = format!("IAM names something that it does not show: {}", absence.sentence);
            Err(Gap::Undecidable { why }.into())
        }
    }
}

fn account_of(arn: &str) -> Result<AccountId, Stop> {
    let account = arn.parse::<Arn>().ok().and_then(|arn| arn.account().cloned());
    account.ok_or_else(|| Gap::Undecidable { why: format!("{arn} names no account") }.into())
}
