//! The total size and IOPS of EBS volumes.

use serde::{Deserialize, Serialize};

use super::{only, up_to};
use crate::knowledge::Seen;
use crate::lookup::servicequotas::Quota;
use crate::lookup::{Answer, Call, Lookup, Named, Optional, Services};
use crate::names::Region;

/// The total of all volumes of one type in a region, of instances and tasks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ProvisionedVolumes {
    /// The region.
    pub region: Region,
    /// The type: `gp3`.
    pub kind: String,
}

/// The totals of volumes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provisioned {
    /// Their storage, in GiB.
    pub storage: i64,
    /// Their I/O operations per second.
    pub iops: i64,
}

/// The page size, and the maximum number of pages for what can only be a warning: each page takes a second.
const ON_A_PAGE: &str = "1000";
const MOST_PAGES: usize = 3;

impl Lookup for ProvisionedVolumes {
    type Fact = Provisioned;
    const CALL: Call = Call("ec2:DescribeVolumes");

    fn named(&self) -> Named {
        Named::by("volumeSet/item/volumeType", &self.kind)
    }

    fn what(&self) -> String {
        format!("the totals of all {} volumes in {}", self.kind, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Provisioned> {
        let client = services.ec2(&self.region);
        let query = only("volume-type", [&*self.kind]).with("MaxResults", ON_A_PAGE);
        let volumes =
            up_to(MOST_PAGES, std::slice::from_ref(self), &client, query, "volumeSet", |it| {
                let size: i64 = it.number("size")?.ok_or("the size of a volume")?;
                let iops: Option<i64> = it.number("iops")?;
                Ok((size, iops.unwrap_or(0)))
            });
        let volumes = volumes.await?;
        let all = Provisioned {
            storage: volumes.iter().map(|(size, _)| size).sum(),
            iops: volumes.iter().map(|(_, iops)| iops).sum(),
        };
        Ok(Seen::Found(all))
    }
}

impl Optional for ProvisionedVolumes {
    fn assumption(&self) -> String {
        match Quota::of_storage(&self.kind) {
            Some(quota) => quota.assumption(&self.region),
            None => format!("that there may be more {} volumes in {}", self.kind, self.region),
        }
    }
}
