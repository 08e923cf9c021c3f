//! Network ACLs.

use serde::Serialize;

use super::{name_tag, only, range, read, traffic, whole};
use crate::lookup::aws::{Element, Lacks};
use crate::lookup::{Answer, Call, Lookup, Named, Services};
use crate::names::Region;
use crate::network::{AclEntry, NetworkAcl};

/// All network ACLs of a VPC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct NetworkAcls {
    /// The region.
    pub region: Region,
    /// `vpc-...`
    pub vpc: String,
}

impl Lookup for NetworkAcls {
    type Fact = Vec<NetworkAcl>;
    const CALL: Call = Call("ec2:DescribeNetworkAcls");

    fn named(&self) -> Named {
        Named::by("networkAclSet/item/vpcId", &self.vpc)
    }

    fn what(&self) -> String {
        format!("network ACLs of {} in {}", self.vpc, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<NetworkAcl>> {
        let client = services.ec2(&self.region);
        let query = only("vpc-id", [&*self.vpc]);
        let listed = whole(self, &client, query, "networkAclSet").await?;
        read(self, &listed, |it| {
            it.list("associationSet")?.ok_or("the associations of a network ACL")?;
            let entries = it.list("entrySet")?.ok_or("the entries of a network ACL")?;
            Ok(NetworkAcl {
                name_tag: name_tag(it)?,
                id: it.text("networkAclId")?.ok_or("the id of a network ACL")?,
                subnets: it.texts("associationSet", Some("subnetId"))?,
                entries: entries.iter().map(entry).collect::<Result<_, _>>()?,
            })
        })
    }
}

pub(super) fn entry(it: &Element) -> Result<AclEntry, Lacks> {
    let protocol = it.text("protocol")?;
    let traffic =
        traffic(protocol.as_deref(), it.number("portRange/from")?, it.number("portRange/to")?)?;
    let text =
        it.text("cidrBlock")?.or(it.text("ipv6CidrBlock")?).ok_or("the range of an entry")?;
    Ok(AclEntry {
        number: it.number("ruleNumber")?.ok_or("the number of an entry")?,
        egress: it.flag("egress")?.ok_or("the direction of an entry")?,
        allow: match it.text("ruleAction")?.as_deref() {
            Some("allow") => true,
            Some("deny") => false,
            _ => return Err("the action of an entry"),
        },
        traffic,
        range: range(text)?,
    })
}
