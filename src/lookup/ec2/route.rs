//! Route tables, and the gateways that they lead through.

use serde::Serialize;

use super::{name_tag, only, range, read, whole};
use crate::lookup::aws::{Element, Lacks, Query};
use crate::lookup::{Answer, Call, Lookup, Named, Services};
use crate::names::Region;
use crate::network::{
    InternetGateway, NatGateway, Route, RouteDestination, RouteTable, RouteTarget,
};

/// All route tables of a VPC, the main one among them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct RouteTables {
    /// The region.
    pub region: Region,
    /// `vpc-...`
    pub vpc: String,
}

impl Lookup for RouteTables {
    type Fact = Vec<RouteTable>;
    const CALL: Call = Call("ec2:DescribeRouteTables");

    fn named(&self) -> Named {
        Named::by("routeTableSet/item/vpcId", &self.vpc)
    }

    fn what(&self) -> String {
        format!("route tables of {} in {}", self.vpc, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<RouteTable>> {
        let client = services.ec2(&self.region);
        let query = only("vpc-id", [&*self.vpc]);
        let listed = whole(self, &client, query, "routeTableSet").await?;
        read(self, &listed, table)
    }
}

fn table(it: &Element) -> Result<RouteTable, Lacks> {
    let associations = it.list("associationSet")?.ok_or("the associations of a route table")?;
    let routes = it.list("routeSet")?.ok_or("the routes of a route table")?;
    let (mut main, mut subnets) = (false, Vec::new());
    for it in associations {
        let is_main = it.flag("main")? == Some(true);
        let of_gateway = it.text("gatewayId")?.or(it.text("publicIpv4Pool")?);
        match it.text("subnetId")? {
            Some(subnet) => subnets.push(subnet),
            None if is_main || of_gateway.is_some() => {}
            None => return Err("the subnet of an association"),
        }
        main |= is_main;
    }
    Ok(RouteTable {
        name_tag: name_tag(it)?,
        id: it.text("routeTableId")?.ok_or("the id of a route table")?,
        main,
        subnets,
        routes: routes.iter().map(route).collect::<Result<_, _>>()?,
    })
}

pub(super) fn route(it: &Element) -> Result<Route, Lacks> {
    let text = it.text("destinationCidrBlock")?.or(it.text("destinationIpv6CidrBlock")?);
    let destination = match (text, it.text("destinationPrefixListId")?) {
        (Some(text), _) => RouteDestination::Range(range(text)?),
        (None, Some(list)) => RouteDestination::PrefixList(list),
        (None, None) => return Err("the destination of a route"),
    };
    let blackhole = it.text("state")?.as_deref() == Some("blackhole");
    Ok(Route { destination, target: target(it)?, blackhole })
}

/// The field that contains the target determines its kind.
fn target(it: &Element) -> Result<RouteTarget, Lacks> {
    type Kind = fn(String) -> RouteTarget;
    // For an instance as the target, both its id and that of its interface are set.
    let fields: [(&str, Kind); 11] = [
        ("gatewayId", gateway),
        ("natGatewayId", RouteTarget::Nat),
        ("egressOnlyInternetGatewayId", RouteTarget::EgressOnly),
        ("transitGatewayId", RouteTarget::TransitGateway),
        ("vpcPeeringConnectionId", RouteTarget::Peering),
        ("instanceId", RouteTarget::Appliance),
        ("networkInterfaceId", RouteTarget::Appliance),
        ("localGatewayId", RouteTarget::Other),
        ("carrierGatewayId", RouteTarget::Other),
        ("coreNetworkArn", RouteTarget::Other),
        ("odbNetworkArn", RouteTarget::Other),
    ];
    for (field, kind) in fields {
        if let Some(id) = it.text(field)? {
            return Ok(kind(id));
        }
    }
    Ok(RouteTarget::Other("an unknown target".to_owned()))
}

fn gateway(id: String) -> RouteTarget {
    match id.split('-').next() {
        Some("local") => RouteTarget::Local,
        Some("igw") => RouteTarget::InternetGateway(id),
        Some("vgw") => RouteTarget::VirtualGateway(id),
        Some("vpce") => RouteTarget::Endpoint(id),
        _ => RouteTarget::Other(id),
    }
}

/// The internet gateways of a region. A filter by VPC would hide those that are attached to none, which a route
/// of the VPC may still name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct InternetGateways {
    /// The region.
    pub region: Region,
    /// The VPC that they are read for: `vpc-...`
    pub vpc: String,
}

impl Lookup for InternetGateways {
    type Fact = Vec<InternetGateway>;
    const CALL: Call = Call("ec2:DescribeInternetGateways");

    fn named(&self) -> Named {
        Named::Nowhere("all internet gateways of the region")
    }

    fn what(&self) -> String {
        format!("internet gateways of {} in {}", self.vpc, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<InternetGateway>> {
        let client = services.ec2(&self.region);
        let listed = whole(self, &client, Query::default(), "internetGatewaySet").await?;
        read(self, &listed, |it| {
            it.list("attachmentSet")?.ok_or("the attachments of an internet gateway")?;
            Ok(InternetGateway {
                name_tag: name_tag(it)?,
                id: it.text("internetGatewayId")?.ok_or("the id of an internet gateway")?,
                vpcs: it.texts("attachmentSet", Some("vpcId"))?,
            })
        })
    }
}

/// The NAT gateways of a VPC; a deleted one is listed for about an hour.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct NatGateways {
    /// The region.
    pub region: Region,
    /// `vpc-...`
    pub vpc: String,
}

impl Lookup for NatGateways {
    type Fact = Vec<NatGateway>;
    const CALL: Call = Call("ec2:DescribeNatGateways");

    fn named(&self) -> Named {
        Named::by("natGatewaySet/item/vpcId", &self.vpc)
    }

    fn what(&self) -> String {
        format!("NAT gateways of {} in {}", self.vpc, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<NatGateway>> {
        let client = services.ec2(&self.region);
        let query = only("vpc-id", [&*self.vpc]);
        let listed = whole(self, &client, query, "natGatewaySet").await?;
        read(self, &listed, nat)
    }
}

fn nat(it: &Element) -> Result<NatGateway, Lacks> {
    let failure = match (it.text("failureCode")?, it.text("failureMessage")?) {
        (Some(code), Some(message)) => Some(format!("{code}: {message}")),
        (code, message) => code.or(message),
    };
    Ok(NatGateway {
        name_tag: name_tag(it)?,
        id: it.text("natGatewayId")?.ok_or("the id of a NAT gateway")?,
        vpc: it.text("vpcId")?.ok_or("the VPC of a NAT gateway")?,
        subnet: it.text("subnetId")?,
        state: it.text("state")?.ok_or("the state of a NAT gateway")?,
        public: it.text("connectivityType")?.as_deref() != Some("private"),
        route_table: it.text("routeTableId")?,
        failure,
    })
}
