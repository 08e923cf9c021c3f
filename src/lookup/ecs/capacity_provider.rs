//! Capacity providers of the account.

use serde::{Deserialize, Serialize};

use crate::lookup::members::Members;
use crate::lookup::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify};
use crate::names::Region;
use crate::shell::ShellCommand;

/// A capacity provider of the account. `FARGATE` and `FARGATE_SPOT` always exist.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeCapacityProvider {
    /// The region.
    pub region: Region,
    /// Its name.
    pub name: String,
}

/// A capacity provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityProvider {
    /// The instances that ECS manages for it, if it is of that kind.
    pub managed_instances: Option<ManagedInstances>,
    /// `ACTIVE`, `PROVISIONING`, `INACTIVE`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Why its last update failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_failed: Option<String>,
    /// Its Auto Scaling group, if it is of that kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<ScaledGroup>,
}

/// The Auto Scaling group of a capacity provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScaledGroup {
    /// Its ARN, or its name.
    pub group: String,
    /// Whether ECS scales it with its tasks; none if the API does not say.
    pub scales: Option<bool>,
}

impl ScaledGroup {
    /// Its name.
    pub fn name(&self) -> &str {
        self.group.rsplit("autoScalingGroupName/").next().unwrap_or(&self.group)
    }
}

/// How ECS launches instances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedInstances {
    /// The role that it uses.
    pub infrastructure_role: String,
    /// The ARN of the instance profile.
    pub instance_profile: Option<String>,
    /// The largest number of vCPUs of an instance, if it is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_vcpus: Option<i32>,
    /// The largest memory of an instance in MiB, if it is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_memory: Option<i32>,
    /// The largest number of GPUs and other accelerators of an instance, if it is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_accelerators: Option<i32>,
    /// The instance types that it may launch; none if they are not limited. They may have wildcards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
    /// The only manufacturers of the CPU, such as `intel`; none if they are not limited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub makers: Vec<String>,
}

impl Lookup for DescribeCapacityProvider {
    type Fact = CapacityProvider;
    const CALL: Call = Call("ecs:DescribeCapacityProviders");

    fn named(&self) -> Named {
        Named::by("capacityProviders/name", &self.name).and_ending("failures/arn", &self.name)
    }

    fn what(&self) -> String {
        format!("capacity provider {} in {}", self.name, self.region)
    }

    fn resource(&self) -> String {
        let partition = self.region.partition();
        format!("arn:{partition}:ecs:{}:*:capacity-provider/{}", self.region, self.name)
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::by(
            ShellCommand::of("aws ecs describe-capacity-providers")
                .option("--query", "capacityProviders[].name")
                .region(&self.region),
        )
        .saying("Use an existing capacity provider, or create this one and associate it with the cluster")
        .instead_of("InvalidParameterException: The specified capacity provider was not found. Specify a valid capacity provider and try again.")
    }

    async fn fetch(&self, services: &Services) -> Answer<CapacityProvider> {
        let reply = services
            .ecs(&self.region)
            .describe_capacity_providers()
            .capacity_providers(&self.name)
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        // A missing provider is reported in a successful answer.
        if let Ok(it) = &reply
            && it.failures().iter().any(|failure| failure.reason() == Some("MISSING"))
        {
            return classify::absent(self, "MISSING");
        }
        classify::answer(self, reply, |it| {
            let own = |it: &aws_sdk_ecs::types::CapacityProvider| {
                it.name.as_deref() == Some(self.name.as_str())
            };
            let providers = it.capacity_providers.unwrap_or_default();
            let provider = providers.into_iter().find(own).ok_or("the capacity provider")?;
            let managed = provider.managed_instances_provider.map(|managed| {
                let role = managed.infrastructure_role_arn.ok_or("the infrastructure role")?;
                let launch = managed.instance_launch_template;
                let limits = launch.as_ref().and_then(|it| it.instance_requirements.as_ref());
                Ok::<_, &'static str>(ManagedInstances {
                    infrastructure_role: role,
                    allowed: limits
                        .and_then(|it| it.allowed_instance_types.clone())
                        .unwrap_or_default(),
                    makers: limits
                        .map(|it| it.cpu_manufacturers())
                        .unwrap_or_default()
                        .iter()
                        .map(|maker| maker.as_str().to_owned())
                        .collect(),
                    most_vcpus: limits.and_then(|it| it.v_cpu_count.as_ref()).and_then(|it| it.max),
                    most_memory: limits.and_then(|it| it.memory_mib.as_ref()).and_then(|it| it.max),
                    most_accelerators: limits
                        .and_then(|it| it.accelerator_count.as_ref())
                        .and_then(|it| it.max),
                    instance_profile: launch.map(|launch| launch.ec2_instance_profile_arn),
                })
            });
            let group = provider.auto_scaling_group_provider.map(|it| ScaledGroup {
                group: it.auto_scaling_group_arn,
                scales: it
                    .managed_scaling
                    .and_then(|it| it.status)
                    .map(|it| it.as_str() == "ENABLED"),
            });
            let failed = provider.update_status.filter(|it| it.as_str().ends_with("_FAILED"));
            Ok(CapacityProvider {
                managed_instances: managed.transpose()?,
                status: provider.status.map(|it| it.as_str().to_owned()),
                update_failed: failed.map(|it| {
                    provider.update_status_reason.unwrap_or_else(|| it.as_str().to_owned())
                }),
                group,
            })
        })
    }
}
