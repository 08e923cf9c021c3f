//! Application Auto Scaling: the number of tasks that it keeps.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Answer, Call, Lookup, Named, Optional, Services, classify};
use crate::names::Region;

/// The range in which the number of tasks of a service is scaled.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ScalableTarget {
    /// The region.
    pub region: Region,
    /// The name of the cluster.
    pub cluster: String,
    /// The name of the service.
    pub service: String,
}

/// A range of numbers of tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScalingRange {
    /// At least.
    pub minimum: i64,
    /// At most.
    pub maximum: i64,
}

impl Lookup for ScalableTarget {
    type Fact = ScalingRange;
    const CALL: Call = Call("application-autoscaling:DescribeScalableTargets");

    fn named(&self) -> Named {
        let id = format!("service/{}/{}", self.cluster, self.service);
        Named::by("ScalableTargets/ResourceId", id)
    }

    fn what(&self) -> String {
        format!("scaling of service {} in {}", self.service, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<ScalingRange> {
        let id = format!("service/{}/{}", self.cluster, self.service);
        let asked = json!({
            "ServiceNamespace": "ecs", "ResourceIds": [id],
            "ScalableDimension": "ecs:service:DesiredCount",
        });
        let client = services.application_autoscaling(&self.region);
        let reply = client.ask(self, &asked).await;
        let targets = reply.map(|it| it.read::<Described>().map(|it| it.scalable_targets));
        if let Ok(Ok(Some(targets))) = &targets
            && targets.is_empty()
        {
            return classify::absent(self, "no scalable target");
        }
        classify::answer(self, targets, |targets| {
            let targets = targets?.ok_or("the scalable targets")?;
            let own = targets.into_iter().find(|it| it.resource_id.as_ref() == Some(&id));
            let own = own.ok_or("the scalable target")?;
            Ok(ScalingRange {
                minimum: own.min_capacity.ok_or("the minimum")?,
                maximum: own.max_capacity.ok_or("the maximum")?,
            })
        })
    }
}

impl Optional for ScalableTarget {
    fn assumption(&self) -> String {
        format!(
            "that Application Auto Scaling does not change the number of tasks of {}",
            self.service
        )
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    scalable_targets: Option<Vec<DescribedTarget>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedTarget {
    resource_id: Option<String>,
    min_capacity: Option<i64>,
    max_capacity: Option<i64>,
}
