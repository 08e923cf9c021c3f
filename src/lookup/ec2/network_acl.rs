//! Network ACLs.

use aws_sdk_ec2::types::RuleAction;
use serde::Serialize;

use super::{only, range, read, traffic, whole};
use crate::lookup::{Answer, Call, Lookup, Services};
use crate::names::Region;
use crate::network::{AclEntry, NetworkAcl};

/// All network ACLs of a VPC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct NetworkAcls {
    /// The region that is asked.
    pub region: Region,
    /// `vpc-...`
    pub vpc: String,
}

impl Lookup for NetworkAcls {
    type Fact = Vec<NetworkAcl>;
    const CALL: Call = Call("ec2:DescribeNetworkAcls");

    fn what(&self) -> String {
        format!("network ACLs of {} in {}", self.vpc, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<NetworkAcl>> {
        let request = services
            .ec2(&self.region)
            .describe_network_acls()
            .filters(only("vpc-id", [&*self.vpc]));
        let listed = whole(
            self,
            |token| request.clone().set_next_token(token).send(),
            |page| (page.network_acls, page.next_token),
        )
        .await?;
        read(self, listed, |it| {
            let associations = it.associations.ok_or("the associations of a network ACL")?;
            let entries = it.entries.ok_or("the entries of a network ACL")?;
            Ok(NetworkAcl {
                id: it.network_acl_id.ok_or("the id of a network ACL")?,
                subnets: associations.into_iter().filter_map(|it| it.subnet_id).collect(),
                entries: entries.into_iter().map(entry).collect::<Result<_, _>>()?,
            })
        })
    }
}

pub(super) fn entry(it: aws_sdk_ec2::types::NetworkAclEntry) -> Result<AclEntry, &'static str> {
    let ports = it.port_range.as_ref();
    let traffic =
        traffic(it.protocol.as_deref(), ports.and_then(|it| it.from), ports.and_then(|it| it.to))?;
    let text = it.cidr_block.or(it.ipv6_cidr_block).ok_or("the range of an entry")?;
    Ok(AclEntry {
        number: it.rule_number.ok_or("the number of an entry")?,
        egress: it.egress.ok_or("the direction of an entry")?,
        allow: match it.rule_action {
            Some(RuleAction::Allow) => true,
            Some(RuleAction::Deny) => false,
            _ => return Err("the action of an entry"),
        },
        traffic,
        range: range(text)?,
    })
}
