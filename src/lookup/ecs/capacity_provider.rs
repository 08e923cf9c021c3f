//! Capacity providers of the account.

use serde::{Deserialize, Serialize};

use crate::lookup::{Answer, Call, Lookup, Mend, Missing, Services, classify};
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
}

/// How ECS launches instances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedInstances {
    /// The role that it uses.
    pub infrastructure_role: String,
    /// The ARN of the instance profile.
    pub instance_profile: Option<String>,
}

impl Lookup for DescribeCapacityProvider {
    type Fact = CapacityProvider;
    const CALL: Call = Call("ecs:DescribeCapacityProviders");

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
                Ok::<_, &'static str>(ManagedInstances {
                    infrastructure_role: role,
                    instance_profile: launch.map(|launch| launch.ec2_instance_profile_arn),
                })
            });
            Ok(CapacityProvider { managed_instances: managed.transpose()? })
        })
    }
}
