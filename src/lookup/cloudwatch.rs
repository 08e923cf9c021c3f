//! Amazon CloudWatch: how much of a quota is in use
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Service-Quota-Integration.html>).

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::aws::{Element, Lacks, Query};
use super::{Answer, Call, Lookup, Named, Optional, Services, classify};
use crate::knowledge::Seen;
use crate::names::Region;

/// The current use of a quota.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct QuotaUsage {
    /// The region.
    pub region: Region,
    /// Of which resource.
    pub of: Resource,
}

/// A resource whose use CloudWatch shows: the dimensions of its metric, except its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Resource {
    /// `Fargate`
    pub service: &'static str,
    /// `vCPU`
    pub resource: &'static str,
    /// `Standard/OnDemand`
    pub class: &'static str,
}

/// The vCPUs of all tasks on Fargate, except Spot
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/monitoring-fargate-usage.html>).
pub const FARGATE_VCPUS_IN_USE: Resource =
    Resource { service: "Fargate", resource: "vCPU", class: "Standard/OnDemand" };

/// The vCPUs of all tasks on Fargate Spot.
pub const FARGATE_SPOT_VCPUS_IN_USE: Resource =
    Resource { class: "Standard/Spot", ..FARGATE_VCPUS_IN_USE };

const NAMESPACE: &str = "AWS/Usage";
const METRIC: &str = "ResourceCount";
/// The metric has a value for each minute, some minutes late.
const PERIOD: &str = "300";
const RECENT: Duration = Duration::hours(1);

impl Lookup for QuotaUsage {
    /// None if the metric has no value: nothing is in use, or nothing was for the last hour.
    type Fact = Option<f64>;
    const CALL: Call = Call("cloudwatch:GetMetricStatistics");

    fn named(&self) -> Named {
        Named::by("Label", METRIC)
    }

    fn what(&self) -> String {
        let Resource { service, resource, class } = self.of;
        format!("use of {service} {resource} ({class}) in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Option<f64>> {
        let now = OffsetDateTime::now_utc();
        let Resource { service, resource, class } = self.of;
        let dimensions =
            [("Type", "Resource"), ("Service", service), ("Resource", resource), ("Class", class)];
        let mut asked = Query::default()
            .with("Namespace", NAMESPACE)
            .with("MetricName", METRIC)
            .with("Period", PERIOD)
            .members("Statistics", ["Maximum"]);
        for (nth, (name, value)) in (1..).zip(dimensions) {
            asked = asked
                .with(&format!("Dimensions.member.{nth}.Name"), name)
                .with(&format!("Dimensions.member.{nth}.Value"), value);
        }
        let asked = asked.with("StartTime", written(now - RECENT)).with("EndTime", written(now));
        let reply = match services.cloudwatch(&self.region).ask(self, &asked).await {
            Ok(reply) => reply,
            Err(error) => return classify::failed(self, &error),
        };
        let incomplete = |lacks| classify::incomplete(self, lacks);
        let points = reply.members("Datapoints").map_err(incomplete)?;
        let points = points.ok_or_else(|| incomplete("the values"))?;
        newest(points).map(Seen::Found).map_err(incomplete)
    }
}

/// What is assumed without an answer.
pub(super) const ROOM: &str = "that the vCPUs in use leave room for the tasks";

impl Optional for QuotaUsage {
    fn assumption(&self) -> String {
        ROOM.to_owned()
    }
}

/// The time as the API reads it.
fn written(time: OffsetDateTime) -> String {
    let (date, at) = (time.date(), time.time());
    format!("{date}T{:02}:{:02}:{:02}Z", at.hour(), at.minute(), at.second())
}

/// The values come in no order.
fn newest(points: &[Element]) -> Result<Option<f64>, Lacks> {
    let mut newest: Option<(String, f64)> = None;
    for point in points {
        let time = point.text("Timestamp")?.ok_or("the time of a value")?;
        let value: f64 = point.number("Maximum")?.ok_or("the value")?;
        if newest.as_ref().is_none_or(|(before, _)| *before < time) {
            newest = Some((time, value));
        }
    }
    Ok(newest.map(|(_, value)| value))
}
