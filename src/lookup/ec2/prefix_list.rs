//! Prefix lists: ranges of addresses under one name.

use serde::Serialize;

use super::{range, ranges, read, whole};
use crate::knowledge::Seen;
use crate::lookup::aws::Query;
use crate::lookup::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify};
use crate::names::Region;
use crate::network::PrefixList;

/// The prefix lists of AWS services with gateway endpoints: S3 and DynamoDB.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ServicePrefixLists {
    /// The region.
    pub region: Region,
}

impl Lookup for ServicePrefixLists {
    type Fact = Vec<PrefixList>;
    const CALL: Call = Call("ec2:DescribePrefixLists");

    fn named(&self) -> Named {
        Named::Nowhere("all lists of the region")
    }

    fn what(&self) -> String {
        format!("prefix lists of AWS services in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<PrefixList>> {
        let client = services.ec2(&self.region);
        let listed = whole(self, &client, Query::default(), "prefixListSet").await?;
        read(self, &listed, |it| {
            Ok(PrefixList {
                id: it.text("prefixListId")?.ok_or("the id of a prefix list")?,
                name: it.text("prefixListName")?.ok_or("the name of a prefix list")?,
                // A list without ranges has only a name: its entries need another call.
                ranges: ranges(it.texts("cidrSet", None)?)?,
            })
        })
    }
}

/// The ranges of any other prefix list: customer-managed, or AWS-managed for another purpose.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct PrefixListEntries {
    /// The region.
    pub region: Region,
    /// `pl-...`
    pub id: String,
}

impl Lookup for PrefixListEntries {
    type Fact = PrefixList;
    const CALL: Call = Call("ec2:GetManagedPrefixListEntries");
    const ABSENT: &'static [&'static str] =
        &["InvalidPrefixListID.NotFound", "InvalidPrefixListId.NotFound"];

    fn named(&self) -> Named {
        Named::Nowhere("entries do not name their list")
    }

    fn what(&self) -> String {
        format!("prefix list {} in {}", self.id, self.region)
    }

    fn resource(&self) -> String {
        format!("arn:{}:ec2:{}:*:prefix-list/{}", self.region.partition(), self.region, self.id)
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::default().saying(format!(
            "Replace {} with an existing prefix list in routes and rules, or share it with this account again",
            self.id
        ))
    }

    async fn fetch(&self, services: &Services) -> Answer<PrefixList> {
        let client = services.ec2(&self.region);
        let query = Query::default().with("PrefixListId", &*self.id);
        // A missing list has an error code, so the first page is read separately.
        let page = match client.ask(self, &query).await {
            Ok(page) => page,
            Err(error) => return classify::failed(self, &error),
        };
        let incomplete = |lacks| classify::incomplete(self, lacks);
        let next = page.text("nextToken").map_err(incomplete)?.filter(|token| !token.is_empty());
        let entries = page.into_list("entrySet").map_err(incomplete)?;
        let mut entries = entries.ok_or_else(|| incomplete("the entries"))?;
        if let Some(next) = next {
            entries.extend(whole(self, &client, query.with("NextToken", next), "entrySet").await?);
        }
        let ranges =
            entries.iter().map(|it| range(it.text("cidr")?.ok_or("the range of an entry")?));
        let ranges = ranges.collect::<Result<_, _>>().map_err(incomplete)?;
        Ok(Seen::Found(PrefixList { id: self.id.clone(), name: self.id.clone(), ranges }))
    }
}
