//! Network interfaces: how many there are, and whether one forwards.

use serde::Serialize;

use super::{only, up_to, whole};
use crate::knowledge::Seen;
use crate::lookup::servicequotas::NETWORK_INTERFACES;
use crate::lookup::{Answer, Call, Lookup, Named, Optional, Services};
use crate::names::{AccountId, Region};

/// How many network interfaces an account has in a region, in its VPCs and in shared ones. Interfaces of
/// other accounts in its VPCs are listed too, but not counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct NetworkInterfaces {
    /// The region.
    pub region: Region,
    /// The owner.
    pub owner: AccountId,
}

/// The page size, and the maximum number of pages: enough for twice the default quota. Accounts with a higher
/// quota rarely reach it.
const ON_A_PAGE: &str = "1000";
const MOST_PAGES: usize = 10;

impl Lookup for NetworkInterfaces {
    type Fact = i64;
    const CALL: Call = Call("ec2:DescribeNetworkInterfaces");

    fn named(&self) -> Named {
        Named::by("networkInterfaceSet/item/ownerId", &self.owner)
    }

    fn what(&self) -> String {
        format!("the number of network interfaces in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<i64> {
        let client = services.ec2(&self.region);
        let query = only("owner-id", [self.owner.as_str()]).with("MaxResults", ON_A_PAGE);
        let counted = up_to(
            MOST_PAGES,
            std::slice::from_ref(self),
            &client,
            query,
            "networkInterfaceSet",
            |_| Ok(()),
        )
        .await?;
        Ok(Seen::Found(i64::try_from(counted.len()).unwrap_or(i64::MAX)))
    }
}

impl Optional for NetworkInterfaces {
    fn assumption(&self) -> String {
        NETWORK_INTERFACES.assumption(&self.region)
    }
}

/// The source/destination check of the target of a route: a network interface, or that of an instance.
/// While it is on, the interface drops packets that are not addressed to it
/// (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/modify-source-dest-check.html>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct SourceDestCheck {
    /// The region that is asked.
    pub region: Region,
    /// `eni-...` or `i-...`
    pub id: String,
}

impl Lookup for SourceDestCheck {
    type Fact = bool;
    const CALL: Call = Call("ec2:DescribeNetworkInterfaces");

    fn named(&self) -> Named {
        Named::by("networkInterfaceSet/item/networkInterfaceId", &self.id)
    }

    fn what(&self) -> String {
        format!("the source/destination check of {} in {}", self.id, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<bool> {
        let client = services.ec2(&self.region);
        // A route can point to an instance only if that has one network interface
        // (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html).
        let property = match self.id.starts_with("i-") {
            true => "attachment.instance-id",
            false => "network-interface-id",
        };
        let listed =
            whole(self, &client, only(property, [&*self.id]), "networkInterfaceSet").await?;
        super::single(self, listed.first(), |it| {
            it.flag("sourceDestCheck")?.ok_or("the source/destination check of an interface")
        })
    }
}
