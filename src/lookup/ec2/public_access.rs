//! Block Public Access for VPCs.

use serde::Serialize;

use crate::lookup::aws::Query;
use crate::lookup::{Answer, Call, Lookup, Optional, Services, classify};
use crate::names::Region;

/// Whether the account blocks internet gateways in a region.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct BlockPublicAccess {
    /// The region.
    pub region: Region,
}

impl Lookup for BlockPublicAccess {
    /// `off`, `block-bidirectional` or `block-ingress`.
    type Fact = String;
    const CALL: Call = Call("ec2:DescribeVpcBlockPublicAccessOptions");

    fn what(&self) -> String {
        format!("VPC Block Public Access in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<String> {
        let reply = services.ec2(&self.region).ask::<Self>(&Query::default()).await;
        classify::answer(self, reply, |it| {
            it.text("vpcBlockPublicAccessOptions/internetGatewayBlockMode")?.ok_or("the mode")
        })
    }
}

impl Optional for BlockPublicAccess {
    fn assumption(&self) -> String {
        format!("that VPC Block Public Access is off in {}", self.region)
    }
}
