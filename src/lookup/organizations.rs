//! AWS Organizations: the organization of the account, and the policies that apply to it.
//!
//! Every account can describe its organization; only the management account and delegated administrators can
//! read the policies
//! (<https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPoliciesForTarget.html>).
//! All of it is optional knowledge: what cannot be read is assumed, and the verdict says so.

use aws_sdk_organizations::types::PolicyType;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::pages::Pages;
use super::{Answer, Call, Lookup, Optional, Services, classify, policy_document};
use crate::knowledge::Seen;
use crate::names::{AccountId, Partition, Region};

/// The assumption if the policies of the organization are not known.
pub const ASSUMPTION: &str = "that no policy of the organization denies it";

/// The organization of the caller's account. Being in none is an absence.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeOrganization {
    /// The region of the run, which selects the endpoint of the partition.
    pub region: Region,
}

/// An organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its id: `o-a1b2c3d4e5`.
    pub id: String,
    /// The account that manages it.
    pub management: AccountId,
    /// Whether it has policies, or only consolidated billing.
    pub has_policies: bool,
}

impl Lookup for DescribeOrganization {
    type Fact = Organization;
    const CALL: Call = Call("organizations:DescribeOrganization");
    const ABSENT: &'static [&'static str] = &["AWSOrganizationsNotInUseException"];

    fn what(&self) -> String {
        "the account's organization".to_owned()
    }

    fn absence(&self) -> String {
        "the account is in no organization".to_owned()
    }

    async fn fetch(&self, services: &Services) -> Answer<Organization> {
        let reply = services.organizations(&self.region).describe_organization().send().await;
        classify::answer(self, reply, |it| {
            let organization = it.organization.ok_or("the organization")?;
            let management = organization.master_account_id.ok_or("the management account")?;
            let features = organization.feature_set.ok_or("the feature set")?;
            Ok(Organization {
                id: organization.id.ok_or("the id")?,
                management: management.parse().map_err(|_| "the management account's id")?,
                has_policies: features.as_str() != "CONSOLIDATED_BILLING",
            })
        })
    }
}

impl Optional for DescribeOrganization {
    fn assumption(&self) -> String {
        ASSUMPTION.to_owned()
    }
}

/// The parent of an account or an organizational unit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListParents {
    /// The region of the run.
    pub region: Region,
    /// The id of the account or the unit.
    pub child: String,
}

/// The root of an organization, or a unit in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// Its id: `r-ab12` or `ou-ab12-c3d4e5f6`.
    pub id: String,
    /// Whether it is the root.
    pub is_root: bool,
}

impl Lookup for ListParents {
    type Fact = Parent;
    const CALL: Call = Call("organizations:ListParents");

    fn what(&self) -> String {
        format!("the parent of {} in its organization", self.child)
    }

    fn resource(&self) -> String {
        of_organization(&self.region, &self.child)
    }

    async fn fetch(&self, services: &Services) -> Answer<Parent> {
        let client = services.organizations(&self.region);
        let reply = client.list_parents().child_id(&self.child).send().await;
        classify::answer(self, reply, |it| {
            // There is always exactly one
            // (https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListParents.html).
            let parent = it.parents.unwrap_or_default().pop().ok_or("the parent")?;
            Ok(Parent {
                id: parent.id.ok_or("the parent's id")?,
                is_root: parent.r#type.ok_or("the parent's type")?.as_str() == "ROOT",
            })
        })
    }
}

impl Optional for ListParents {
    fn assumption(&self) -> String {
        ASSUMPTION.to_owned()
    }
}

/// The kind of an organization's policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// Service control policy: limits the principals of an account.
    Service,
    /// Resource control policy: limits access to the resources of an account.
    Resource,
}

/// The policies that are directly attached to an account, a unit or the root.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListPoliciesForTarget {
    /// The region of the run.
    pub region: Region,
    /// The id of the account, the unit or the root.
    pub target: String,
    /// The kind of policies.
    pub control: Control,
}

/// An attached policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedPolicy {
    /// Its id: `p-a1b2c3d4`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is the AWS managed one of its kind, which allows everything.
    pub of_aws: bool,
}

impl Lookup for ListPoliciesForTarget {
    type Fact = Vec<AttachedPolicy>;
    const CALL: Call = Call("organizations:ListPoliciesForTarget");

    fn what(&self) -> String {
        let kind = match self.control {
            Control::Service => "service",
            Control::Resource => "resource",
        };
        format!("{kind} control policies of {}", self.target)
    }

    fn resource(&self) -> String {
        of_organization(&self.region, &self.target)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<AttachedPolicy>> {
        let client = services.organizations(&self.region);
        let (mut found, mut pages) = (Vec::new(), Pages::default());
        let kind = match self.control {
            Control::Service => PolicyType::ServiceControlPolicy,
            Control::Resource => PolicyType::ResourceControlPolicy,
        };
        loop {
            let page = client
                .list_policies_for_target()
                .target_id(&self.target)
                .filter(kind.clone())
                .set_next_token(pages.token())
                .send()
                .await;
            let page = match page {
                Ok(page) => page,
                Err(error) => return classify::failed(self, &error),
            };
            let list =
                page.policies.ok_or_else(|| classify::incomplete(self, "the list of policies"))?;
            for policy in list {
                let id = policy.id.ok_or_else(|| classify::incomplete(self, "a policy's id"))?;
                let name = policy.name.unwrap_or_else(|| id.clone());
                found.push(AttachedPolicy { id, name, of_aws: policy.aws_managed });
            }
            if !pages.turn(self, page.next_token)? {
                return Ok(Seen::Found(found));
            }
        }
    }
}

impl Optional for ListPoliciesForTarget {
    fn assumption(&self) -> String {
        ASSUMPTION.to_owned()
    }
}

/// The document of a policy of the organization.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribePolicy {
    /// The region of the run.
    pub region: Region,
    /// The policy's id.
    pub id: String,
}

impl Lookup for DescribePolicy {
    type Fact = Value;
    const CALL: Call = Call("organizations:DescribePolicy");

    fn what(&self) -> String {
        format!("policy {} of the organization", self.id)
    }

    fn resource(&self) -> String {
        of_organization(&self.region, &self.id)
    }

    async fn fetch(&self, services: &Services) -> Answer<Value> {
        let client = services.organizations(&self.region);
        let reply = client.describe_policy().policy_id(&self.id).send().await;
        classify::answer(self, reply, |it| {
            let content = it.policy.and_then(|policy| policy.content);
            policy_document::plain(&content.ok_or("the policy document")?)
        })
    }
}

impl Optional for DescribePolicy {
    fn assumption(&self) -> String {
        ASSUMPTION.to_owned()
    }
}

/// The ARN of a resource in an organization. It contains the management account and the organization, which
/// are not known from the id
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html>).
fn of_organization(region: &Region, id: &str) -> String {
    let partition = Partition::of_region(region.as_str());
    format!("arn:{partition}:organizations::*:*{id}")
}
