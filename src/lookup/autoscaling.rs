//! Amazon EC2 Auto Scaling: the groups behind capacity providers.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::aws::{Element, Lacks, Query};
use super::ec2::launch_template::{InstanceRequirements, TemplateVersion};
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
    let launched = launched(group)?;
    Ok(ScalingGroup {
        most: group.number("MaxSize")?.ok_or("the maximum size of the group")?,
        instances: instances.len(),
        suspended,
        kinds: launched.kinds.into_iter().collect(),
        is_weighted: launched.is_weighted,
        requirements: launched.requirements,
        templates: launched.templates,
    })
}

/// What a group launches.
#[derive(Default)]
struct Launched {
    kinds: BTreeSet<String>,
    is_weighted: bool,
    requirements: Vec<InstanceRequirements>,
    templates: Vec<TemplateVersion>,
}

/// An override replaces the instance types of its launch template, which may be a separate one
/// (<https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateOverrides.html>).
fn launched(group: &Element) -> Result<Launched, Lacks> {
    let mut launched = Launched::default();
    let mixed = group.child("MixedInstancesPolicy/LaunchTemplate")?;
    let of_mixed = mixed.map(|it| it.child("LaunchTemplateSpecification")).transpose()?.flatten();
    let overrides = mixed.map(|it| it.members("Overrides")).transpose()?.flatten();
    for it in overrides.unwrap_or_default() {
        launched.is_weighted |= it.text("WeightedCapacity")?.is_some();
        let own = it.child("LaunchTemplateSpecification")?.or(of_mixed);
        match (it.text("InstanceType")?, it.child("InstanceRequirements")?, own) {
            (Some(kind), ..) => {
                launched.kinds.insert(kind);
            }
            (None, Some(required), _) => launched.requirements.push(requirements(required)?),
            (None, None, Some(own)) => launched.templates.push(template(own)?),
            (None, None, None) => {}
        }
    }
    if overrides.unwrap_or_default().is_empty() {
        match group.child("LaunchTemplate")?.or(of_mixed) {
            Some(own) => launched.templates.push(template(own)?),
            None => {
                for it in group.members("Instances")?.unwrap_or_default() {
                    launched.kinds.extend(it.text("InstanceType")?);
                }
            }
        }
    }
    launched.templates.dedup();
    Ok(launched)
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
    let allowed = it.members("AllowedInstanceTypes")?.unwrap_or_default();
    Ok(InstanceRequirements {
        most_vcpus: it.number("VCpuCount/Max")?,
        most_memory: it.number("MemoryMiB/Max")?,
        allowed: allowed.iter().map(Element::content).collect::<Result<_, _>>()?,
    })
}
