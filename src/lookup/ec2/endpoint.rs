//! VPC endpoints.

use serde::Serialize;

use super::{only, read, whole};
use crate::lookup::aws::{Element, Lacks};
use crate::lookup::{Answer, Call, Lookup, Named, Services};
use crate::names::Region;
use crate::network::{Endpoint, EndpointKind};

/// All endpoints in a VPC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Endpoints {
    /// The region.
    pub region: Region,
    /// `vpc-...`
    pub vpc: String,
}

impl Lookup for Endpoints {
    type Fact = Vec<Endpoint>;
    const CALL: Call = Call("ec2:DescribeVpcEndpoints");

    fn named(&self) -> Named {
        Named::by("vpcEndpointSet/item/vpcId", &self.vpc)
    }

    fn what(&self) -> String {
        format!("VPC endpoints of {} in {}", self.vpc, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<Endpoint>> {
        let client = services.ec2(&self.region);
        let query = only("vpc-id", [&*self.vpc]);
        let listed = whole(self, &client, query, "vpcEndpointSet").await?;
        read(self, &listed, endpoint)
    }
}

pub(super) fn endpoint(it: &Element) -> Result<Endpoint, Lacks> {
    let kind = match it.text("vpcEndpointType")?.as_deref() {
        Some("Interface") => EndpointKind::Interface,
        Some("Gateway") => EndpointKind::Gateway,
        // EC2 omitted the type before there were others, which are in subnets.
        None if it.texts("subnetIdSet", None)?.is_empty() => EndpointKind::Gateway,
        None => return Err("the type of an endpoint"),
        Some(_) => EndpointKind::Other,
    };
    let only_for_inbound = it.flag("dnsOptions/privateDnsOnlyForInboundResolverEndpoint")?;
    let policy = it.text("policyDocument")?.filter(|text| !text.trim().is_empty());
    let policy = policy.map(|text| serde_json::from_str(&text)).transpose();
    let service = it.text("serviceName")?;
    Ok(Endpoint {
        name_tag: super::name_tag(it)?,
        id: it.text("vpcEndpointId")?.ok_or("the id of an endpoint")?,
        vpc: it.text("vpcId")?.ok_or("the VPC of an endpoint")?,
        // An endpoint of a resource or a service network has no AWS service.
        service: match kind {
            EndpointKind::Other => service.unwrap_or_default(),
            _ => service.ok_or("the service of an endpoint")?,
        },
        service_region: it.text("serviceRegion")?,
        kind,
        state: it.text("state")?.ok_or("the state of an endpoint")?.to_lowercase(),
        // A gateway endpoint has no DNS name, whatever the answer says; and an interface endpoint of S3 may
        // serve S3's name only for requests from outside the VPC
        // (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DnsOptions.html).
        private_dns: kind == EndpointKind::Interface
            && it.flag("privateDnsEnabled")?.unwrap_or(false)
            && !only_for_inbound.unwrap_or(false),
        subnets: it.texts("subnetIdSet", None)?,
        groups: it.texts("groupSet", Some("groupId"))?,
        route_tables: it.texts("routeTableIdSet", None)?,
        policy: policy.map_err(|_| "a readable policy of an endpoint")?,
    })
}
