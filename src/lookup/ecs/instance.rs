//! The container instances of a cluster: where its tasks outside Fargate are placed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CLUSTER_MISSING, cluster};
use crate::knowledge::{Gap, Seen};
use crate::lookup::oci::Platform;
use crate::lookup::pages::Pages;
use crate::lookup::{Answer, Call, Lookup, Mend, Missing, Services, classify};
use crate::names::Region;

/// All registered container instances of a cluster, including those that accept no tasks now.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ContainerInstances {
    /// The region.
    pub region: Region,
    /// The cluster's name or ARN.
    pub cluster: String,
}

/// A registered container instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerInstance {
    /// The ARN.
    pub arn: String,
    /// Its EC2 instance: `i-…`, or `mi-…` for a machine outside of AWS.
    pub ec2_instance_id: Option<String>,
    /// `ACTIVE`, `DRAINING`, `REGISTERING`, ... Only the first accepts tasks.
    pub status: String,
    /// Whether its agent is connected to ECS.
    pub agent_connected: bool,
    /// Its attributes; those that only state a capability have no value
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html>).
    pub attributes: BTreeMap<String, Option<String>>,
    /// The capacity provider that it belongs to.
    pub capacity_provider: Option<String>,
    /// The version of Docker, such as `25.0.8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docker_version: Option<String>,
}

impl ContainerInstance {
    /// Whether it accepts tasks.
    pub fn is_active(&self) -> bool {
        self.status == "ACTIVE"
    }

    /// Its id, the end of its ARN.
    pub fn id(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or(&self.arn)
    }

    /// Whether it is a machine outside of AWS
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-anywhere.html>).
    pub fn is_external(&self) -> bool {
        self.has("ecs.capability.external")
            || self.ec2_instance_id.as_deref().is_some_and(|id| id.starts_with("mi-"))
    }

    /// Whether it is registered with this attribute, whatever its value.
    pub fn has(&self, attribute: &str) -> bool {
        self.attributes.contains_key(attribute)
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)?.as_deref()
    }

    /// Its version of Docker, with the first number of it.
    pub fn docker(&self) -> Option<(u32, &str)> {
        let version = self.docker_version.as_deref()?;
        Some((version.split('.').next()?.parse().ok()?, version))
    }

    /// Its platform, if its agent reports one that images can be built for.
    pub fn platform(&self) -> Option<Platform> {
        let architecture = match self.attribute("ecs.cpu-architecture")? {
            "x86_64" => "X86_64",
            "arm64" => "ARM64",
            _ => return None,
        };
        let family = match (self.attribute("ecs.os-type")?, self.attribute("ecs.os-family")) {
            ("linux", _) => "LINUX",
            (_, Some(family)) => family,
            _ => return None,
        };
        Platform::from_ecs(family, architecture)
    }
}

/// The first call of [`ContainerInstances`].
pub(in crate::lookup) const LIST_INSTANCES: Call = Call("ecs:ListContainerInstances");

impl Lookup for ContainerInstances {
    type Fact = Vec<ContainerInstance>;
    const CALL: Call = Call("ecs:DescribeContainerInstances");
    const ABSENT: &'static [&'static str] = &[CLUSTER_MISSING];

    fn what(&self) -> String {
        format!("container instances of cluster {} in {}", self.cluster, self.region)
    }

    fn absence(&self) -> String {
        format!("there is no cluster {} in {}", self.cluster, self.region)
    }

    fn mend(&self, _: &Missing) -> Mend {
        cluster::missing(&self.cluster, &self.region)
    }

    /// A page of the list has as many items as one description accepts: 100
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListContainerInstances.html>).
    async fn fetch(&self, services: &Services) -> Answer<Vec<ContainerInstance>> {
        let client = services.ecs(&self.region);
        let (mut instances, mut pages) = (Vec::new(), Pages::default());
        loop {
            let page = client
                .list_container_instances()
                .cluster(&self.cluster)
                .set_next_token(pages.token())
                .send()
                .await;
            let page = match page {
                Ok(page) => page,
                Err(error) => return classify::failed(self, &error).map_err(of_the_list),
            };
            let arns = page
                .container_instance_arns
                .ok_or_else(|| classify::incomplete(self, "the list of instances"))?;
            if !arns.is_empty() {
                match self.describe(&client, arns).await? {
                    Seen::Found(described) => instances.extend(described),
                    Seen::Absent(absence) => return Ok(Seen::Absent(absence)),
                }
            }
            if !pages.turn(self, page.next_token)? {
                return Ok(Seen::Found(instances));
            }
        }
    }
}

