//! Subnets.

use aws_sdk_ec2::types::SubnetCidrBlockStateCode;
use serde::{Deserialize, Serialize};

use super::{MOST_VALUES, among, only, owner, range, whole};
use crate::knowledge::{Gap, Seen};
use crate::lookup::servicequotas::NETWORK_INTERFACES;
use crate::lookup::{Answer, Batch, Call, Lookup, Optional, Services, classify};
use crate::names::Region;
use crate::network::Subnet;

/// One subnet, by its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeSubnet {
    /// The region that is asked.
    pub region: Region,
    /// `subnet-...`
    pub id: String,
}

impl Lookup for DescribeSubnet {
    type Fact = Subnet;
    const CALL: Call = Call("ec2:DescribeSubnets");

    fn what(&self) -> String {
        format!("subnet {} in {}", self.id, self.region)
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

impl DescribeSubnet {
    async fn list(
        &self,
        asked: &[Self],
        services: &Services,
    ) -> Result<Vec<aws_sdk_ec2::types::Subnet>, Gap> {
        let request = services
            .ec2(&self.region)
            .describe_subnets()
            .filters(only("subnet-id", asked.iter().map(|one| &*one.id)));
        whole(
            self,
            |token| request.clone().set_next_token(token).send(),
            |page| (page.subnets, page.next_token),
        )
        .await
    }

    fn among(&self, listed: &Result<Vec<aws_sdk_ec2::types::Subnet>, Gap>) -> Answer<Subnet> {
        among(self, listed, |it| it.subnet_id.as_ref() == Some(&self.id), read)
    }
}

/// All subnets of a VPC: those of its NAT gateways and endpoints among them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Subnets {
    /// The region that is asked.
    pub region: Region,
    /// `vpc-...`
    pub vpc: String,
}

impl Lookup for Subnets {
    type Fact = Vec<Subnet>;
    const CALL: Call = Call("ec2:DescribeSubnets");

    fn what(&self) -> String {
        format!("subnets of {} in {}", self.vpc, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<Subnet>> {
        let request =
            services.ec2(&self.region).describe_subnets().filters(only("vpc-id", [&*self.vpc]));
        let listed = whole(
            self,
            |token| request.clone().set_next_token(token).send(),
            |page| (page.subnets, page.next_token),
        )
        .await?;
        super::read(self, listed, read)
    }
}

/// How many addresses are taken in all subnets of a region: those of the account, and those that it
/// shares.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct TakenAddresses {
    /// The region that is asked.
    pub region: Region,
}

/// Addresses that are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// How many of IPv4.
    pub ipv4: i64,
    /// Whether there are subnets without IPv4, of which nobody counts the addresses.
    pub only_ipv6: bool,
}

/// AWS keeps the first four addresses of a subnet and its last
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>).
const KEPT_BY_AWS: i64 = 5;

impl Lookup for TakenAddresses {
    type Fact = Taken;
    const CALL: Call = Call("ec2:DescribeSubnets");

    fn what(&self) -> String {
        format!("the addresses that are taken in all subnets of {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Taken> {
        let request = services.ec2(&self.region).describe_subnets();
        let listed = whole(
            self,
            |token| request.clone().set_next_token(token).send(),
            |page| (page.subnets, page.next_token),
        )
        .await?;
        let mut taken = Taken { ipv4: 0, only_ipv6: false };
        for it in listed {
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

fn read(it: aws_sdk_ec2::types::Subnet) -> Result<Subnet, &'static str> {
    let is_there = |state: Option<&SubnetCidrBlockStateCode>| {
        !matches!(
            state,
            Some(SubnetCidrBlockStateCode::Disassociated | SubnetCidrBlockStateCode::Failed)
        )
    };
    let ipv6 = it
        .ipv6_cidr_block_association_set
        .unwrap_or_default()
        .into_iter()
        .filter(|it| is_there(it.ipv6_cidr_block_state.as_ref().and_then(|it| it.state.as_ref())))
        .filter_map(|it| it.ipv6_cidr_block)
        .map(range)
        .collect::<Result<_, _>>()?;
    let ipv4 = it.cidr_block.filter(|text| !text.is_empty());
    let public_access = it.block_public_access_states;
    Ok(Subnet {
        id: it.subnet_id.ok_or("the id of a subnet")?,
        vpc: it.vpc_id.ok_or("the VPC of a subnet")?,
        owner: owner(it.owner_id)?,
        zone: it.availability_zone.ok_or("the zone of a subnet")?,
        zone_id: it.availability_zone_id,
        ipv4: ipv4.map(range).transpose()?,
        ipv6,
        free_addresses: it
            .available_ip_address_count
            .ok_or("the free addresses of a subnet")?
            .into(),
        dns64: it.enable_dns64.unwrap_or(false),
        public_access: public_access
            .and_then(|it| it.internet_gateway_block_mode)
            .map(|mode| mode.as_str().to_owned()),
    })
}
