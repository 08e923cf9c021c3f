//! The network around an interface, read part by part as needed.
//!
//! The engine ([`crate::network`]) names the part that it lacks; that part is read and the engine asked
//! again. So an unreadable part affects only the answers that depend on it.

use std::collections::BTreeSet;

use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::CallerIdentity;
use crate::lookup::ec2::endpoint::Endpoints;
use crate::lookup::ec2::network_acl::NetworkAcls;
use crate::lookup::ec2::network_interface::SourceDestCheck;
use crate::lookup::ec2::prefix_list::{PrefixListEntries, ServicePrefixLists};
use crate::lookup::ec2::public_access::BlockPublicAccess;
use crate::lookup::ec2::route::{InternetGateways, NatGateways, RouteTables};
use crate::lookup::ec2::security_group::{DefaultSecurityGroup, DescribeSecurityGroup};
use crate::lookup::ec2::subnet::Subnets;
use crate::lookup::ec2::vpc::{DescribeVpc, DhcpResolvers, VpcDns};
use crate::names::Region;
use crate::network::{
    Appliance, Divided, Part, Peer, PrefixList, RouteDestination, RouteTarget, SecurityGroup,
    Subnet, Topology,
};

/// The parts of a VPC around an interface.
pub(crate) struct VpcParts<'t> {
    region: Region,
    vpc: &'t str,
    /// All parts except those below, which are combined from several answers.
    topology: Topology<'t>,
    appliances: Option<Vec<Appliance>>,
    groups: Option<Vec<SecurityGroup>>,
    prefix_lists: Option<Vec<PrefixList>>,
    divided: Divided,
    read: BTreeSet<Part>,
}

/// A VPC without a DHCP options set
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSet.html>).
const NO_OPTIONS: &str = "default";

