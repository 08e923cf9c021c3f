//! Amazon EC2 Auto Scaling: the groups behind capacity providers.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::aws::{Element, Lacks, Query};
use super::{Answer, Call, Lookup, Named, Services, classify};
use crate::knowledge::Seen;
use crate::names::Region;

/// An Auto Scaling group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeScalingGroup {
    /// The region.
    pub region: Region,
    /// Its name.
    pub name: String,
}

/// An Auto Scaling group, as far as it decides whether it can launch an instance for a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScalingGroup {
    /// How many instances it may have.
    pub most: i64,
    /// How many it has, including those that are starting.
    pub instances: usize,
    /// The processes that are suspended, such as `Launch`.
    pub suspended: Vec<String>,
    /// The instance types that its overrides name, or else those of its instances.
    pub kinds: Vec<String>,
    /// Whether its instances have weights.
    pub is_weighted: bool,
}

impl Lookup for DescribeScalingGroup {
    type Fact = ScalingGroup;
    const CALL: Call = Call("autoscaling:DescribeAutoScalingGroups");

    fn named(&self) -> Named {
        Named::by("AutoScalingGroups/member/AutoScalingGroupName", &self.name)
    }

    fn what(&self) -> String {
        format!("Auto Scaling group {} in {}", self.name, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<ScalingGroup> {
        let asked = Query::default().members("AutoScalingGroupNames", [&*self.name]);
        let reply = match services.autoscaling(&self.region).ask(self, &asked).await {
            Ok(reply) => reply,
            Err(error) => return classify::failed(self, &error),
        };
        let incomplete = |lacks| classify::incomplete(self, lacks);
        let groups = reply.members("AutoScalingGroups").map_err(incomplete)?;
        let groups = groups.ok_or_else(|| incomplete("the list of groups"))?;
        for group in groups {
            let name = group.text("AutoScalingGroupName").map_err(incomplete)?;
            if name.ok_or_else(|| incomplete("the name of a group"))? == self.name {
                return read(group).map(Seen::Found).map_err(incomplete);
            }
        }
        // A group that a capacity provider has cannot be deleted; a list without it is incomplete.
        Err(incomplete("the group"))
    }
}

fn read(group: &Element) -> Result<ScalingGroup, Lacks> {
    let mut suspended = Vec::new();
    for process in group.members("SuspendedProcesses")?.unwrap_or_default() {
        suspended.extend(process.text("ProcessName")?);
    }
    let instances = group.members("Instances")?.unwrap_or_default();
    let overrides = group.members("MixedInstancesPolicy/LaunchTemplate/Overrides")?;
    let overrides = overrides.unwrap_or_default();
    let (mut kinds, mut is_weighted) = (BTreeSet::new(), false);
    for it in if overrides.is_empty() { instances } else { overrides } {
        kinds.extend(it.text("InstanceType")?);
    }
    for it in overrides {
        is_weighted |= it.text("WeightedCapacity")?.is_some();
    }
    Ok(ScalingGroup {
        most: group.number("MaxSize")?.ok_or("the maximum size of the group")?,
        instances: instances.len(),
        suspended,
        kinds: kinds.into_iter().collect(),
        is_weighted,
    })
}
