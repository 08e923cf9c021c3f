//! What is known about the network of a task.

use std::fmt;

use super::division::Divided;
use super::topology::{
    Appliance, Endpoint, InternetGateway, NatGateway, NetworkAcl, PrefixList, RouteTable,
    SecurityGroup, Subnet, Vpc,
};

/// The parts of a VPC, each as far as it was read.
///
/// A part is `None` if it was not read, and an empty list if there is nothing of that kind. Lists are
/// complete for the VPC; prefix lists are those whose ranges are known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Topology<'a> {
    /// The VPC.
    pub vpc: Option<&'a Vpc>,
    /// Its subnets.
    pub subnets: Option<&'a [Subnet]>,
    /// Its route tables.
    pub route_tables: Option<&'a [RouteTable]>,
    /// The internet gateways that are attached to it.
    pub internet_gateways: Option<&'a [InternetGateway]>,
    /// Its NAT gateways.
    pub nat_gateways: Option<&'a [NatGateway]>,
    /// The instances and network interfaces that are targets of routes.
    pub appliances: Option<&'a [Appliance]>,
    /// The security groups.
    pub security_groups: Option<&'a [SecurityGroup]>,
    /// Its network ACLs.
    pub network_acls: Option<&'a [NetworkAcl]>,
    /// Its endpoints.
    pub endpoints: Option<&'a [Endpoint]>,
    /// Prefix lists with their ranges.
    pub prefix_lists: Option<&'a [PrefixList]>,
    /// Its attribute `enableDnsSupport`.
    pub dns_support: Option<bool>,
    /// Its attribute `enableDnsHostnames`.
    pub dns_hostnames: Option<bool>,
    /// The `domain-name-servers` of its DHCP options: addresses, or `AmazonProvidedDNS`.
    pub dns_servers: Option<&'a [String]>,
    /// Block Public Access of the account in this region, for subnets that do not state theirs.
    pub public_access: Option<&'a str>,
    /// Whether another account owns it, which may have parts that are not visible here.
    pub shared: bool,
    /// Where divisions of its tables are kept, if there are more questions.
    pub divided: Option<&'a Divided>,
}

/// A part of a topology.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The VPC.
    Vpc,
    /// Its subnets.
    Subnets,
    /// Its route tables.
    RouteTables,
    /// The internet gateways that are attached to it.
    InternetGateways,
    /// Its NAT gateways.
    NatGateways,
    /// The instances and network interfaces that are targets of routes.
    Appliances,
    /// The security groups.
    SecurityGroups,
    /// Its network ACLs.
    NetworkAcls,
    /// Its endpoints.
    Endpoints,
    /// Prefix lists with their ranges.
    PrefixLists,
    /// Its attribute `enableDnsSupport`.
    DnsSupport,
    /// Its attribute `enableDnsHostnames`.
    DnsHostnames,
    /// The DNS servers of its DHCP options.
    DnsServers,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Vpc => "the VPC",
            Part::Subnets => "the subnets of the VPC",
            Part::RouteTables => "the route tables of the VPC",
            Part::InternetGateways => "the internet gateways of the VPC",
            Part::NatGateways => "the NAT gateways of the VPC",
            Part::Appliances => "the network interfaces that routes point to",
            Part::SecurityGroups => "the security groups",
            Part::NetworkAcls => "the network ACLs of the VPC",
            Part::Endpoints => "the endpoints of the VPC",
            Part::PrefixLists => "the ranges of prefix lists",
            Part::DnsSupport => "the attribute enableDnsSupport of the VPC",
            Part::DnsHostnames => "the attribute enableDnsHostnames of the VPC",
            Part::DnsServers => "the DHCP options of the VPC",
        })
    }
}
