use std::collections::BTreeMap;

use aws_ecs_preflight::network::{
    AclEntry, Appliance, Endpoint, EndpointKind, Interface, InternetGateway, NatGateway,
    NetworkAcl, Part, Peer, PrefixList, Route, RouteDestination, RouteTable, RouteTarget, Rule,
    SecurityGroup, Subnet, Traffic, Vpc,
};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::Deserialize;

use super::parts::Parts;

/// A VPC as the tables write it: what has an id is a key, and a rule is a line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    ranges: Vec<IpNet>,
    dns: Dns,
    subnets: BTreeMap<String, WrittenSubnet>,
    route_tables: BTreeMap<String, WrittenTable>,
    #[serde(default)]
    internet_gateways: BTreeMap<String, String>,
    #[serde(default)]
    nat_gateways: BTreeMap<String, WrittenNat>,
    /// What routes lead to, and whether its source/destination check is on.
    #[serde(default)]
    appliances: BTreeMap<String, bool>,
    security_groups: BTreeMap<String, WrittenGroup>,
    #[serde(default)]
    network_acls: BTreeMap<String, WrittenAcl>,
    #[serde(default)]
    endpoints: BTreeMap<String, WrittenEndpoint>,
    #[serde(default)]
    prefix_lists: BTreeMap<String, WrittenList>,
    public_access: Option<String>,
    #[serde(default)]
    shared: bool,
    /// Parts that could not be read.
    #[serde(default)]
    unread: Vec<String>,
    task: WrittenTask,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dns {
    support: bool,
    hostnames: bool,
    servers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSubnet {
    ipv4: Option<Ipv4Net>,
    #[serde(default)]
    ipv6: Vec<Ipv6Net>,
    #[serde(default)]
    dns64: bool,
    public_access: Option<String>,
    zone: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTable {
    #[serde(default)]
    main: bool,
    #[serde(default)]
    subnets: Vec<String>,
    /// From the destination to what it leads through; `!` before that is a black hole.
    routes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenNat {
    subnet: Option<String>,
    route_table: Option<String>,
    state: Option<String>,
    failure: Option<String>,
    #[serde(default)]
    private: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenGroup {
    /// `TCP 443 10.0.0.0/16`, `all sg-1`.
    #[serde(default)]
    out: Vec<String>,
    #[serde(default)]
    r#in: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAcl {
    subnets: Vec<String>,
    /// `100 allow TCP 443 0.0.0.0/0`.
    out: Vec<String>,
    r#in: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEndpoint {
    service: String,
    #[serde(default)]
    subnets: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    route_tables: Vec<String>,
    private_dns: Option<bool>,
    state: Option<String>,
    region: Option<String>,
    kind: Option<EndpointKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenList {
    name: String,
    ranges: Vec<IpNet>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTask {
    subnet: String,
    groups: Vec<String>,
    #[serde(default)]
    public_address: bool,
    #[serde(default)]
    windows: bool,
}

pub const VPC: &str = "vpc-1";
pub const REGION: &str = "us-east-1";

impl Written {
    pub fn parts(&self) -> Parts {
        let subnets: Vec<_> = self.subnets.iter().map(|(id, it)| it.read(id)).collect();
        Parts {
            vpc: Vpc {
                id: VPC.to_owned(),
                owner: None,
                ranges: self.ranges.clone(),
                dhcp_options: "dopt-1".to_owned(),
            },
            route_tables: self.route_tables.iter().map(|(id, it)| it.read(id)).collect(),
            internet_gateways: self.internet_gateways.iter().map(read_gateway).collect(),
            nat_gateways: self.nat_gateways.iter().map(|(id, it)| it.read(id)).collect(),
            appliances: self.appliances.iter().map(read_appliance).collect(),
            security_groups: self.security_groups.iter().map(|(id, it)| it.read(id)).collect(),
            network_acls: self.acls(&subnets),
            endpoints: self.endpoints.iter().map(|(id, it)| it.read(id)).collect(),
            prefix_lists: self.prefix_lists.iter().map(|(id, it)| it.read(id)).collect(),
            dns_support: self.dns.support,
            dns_hostnames: self.dns.hostnames,
            dns_servers: self.dns.servers.clone(),
            public_access: self.public_access.clone(),
            shared: self.shared,
            unread: self.unread.iter().map(|name| read_part(name)).collect(),
            subnets,
        }
    }

    /// The listed ones; every other subnet has the default one, which allows everything. In a shared VPC only
    /// the listed ones are visible.
    fn acls(&self, subnets: &[Subnet]) -> Vec<NetworkAcl> {
        let mut acls: Vec<_> = self.network_acls.iter().map(|(id, it)| it.read(id)).collect();
        let guarded = |id: &String| acls.iter().any(|acl| acl.subnets.contains(id));
        let others = subnets.iter().map(|it| it.id.clone()).filter(|id| !guarded(id)).collect();
        let open = ["100 allow all 0.0.0.0/0".to_owned(), "101 allow all ::/0".to_owned()];
        if !self.shared {
            let default = WrittenAcl { subnets: others, out: open.to_vec(), r#in: open.to_vec() };
            acls.push(default.read("acl-default"));
        }
        acls
    }

    pub fn task<'a>(&self, parts: &'a Parts) -> Interface<'a> {
        let subnet = parts.subnets.iter().find(|it| it.id == self.task.subnet).unwrap();
        let task = Interface::new(subnet)
            .with_groups(self.task.groups.clone())
            .with_public_address(self.task.public_address);
        if self.task.windows { task.of_windows() } else { task }
    }
}

fn read_appliance((id, checks): (&String, &bool)) -> Appliance {
    Appliance { id: id.clone(), source_dest_check: *checks }
}

impl WrittenSubnet {
    fn read(&self, id: &str) -> Subnet {
        let zone = self.zone.clone().unwrap_or_else(|| format!("{REGION}a"));
        Subnet {
            id: id.to_owned(),
            vpc: VPC.to_owned(),
            owner: None,
            zone,
            zone_id: None,
            outpost: None,
            name_tag: None,
            ipv4: self.ipv4,
            ipv6: self.ipv6.clone(),
            free_addresses: 200,
            dns64: self.dns64,
            public_access: self.public_access.clone(),
        }
    }
}

impl WrittenTable {
    fn read(&self, id: &str) -> RouteTable {
        let routes = self.routes.iter().map(|(destination, target)| {
            let live = target.trim_start_matches('!');
            Route {
                destination: match destination.parse() {
                    Ok(range) => RouteDestination::Range(range),
                    Err(_) => RouteDestination::PrefixList(destination.clone()),
                },
                target: read_target(live),
                blackhole: live != target,
            }
        });
        let (id, subnets) = (id.to_owned(), self.subnets.clone());
        RouteTable { id, main: self.main, subnets, routes: routes.collect(), name_tag: None }
    }
}

fn read_target(id: &str) -> RouteTarget {
    let kind = id.split('-').next().unwrap();
    let id = id.to_owned();
    match kind {
        "local" => RouteTarget::Local,
        "igw" => RouteTarget::InternetGateway(id),
        "eigw" => RouteTarget::EgressOnly(id),
        "nat" => RouteTarget::Nat(id),
        "vpce" => RouteTarget::Endpoint(id),
        "tgw" => RouteTarget::TransitGateway(id),
        "vgw" => RouteTarget::VirtualGateway(id),
        "pcx" => RouteTarget::Peering(id),
        "i" | "eni" => RouteTarget::Appliance(id),
        _ => RouteTarget::Other(id),
    }
}

fn read_gateway((id, vpc): (&String, &String)) -> InternetGateway {
    let vpcs = if vpc.is_empty() { Vec::new() } else { vec![vpc.clone()] };
    InternetGateway { id: id.clone(), vpcs, name_tag: None }
}

impl WrittenNat {
    fn read(&self, id: &str) -> NatGateway {
        NatGateway {
            id: id.to_owned(),
            vpc: VPC.to_owned(),
            subnet: self.subnet.clone(),
            state: self.state.clone().unwrap_or_else(|| "available".to_owned()),
            public: !self.private,
            route_table: self.route_table.clone(),
            failure: self.failure.clone(),
            name_tag: None,
        }
    }
}

impl WrittenGroup {
    fn read(&self, id: &str) -> SecurityGroup {
        let rules = |lines: &[String]| lines.iter().map(|line| read_rule(line)).collect();
        SecurityGroup {
            id: id.to_owned(),
            name: id.to_owned(),
            vpc: VPC.to_owned(),
            ingress: rules(&self.r#in),
            egress: rules(&self.out),
        }
    }
}

fn read_rule(line: &str) -> Rule {
    let words: Vec<_> = line.split(' ').collect();
    let (peer, traffic) = words.split_last().unwrap();
    let id = peer.to_string();
    let peer = match peer.split('-').next().unwrap() {
        "sg" => Peer::Group(id),
        "pl" => Peer::PrefixList(id),
        _ => Peer::Range(id.parse().unwrap()),
    };
    Rule { traffic: read_traffic(traffic), peers: vec![peer] }
}

/// `all`, `TCP`, `TCP 443`, `UDP 1024-65535`.
fn read_traffic(words: &[&str]) -> Traffic {
    let protocol = match words[0] {
        "all" => None,
        name => Some(read_protocol(name)),
    };
    let ports = words.get(1).map(|ports| {
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        (first.parse().unwrap(), last.parse().unwrap())
    });
    Traffic { protocol, ports }
}

pub fn read_protocol(name: &str) -> u8 {
    match name {
        "TCP" => 6,
        "UDP" => 17,
        other => panic!("there is no protocol {other} in the tables"),
    }
}

impl WrittenAcl {
    fn read(&self, id: &str) -> NetworkAcl {
        let sides = [(true, &self.out), (false, &self.r#in)];
        let mut entries = Vec::new();
        for (egress, lines) in sides {
            entries.extend(lines.iter().map(|line| read_entry(line, egress)));
            for last in ["32767 deny all 0.0.0.0/0", "32768 deny all ::/0"] {
                entries.push(read_entry(last, egress));
            }
        }
        NetworkAcl { id: id.to_owned(), subnets: self.subnets.clone(), entries, name_tag: None }
    }
}

fn read_entry(line: &str, egress: bool) -> AclEntry {
    let words: Vec<_> = line.split(' ').collect();
    AclEntry {
        number: words[0].parse().unwrap(),
        egress,
        allow: words[1] == "allow",
        traffic: read_traffic(&words[2..words.len() - 1]),
        range: words[words.len() - 1].parse().unwrap(),
    }
}

impl WrittenEndpoint {
    /// What has route tables is a gateway endpoint.
    fn read(&self, id: &str) -> Endpoint {
        let guess = if self.route_tables.is_empty() {
            EndpointKind::Interface
        } else {
            EndpointKind::Gateway
        };
        let kind = self.kind.unwrap_or(guess);
        let service = match self.service.contains("amazonaws") {
            true => self.service.clone(),
            false => format!("com.amazonaws.{REGION}.{}", self.service),
        };
        Endpoint {
            id: id.to_owned(),
            vpc: VPC.to_owned(),
            service,
            service_region: self.region.clone(),
            kind,
            state: self.state.clone().unwrap_or_else(|| "available".to_owned()),
            private_dns: self.private_dns.unwrap_or(kind == EndpointKind::Interface),
            subnets: self.subnets.clone(),
            groups: self.groups.clone(),
            route_tables: self.route_tables.clone(),
            policy: None,
            name_tag: None,
        }
    }
}

impl WrittenList {
    fn read(&self, id: &str) -> PrefixList {
        PrefixList { id: id.to_owned(), name: self.name.clone(), ranges: self.ranges.clone() }
    }
}

fn read_part(name: &str) -> Part {
    match name {
        "vpc" => Part::Vpc,
        "subnets" => Part::Subnets,
        "route_tables" => Part::RouteTables,
        "internet_gateways" => Part::InternetGateways,
        "nat_gateways" => Part::NatGateways,
        "appliances" => Part::Appliances,
        "security_groups" => Part::SecurityGroups,
        "network_acls" => Part::NetworkAcls,
        "endpoints" => Part::Endpoints,
        "prefix_lists" => Part::PrefixLists,
        "dns_support" => Part::DnsSupport,
        "dns_hostnames" => Part::DnsHostnames,
        "dns_servers" => Part::DnsServers,
        other => panic!("there is no part {other}"),
    }
}