impl ContainerInstances {
    async fn describe(
        &self,
        client: &aws_sdk_ecs::Client,
        arns: Vec<String>,
    ) -> Answer<Vec<ContainerInstance>> {
        let listed = arns.len();
        let reply = client
            .describe_container_instances()
            .cluster(&self.cluster)
            .set_container_instances(Some(arns))
            .send()
            .await;
        classify::answer(self, reply, |it| {
            // An instance that was deregistered in the meantime is reported as a failure.
            let gone = it.failures().iter().filter(|it| it.reason() == Some("MISSING")).count();
            let described = it.container_instances.ok_or("the instances")?;
            if described.len() + gone < listed {
                return Err("some of the instances that are listed");
            }
            described.into_iter().map(instance).collect()
        })
    }
}

fn instance(it: aws_sdk_ecs::types::ContainerInstance) -> Result<ContainerInstance, &'static str> {
    let attributes = it.attributes.unwrap_or_default();
    Ok(ContainerInstance {
        arn: it.container_instance_arn.ok_or("the ARN of an instance")?,
        ec2_instance_id: it.ec2_instance_id,
        status: it.status.ok_or("the status of an instance")?,
        agent_connected: it.agent_connected,
        attributes: attributes.into_iter().map(|it| (it.name, it.value)).collect(),
        capacity_provider: it.capacity_provider_name,
        docker_version: it.version_info.and_then(|it| it.docker_version).and_then(|it| {
            // The agent reports `DockerVersion: 25.0.8`.
            let version = it.rsplit(' ').next()?.trim_start_matches('v');
            version.starts_with(|it: char| it.is_ascii_digit()).then(|| version.to_owned())
        }),
    })
}

/// The list is a separate action, which must be allowed if it is denied.
fn of_the_list(gap: Gap) -> Gap {
    match gap {
        Gap::Refused { resource, said, .. } => {
            Gap::Refused { action: LIST_INSTANCES.to_string(), resource, said }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Attributes<'a> = &'a [(&'a str, &'a str)];

    fn registered(attributes: Attributes) -> ContainerInstance {
        let attributes = attributes.iter().map(|(name, value)| {
            aws_sdk_ecs::types::Attribute::builder().name(*name).value(*value).build().unwrap()
        });
        let instance_ = aws_sdk_ecs::types::ContainerInstance::builder()
            .container_instance_arn(
                "arn:aws:ecs:eu-west-1:111122223333:container-instance/production/1",
            )
            .status("DRAINING")
            .set_attributes(Some(attributes.collect()))
            .build();
        instance(instance_).unwrap()
    }

    #[test]
    fn the_platform_is_what_the_agent_tells() {
        let windows = "WINDOWS_SERVER_2022_CORE";
        let cases: [(Attributes, Option<&str>); 5] = [
            (&[("ecs.cpu-architecture", "arm64"), ("ecs.os-type", "linux")], Some("linux/arm64")),
            (
                &[
                    ("ecs.cpu-architecture", "x86_64"),
                    ("ecs.os-type", "windows"),
                    ("ecs.os-family", windows),
                ],
                Some("windows/amd64 (10.0.20348)"),
            ),
            (&[("ecs.cpu-architecture", "x86_64"), ("ecs.os-type", "windows")], None),
            (&[("ecs.cpu-architecture", "riscv64"), ("ecs.os-type", "linux")], None),
            (&[("ecs.os-type", "linux")], None),
        ];
        for (attributes, expected) in cases {
            let platform = registered(attributes).platform().map(|it| it.to_string());
            assert_eq!(platform.as_deref(), expected, "{attributes:?}");
        }
    }

    #[test]
    fn the_version_of_docker_is_read_if_it_is_one() {
        for (reported, expected) in [
            ("DockerVersion: 20.10.25", Some((20, "20.10.25"))),
            ("DockerVersion: 25.0.8-ce", Some((25, "25.0.8-ce"))),
            ("DockerVersion: Unknown", None),
            ("", None),
        ] {
            let version = aws_sdk_ecs::types::VersionInfo::builder().docker_version(reported);
            let it = aws_sdk_ecs::types::ContainerInstance::builder()
                .container_instance_arn("arn:aws:ecs:eu-west-1:111122223333:container-instance/a/1")
                .status("ACTIVE")
                .version_info(version.build())
                .build();
            assert_eq!(instance(it).unwrap().docker(), expected, "{reported}");
        }
    }

    #[test]
    fn an_instance_that_drains_is_told_apart_and_one_without_status_is_not_read() {
        let draining = registered(&[("stack", "blue")]);
        assert!(!draining.is_active());
        assert!(draining.has("stack") && !draining.has("ecs.capability.task-eni"));
        assert!(instance(aws_sdk_ecs::types::ContainerInstance::builder().build()).is_err());
    }
}
