//! EC2 instances.

use serde::{Deserialize, Serialize};

use super::{MOST_VALUES, only, whole_of, with_id};
use crate::knowledge::{Gap, Seen};
use crate::lookup::aws::{Element, Lacks};
use crate::lookup::{Answer, Batch, Call, Lookup, Named, Services, classify};
use crate::names::Region;

/// An EC2 instance by its id. The id is passed as a filter, so that a deleted instance is only missing in the
/// answer and does not fail the others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeInstance {
    /// The region.
    pub region: Region,
    /// `i-…`
    pub id: String,
}

/// An instance with its network. A terminated instance has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// The VPC of the primary network interface.
    pub vpc: Option<String>,
    /// Its subnet.
    pub subnet: Option<String>,
    /// Its security groups.
    pub security_groups: Vec<String>,
    /// Its private IPv4 address.
    pub private_address: Option<String>,
    /// Whether it has a public IPv4 address.
    pub is_public: bool,
    /// The ARN of the instance profile, which contains the role of programs on the instance.
    pub profile: Option<String>,
    /// What is attached to it.
    pub attached: Option<Attached>,
}

/// What is attached to an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// The instance type: `m7i.large`. It determines the limits.
    pub kind: String,
    /// How many EBS volumes.
    pub volumes: usize,
    /// How many network interfaces, of the first network card.
    pub interfaces: usize,
}

/// The result of reading all pages: the list, or the gap that ended it.
type Listed = Result<Vec<Element>, Gap>;

impl Lookup for DescribeInstance {
    type Fact = Instance;
    const CALL: Call = Call("ec2:DescribeInstances");

    fn named(&self) -> Named {
        Named::by("reservationSet/item/instancesSet/item/instanceId", &self.id)
    }

    fn what(&self) -> String {
        format!("EC2 instance {} in {}", self.id, self.region)
    }

    fn batch(&self) -> Option<Batch> {
        Some(Batch::of(MOST_VALUES, &self.region))
    }

    async fn fetch(&self, services: &Services) -> Answer<Instance> {
        let listed = self.list(std::slice::from_ref(self), services).await;
        self.among(&listed)
    }

    async fn fetch_all(asked: &[Self], services: &Services) -> Vec<Answer<Instance>> {
        let Some(first) = asked.first() else { return Vec::new() };
        let listed = first.list(asked, services).await;
        asked.iter().map(|one| one.among(&listed)).collect()
    }
}

impl DescribeInstance {
    async fn list(&self, asked: &[Self], services: &Services) -> Listed {
        let client = services.ec2(&self.region);
        let query = only("instance-id", asked.iter().map(|one| &*one.id));
        let mut found = Vec::new();
        for reservation in whole_of(asked, &client, query, "reservationSet").await? {
            let started = reservation.into_list("instancesSet");
            let started = started.and_then(|list| list.ok_or("the list of instances"));
            found.extend(started.map_err(|lacks| classify::incomplete(self, lacks))?);
        }
        Ok(found)
    }

    fn among(&self, listed: &Listed) -> Answer<Instance> {
        let incomplete = |lacks| classify::incomplete(self, lacks);
        let listed = listed.as_ref().map_err(Gap::clone)?;
        match with_id(listed, "instanceId", &self.id).map_err(incomplete)? {
            Some(it) => read(it).map(Seen::Found).map_err(incomplete),
            None => {
                classify::absent(self, "not among the instances that ec2:DescribeInstances lists")
            }
        }
    }
}

pub(super) fn read(it: &Element) -> Result<Instance, Lacks> {
    let interfaces = it.items("networkInterfaceSet")?;
    let (mut primary, mut of_first_card) = (None, 0);
    for interface in interfaces {
        let is_of_first_card = is_of_first_card(interface)?;
        of_first_card += usize::from(is_of_first_card);
        if is_of_first_card && primary.is_none() && is_first(interface)? {
            primary = Some(interface);
        }
    }
    // What is missing in the interface is in the instance.
    let of_either = |field: &str| match primary.map(|it| it.text(field)).transpose()?.flatten() {
        Some(text) => Ok::<_, Lacks>(Some(text)),
        None => it.text(field),
    };
    let associated = primary.map(|it| it.text("association/publicIp")).transpose()?.flatten();
    let public = associated.or(it.text("ipAddress")?);
    let attached = match it.text("instanceType")? {
        Some(kind) => Some(Attached { kind, volumes: volumes(it)?, interfaces: of_first_card }),
        None => None,
    };
    Ok(Instance {
        vpc: of_either("vpcId")?,
        subnet: of_either("subnetId")?,
        security_groups: primary.unwrap_or(it).texts("groupSet", Some("groupId"))?,
        private_address: of_either("privateIpAddress")?,
        is_public: public.is_some_and(|it| !it.is_empty()),
        profile: it.text("iamInstanceProfile/arn")?,
        attached,
    })
}

fn volumes(it: &Element) -> Result<usize, Lacks> {
    let devices = it.items("blockDeviceMapping")?.iter().map(|it| it.child("ebs"));
    Ok(devices.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().count())
}

/// Whether this is the first interface of its card; that of the first card is the primary one
/// (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html>).
fn is_first(it: &Element) -> Result<bool, Lacks> {
    Ok(it.number::<i32>("attachment/deviceIndex")? == Some(0))
}

fn is_of_first_card(it: &Element) -> Result<bool, Lacks> {
    Ok(it.number::<i32>("attachment/networkCardIndex")?.is_none_or(|card| card == 0))
}
