//! The number of network interfaces.

use serde::Serialize;

use super::{only, up_to};
use crate::knowledge::Seen;
use crate::lookup::servicequotas::NETWORK_INTERFACES;
use crate::lookup::{Answer, Call, Lookup, Optional, Services};
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

    fn what(&self) -> String {
        format!("the number of network interfaces in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<i64> {
        let client = services.ec2(&self.region);
        let query = only("owner-id", [self.owner.as_str()]).with("MaxResults", ON_A_PAGE);
        let counted =
            up_to(MOST_PAGES, self, &client, query, "networkInterfaceSet", |_| Ok(())).await?;
        Ok(Seen::Found(i64::try_from(counted.len()).unwrap_or(i64::MAX)))
    }
}

impl Optional for NetworkInterfaces {
    fn assumption(&self) -> String {
        NETWORK_INTERFACES.assumption(&self.region)
    }
}
