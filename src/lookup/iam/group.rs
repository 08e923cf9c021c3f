//! Groups: what policies they hold for their users.

use serde::Serialize;
use serde_json::Value;

use super::{NO_SUCH_ENTITY, arns, named, whole};
use crate::lookup::{Answer, Call, Lookup, Services, classify, policy_document};
use crate::names::Region;

/// The names of the policies that are written into a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListGroupPolicies {
    /// The region of the run.
    pub region: Region,
    /// The group's name, without path.
    pub group: String,
}

impl Lookup for ListGroupPolicies {
    type Fact = Vec<String>;
    const CALL: Call = Call("iam:ListGroupPolicies");
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn what(&self) -> String {
        format!("inline policies of IAM group {}", self.group)
    }

    fn absence(&self) -> String {
        format!("there is no IAM group {}", self.group)
    }

    fn resource(&self) -> String {
        named(&self.region, "group", &self.group)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
        let pages = services
            .iam(&self.region)
            .list_group_policies()
            .group_name(&self.group)
            .into_paginator()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        classify::answer(self, pages, |pages| {
            whole(pages, |page| (page.is_truncated, Some(page.policy_names)))
        })
    }
}

/// A policy that is written into a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetGroupPolicy {
    /// The region of the run.
    pub region: Region,
    /// The group's name, without path.
    pub group: String,
    /// The policy's name.
    pub policy: String,
}

impl Lookup for GetGroupPolicy {
    type Fact = Value;
    const CALL: Call = Call("iam:GetGroupPolicy");
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn what(&self) -> String {
        format!("inline policy {} of IAM group {}", self.policy, self.group)
    }

    fn resource(&self) -> String {
        named(&self.region, "group", &self.group)
    }

    async fn fetch(&self, services: &Services) -> Answer<Value> {
        let reply = services
            .iam(&self.region)
            .get_group_policy()
            .group_name(&self.group)
            .policy_name(&self.policy)
            .send()
            .await;
        classify::answer(self, reply, |it| policy_document::encoded(&it.policy_document))
    }
}

/// The ARNs of the managed policies that are attached to a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListAttachedGroupPolicies {
    /// The region of the run.
    pub region: Region,
    /// The group's name, without path.
    pub group: String,
}

impl Lookup for ListAttachedGroupPolicies {
    type Fact = Vec<String>;
    const CALL: Call = Call("iam:ListAttachedGroupPolicies");
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn what(&self) -> String {
        format!("managed policies attached to IAM group {}", self.group)
    }

    fn absence(&self) -> String {
        format!("there is no IAM group {}", self.group)
    }

    fn resource(&self) -> String {
        named(&self.region, "group", &self.group)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
        let pages = services
            .iam(&self.region)
            .list_attached_group_policies()
            .group_name(&self.group)
            .into_paginator()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        classify::answer(self, pages, |pages| {
            whole(pages, |page| (page.is_truncated, page.attached_policies)).and_then(arns)
        })
    }
}
