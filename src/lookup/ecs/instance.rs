//! The container instances of a cluster: where its tasks outside Fargate are placed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{CLUSTER_MISSING, cluster};
use crate::knowledge::{Gap, Seen};
use crate::lookup::members::Members;
use crate::lookup::oci::Platform;
use crate::lookup::pages::Pages;
use crate::lookup::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify};
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
    /// Why it has its status, such as the failure of a registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<String>,
    /// The version of its agent: `1.99.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_version: Option<String>,
    /// When it was registered, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_at: Option<i64>,
    /// What it has for tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,
}

/// What a container instance has for tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// What it was registered with.
    pub registered: Pool,
    /// What its tasks leave.
    pub remaining: Pool,
    /// How many tasks run on it.
    pub running: usize,
    /// How many network interfaces of tasks are attached to it.
    pub interfaces: usize,
}

/// Resources of a container instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// CPU units.
    pub cpu: u64,
    /// MiB.
    pub memory: u64,
    /// The TCP ports of the host that are reserved: ECS lists them, not the free ones
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html>).
    pub tcp_ports: BTreeSet<u16>,
    /// The reserved UDP ports.
    pub udp_ports: BTreeSet<u16>,
    /// How many GPUs.
    pub gpus: usize,
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

    fn named(&self) -> Named {
        Named::Nowhere("compared with the list of ARNs")
    }

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
                .customize()
                .interceptor(Members::of_call(LIST_INSTANCES))
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
        let listed = arns.clone();
        let reply = client
            .describe_container_instances()
            .cluster(&self.cluster)
            .set_container_instances(Some(arns))
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        classify::answer(self, reply, |it| {
            // An instance that was deregistered in the meantime is reported as a failure.
            let gone = it.failures().iter().filter(|it| it.reason() == Some("MISSING")).count();
            let described = it.container_instances.ok_or("the instances")?;
            if described.len() + gone < listed.len() {
                return Err("some of the instances that are listed");
            }
            let is_listed = |it: &aws_sdk_ecs::types::ContainerInstance| {
                it.container_instance_arn.as_ref().is_none_or(|arn| listed.contains(arn))
            };
            if !described.iter().all(is_listed) {
                return Err("an end: it has instances that are not listed");
            }
            described.into_iter().map(instance).collect()
        })
    }
}

fn instance(it: aws_sdk_ecs::types::ContainerInstance) -> Result<ContainerInstance, &'static str> {
    let resources = resources(&it)?;
    let attributes = it.attributes.unwrap_or_default();
    let (docker, agent) =
        it.version_info.map(|it| (it.docker_version, it.agent_version)).unwrap_or_default();
    Ok(ContainerInstance {
        arn: it.container_instance_arn.ok_or("the ARN of an instance")?,
        ec2_instance_id: it.ec2_instance_id,
        status: it.status.ok_or("the status of an instance")?,
        agent_connected: it.agent_connected,
        attributes: attributes.into_iter().map(|it| (it.name, it.value)).collect(),
        capacity_provider: it.capacity_provider_name,
        docker_version: docker.and_then(|it| {
            // The agent reports `DockerVersion: 25.0.8`.
            let version = it.rsplit(' ').next()?.trim_start_matches('v');
            version.starts_with(|it: char| it.is_ascii_digit()).then(|| version.to_owned())
        }),
        status_reason: it.status_reason,
        agent_version: agent,
        registered_at: it.registered_at.map(|at| at.secs()),
        resources,
    })
}

fn resources(
    it: &aws_sdk_ecs::types::ContainerInstance,
) -> Result<Option<Resources>, &'static str> {
    let (Some(registered), Some(remaining)) = (&it.registered_resources, &it.remaining_resources)
    else {
        return Ok(None);
    };
    let of_task = |it: &&aws_sdk_ecs::types::Attachment| it.r#type.as_deref() == Some("eni");
    Ok(Some(Resources {
        registered: pool(registered)?,
        remaining: pool(remaining)?,
        running: usize::try_from(it.running_tasks_count).unwrap_or_default(),
        interfaces: it.attachments().iter().filter(of_task).count(),
    }))
}

fn pool(resources: &[aws_sdk_ecs::types::Resource]) -> Result<Pool, &'static str> {
    let named = |name: &str| resources.iter().find(|it| it.name.as_deref() == Some(name));
    let amount = |name| named(name).map(|it| u64::try_from(it.integer_value).unwrap_or_default());
    let ports = |name| -> Result<BTreeSet<u16>, &'static str> {
        let ports = named(name).map_or(&[][..], |it| it.string_set_value());
        ports.iter().map(|port| port.parse::<u16>().map_err(|_| "a readable port")).collect()
    };
    Ok(Pool {
        cpu: amount("CPU").ok_or("the CPU units of an instance")?,
        memory: amount("MEMORY").ok_or("the memory of an instance")?,
        tcp_ports: ports("PORTS")?,
        udp_ports: ports("PORTS_UDP")?,
        gpus: named("GPU").map_or(0, |it| it.string_set_value().len()),
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
    fn resources_are_read_with_the_ports_that_are_taken() {
        use aws_sdk_ecs::types::{Attachment, Resource};
        let number = |name, value| Resource::builder().name(name).integer_value(value).build();
        let set = |name, values: &[&str]| {
            let values = values.iter().map(|it| (*it).to_owned()).collect();
            Resource::builder().name(name).set_string_set_value(Some(values)).build()
        };
        let described = aws_sdk_ecs::types::ContainerInstance::builder()
            .container_instance_arn("arn:aws:ecs:eu-west-1:111122223333:container-instance/prod/1")
            .status("ACTIVE")
            .registered_resources(number("CPU", 4096))
            .registered_resources(number("MEMORY", 7680))
            .registered_resources(set("PORTS", &["22"]))
            .registered_resources(set("GPU", &["GPU-1", "GPU-2"]))
            .remaining_resources(number("CPU", -1))
            .remaining_resources(number("MEMORY", 512))
            .remaining_resources(set("PORTS", &["22", "8080"]))
            .remaining_resources(set("PORTS_UDP", &["53"]))
            .attachments(Attachment::builder().r#type("eni").build())
            .attachments(Attachment::builder().r#type("other").build())
            .running_tasks_count(2);
        let expected = Resources {
            registered: Pool {
                cpu: 4096,
                memory: 7680,
                tcp_ports: BTreeSet::from([22]),
                udp_ports: BTreeSet::new(),
                gpus: 2,
            },
            remaining: Pool {
                cpu: 0,
                memory: 512,
                tcp_ports: BTreeSet::from([22, 8080]),
                udp_ports: BTreeSet::from([53]),
                gpus: 0,
            },
            running: 2,
            interfaces: 1,
        };
        assert_eq!(instance(described.clone().build()).unwrap().resources, Some(expected));
        let unreadable = described.remaining_resources(set("PORTS_UDP", &["x"]));
        let unreadable = unreadable.set_remaining_resources(Some(vec![number("CPU", 1)]));
        assert!(instance(unreadable.build()).is_err());
    }

    #[test]
    fn an_instance_that_drains_is_told_apart_and_one_without_status_is_not_read() {
        let draining = registered(&[("stack", "blue")]);
        assert!(!draining.is_active());
        assert!(draining.has("stack") && !draining.has("ecs.capability.task-eni"));
        assert!(instance(aws_sdk_ecs::types::ContainerInstance::builder().build()).is_err());
    }
}
