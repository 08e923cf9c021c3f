//! Managed policies, of the account and of AWS.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{NO_SUCH_ENTITY, date, sent};
use crate::lookup::aws::Query;
use crate::lookup::{Answer, Call, Lookup, Named, Services, classify, policy_document};
use crate::names::Region;

/// A managed policy, without its document.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetPolicy {
    /// The region of the run.
    pub region: Region,
    /// The policy's ARN.
    pub arn: String,
}

/// The default version of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedPolicy {
    /// The default version, such as `v3`.
    pub version: String,
    /// When it last changed: a recent change may not have propagated yet.
    pub updated: Option<String>,
}

impl Lookup for GetPolicy {
    type Fact = ManagedPolicy;
    const CALL: Call = Call("iam:GetPolicy");
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn named(&self) -> Named {
        Named::by("Policy/Arn", &self.arn)
    }

    fn what(&self) -> String {
        format!("managed policy {}", self.arn)
    }

    fn resource(&self) -> String {
        self.arn.clone()
    }

    async fn fetch(&self, services: &Services) -> Answer<ManagedPolicy> {
        let reply = services
            .iam(&self.region)
            .ask(self, &Query::default().with("PolicyArn", &self.arn))
            .await;
        classify::answer(self, reply, |it| {
            let policy = it.child("Policy")?.ok_or("the policy")?;
            Ok(ManagedPolicy {
                version: sent(policy, "DefaultVersionId", "the default version")?,
                updated: date(policy, "UpdateDate")?.or(date(policy, "CreateDate")?),
            })
        })
    }
}

/// The document of a version of a managed policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetPolicyVersion {
    /// The region of the run.
    pub region: Region,
    /// The policy's ARN.
    pub arn: String,
    /// The version, such as `v3`.
    pub version: String,
}

impl Lookup for GetPolicyVersion {
    type Fact = Value;
    const CALL: Call = Call("iam:GetPolicyVersion");
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn named(&self) -> Named {
        Named::by("PolicyVersion/VersionId", &self.version)
    }

    fn what(&self) -> String {
        format!("version {} of managed policy {}", self.version, self.arn)
    }

    fn resource(&self) -> String {
        self.arn.clone()
    }

    async fn fetch(&self, services: &Services) -> Answer<Value> {
        let query = Query::default().with("PolicyArn", &self.arn).with("VersionId", &self.version);
        let reply = services.iam(&self.region).ask(self, &query).await;
        classify::answer(self, reply, |it| {
            let document = it.text("PolicyVersion/Document")?;
            policy_document::encoded(&document.ok_or("the policy document")?)
        })
    }
}
