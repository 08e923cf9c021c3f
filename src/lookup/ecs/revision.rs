//! A service revision: what a deployment of a service was made with.

use serde::Serialize;
use serde_json::Value;

use super::{Body, Described};
use crate::lookup::mask::mask;
use crate::lookup::members::Members;
use crate::lookup::{Answer, Call, Lookup, Named, Services, classify};
use crate::names::Region;

/// A service revision
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeServiceRevision {
    /// The region.
    pub region: Region,
    /// Its ARN.
    pub arn: String,
}

impl Lookup for DescribeServiceRevision {
    type Fact = Described;
    const CALL: Call = Call("ecs:DescribeServiceRevisions");

    fn named(&self) -> Named {
        Named::by("serviceRevisions/serviceRevisionArn", &self.arn)
    }

    fn what(&self) -> String {
        format!("service revision {}", self.arn)
    }

    fn resource(&self) -> String {
        self.arn.clone()
    }

    async fn fetch(&self, services: &Services) -> Answer<Described> {
        let body = Body::default();
        let reply = services
            .ecs(&self.region)
            .describe_service_revisions()
            .service_revision_arns(&self.arn)
            .customize()
            .interceptor(body.clone())
            .interceptor(Members::of(self))
            .send()
            .await;
        if let Ok(it) = &reply
            && it.failures().iter().any(|failure| failure.reason() == Some("MISSING"))
        {
            return classify::absent(self, "MISSING");
        }
        classify::answer(self, reply, |_| {
            let json = body.json().ok_or("a readable body")?;
            let list = json.get("serviceRevisions").and_then(Value::as_array);
            let mut json = list.and_then(|list| list.first()).cloned().ok_or("the revision")?;
            mask(&mut json);
            Ok(Described { json })
        })
    }
}
