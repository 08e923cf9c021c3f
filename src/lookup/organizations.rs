//! AWS Organizations: the organization of the account, and the policies that apply to it.
//!
//! Every account can describe its organization; only the management account and delegated administrators can
//! read the policies
//! (<https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPoliciesForTarget.html>).
//! All of it is optional knowledge: what cannot be read is assumed, and the verdict says so.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::aws::Lacks;
use super::pages::Pages;
use super::{Answer, Call, Lookup, Named, Optional, Services, classify, policy_document};
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

    fn named(&self) -> Named {
        Named::Nowhere("the organization of the caller")
    }

    fn what(&self) -> String {
        "the account's organization".to_owned()
    }

    fn absence(&self) -> String {
        "the account is in no organization".to_owned()
    }

    async fn fetch(&self, services: &Services) -> Answer<Organization> {
        let reply = services.organizations(&self.region).ask(self, &json!({})).await;
        classify::answer(self, reply, |it| {
            let organization = it.read::<Described>()?.organization.ok_or("the organization")?;
            let management = organization.master_account_id.ok_or("the management account")?;
            let features = organization.feature_set.ok_or("the feature set")?;
            Ok(Organization {
                id: organization.id.ok_or("the id")?,
                management: management.parse().map_err(|_| "the management account's id")?,
                has_policies: features != "CONSOLIDATED_BILLING",
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

    fn named(&self) -> Named {
        Named::Nowhere("a parent does not name its child")
    }

    fn what(&self) -> String {
        format!("the parent of {} in its organization", self.child)
    }

    fn resource(&self) -> String {
        of_organization(&self.region, &self.child)
    }

    async fn fetch(&self, services: &Services) -> Answer<Parent> {
        let client = services.organizations(&self.region);
        let reply = client.ask(self, &json!({"ChildId": self.child})).await;
        classify::answer(self, reply, |it| {
            // There is always exactly one
            // (https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListParents.html).
            let parent = it.read::<Parents>()?.parents.unwrap_or_default().pop();
            let parent = parent.ok_or("the parent")?;
            Ok(Parent {
                id: parent.id.ok_or("the parent's id")?,
                is_root: parent.kind.ok_or("the parent's type")? == "ROOT",
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

    fn named(&self) -> Named {
        Named::Nowhere("policies do not name their target")
    }

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
            Control::Service => "SERVICE_CONTROL_POLICY",
            Control::Resource => "RESOURCE_CONTROL_POLICY",
        };
        let incomplete = |lacks| classify::incomplete(self, lacks);
        let mut asked = json!({"TargetId": self.target, "Filter": kind});
        loop {
            if let Some(token) = pages.token() {
                asked["NextToken"] = token.into();
            }
            let page = match client.ask(self, &asked).await {
                Ok(page) => page.read::<Policies>().map_err(incomplete)?,
                Err(error) => return classify::failed(self, &error),
            };
            for policy in page.policies.ok_or_else(|| incomplete("the list of policies"))? {
                found.push(attached(policy).map_err(incomplete)?);
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

    fn named(&self) -> Named {
        Named::By(Vec::new()).and_if_given("Policy/PolicySummary/Id", &self.id)
    }

    fn what(&self) -> String {
        format!("policy {} of the organization", self.id)
    }

    fn resource(&self) -> String {
        of_organization(&self.region, &self.id)
    }

    async fn fetch(&self, services: &Services) -> Answer<Value> {
        let client = services.organizations(&self.region);
        let reply = client.ask(self, &json!({"PolicyId": self.id})).await;
        classify::answer(self, reply, |it| {
            let content = it.read::<DescribedPolicy>()?.policy.and_then(|policy| policy.content);
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

fn attached(it: PolicySummary) -> Result<AttachedPolicy, Lacks> {
    let id = it.id.ok_or("a policy's id")?;
    let name = it.name.unwrap_or_else(|| id.clone());
    Ok(AttachedPolicy { id, name, of_aws: it.aws_managed.ok_or("whether a policy is AWS's own")? })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    organization: Option<DescribedOrganization>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedOrganization {
    id: Option<String>,
    master_account_id: Option<String>,
    feature_set: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parents {
    parents: Option<Vec<ListedParent>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedParent {
    id: Option<String>,
    #[serde(rename = "Type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policies {
    policies: Option<Vec<PolicySummary>>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicySummary {
    id: Option<String>,
    name: Option<String>,
    aws_managed: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedPolicy {
    policy: Option<PolicyContent>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyContent {
    content: Option<String>,
}
