//! Prefix lists: ranges of addresses under one name.

use serde::Serialize;

use super::{ranges, read, whole};
use crate::knowledge::Seen;
use crate::lookup::{Answer, Call, Lookup, Services, classify};
use crate::names::Region;
use crate::network::PrefixList;

/// The prefix lists of AWS's services that gateway endpoints lead to: S3 and DynamoDB.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ServicePrefixLists {
    /// The region that is asked.
    pub region: Region,
}

impl Lookup for ServicePrefixLists {
    type Fact = Vec<PrefixList>;
    const CALL: Call = Call("ec2:DescribePrefixLists");

    fn what(&self) -> String {
        format!("prefix lists of AWS's services in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<PrefixList>> {
        let request = services.ec2(&self.region).describe_prefix_lists();
        let listed = whole(
            self,
            |token| request.clone().set_next_token(token).send(),
            |page| (page.prefix_lists, page.next_token),
        )
        .await?;
        read(self, listed, |it| {
            // Of a list without ranges only the name is known: its entries have to be asked for.
            let cidrs = it.cidrs.unwrap_or_default();
            Ok(PrefixList {
                id: it.prefix_list_id.ok_or("the id of a prefix list")?,
                name: it.prefix_list_name.ok_or("the name of a prefix list")?,
                ranges: ranges(cidrs)?,
            })
        })
    }
}

/// The ranges of any other prefix list: one's own, or one that AWS keeps for another purpose.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct PrefixListEntries {
    /// The region that is asked.
    pub region: Region,
    /// `pl-...`
    pub id: String,
}

impl Lookup for PrefixListEntries {
    type Fact = PrefixList;
    const CALL: Call = Call("ec2:GetManagedPrefixListEntries");
    const ABSENT: &'static [&'static str] =
        &["InvalidPrefixListID.NotFound", "InvalidPrefixListId.NotFound"];

    fn what(&self) -> String {
        format!("prefix list {} in {}", self.id, self.region)
    }

    fn resource(&self) -> String {
        format!("arn:{}:ec2:{}:*:prefix-list/{}", self.region.partition(), self.region, self.id)
    }

    async fn fetch(&self, services: &Services) -> Answer<PrefixList> {
        let first =
            services.ec2(&self.region).get_managed_prefix_list_entries().prefix_list_id(&self.id);
        // The list that is not there is told by a code, so the first page is asked for by itself.
        let page = match first.clone().send().await {
            Ok(page) => page,
            Err(error) => return classify::failed(self, &error),
        };
        let mut entries = page.entries.ok_or_else(|| classify::incomplete(self, "the entries"))?;
        if let Some(next) = page.next_token.filter(|token| !token.is_empty()) {
            let rest = whole(
                self,
                |token| first.clone().next_token(token.unwrap_or_else(|| next.clone())).send(),
                |page| (page.entries, page.next_token),
            );
            entries.extend(rest.await?);
        }
        let entries = entries.into_iter().map(|it| it.cidr.ok_or("the range of an entry"));
        let entries = entries.collect::<Result<Vec<String>, _>>().and_then(ranges);
        let ranges = entries.map_err(|lacks| classify::incomplete(self, lacks))?;
        Ok(Seen::Found(PrefixList { id: self.id.clone(), name: self.id.clone(), ranges }))
    }
}
