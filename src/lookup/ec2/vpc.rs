//! VPCs, and how names are resolved in them.

use aws_sdk_ec2::types::{VpcAttributeName, VpcCidrBlockStateCode};
use serde::{Deserialize, Serialize};

use super::{only, owner, ranges, single, whole};
use crate::knowledge::Seen;
use crate::lookup::{Answer, Call, Lookup, Services, classify};
use crate::names::Region;
use crate::network::Vpc;

/// One VPC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeVpc {
    /// The region that is asked.
    pub region: Region,
    /// `vpc-...`
    pub id: String,
}

impl Lookup for DescribeVpc {
    type Fact = Vpc;
    const CALL: Call = Call("ec2:DescribeVpcs");

    fn what(&self) -> String {
        format!("VPC {} in {}", self.id, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vpc> {
        let request =
            services.ec2(&self.region).describe_vpcs().filters(only("vpc-id", [&*self.id]));
        let listed = whole(
            self,
            |token| request.clone().set_next_token(token).send(),
            |page| (page.vpcs, page.next_token),
        )
        .await?;
        single(self, listed, read)
    }
}

fn read(it: aws_sdk_ec2::types::Vpc) -> Result<Vpc, &'static str> {
    let is_there = |state: Option<&VpcCidrBlockStateCode>| {
        !matches!(state, Some(VpcCidrBlockStateCode::Disassociated | VpcCidrBlockStateCode::Failed))
    };
    let further = it
        .cidr_block_association_set
        .unwrap_or_default()
        .into_iter()
        .filter(|it| is_there(it.cidr_block_state.as_ref().and_then(|it| it.state.as_ref())))
        .filter_map(|it| it.cidr_block);
    let ipv6 = it
        .ipv6_cidr_block_association_set
        .unwrap_or_default()
        .into_iter()
        .filter(|it| is_there(it.ipv6_cidr_block_state.as_ref().and_then(|it| it.state.as_ref())))
        .filter_map(|it| it.ipv6_cidr_block);
    let own = it.cidr_block.ok_or("the range of a VPC")?;
    // The first range is among the others too.
    let further = further.filter(|range| *range != own).collect::<Vec<_>>();
    let ranges = ranges([own].into_iter().chain(further).chain(ipv6))?;
    Ok(Vpc {
        id: it.vpc_id.ok_or("the id of a VPC")?,
        owner: owner(it.owner_id)?,
        ranges,
        dhcp_options: it.dhcp_options_id.ok_or("the DHCP options of a VPC")?,
    })
}

/// Whether names are resolved in a VPC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct VpcDns {
    /// The region that is asked.
    pub region: Region,
    /// `vpc-...`
    pub vpc: String,
}

/// The two attributes of a VPC that names depend on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsAttributes {
    /// `enableDnsSupport`: whether Amazon's own resolver answers.
    pub support: bool,
    /// `enableDnsHostnames`: private DNS of endpoints needs it too.
    pub hostnames: bool,
}

impl Lookup for VpcDns {
    type Fact = DnsAttributes;
    const CALL: Call = Call("ec2:DescribeVpcAttribute");
    const ABSENT: &'static [&'static str] = &["InvalidVpcID.NotFound"];

    fn what(&self) -> String {
        format!("DNS attributes of VPC {} in {}", self.vpc, self.region)
    }

    fn absence(&self) -> String {
        format!("there is no VPC {} in {}", self.vpc, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<DnsAttributes> {
        let client = services.ec2(&self.region);
        let ask = |attribute| {
            client.describe_vpc_attribute().vpc_id(&self.vpc).attribute(attribute).send()
        };
        let (support, hostnames) = tokio::join!(
            ask(VpcAttributeName::EnableDnsSupport),
            ask(VpcAttributeName::EnableDnsHostnames)
        );
        let support = match support {
            Ok(it) => it.enable_dns_support.and_then(|it| it.value),
            Err(error) => return classify::failed(self, &error),
        };
        classify::answer(self, hostnames, |it| {
            let hostnames = it.enable_dns_hostnames.and_then(|it| it.value);
            Ok(DnsAttributes {
                support: support.ok_or("the attribute enableDnsSupport")?,
                hostnames: hostnames.ok_or("the attribute enableDnsHostnames")?,
            })
        })
    }
}

/// The resolvers that a VPC's DHCP options name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DhcpResolvers {
    /// The region that is asked.
    pub region: Region,
    /// `dopt-...`
    pub id: String,
}

impl Lookup for DhcpResolvers {
    /// `domain-name-servers`: addresses, or `AmazonProvidedDNS`.
    type Fact = Vec<String>;
    const CALL: Call = Call("ec2:DescribeDhcpOptions");

    fn what(&self) -> String {
        format!("DHCP options {} in {}", self.id, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
        let request = services
            .ec2(&self.region)
            .describe_dhcp_options()
            .filters(only("dhcp-options-id", [&*self.id]));
        let listed = whole(
            self,
            |token| request.clone().set_next_token(token).send(),
            |page| (page.dhcp_options, page.next_token),
        )
        .await?;
        let Some(options) = listed.into_iter().next() else {
            return classify::absent(self, "not in the list of ec2:DescribeDhcpOptions");
        };
        let options = options
            .dhcp_configurations
            .ok_or_else(|| classify::incomplete(self, "the DHCP options themselves"))?;
        let resolvers = options
            .into_iter()
            .filter(|option| option.key.as_deref() == Some("domain-name-servers"))
            .flat_map(|option| option.values.unwrap_or_default())
            .filter_map(|value| value.value);
        Ok(Seen::Found(resolvers.collect()))
    }
}
