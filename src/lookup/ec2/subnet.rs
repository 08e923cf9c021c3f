//! Subnets.

use serde::{Deserialize, Serialize};

use super::{MOST_VALUES, among, is_associated, only, owner, range, whole, whole_of};
use crate::knowledge::{Gap, Purpose, Seen};
use crate::lookup::aws::{Element, Lacks, Query};
use crate::lookup::servicequotas::NETWORK_INTERFACES;
use crate::lookup::{
    Answer, Batch, Call, Lookup, Mend, Missing, Named, Optional, Services, classify,
};
use crate::names::Region;
use crate::network::Subnet;
use crate::shell::ShellCommand;

/// One subnet, by its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeSubnet {
    /// The region.
    pub region: Region,
    /// `subnet-...`
    pub id: String,
}

impl Lookup for DescribeSubnet {
    type Fact = Subnet;
    const CALL: Call = Call("ec2:DescribeSubnets");

    fn named(&self) -> Named {
        Named::by("subnetSet/item/subnetId", &self.id)
    }

    fn what(&self) -> String {
        format!("subnet {} in {}", self.id, self.region)
    }

    fn mend(&self, missing: &Missing) -> Mend {
        let Self { region, id } = self;
        if missing.purpose == Some(Purpose::ContainerInstance) {
            return Mend::default()
                .saying(format!("Run again: container instances were in {id} a moment ago"));
        }
        Mend::by(
            ShellCommand::of("aws ec2 describe-subnets")
                .option("--query", "Subnets[].[SubnetId,VpcId,AvailabilityZone]")
                .flag("--output table")
                .region(region),
        )
        .saying(format!("Use an existing subnet of {region}, or correct the region"))
        .instead_of(format!("InvalidParameterException: Error retrieving subnet information for [{id}]: The subnet ID '{id}' does not exist"))
    }

    fn batch(&self) -> Option<Batch> {
        Some(Batch::of(MOST_VALUES, &self.region))
    }

    async fn fetch(&self, services: &Services) -> Answer<Subnet> {
        let listed = self.list(std::slice::from_ref(self), services).await;
        self.among(&listed)
    }

    async fn fetch_all(asked: &[Self], services: &Services) -> Vec<Answer<Subnet>> {
        let Some(first) = asked.first() else { return Vec::new() };
        let listed = first.list(asked, services).await;
        asked.iter().map(|one| one.among(&listed)).collect()
    }
}

type Listed = Result<Vec<Element>, Gap>;

impl DescribeSubnet {
    async fn list(&self, asked: &[Self], services: &Services) -> Listed {
        let client = services.ec2(&self.region);
        let query = only("subnet-id", asked.iter().map(|one| &*one.id));
        whole_of(asked, &client, query, "subnetSet").await
    }

    fn among(&self, listed: &Listed) -> Answer<Subnet> {
        among(self, listed, ("subnetId", &self.id), read)
    }
}

/// All subnets of a VPC, including those of its NAT gateways and endpoints.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Subnets {
    /// The region.
    pub region: Region,
    /// `vpc-...`
    pub vpc: String,
}

impl Lookup for Subnets {
    type Fact = Vec<Subnet>;
    const CALL: Call = Call("ec2:DescribeSubnets");

    fn named(&self) -> Named {
        Named::by("subnetSet/item/vpcId", &self.vpc)
    }

    fn what(&self) -> String {
        format!("subnets of {} in {}", self.vpc, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<Subnet>> {
        let client = services.ec2(&self.region);
        let listed = whole(self, &client, only("vpc-id", [&*self.vpc]), "subnetSet").await?;
        super::read(self, &listed, read)
    }
}

/// How many addresses are used in all subnets of a region: the account's and shared ones.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct TakenAddresses {
    /// The region.
    pub region: Region,
}

/// Used addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The number of IPv4 addresses.
    pub ipv4: i64,
    /// Whether there are subnets without IPv4, whose used addresses are not known.
    pub only_ipv6: bool,
}

/// AWS reserves the first four addresses of a subnet and the last one
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>).
const KEPT_BY_AWS: i64 = 5;

impl Lookup for TakenAddresses {
    type Fact = Taken;
    const CALL: Call = Call("ec2:DescribeSubnets");

    fn named(&self) -> Named {
        Named::Nowhere("all subnets of the region")
    }

    fn what(&self) -> String {
        format!("the used addresses of all subnets in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Taken> {
        let client = services.ec2(&self.region);
        let listed = whole(self, &client, Query::default(), "subnetSet").await?;
        let mut taken = Taken { ipv4: 0, only_ipv6: false };
        for it in &listed {
            let subnet = read(it).map_err(|lacks| classify::incomplete(self, lacks))?;
            match subnet.ipv4 {
                Some(range) => {
                    let all = 1_i64 << (32 - range.prefix_len());
                    taken.ipv4 += (all - KEPT_BY_AWS - subnet.free_addresses).max(0);
                }
                None => taken.only_ipv6 = true,
            }
        }
        Ok(Seen::Found(taken))
    }
}

impl Optional for TakenAddresses {
    fn assumption(&self) -> String {
        NETWORK_INTERFACES.assumption(&self.region)
    }
}

fn read(it: &Element) -> Result<Subnet, Lacks> {
    let mut ipv6 = Vec::new();
    for it in it.items("ipv6CidrBlockAssociationSet")? {
        if is_associated(it.text("ipv6CidrBlockState/state")?) {
            ipv6.extend(it.text("ipv6CidrBlock")?);
        }
    }
    let ipv4 = it.text("cidrBlock")?.filter(|text| !text.is_empty());
    if ipv4.is_none() && it.flag("ipv6Native")? != Some(true) {
        return Err("the IPv4 range of a subnet");
    }
    Ok(Subnet {
        id: it.text("subnetId")?.ok_or("the id of a subnet")?,
        vpc: it.text("vpcId")?.ok_or("the VPC of a subnet")?,
        owner: owner(it.text("ownerId")?)?,
        zone: it.text("availabilityZone")?.ok_or("the zone of a subnet")?,
        zone_id: it.text("availabilityZoneId")?,
        outpost: it.text("outpostArn")?,
        name_tag: super::name_tag(it)?,
        ipv4: ipv4.map(range).transpose()?,
        ipv6: ipv6.into_iter().map(range).collect::<Result<_, _>>()?,
        free_addresses: it
            .number("availableIpAddressCount")?
            .ok_or("the free addresses of a subnet")?,
        dns64: it.flag("enableDns64")?.unwrap_or(false),
        public_access: it.text("blockPublicAccessStates/internetGatewayBlockMode")?,
    })
}
