//! Instance types.

use serde::{Deserialize, Serialize};

use super::{MOST_VALUES, among, only, whole_of};
use crate::knowledge::Gap;
use crate::lookup::aws::{Element, Lacks};
use crate::lookup::{Answer, Batch, Call, Lookup, Named, Optional, Services};
use crate::names::Region;

/// An instance type, by its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeInstanceType {
    /// The region.
    pub region: Region,
    /// `m7i.large`
    pub kind: String,
}

/// The limits of an instance type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceType {
    /// The maximum number of EBS volumes, if EC2 has a fixed one.
    pub volumes: Option<usize>,
    /// Whether network interfaces after the first one count as volumes.
    pub shared: bool,
    /// The maximum number of network interfaces, of the first network card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interfaces: Option<u64>,
    /// The number of vCPUs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcpus: Option<u64>,
    /// The memory in MiB; the operating system has less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// The number of GPUs, if it has some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpus: Option<u64>,
    /// The architectures that it supports: `x86_64`, `arm64`, ...; none if the answer does not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub architectures: Vec<String>,
}

type Listed = Result<Vec<Element>, Gap>;

impl Lookup for DescribeInstanceType {
    type Fact = InstanceType;
    const CALL: Call = Call("ec2:DescribeInstanceTypes");

    fn named(&self) -> Named {
        Named::by("instanceTypeSet/item/instanceType", &self.kind)
    }

    fn what(&self) -> String {
        format!("instance type {} in {}", self.kind, self.region)
    }

    fn batch(&self) -> Option<Batch> {
        Some(Batch::of(MOST_VALUES, &self.region))
    }

    async fn fetch(&self, services: &Services) -> Answer<InstanceType> {
        let listed = self.list(std::slice::from_ref(self), services).await;
        self.among(&listed)
    }

    async fn fetch_all(asked: &[Self], services: &Services) -> Vec<Answer<InstanceType>> {
        let Some(first) = asked.first() else { return Vec::new() };
        let listed = first.list(asked, services).await;
        asked.iter().map(|one| one.among(&listed)).collect()
    }
}

impl DescribeInstanceType {
    async fn list(&self, asked: &[Self], services: &Services) -> Listed {
        let client = services.ec2(&self.region);
        let query = only("instance-type", asked.iter().map(|one| &*one.kind));
        whole_of(asked, &client, query, "instanceTypeSet").await
    }

    fn among(&self, listed: &Listed) -> Answer<InstanceType> {
        among(self, listed, ("instanceType", &self.kind), read)
    }
}

/// Instances that are not built on the Nitro System have no fixed limit
/// (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/volume_limits.html>).
fn read(it: &Element) -> Result<InstanceType, Lacks> {
    let on_nitro = it.flag("bareMetal")? == Some(true)
        || it.text("hypervisor")?.is_some_and(|hypervisor| hypervisor == "nitro");
    let most: Option<i64> = it.number("ebsInfo/maximumEbsAttachments")?;
    let limit = it.text("ebsInfo/attachmentLimitType")?;
    let cards = it.items("networkInfo/networkCards")?;
    let of_first_card = cards.first().map(|card| card.number("maximumNetworkInterfaces"));
    let interfaces = match of_first_card.transpose()?.flatten() {
        Some(interfaces) => Some(interfaces),
        None => it.number("networkInfo/maximumNetworkInterfaces")?,
    };
    let mut gpus = 0;
    for gpu in it.items("gpuInfo/gpus")? {
        gpus += gpu.number::<u64>("count")?.unwrap_or_default();
    }
    Ok(InstanceType {
        interfaces,
        vcpus: it.number("vCpuInfo/defaultVCpus")?,
        memory: it.number("memoryInfo/sizeInMiB")?,
        gpus: (gpus > 0).then_some(gpus),
        architectures: it.texts("processorInfo/supportedArchitectures", None)?,
        volumes: most.filter(|_| on_nitro).and_then(|most| usize::try_from(most).ok()),
        shared: on_nitro && limit.is_some_and(|limit| limit == "shared"),
    })
}

impl Optional for DescribeInstanceType {
    fn assumption(&self) -> String {
        ROOM.to_owned()
    }
}

/// The assumption if the volume limit of the instances is not known.
pub const ROOM: &str = "that a container instance can attach another volume";
