//! VPC endpoints.

use aws_sdk_ec2::types::{VpcEndpoint, VpcEndpointType};
use serde::Serialize;

use super::{only, read, whole};
use crate::lookup::{Answer, Call, Lookup, Services};
use crate::names::Region;
use crate::network::{Endpoint, EndpointKind};

/// All endpoints in a VPC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Endpoints {
    /// The region that is asked.
    pub region: Region,
    /// `vpc-...`
    pub vpc: String,
}

impl Lookup for Endpoints {
    type Fact = Vec<Endpoint>;
    const CALL: Call = Call("ec2:DescribeVpcEndpoints");

    fn what(&self) -> String {
        format!("VPC endpoints of {} in {}", self.vpc, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<Endpoint>> {
        let request = services
            .ec2(&self.region)
            .describe_vpc_endpoints()
            .filters(only("vpc-id", [&*self.vpc]));
        let listed = whole(
            self,
            |token| request.clone().set_next_token(token).send(),
            |page| (page.vpc_endpoints, page.next_token),
        )
        .await?;
        read(self, listed, endpoint)
    }
}

pub(super) fn endpoint(it: VpcEndpoint) -> Result<Endpoint, &'static str> {
    let kind = match it.vpc_endpoint_type {
        Some(VpcEndpointType::Interface) => EndpointKind::Interface,
        // None is what EC2 said before there were others.
        Some(VpcEndpointType::Gateway) | None => EndpointKind::Gateway,
        Some(_) => EndpointKind::Other,
    };
    let only_for_inbound = it
        .dns_options
        .as_ref()
        .and_then(|it| it.private_dns_only_for_inbound_resolver_endpoint)
        .unwrap_or(false);
    let policy = it.policy_document.filter(|text| !text.trim().is_empty());
    let policy = policy.map(|text| serde_json::from_str(&text)).transpose();
    Ok(Endpoint {
        id: it.vpc_endpoint_id.ok_or("the id of an endpoint")?,
        vpc: it.vpc_id.ok_or("the VPC of an endpoint")?,
        // One to a resource or a service network carries no service of AWS.
        service: match kind {
            EndpointKind::Other => it.service_name.unwrap_or_default(),
            _ => it.service_name.ok_or("the service of an endpoint")?,
        },
        service_region: it.service_region,
        kind,
        state: it.state.ok_or("the state of an endpoint")?.as_str().to_lowercase(),
        // A gateway endpoint has no name of its own, whatever is told of it; and one to S3 may answer to
        // S3's name for those alone who ask from outside of the VPC
        // (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DnsOptions.html).
        private_dns: kind == EndpointKind::Interface
            && it.private_dns_enabled.unwrap_or(false)
            && !only_for_inbound,
        subnets: it.subnet_ids.unwrap_or_default(),
        groups: it.groups.unwrap_or_default().into_iter().filter_map(|it| it.group_id).collect(),
        route_tables: it.route_table_ids.unwrap_or_default(),
        policy: policy.map_err(|_| "a readable policy of an endpoint")?,
    })
}
