//! Amazon EC2 Auto Scaling: the groups behind capacity providers.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::aws::{Element, Lacks, Query};
use super::ec2::launch_template::{InstanceRequirements, TemplateVersion};
use super::{Answer, Call, Lookup, Named, Optional, Services, classify};
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
    /// The instance types that its overrides name. If it has neither overrides nor a launch template, those of
    /// its instances: its launch configuration is not read.
    pub kinds: Vec<String>,
    /// Whether its instances have weights.
    pub is_weighted: bool,
    /// What instance types must have, instead of names: for each such override.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<InstanceRequirements>,
    /// The launch templates that decide the instance types.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<TemplateVersion>,
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
    let offered = offered(group)?;
    Ok(ScalingGroup {
        most: group.number("MaxSize")?.ok_or("the maximum size of the group")?,
        instances: instances.len(),
        suspended,
        kinds: offered.kinds.into_iter().collect(),
        is_weighted: offered.is_weighted,
        requirements: offered.requirements,
        templates: offered.templates,
    })
}

/// What a group launches.
#[derive(Default)]
struct Offered {
    kinds: BTreeSet<String>,
    is_weighted: bool,
    requirements: Vec<InstanceRequirements>,
    templates: Vec<TemplateVersion>,
}

/// An override replaces the instance types of its launch template, which may be a separate one
/// (<https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateOverrides.html>).
fn offered(group: &Element) -> Result<Offered, Lacks> {
    let mut offered = Offered::default();
    let mixed = group.child("MixedInstancesPolicy/LaunchTemplate")?;
    let of_mixed = mixed.map(|it| it.child("LaunchTemplateSpecification")).transpose()?.flatten();
    let overrides = mixed.map(|it| it.members("Overrides")).transpose()?.flatten();
    for it in overrides.unwrap_or_default() {
        offered.is_weighted |= it.text("WeightedCapacity")?.is_some();
        let own = it.child("LaunchTemplateSpecification")?.or(of_mixed);
        match (it.text("InstanceType")?, it.child("InstanceRequirements")?, own) {
            (Some(kind), ..) => {
                offered.kinds.insert(kind);
            }
            (None, Some(required), _) => offered.requirements.push(requirements(required)?),
            (None, None, Some(own)) => offered.templates.push(template(own)?),
            (None, None, None) => {}
        }
    }
    if overrides.unwrap_or_default().is_empty() {
        match group.child("LaunchTemplate")?.or(of_mixed) {
            Some(own) => offered.templates.push(template(own)?),
            None => {
                for it in group.members("Instances")?.unwrap_or_default() {
                    offered.kinds.extend(it.text("InstanceType")?);
                }
            }
        }
    }
    offered.templates.dedup();
    Ok(offered)
}

/// Without a version, the default one is used
/// (<https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateSpecification.html>).
fn template(it: &Element) -> Result<TemplateVersion, Lacks> {
    let version = it.text("Version")?.filter(|version| !version.is_empty());
    Ok(TemplateVersion {
        id: it.text("LaunchTemplateId")?.ok_or("the id of the launch template")?,
        version: version.unwrap_or_else(|| "$Default".to_owned()),
    })
}

fn requirements(it: &Element) -> Result<InstanceRequirements, Lacks> {
    let texts = |name: &'static str| {
        let members = it.members(name)?.unwrap_or_default();
        members.iter().map(Element::content).collect::<Result<Vec<String>, Lacks>>()
    };
    Ok(InstanceRequirements {
        most_vcpus: it.number("VCpuCount/Max")?,
        most_memory: it.number("MemoryMiB/Max")?,
        most_accelerators: it.number("AcceleratorCount/Max")?,
        allowed: texts("AllowedInstanceTypes")?,
        makers: texts("CpuManufacturers")?,
    })
}

/// How the last launch of an Auto Scaling group ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct LastLaunch {
    /// The region.
    pub region: Region,
    /// The name of the group.
    pub name: String,
}

/// The end of a launch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launched {
    /// Why it failed, if it did.
    pub failed: Option<String>,
}

/// So many activities are read: the last launch may be before other ones.
const ACTIVITIES: &str = "20";

impl Lookup for LastLaunch {
    type Fact = Launched;
    const CALL: Call = Call("autoscaling:DescribeScalingActivities");

    fn named(&self) -> Named {
        Named::by("Activities/member/AutoScalingGroupName", &self.name)
    }

    fn what(&self) -> String {
        format!("activities of Auto Scaling group {} in {}", self.name, self.region)
    }

    /// The newest activity comes first
    /// (<https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html>).
    async fn fetch(&self, services: &Services) -> Answer<Launched> {
        let asked = Query::default()
            .with("AutoScalingGroupName", &*self.name)
            .with("MaxRecords", ACTIVITIES);
        let reply = match services.autoscaling(&self.region).ask(self, &asked).await {
            Ok(reply) => reply,
            Err(error) => return classify::failed(self, &error),
        };
        let incomplete = |lacks| classify::incomplete(self, lacks);
        let activities = reply.members("Activities").map_err(incomplete)?;
        let activities = activities.ok_or_else(|| incomplete("the list of activities"))?;
        launch(activities).map(Seen::Found).map_err(incomplete)
    }
}

impl Optional for LastLaunch {
    fn assumption(&self) -> String {
        format!("that Auto Scaling group {} launches instances without an error", self.name)
    }
}

fn launch(activities: &[Element]) -> Result<Launched, Lacks> {
    for activity in activities {
        let description = activity.text("Description")?.unwrap_or_default();
        if !description.starts_with("Launching") {
            continue;
        }
        let status = activity.text("StatusCode")?.ok_or("the status of an activity")?;
        let message = activity.text("StatusMessage")?.filter(|message| !message.is_empty());
        let failed = status == "Failed";
        return Ok(Launched { failed: failed.then(|| message.unwrap_or(status)) });
    }
    Ok(Launched { failed: None })
}
