//! Block Public Access for VPCs.

use serde::{Deserialize, Serialize};

use crate::lookup::aws::Query;
use crate::lookup::{Answer, Call, Lookup, Named, Optional, Services, classify};
use crate::names::Region;

/// Whether the account blocks internet gateways in a region.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct BlockPublicAccess {
    /// The region.
    pub region: Region,
}

/// What the account blocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Recorded")]
pub struct PublicAccess {
    /// `off`, `block-bidirectional` or `block-ingress`.
    pub mode: String,
    /// Whether the account may exclude subnets and VPCs from it, if AWS returns it
    /// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcBlockPublicAccessOptions.html>).
    pub exclusions_allowed: Option<bool>,
}

/// As recordings hold it: older ones have the mode alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Recorded {
    Mode(String),
    Whole { mode: String, exclusions_allowed: Option<bool> },
}

impl From<Recorded> for PublicAccess {
    fn from(recorded: Recorded) -> PublicAccess {
        match recorded {
            Recorded::Mode(mode) => PublicAccess { mode, exclusions_allowed: None },
            Recorded::Whole { mode, exclusions_allowed } => {
                PublicAccess { mode, exclusions_allowed }
            }
        }
    }
}

impl Lookup for BlockPublicAccess {
    type Fact = PublicAccess;
    const CALL: Call = Call("ec2:DescribeVpcBlockPublicAccessOptions");

    fn named(&self) -> Named {
        Named::Nowhere("a setting of the region")
    }

    fn what(&self) -> String {
        format!("VPC Block Public Access in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<PublicAccess> {
        let reply = services.ec2(&self.region).ask(self, &Query::default()).await;
        classify::answer(self, reply, |it| {
            let options = it.child("vpcBlockPublicAccessOptions")?.ok_or("the options")?;
            let allowed = options.text("exclusionsAllowed")?;
            Ok(PublicAccess {
                mode: options.text("internetGatewayBlockMode")?.ok_or("the mode")?,
                exclusions_allowed: allowed.map(|it| it == "allowed"),
            })
        })
    }
}

impl Optional for BlockPublicAccess {
    fn assumption(&self) -> String {
        format!("that VPC Block Public Access is off in {}", self.region)
    }
}
