//! Machines.

use aws_sdk_ec2::types::{Filter, GroupIdentifier, InstanceNetworkInterface};
use serde::{Deserialize, Serialize};

use crate::knowledge::{Gap, Seen};
use crate::lookup::pages::Pages;
use crate::lookup::{Answer, Batch, Call, Lookup, Services, classify};
use crate::names::Region;

/// A machine by its id. The id is given as a filter: so one that is gone is left out of the answer, and
/// does not spoil it for the others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeInstance {
    /// The region that is asked.
    pub region: Region,
    /// `i-…`
    pub id: String,
}

/// A machine as it stands in the network. One that was terminated stands nowhere.
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
    /// The ARN of the instance profile, which holds the role that programs on the machine act as.
    pub profile: Option<String>,
    /// What is attached to it.
    pub attached: Option<Attached>,
}

/// What is attached to a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// The type of the machine: `m7i.large`. It tells how much there may be.
    pub kind: String,
    /// How many EBS volumes.
    pub volumes: usize,
    /// How many network interfaces, of the first network card.
    pub interfaces: usize,
}

/// What one walk over all pages brought: the list, or the gap that ended it.
type Listed = Result<Vec<aws_sdk_ec2::types::Instance>, Gap>;

/// As many values as a filter may have
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html>).
const MOST: usize = 200;

impl Lookup for DescribeInstance {
    type Fact = Instance;
    const CALL: Call = Call("ec2:DescribeInstances");

    fn what(&self) -> String {
        format!("EC2 instance {} in {}", self.id, self.region)
    }

    fn batch(&self) -> Option<Batch> {
        Some(Batch::of(MOST, &self.region))
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
        let ids = asked.iter().map(|one| one.id.clone()).collect();
        let filter = Filter::builder().name("instance-id").set_values(Some(ids)).build();
        let client = services.ec2(&self.region);
        let (mut found, mut pages) = (Vec::new(), Pages::default());
        loop {
            let page = client
                .describe_instances()
                .filters(filter.clone())
                .set_next_token(pages.token())
                .send()
                .await;
            let page = match page {
                Ok(page) => page,
                // No code of this call says "absent", so a failure is always a gap.
                Err(error) => {
                    return match classify::failed(self, &error) {
                        Err(gap) => Err(gap),
                        Ok(_) => Err(classify::incomplete(self, "the list of instances")),
                    };
                }
            };
            // A missing id is known by its omission, which needs the list to be there.
            let reservations = page
                .reservations
                .ok_or_else(|| classify::incomplete(self, "the list of instances"))?;
            found.extend(reservations.into_iter().flat_map(|it| it.instances.unwrap_or_default()));
            if !pages.turn(self, page.next_token)? {
                return Ok(found);
            }
        }
    }

    fn among(&self, listed: &Listed) -> Answer<Instance> {
        let listed = listed.as_ref().map_err(Gap::clone)?;
        match listed.iter().find(|it| it.instance_id() == Some(&self.id)) {
            Some(it) => Ok(Seen::Found(read(it))),
            None => {
                classify::absent(self, "not among the instances that ec2:DescribeInstances lists")
            }
        }
    }
}

fn read(it: &aws_sdk_ec2::types::Instance) -> Instance {
    let primary = it.network_interfaces().iter().find(|it| is_primary(it));
    let groups = primary.map_or(it.security_groups(), InstanceNetworkInterface::groups);
    let ids = |groups: &[GroupIdentifier]| {
        groups.iter().filter_map(|group| group.group_id().map(str::to_owned)).collect()
    };
    let address = primary.and_then(|it| it.private_ip_address()).or(it.private_ip_address());
    let associated = primary.and_then(|it| it.association()).and_then(|it| it.public_ip());
    let profile = it.iam_instance_profile().and_then(|profile| profile.arn());
    let attached = it.instance_type().map(|kind| Attached {
        kind: kind.as_str().to_owned(),
        volumes: it.block_device_mappings().iter().filter(|it| it.ebs().is_some()).count(),
        interfaces: it.network_interfaces().iter().filter(|it| is_of_first_card(it)).count(),
    });
    Instance {
        vpc: primary.and_then(|it| it.vpc_id()).or(it.vpc_id()).map(str::to_owned),
        subnet: primary.and_then(|it| it.subnet_id()).or(it.subnet_id()).map(str::to_owned),
        security_groups: ids(groups),
        private_address: address.map(str::to_owned),
        is_public: associated.or(it.public_ip_address()).is_some_and(|it| !it.is_empty()),
        profile: profile.map(str::to_owned),
        attached,
    }
}

/// The interface that the machine was started with
/// (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html>).
fn is_primary(it: &InstanceNetworkInterface) -> bool {
    it.attachment().is_some_and(|it| it.device_index() == Some(0)) && is_of_first_card(it)
}

fn is_of_first_card(it: &InstanceNetworkInterface) -> bool {
    it.attachment().and_then(|it| it.network_card_index()).is_none_or(|card| card == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::{
        EbsInstanceBlockDevice, IamInstanceProfile, InstanceBlockDeviceMapping,
        InstanceNetworkInterfaceAssociation, InstanceNetworkInterfaceAttachment, InstanceType,
    };

    fn interface(index: i32, subnet: &str, group: &str) -> InstanceNetworkInterface {
        InstanceNetworkInterface::builder()
            .attachment(InstanceNetworkInterfaceAttachment::builder().device_index(index).build())
            .subnet_id(subnet)
            .vpc_id("vpc-1")
            .private_ip_address(format!("10.0.{index}.4"))
            .groups(GroupIdentifier::builder().group_id(group).build())
            .build()
    }

    #[test]
    fn the_primary_interface_is_what_counts_and_not_those_of_the_tasks() {
        let profile = "arn:aws:iam::111122223333:instance-profile/ecs";
        let volume = EbsInstanceBlockDevice::builder().volume_id("vol-1").build();
        let root = InstanceBlockDeviceMapping::builder().ebs(volume).build();
        let instance = aws_sdk_ec2::types::Instance::builder()
            .network_interfaces(interface(1, "subnet-task", "sg-task"))
            .network_interfaces(interface(0, "subnet-host", "sg-host"))
            .iam_instance_profile(IamInstanceProfile::builder().arn(profile).build())
            .instance_type(InstanceType::M7iLarge)
            .block_device_mappings(root)
            .build();
        let expected = Instance {
            vpc: Some("vpc-1".to_owned()),
            subnet: Some("subnet-host".to_owned()),
            security_groups: vec!["sg-host".to_owned()],
            private_address: Some("10.0.0.4".to_owned()),
            is_public: false,
            profile: Some(profile.to_owned()),
            attached: Some(Attached { kind: "m7i.large".to_owned(), volumes: 1, interfaces: 2 }),
        };
        assert_eq!(read(&instance), expected);
    }

    #[test]
    fn an_associated_address_makes_it_public_and_a_terminated_machine_stands_nowhere() {
        let association =
            InstanceNetworkInterfaceAssociation::builder().public_ip("203.0.113.7").build();
        let mut host = interface(0, "subnet-host", "sg-host");
        host.association = Some(association);
        let public = aws_sdk_ec2::types::Instance::builder().network_interfaces(host).build();
        assert!(read(&public).is_public);

        let terminated = read(&aws_sdk_ec2::types::Instance::builder().build());
        assert_eq!((terminated.subnet, terminated.vpc, terminated.profile), (None, None, None));
    }
}
