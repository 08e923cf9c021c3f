//! VPCs and their DNS settings.

use serde::{Deserialize, Serialize};

use super::{is_associated, only, owner, ranges, single, whole};
use crate::lookup::aws::{Element, Lacks, Query};
use crate::lookup::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify};
use crate::names::Region;
use crate::network::Vpc;

/// One VPC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeVpc {
    /// The region.
    pub region: Region,
    /// `vpc-...`
    pub id: String,
}

impl Lookup for DescribeVpc {
    type Fact = Vpc;
    const CALL: Call = Call("ec2:DescribeVpcs");

    fn named(&self) -> Named {
        Named::by("vpcSet/item/vpcId", &self.id)
    }

    fn what(&self) -> String {
        format!("VPC {} in {}", self.id, self.region)
    }

    fn mend(&self, _: &Missing) -> Mend {
        gone(&self.id)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vpc> {
        let client = services.ec2(&self.region);
        let listed = whole(self, &client, only("vpc-id", [&*self.id]), "vpcSet").await?;
        single(self, listed.first(), read)
    }
}

/// The fix for a VPC of a subnet that does not exist.
fn gone(vpc: &str) -> Mend {
    Mend::default().saying(format!("Run again: a subnet was in {vpc} a moment ago"))
}

fn read(it: &Element) -> Result<Vpc, Lacks> {
    let own = it.text("cidrBlock")?.ok_or("the range of a VPC")?;
    let mut texts = vec![own];
    for it in it.items("cidrBlockAssociationSet")? {
        if is_associated(it.text("cidrBlockState/state")?) {
            // The first range is among the others too.
            texts.extend(it.text("cidrBlock")?.filter(|range| *range != texts[0]));
        }
    }
    for it in it.items("ipv6CidrBlockAssociationSet")? {
        if is_associated(it.text("ipv6CidrBlockState/state")?) {
            texts.extend(it.text("ipv6CidrBlock")?);
        }
    }
    Ok(Vpc {
        id: it.text("vpcId")?.ok_or("the id of a VPC")?,
        owner: owner(it.text("ownerId")?)?,
        ranges: ranges(texts)?,
        dhcp_options: it.text("dhcpOptionsId")?.ok_or("the DHCP options of a VPC")?,
    })
}

/// The DNS attributes of a VPC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct VpcDns {
    /// The region.
    pub region: Region,
    /// `vpc-...`
    pub vpc: String,
}

/// The two attributes of a VPC that DNS depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsAttributes {
    /// `enableDnsSupport`: whether the Amazon-provided DNS server answers.
    pub support: bool,
    /// `enableDnsHostnames`: private DNS of endpoints needs it too.
    pub hostnames: bool,
}

impl Lookup for VpcDns {
    type Fact = DnsAttributes;
    const CALL: Call = Call("ec2:DescribeVpcAttribute");
    const ABSENT: &'static [&'static str] = &["InvalidVpcID.NotFound"];

    fn named(&self) -> Named {
        Named::by("vpcId", &self.vpc)
    }

    fn what(&self) -> String {
        format!("DNS attributes of VPC {} in {}", self.vpc, self.region)
    }

    fn absence(&self) -> String {
        format!("there is no VPC {} in {}", self.vpc, self.region)
    }

    fn mend(&self, _: &Missing) -> Mend {
        gone(&self.vpc)
    }

    async fn fetch(&self, services: &Services) -> Answer<DnsAttributes> {
        let client = services.ec2(&self.region);
        let of_this = Query::default().with("VpcId", &*self.vpc);
        let (support, hostnames) = (
            of_this.clone().with("Attribute", "enableDnsSupport"),
            of_this.with("Attribute", "enableDnsHostnames"),
        );
        let (support, hostnames) =
            tokio::join!(client.ask(self, &support), client.ask(self, &hostnames));
        let support = match support {
            Ok(it) => it.flag("enableDnsSupport/value"),
            Err(error) => return classify::failed(self, &error),
        };
        classify::answer(self, hostnames, |it| {
            let hostnames = it.flag("enableDnsHostnames/value")?;
            Ok(DnsAttributes {
                support: support?.ok_or("the attribute enableDnsSupport")?,
                hostnames: hostnames.ok_or("the attribute enableDnsHostnames")?,
            })
        })
    }
}

/// The DNS servers in the DHCP options of a VPC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DhcpResolvers {
    /// The region.
    pub region: Region,
    /// `dopt-...`
    pub id: String,
}

impl Lookup for DhcpResolvers {
    /// `domain-name-servers`: addresses, or `AmazonProvidedDNS`.
    type Fact = Vec<String>;
    const CALL: Call = Call("ec2:DescribeDhcpOptions");

    fn named(&self) -> Named {
        Named::by("dhcpOptionsSet/item/dhcpOptionsId", &self.id)
    }

    fn what(&self) -> String {
        format!("DHCP options {} in {}", self.id, self.region)
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::default().saying(format!(
            "Associate existing DHCP options with the VPC, in place of {}",
            self.id
        ))
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
        let client = services.ec2(&self.region);
        let query = only("dhcp-options-id", [&*self.id]);
        let listed = whole(self, &client, query, "dhcpOptionsSet").await?;
        single(self, listed.first(), resolvers)
    }
}

fn resolvers(it: &Element) -> Result<Vec<String>, Lacks> {
    let mut resolvers = Vec::new();
    for it in it.list("dhcpConfigurationSet")?.ok_or("the DHCP options themselves")? {
        if it.text("key")?.as_deref() == Some("domain-name-servers") {
            resolvers.extend(it.texts("valueSet", Some("value"))?);
        }
    }
    Ok(resolvers)
}
