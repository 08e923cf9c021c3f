//! Security groups.

use aws_sdk_ec2::types::IpPermission;
use serde::Serialize;

use super::{MOST_VALUES, among, only, range, single, traffic, whole};
use crate::knowledge::Gap;
use crate::lookup::{Answer, Batch, Call, Lookup, Services};
use crate::names::Region;
use crate::network::{Peer, Rule, SecurityGroup};

/// One security group, by its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeSecurityGroup {
    /// The region that is asked.
    pub region: Region,
    /// `sg-...`
    pub id: String,
}

impl Lookup for DescribeSecurityGroup {
    type Fact = SecurityGroup;
    const CALL: Call = Call("ec2:DescribeSecurityGroups");

    fn what(&self) -> String {
        format!("security group {} in {}", self.id, self.region)
    }

    fn batch(&self) -> Option<Batch> {
        Some(Batch::of(MOST_VALUES, &self.region))
    }

    async fn fetch(&self, services: &Services) -> Answer<SecurityGroup> {
        let listed = self.list(std::slice::from_ref(self), services).await;
        self.among(&listed)
    }

    async fn fetch_all(asked: &[Self], services: &Services) -> Vec<Answer<SecurityGroup>> {
        let Some(first) = asked.first() else { return Vec::new() };
        let listed = first.list(asked, services).await;
        asked.iter().map(|one| one.among(&listed)).collect()
    }
}

type Listed = Result<Vec<aws_sdk_ec2::types::SecurityGroup>, Gap>;

impl DescribeSecurityGroup {
    async fn list(&self, asked: &[Self], services: &Services) -> Listed {
        let request = services
            .ec2(&self.region)
            .describe_security_groups()
            .filters(only("group-id", asked.iter().map(|one| &*one.id)));
        whole(
            self,
            |token| request.clone().set_next_token(token).send(),
            |page| (page.security_groups, page.next_token),
        )
        .await
    }

    fn among(&self, listed: &Listed) -> Answer<SecurityGroup> {
        among(self, listed, |it| it.group_id.as_ref() == Some(&self.id), read)
    }
}

/// The default security group of a VPC: what an interface gets for which none is named
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DefaultSecurityGroup {
    /// The region that is asked.
    pub region: Region,
    /// `vpc-...`
    pub vpc: String,
}

impl Lookup for DefaultSecurityGroup {
    type Fact = SecurityGroup;
    const CALL: Call = Call("ec2:DescribeSecurityGroups");

    fn what(&self) -> String {
        format!("default security group of {} in {}", self.vpc, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<SecurityGroup> {
        let request = services
            .ec2(&self.region)
            .describe_security_groups()
            .filters(only("vpc-id", [&*self.vpc]))
            .filters(only("group-name", ["default"]));
        let listed = whole(
            self,
            |token| request.clone().set_next_token(token).send(),
            |page| (page.security_groups, page.next_token),
        )
        .await?;
        single(self, listed, read)
    }
}

fn read(it: aws_sdk_ec2::types::SecurityGroup) -> Result<SecurityGroup, &'static str> {
    let rules = |list: Vec<IpPermission>| list.into_iter().map(rule).collect::<Result<_, _>>();
    Ok(SecurityGroup {
        id: it.group_id.ok_or("the id of a security group")?,
        name: it.group_name.ok_or("the name of a security group")?,
        vpc: it.vpc_id.ok_or("the VPC of a security group")?,
        ingress: rules(it.ip_permissions.ok_or("the inbound rules of a security group")?)?,
        egress: rules(it.ip_permissions_egress.ok_or("the outbound rules of a security group")?)?,
    })
}

pub(super) fn rule(it: IpPermission) -> Result<Rule, &'static str> {
    let traffic = traffic(it.ip_protocol.as_deref(), it.from_port, it.to_port)?;
    let mut peers = Vec::new();
    for it in it.ip_ranges.unwrap_or_default() {
        peers.push(Peer::Range(range(it.cidr_ip.ok_or("the range of a rule")?)?));
    }
    for it in it.ipv6_ranges.unwrap_or_default() {
        peers.push(Peer::Range(range(it.cidr_ipv6.ok_or("the range of a rule")?)?));
    }
    for it in it.prefix_list_ids.unwrap_or_default() {
        peers.push(Peer::PrefixList(it.prefix_list_id.ok_or("the prefix list of a rule")?));
    }
    for it in it.user_id_group_pairs.unwrap_or_default() {
        peers.push(Peer::Group(it.group_id.ok_or("the group of a rule")?));
    }
    Ok(Rule { traffic, peers })
}
