//! Route tables, and the gateways that they lead through.

use aws_sdk_ec2::types::{ConnectivityType, RouteState};
use serde::Serialize;

use super::{only, range, read, whole};
use crate::lookup::{Answer, Call, Lookup, Services};
use crate::names::Region;
use crate::network::{
    InternetGateway, NatGateway, Route, RouteDestination, RouteTable, RouteTarget,
};

/// All route tables of a VPC, the main one among them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct RouteTables {
    /// The region that is asked.
    pub region: Region,
    /// `vpc-...`
    pub vpc: String,
}

impl Lookup for RouteTables {
    type Fact = Vec<RouteTable>;
    const CALL: Call = Call("ec2:DescribeRouteTables");

    fn what(&self) -> String {
        format!("route tables of {} in {}", self.vpc, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<RouteTable>> {
        let request = services
            .ec2(&self.region)
            .describe_route_tables()
            .filters(only("vpc-id", [&*self.vpc]));
        let listed = whole(
            self,
            |token| request.clone().set_next_token(token).send(),
            |page| (page.route_tables, page.next_token),
        )
        .await?;
        read(self, listed, table)
    }
}

fn table(it: aws_sdk_ec2::types::RouteTable) -> Result<RouteTable, &'static str> {
    let associations = it.associations.ok_or("the associations of a route table")?;
    let routes = it.routes.ok_or("the routes of a route table")?;
    Ok(RouteTable {
        id: it.route_table_id.ok_or("the id of a route table")?,
        main: associations.iter().any(|it| it.main == Some(true)),
        subnets: associations.into_iter().filter_map(|it| it.subnet_id).collect(),
        routes: routes.into_iter().map(route).collect::<Result<_, _>>()?,
    })
}

pub(super) fn route(it: aws_sdk_ec2::types::Route) -> Result<Route, &'static str> {
    let text = it.destination_cidr_block.or(it.destination_ipv6_cidr_block);
    let destination = match (text, it.destination_prefix_list_id) {
        (Some(text), _) => RouteDestination::Range(range(text)?),
        (None, Some(list)) => RouteDestination::PrefixList(list),
        (None, None) => return Err("the destination of a route"),
    };
    let gateway = it.gateway_id.map(|id| match id.split('-').next() {
        Some("local") => RouteTarget::Local,
        Some("igw") => RouteTarget::InternetGateway(id),
        Some("vgw") => RouteTarget::VirtualGateway(id),
        Some("vpce") => RouteTarget::Endpoint(id),
        _ => RouteTarget::Other(id),
    });
    // Where traffic is sent on to an instance, both its id and that of its interface are told.
    let target = gateway
        .or(it.nat_gateway_id.map(RouteTarget::Nat))
        .or(it.egress_only_internet_gateway_id.map(RouteTarget::EgressOnly))
        .or(it.transit_gateway_id.map(RouteTarget::TransitGateway))
        .or(it.vpc_peering_connection_id.map(RouteTarget::Peering))
        .or(it.instance_id.map(RouteTarget::Appliance))
        .or(it.network_interface_id.map(RouteTarget::Appliance))
        .or(it.local_gateway_id.map(RouteTarget::Other))
        .or(it.carrier_gateway_id.map(RouteTarget::Other))
        .or(it.core_network_arn.map(RouteTarget::Other))
        .or(it.odb_network_arn.map(RouteTarget::Other))
        .unwrap_or_else(|| RouteTarget::Other("something unnamed".to_owned()));
    Ok(Route { destination, target, blackhole: it.state == Some(RouteState::Blackhole) })
}

/// The internet gateways that are attached to a VPC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct InternetGateways {
    /// The region that is asked.
    pub region: Region,
    /// `vpc-...`
    pub vpc: String,
}

impl Lookup for InternetGateways {
    type Fact = Vec<InternetGateway>;
    const CALL: Call = Call("ec2:DescribeInternetGateways");

    fn what(&self) -> String {
        format!("internet gateways of {} in {}", self.vpc, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<InternetGateway>> {
        let request = services
            .ec2(&self.region)
            .describe_internet_gateways()
            .filters(only("attachment.vpc-id", [&*self.vpc]));
        let listed = whole(
            self,
            |token| request.clone().set_next_token(token).send(),
            |page| (page.internet_gateways, page.next_token),
        )
        .await?;
        read(self, listed, |it| {
            let attachments = it.attachments.ok_or("the attachments of an internet gateway")?;
            Ok(InternetGateway {
                id: it.internet_gateway_id.ok_or("the id of an internet gateway")?,
                vpcs: attachments.into_iter().filter_map(|it| it.vpc_id).collect(),
            })
        })
    }
}

/// The NAT gateways of a VPC; a deleted one is shown for about an hour.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct NatGateways {
    /// The region that is asked.
    pub region: Region,
    /// `vpc-...`
    pub vpc: String,
}

impl Lookup for NatGateways {
    type Fact = Vec<NatGateway>;
    const CALL: Call = Call("ec2:DescribeNatGateways");

    fn what(&self) -> String {
        format!("NAT gateways of {} in {}", self.vpc, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<NatGateway>> {
        let request =
            services.ec2(&self.region).describe_nat_gateways().filter(only("vpc-id", [&*self.vpc]));
        let listed = whole(
            self,
            |token| request.clone().set_next_token(token).send(),
            |page| (page.nat_gateways, page.next_token),
        )
        .await?;
        read(self, listed, nat)
    }
}

fn nat(it: aws_sdk_ec2::types::NatGateway) -> Result<NatGateway, &'static str> {
    let failure = match (it.failure_code, it.failure_message) {
        (Some(code), Some(message)) => Some(format!("{code}: {message}")),
        (code, message) => code.or(message),
    };
    Ok(NatGateway {
        id: it.nat_gateway_id.ok_or("the id of a NAT gateway")?,
        vpc: it.vpc_id.ok_or("the VPC of a NAT gateway")?,
        subnet: it.subnet_id,
        state: it.state.ok_or("the state of a NAT gateway")?.as_str().to_owned(),
        public: it.connectivity_type != Some(ConnectivityType::Private),
        route_table: it.route_table_id,
        failure,
    })
}
