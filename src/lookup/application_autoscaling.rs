//! Application Auto Scaling: the number of tasks that it keeps.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::aws::Lacks;
use super::pages::Pages;
use super::{Answer, Call, Lookup, Named, Optional, Services, classify};
use crate::knowledge::Seen;
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

/// The scheduled actions that change the range of a service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ScheduledActions {
    /// The region.
    pub region: Region,
    /// The name of the cluster.
    pub cluster: String,
    /// The name of the service.
    pub service: String,
}

/// A scheduled action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledAction {
    /// Its name.
    pub name: String,
    /// When it runs: `cron(0 8 * * ? *)`.
    pub schedule: String,
    /// The new minimum, if it changes.
    pub minimum: Option<i64>,
    /// The new maximum, if it changes.
    pub maximum: Option<i64>,
}

impl Lookup for ScheduledActions {
    type Fact = Vec<ScheduledAction>;
    const CALL: Call = Call("application-autoscaling:DescribeScheduledActions");

    fn named(&self) -> Named {
        let id = format!("service/{}/{}", self.cluster, self.service);
        Named::by("ScheduledActions/ResourceId", id)
    }

    fn what(&self) -> String {
        format!("scheduled actions of service {} in {}", self.service, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<ScheduledAction>> {
        let client = services.application_autoscaling(&self.region);
        let (mut found, mut pages) = (Vec::new(), Pages::default());
        loop {
            let mut asked = json!({
                "ServiceNamespace": "ecs",
                "ResourceId": format!("service/{}/{}", self.cluster, self.service),
                "ScalableDimension": "ecs:service:DesiredCount",
            });
            if let Some(token) = pages.token() {
                asked["NextToken"] = token.into();
            }
            let page = match client.ask(self, &asked).await {
                Ok(page) => page,
                Err(error) => return classify::failed(self, &error),
            };
            let incomplete = |lacks| classify::incomplete(self, lacks);
            let page = page.read::<Scheduled>().map_err(incomplete)?;
            let list = page.scheduled_actions.ok_or_else(|| incomplete("the scheduled actions"))?;
            for it in list {
                found.push(scheduled(it).map_err(incomplete)?);
            }
            if !pages.turn(self, page.next_token)? {
                return Ok(Seen::Found(found));
            }
        }
    }
}

impl Optional for ScheduledActions {
    fn assumption(&self) -> String {
        format!("that no scheduled action changes the number of tasks of {}", self.service)
    }
}

fn scheduled(it: ScheduledItem) -> Result<ScheduledAction, Lacks> {
    let range = it.scalable_target_action;
    Ok(ScheduledAction {
        name: it.scheduled_action_name.ok_or("the name of a scheduled action")?,
        schedule: it.schedule.ok_or("the schedule of an action")?,
        minimum: range.as_ref().and_then(|range| range.min_capacity),
        maximum: range.as_ref().and_then(|range| range.max_capacity),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Scheduled {
    scheduled_actions: Option<Vec<ScheduledItem>>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ScheduledItem {
    scheduled_action_name: Option<String>,
    schedule: Option<String>,
    scalable_target_action: Option<ScheduledRange>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ScheduledRange {
    min_capacity: Option<i64>,
    max_capacity: Option<i64>,
}
