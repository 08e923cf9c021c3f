//! Security groups.

use serde::Serialize;

use super::{MOST_VALUES, among, only, range, single, traffic, whole, whole_of};
use crate::knowledge::{Gap, Purpose};
use crate::lookup::aws::{Element, Lacks};
use crate::lookup::{Answer, Batch, Call, Lookup, Mend, Missing, Named, Services};
use crate::names::Region;
use crate::network::{Peer, Rule, SecurityGroup};
use crate::shell::ShellCommand;

/// One security group, by its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeSecurityGroup {
    /// The region.
    pub region: Region,
    /// `sg-...`
    pub id: String,
}

impl Lookup for DescribeSecurityGroup {
    type Fact = SecurityGroup;
    const CALL: Call = Call("ec2:DescribeSecurityGroups");

    fn named(&self) -> Named {
        Named::by("securityGroupInfo/item/groupId", &self.id)
    }

    fn what(&self) -> String {
        format!("security group {} in {}", self.id, self.region)
    }

    fn mend(&self, missing: &Missing) -> Mend {
        let Self { region, id } = self;
        let mend = Mend::by(
            ShellCommand::of("aws ec2 describe-security-groups")
                .option("--query", "SecurityGroups[].[GroupId,VpcId,GroupName]")
                .flag("--output table")
                .region(region),
        );
        match missing.purpose {
            Some(Purpose::TaskNetwork) => mend
                .saying("Use an existing security group of the subnets' VPC")
                .instead_of(format!("InvalidParameterException: Error retrieving security group information for [{id}]: The security group '{id}' does not exist")),
            _ => mend.saying(format!("Replace {id} with an existing group")),
        }
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

type Listed = Result<Vec<Element>, Gap>;

impl DescribeSecurityGroup {
    async fn list(&self, asked: &[Self], services: &Services) -> Listed {
        let client = services.ec2(&self.region);
        let query = only("group-id", asked.iter().map(|one| &*one.id));
        whole_of(asked, &client, query, "securityGroupInfo").await
    }

    fn among(&self, listed: &Listed) -> Answer<SecurityGroup> {
        among(self, listed, ("groupId", &self.id), read)
    }
}

/// The default security group of a VPC, which an interface gets if none is listed
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DefaultSecurityGroup {
    /// The region.
    pub region: Region,
    /// `vpc-...`
    pub vpc: String,
}

impl Lookup for DefaultSecurityGroup {
    type Fact = SecurityGroup;
    const CALL: Call = Call("ec2:DescribeSecurityGroups");

    fn named(&self) -> Named {
        Named::by("securityGroupInfo/item/vpcId", &self.vpc)
            .and("securityGroupInfo/item/groupName", "default")
    }

    fn what(&self) -> String {
        format!("default security group of {} in {}", self.vpc, self.region)
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::default().saying("List the security groups of the task")
    }

    async fn fetch(&self, services: &Services) -> Answer<SecurityGroup> {
        let client = services.ec2(&self.region);
        let query = only("vpc-id", [&*self.vpc]).only("group-name", ["default"]);
        let listed = whole(self, &client, query, "securityGroupInfo").await?;
        single(self, listed.first(), read)
    }
}

fn read(it: &Element) -> Result<SecurityGroup, Lacks> {
    let rules = |list: &[Element]| list.iter().map(rule).collect::<Result<_, _>>();
    let ingress = it.list("ipPermissions")?.ok_or("the inbound rules of a security group")?;
    let egress = it.list("ipPermissionsEgress")?.ok_or("the outbound rules of a security group")?;
    Ok(SecurityGroup {
        id: it.text("groupId")?.ok_or("the id of a security group")?,
        name: it.text("groupName")?.ok_or("the name of a security group")?,
        vpc: it.text("vpcId")?.ok_or("the VPC of a security group")?,
        ingress: rules(ingress)?,
        egress: rules(egress)?,
    })
}

pub(super) fn rule(it: &Element) -> Result<Rule, Lacks> {
    let protocol = it.text("ipProtocol")?;
    let traffic = traffic(protocol.as_deref(), it.number("fromPort")?, it.number("toPort")?)?;
    let mut peers = Vec::new();
    for it in it.list("ipRanges")?.ok_or("the ranges of a rule")? {
        peers.push(Peer::Range(range(it.text("cidrIp")?.ok_or("the range of a rule")?)?));
    }
    for it in it.list("ipv6Ranges")?.ok_or("the IPv6 ranges of a rule")? {
        peers.push(Peer::Range(range(it.text("cidrIpv6")?.ok_or("the range of a rule")?)?));
    }
    for it in it.list("prefixListIds")?.ok_or("the prefix lists of a rule")? {
        peers.push(Peer::PrefixList(it.text("prefixListId")?.ok_or("the prefix list of a rule")?));
    }
    for it in it.list("groups")?.ok_or("the groups of a rule")? {
        peers.push(Peer::Group(it.text("groupId")?.ok_or("the group of a rule")?));
    }
    Ok(Rule { traffic, peers })
}