impl<'t> VpcParts<'t> {
    /// The surroundings of a subnet. The parts that are probably needed are requested at once.
    ///
    /// # Errors
    /// It cannot be determined whether another account shares the subnet.
    pub(crate) fn of(
        subnet: &'t Subnet,
        region: &Region,
        expected: &[Part],
        facts: &View<'t>,
    ) -> Result<VpcParts<'t>, Stop> {
        let mut around = VpcParts {
            region: region.clone(),
            vpc: &subnet.vpc,
            topology: Topology::default(),
            appliances: None,
            groups: None,
            prefix_lists: None,
            divided: Divided::default(),
            read: BTreeSet::new(),
        };
        for part in expected {
            around.expect(*part, facts);
        }
        if let Some(owner) = &subnet.owner {
            let caller = facts.need(&CallerIdentity { region: region.clone() })?;
            around.topology.shared = caller.account != *owner;
        }
        Ok(around)
    }

    /// Its region.
    pub(crate) fn region(&self) -> &Region {
        &self.region
    }

    /// What is known so far.
    pub(crate) fn topology(&self) -> Topology<'_> {
        Topology {
            appliances: self.appliances.as_deref(),
            security_groups: self.groups.as_deref(),
            prefix_lists: self.prefix_lists.as_deref(),
            divided: Some(&self.divided),
            ..self.topology
        }
    }

    fn expect(&self, part: Part, facts: &View<'t>) {
        let (region, vpc) = (self.region.clone(), self.vpc.to_owned());
        match part {
            Part::Vpc | Part::DnsServers => facts.prefetch(&DescribeVpc { region, id: vpc }),
            Part::Subnets => facts.prefetch(&Subnets { region, vpc }),
            Part::RouteTables => facts.prefetch(&RouteTables { region, vpc }),
            Part::InternetGateways => facts.prefetch(&InternetGateways { region, vpc }),
            Part::NatGateways => facts.prefetch(&NatGateways { region, vpc }),
            Part::NetworkAcls => facts.prefetch(&NetworkAcls { region, vpc }),
            Part::Endpoints => facts.prefetch(&Endpoints { region, vpc }),
            Part::DnsSupport | Part::DnsHostnames => facts.prefetch(&VpcDns { region, vpc }),
            Part::PrefixLists => facts.prefetch(&ServicePrefixLists { region }),
            Part::Appliances | Part::SecurityGroups => {}
        }
    }

    /// Reads a part; `true` if it was not read before.
    ///
    /// # Errors
    /// The part could not be read.
    pub(crate) fn read(&mut self, part: Part, facts: &View<'t>) -> Result<bool, Stop> {
        if self.read.contains(&part) {
            return Ok(false);
        }
        let (region, vpc) = (self.region.clone(), self.vpc.to_owned());
        let topology = &mut self.topology;
        match part {
            Part::Vpc => topology.vpc = Some(facts.need(&DescribeVpc { region, id: vpc })?),
            Part::Subnets => topology.subnets = Some(facts.need(&Subnets { region, vpc })?),
            Part::RouteTables => {
                topology.route_tables = Some(facts.need(&RouteTables { region, vpc })?);
            }
            Part::InternetGateways => {
                topology.internet_gateways = Some(facts.need(&InternetGateways { region, vpc })?);
            }
            Part::NatGateways => {
                topology.nat_gateways = Some(facts.need(&NatGateways { region, vpc })?);
            }
            Part::NetworkAcls => {
                topology.network_acls = Some(facts.need(&NetworkAcls { region, vpc })?);
            }
            Part::Endpoints => topology.endpoints = Some(facts.need(&Endpoints { region, vpc })?),
            Part::DnsSupport | Part::DnsHostnames => {
                let dns = facts.need(&VpcDns { region, vpc })?;
                topology.dns_support = Some(dns.support);
                topology.dns_hostnames = Some(dns.hostnames);
            }
            Part::Appliances => self.read_appliances(facts)?,
            Part::DnsServers => self.read_resolvers(facts)?,
            Part::SecurityGroups => self.groups = Some(self.groups.take().unwrap_or_default()),
            Part::PrefixLists => self.read_prefix_lists(facts)?,
        }
        self.read.insert(part);
        Ok(true)
    }

    /// Reads these security groups too.
    ///
    /// # Errors
    /// A group could not be read.
    pub(crate) fn read_groups<'g>(
        &mut self,
        ids: impl IntoIterator<Item = &'g String>,
        facts: &View<'t>,
    ) -> Result<(), Stop> {
        let mut groups = self.groups.clone().unwrap_or_default();
        let lookups: Vec<_> = ids
            .into_iter()
            .filter(|id| groups.iter().all(|group| group.id != **id))
            .map(|id| DescribeSecurityGroup { region: self.region.clone(), id: id.clone() })
            .collect();
        groups.extend(facts.all(&lookups)?.into_iter().cloned());
        self.groups = Some(groups);
        // Further groups may reference further prefix lists.
        if !lookups.is_empty() && self.read.remove(&Part::PrefixLists) {
            self.prefix_lists = None;
        }
        Ok(())
    }

    /// The default security group of the VPC, which applies if none is listed.
    ///
    /// # Errors
    /// The group could not be read.
    pub(crate) fn default_group(&mut self, facts: &View<'t>) -> Result<String, Stop> {
        let lookup = DefaultSecurityGroup { region: self.region.clone(), vpc: self.vpc.to_owned() };
        let group = facts.need(&lookup)?;
        let mut groups = self.groups.take().unwrap_or_default();
        if groups.iter().all(|it| it.id != group.id) {
            groups.push(group.clone());
        }
        self.groups = Some(groups);
        Ok(group.id.clone())
    }

    /// Reads Block Public Access of the account, for a subnet that does not state it. `true` if this changes
    /// anything.
    ///
    /// # Errors
    /// Only while the answer is pending.
    pub(crate) fn read_public_access(&mut self, facts: &View<'t>) -> Result<bool, Stop> {
        let lookup = BlockPublicAccess { region: self.region.clone() };
        let Some(Seen::Found(access)) = facts.peek(&lookup)? else { return Ok(false) };
        let is_new = self.topology.public_access.is_none() && access.mode != "off";
        self.topology.public_access = Some(&access.mode);
        Ok(is_new)
    }

    /// Whether the account may exclude subnets from Block Public Access, if AWS returns it.
    ///
    /// # Errors
    /// Only while the answer is pending.
    pub(crate) fn may_exclude(&self, facts: &View<'t>) -> Result<Option<bool>, Stop> {
        let lookup = BlockPublicAccess { region: self.region.clone() };
        Ok(match facts.tolerate(|| facts.need_optional(&lookup))? {
            Ok(Some(access)) => access.exclusions_allowed,
            Ok(None) | Err(_) => None,
        })
    }

    /// The instances and network interfaces that are targets of routes. If one cannot be read, nothing is
    /// known of it.
    fn read_appliances(&mut self, facts: &View<'t>) -> Result<(), Stop> {
        let routes = self.topology.route_tables.into_iter().flatten().flat_map(|it| &it.routes);
        let ids: BTreeSet<&str> = routes
            .filter_map(|route| match &route.target {
                RouteTarget::Appliance(id) => Some(id.as_str()),
                _ => None,
            })
            .collect();
        let asked: Vec<_> = ids
            .into_iter()
            .map(|id| SourceDestCheck { region: self.region.clone(), id: id.to_owned() })
            .collect();
        // All are requested before any is waited for.
        let seen: Vec<_> =
            asked.iter().map(|it| facts.tolerate(|| facts.need_optional(it))).collect();
        let mut found = Vec::new();
        for (asked, seen) in asked.into_iter().zip(seen) {
            if let Ok(Some(check)) = seen? {
                found.push(Appliance { id: asked.id, source_dest_check: *check });
            }
        }
        self.appliances = Some(found);
        Ok(())
    }

    fn read_resolvers(&mut self, facts: &View<'t>) -> Result<(), Stop> {
        let vpc = DescribeVpc { region: self.region.clone(), id: self.vpc.to_owned() };
        let id = &facts.need(&vpc)?.dhcp_options;
        self.topology.dns_servers = Some(match id.as_str() {
            NO_OPTIONS => &[],
            id => facts.need(&DhcpResolvers { region: self.region.clone(), id: id.to_owned() })?,
        });
        Ok(())
    }

    /// The prefix lists of AWS services, and all others that a rule or a route references.
    fn read_prefix_lists(&mut self, facts: &View<'t>) -> Result<(), Stop> {
        let services = facts.need(&ServicePrefixLists { region: self.region.clone() })?;
        let mut lists: Vec<_> =
            services.iter().filter(|it| !it.ranges.is_empty()).cloned().collect();
        let mut named: BTreeSet<&str> = BTreeSet::new();
        for group in self.groups.iter().flatten() {
            let rules = group.egress.iter().chain(&group.ingress);
            named.extend(rules.flat_map(|rule| &rule.peers).filter_map(|peer| match peer {
                Peer::PrefixList(id) => Some(id.as_str()),
                Peer::Range(_) | Peer::Group(_) => None,
            }));
        }
        let routes = self.topology.route_tables.into_iter().flatten().flat_map(|it| &it.routes);
        named.extend(routes.filter_map(|route| match &route.destination {
            RouteDestination::PrefixList(id) => Some(id.as_str()),
            RouteDestination::Range(_) => None,
        }));
        let others: Vec<_> = named
            .into_iter()
            .filter(|id| lists.iter().all(|list| list.id != *id))
            .map(|id| PrefixListEntries { region: self.region.clone(), id: id.to_owned() })
            .collect();
        lists.extend(facts.all(&others)?.into_iter().cloned().map(|list| {
            let of_service = services.iter().find(|it| it.id == list.id);
            let name = of_service.map_or(list.name, |it| it.name.clone());
            PrefixList { name, ..list }
        }));
        self.prefix_lists = Some(lists);
        Ok(())
    }
}
