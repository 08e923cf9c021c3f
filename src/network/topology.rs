//! The parts of a VPC, as plain data: only what decides whether a packet arrives.
//!
//! They come from the `Describe` calls of EC2, and recordings contain them. Ids are EC2's (`subnet-…`,
//! `rtb-…`).

use std::fmt;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use crate::names::AccountId;

/// A VPC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vpc {
    /// `vpc-…`
    pub id: String,
    /// Its owner.
    pub owner: Option<AccountId>,
    /// Its address ranges.
    pub ranges: Vec<IpNet>,
    /// Its DHCP options: `dopt-…`, or `default` where it has none.
    pub dhcp_options: String,
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    /// `subnet-…`
    pub id: String,
    /// Its VPC.
    pub vpc: String,
    /// Its owner: another account for a shared subnet, and then routes and filters are not visible.
    pub owner: Option<AccountId>,
    /// The name of its zone, which differs between accounts: `us-east-1a`.
    pub zone: String,
    /// The zone's id: `use1-az1`.
    pub zone_id: Option<String>,
    /// The ARN of the Outpost that it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outpost: Option<String>,
    /// Its IPv4 range; none if it is IPv6-only.
    pub ipv4: Option<Ipv4Net>,
    /// Its IPv6 ranges.
    pub ipv6: Vec<Ipv6Net>,
    /// Free IPv4 addresses.
    pub free_addresses: i64,
    /// Whether names without an IPv6 address resolve to a NAT64 address (DNS64).
    pub dns64: bool,
    /// `off`, `block-bidirectional` or `block-ingress`, if Block Public Access is known.
    pub public_access: Option<String>,
    /// Its `Name` tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_tag: Option<String>,
}

/// A route table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteTable {
    /// `rtb-…`
    pub id: String,
    /// Whether it is the main table: subnets without an association use it.
    pub main: bool,
    /// The subnets that are associated with it.
    pub subnets: Vec<String>,
    /// Its routes.
    pub routes: Vec<Route>,
    /// Its `Name` tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_tag: Option<String>,
}

/// The route table that a subnet uses: the one that it is associated with, else the VPC's main one
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html>).
pub fn table_of<'a>(subnet: &str, tables: &'a [RouteTable]) -> Option<&'a RouteTable> {
    let own = tables.iter().find(|table| table.subnets.iter().any(|it| it == subnet));
    own.or_else(|| tables.iter().find(|table| table.main))
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The destination.
    pub destination: RouteDestination,
    /// The target.
    pub target: RouteTarget,
    /// Whether its target no longer exists.
    pub blackhole: bool,
}

/// Where a route leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteDestination {
    /// A range of addresses.
    Range(IpNet),
    /// The ranges of a prefix list: `pl-…`.
    PrefixList(String),
}

impl fmt::Display for RouteDestination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RouteDestination::Range(range) => range.fmt(f),
            RouteDestination::PrefixList(id) => f.write_str(id),
        }
    }
}

/// The target of a route.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteTarget {
    /// The VPC itself.
    Local,
    /// `igw-…`
    InternetGateway(String),
    /// `eigw-…`: IPv6, outbound only.
    EgressOnly(String),
    /// `nat-…`
    Nat(String),
    /// `vpce-…`: a gateway endpoint, or one of a Gateway Load Balancer.
    Endpoint(String),
    /// `tgw-…`
    TransitGateway(String),
    /// `vgw-…`
    VirtualGateway(String),
    /// `pcx-…`
    Peering(String),
    /// An appliance: `i-…` or `eni-…`.
    Appliance(String),
    /// Any other: a carrier or local gateway, a core network.
    Other(String),
}

/// An internet gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternetGateway {
    /// `igw-…`
    pub id: String,
    /// The VPCs that it is attached to.
    pub vpcs: Vec<String>,
    /// Its `Name` tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_tag: Option<String>,
}

/// A NAT gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NatGateway {
    /// `nat-…`
    pub id: String,
    /// Its VPC.
    pub vpc: String,
    /// Its subnet; none where it is regional.
    pub subnet: Option<String>,
    /// `available`, `pending`, `failed`, `deleting`, `deleted`.
    pub state: String,
    /// Whether it translates to public addresses.
    pub public: bool,
    /// The route table of a regional one.
    pub route_table: Option<String>,
    /// Why it failed.
    pub failure: Option<String>,
    /// Its `Name` tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_tag: Option<String>,
}

/// An instance or a network interface that is the target of a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appliance {
    /// `i-…` or `eni-…`
    pub id: String,
    /// Whether its source/destination check is on.
    pub source_dest_check: bool,
}

/// A security group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// `sg-…`
    pub id: String,
    /// Its name; `default` is that of each VPC's default group.
    pub name: String,
    /// Its VPC.
    pub vpc: String,
    /// What may come in.
    pub ingress: Vec<Rule>,
    /// What may go out.
    pub egress: Vec<Rule>,
}

/// A rule of a security group: it allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// For which traffic.
    pub traffic: Traffic,
    /// With whom; each of them.
    pub peers: Vec<Peer>,
}

/// The other end of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Peer {
    /// A range of addresses.
    Range(IpNet),
    /// The interfaces that have this group, by their private addresses.
    Group(String),
    /// The ranges of a prefix list: `pl-…`.
    PrefixList(String),
}

/// A protocol with its ports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// Its number by IANA: 6 for TCP, 17 for UDP; none for all.
    pub protocol: Option<u8>,
    /// The first and the last port; none for all.
    pub ports: Option<(u16, u16)>,
}

/// A network ACL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkAcl {
    /// `acl-…`
    pub id: String,
    /// Its subnets.
    pub subnets: Vec<String>,
    /// Its entries. The lowest number that matches decides.
    pub entries: Vec<AclEntry>,
    /// Its `Name` tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_tag: Option<String>,
}

/// An entry of a network ACL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclEntry {
    /// Its number; 32767 is the last one, which denies everything.
    pub number: i32,
    /// Whether it is outbound.
    pub egress: bool,
    /// Whether it allows.
    pub allow: bool,
    /// For which traffic. The ports are those of the packet's destination.
    pub traffic: Traffic,
    /// The other end.
    pub range: IpNet,
}

/// A VPC endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// `vpce-…`
    pub id: String,
    /// Its VPC.
    pub vpc: String,
    /// The service's name: `com.amazonaws.us-east-1.ecr.dkr`.
    pub service: String,
    /// The region of the service, if known.
    pub service_region: Option<String>,
    /// What kind it is.
    pub kind: EndpointKind,
    /// `available`, `pending`, `failed`, `deleting`, …, in lower case.
    pub state: String,
    /// Whether the service's name resolves to it within the VPC: not if its private DNS is only for inbound
    /// Resolver endpoints, as is possible for S3 with a gateway endpoint.
    pub private_dns: bool,
    /// The subnets of an interface endpoint.
    pub subnets: Vec<String>,
    /// The security groups of an interface endpoint.
    pub groups: Vec<String>,
    /// The route tables of a gateway endpoint.
    pub route_tables: Vec<String>,
    /// Its policy; none if it allows everything.
    pub policy: Option<serde_json::Value>,
    /// Its `Name` tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_tag: Option<String>,
}

/// What kind of endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointKind {
    /// Network interfaces in subnets.
    Interface,
    /// A target of routes: S3 and DynamoDB.
    Gateway,
    /// Any other.
    Other,
}

/// A prefix list with its ranges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrefixList {
    /// `pl-…`
    pub id: String,
    /// Its name: `com.amazonaws.us-east-1.s3`.
    pub name: String,
    /// Its ranges.
    pub ranges: Vec<IpNet>,
}
