//! Types of machines.

use serde::{Deserialize, Serialize};

use super::{MOST_VALUES, among, only, whole};
use crate::knowledge::Gap;
use crate::lookup::{Answer, Batch, Call, Lookup, Optional, Services};
use crate::names::Region;

/// A type of machines, by its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeInstanceType {
    /// The region that is asked.
    pub region: Region,
    /// `m7i.large`
    pub kind: String,
}

/// What a machine of a type takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceType {
    /// How many EBS volumes at most, where EC2 holds it to a number.
    pub volumes: Option<usize>,
    /// Whether network interfaces beside the first take the place of volumes.
    pub shared: bool,
}

type Listed = Result<Vec<aws_sdk_ec2::types::InstanceTypeInfo>, Gap>;

impl Lookup for DescribeInstanceType {
    type Fact = InstanceType;
    const CALL: Call = Call("ec2:DescribeInstanceTypes");

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
        let request = services
            .ec2(&self.region)
            .describe_instance_types()
            .filters(only("instance-type", asked.iter().map(|one| &*one.kind)));
        whole(
            self,
            |token| request.clone().set_next_token(token).send(),
            |page| (page.instance_types, page.next_token),
        )
        .await
    }

    fn among(&self, listed: &Listed) -> Answer<InstanceType> {
        let is_it = |it: &aws_sdk_ec2::types::InstanceTypeInfo| {
            it.instance_type().is_some_and(|kind| kind.as_str() == self.kind)
        };
        among(self, listed, is_it, |it| Ok(read(&it)))
    }
}

/// Machines that are not built on the Nitro System are held to no number
/// (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/volume_limits.html>).
fn read(it: &aws_sdk_ec2::types::InstanceTypeInfo) -> InstanceType {
    let on_nitro = it.bare_metal() == Some(true)
        || it.hypervisor().is_some_and(|hypervisor| hypervisor.as_str() == "nitro");
    let ebs = it.ebs_info().filter(|_| on_nitro);
    let most = ebs.and_then(|ebs| ebs.maximum_ebs_attachments());
    let limit = ebs.and_then(|ebs| ebs.attachment_limit_type());
    InstanceType {
        volumes: most.and_then(|most| usize::try_from(most).ok()),
        shared: limit.is_some_and(|limit| limit.as_str() == "shared"),
    }
}

impl Optional for DescribeInstanceType {
    fn assumption(&self) -> String {
        ROOM.to_owned()
    }
}

/// What a verdict assumes when it is not known how many volumes the machines take.
pub const ROOM: &str = "that a container instance takes another volume";
