use aws_ecs_preflight::network::{
    Appliance, Endpoint, InternetGateway, NatGateway, NetworkAcl, Part, PrefixList, RouteTable,
    SecurityGroup, Subnet, Topology, Vpc,
};

/// The parts that a `Topology` borrows.
pub struct Parts {
    pub vpc: Vpc,
    pub subnets: Vec<Subnet>,
    pub route_tables: Vec<RouteTable>,
    pub internet_gateways: Vec<InternetGateway>,
    pub nat_gateways: Vec<NatGateway>,
    pub appliances: Vec<Appliance>,
    pub security_groups: Vec<SecurityGroup>,
    pub network_acls: Vec<NetworkAcl>,
    pub endpoints: Vec<Endpoint>,
    pub prefix_lists: Vec<PrefixList>,
    pub dns_support: bool,
    pub dns_hostnames: bool,
    pub dns_servers: Vec<String>,
    pub public_access: Option<String>,
    pub shared: bool,
    pub unread: Vec<Part>,
}

impl Parts {
    pub fn topology(&self) -> Topology<'_> {
        let read = |part: Part| !self.unread.contains(&part);
        Topology {
            vpc: read(Part::Vpc).then_some(&self.vpc),
            subnets: read(Part::Subnets).then_some(&self.subnets),
            route_tables: read(Part::RouteTables).then_some(&self.route_tables),
            internet_gateways: read(Part::InternetGateways).then_some(&self.internet_gateways),
            nat_gateways: read(Part::NatGateways).then_some(&self.nat_gateways),
            appliances: read(Part::Appliances).then_some(&self.appliances),
            security_groups: read(Part::SecurityGroups).then_some(&self.security_groups),
            network_acls: read(Part::NetworkAcls).then_some(&self.network_acls),
            endpoints: read(Part::Endpoints).then_some(&self.endpoints),
            prefix_lists: read(Part::PrefixLists).then_some(&self.prefix_lists),
            dns_support: read(Part::DnsSupport).then_some(self.dns_support),
            dns_hostnames: read(Part::DnsHostnames).then_some(self.dns_hostnames),
            dns_servers: read(Part::DnsServers).then_some(&self.dns_servers),
            public_access: self.public_access.as_deref(),
            shared: self.shared,
            divided: None,
        }
    }
}
