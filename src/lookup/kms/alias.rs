//! The aliases of a key.

use serde::Serialize;

use crate::knowledge::Seen;
use crate::lookup::members::Members;
use crate::lookup::pages::Pages;
use crate::lookup::{Answer, Call, Lookup, Named, Services, classify};
use crate::names::Region;

/// The aliases of a key of the caller's account. Read only if a policy has a condition on them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListAliases {
    /// The region of the key.
    pub region: Region,
    /// The ARN of the key.
    pub key: String,
}

impl Lookup for ListAliases {
    type Fact = Vec<String>;
    const CALL: Call = Call("kms:ListAliases");

    fn named(&self) -> Named {
        let id = self.key.rsplit('/').next().unwrap_or(&self.key);
        Named::By(Vec::new()).and_if_given("Aliases/TargetKeyId", id)
    }

    fn what(&self) -> String {
        format!("aliases of KMS key {}", self.key)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
        let client = services.kms(&self.region);
        let (mut aliases, mut pages) = (Vec::new(), Pages::default());
        loop {
            let asked = client.list_aliases().key_id(&self.key).set_marker(pages.token());
            let page = match asked.customize().interceptor(Members::of(self)).send().await {
                Ok(page) => page,
                Err(error) => return classify::failed(self, &error),
            };
            let incomplete = |lacks| classify::incomplete(self, lacks);
            for alias in page.aliases.ok_or("the list of aliases").map_err(incomplete)? {
                aliases.push(alias.alias_name.ok_or("the name of an alias").map_err(incomplete)?);
            }
            match (pages.turn(self, page.next_marker)?, page.truncated) {
                (true, _) => {}
                (false, false) => return Ok(Seen::Found(aliases)),
                (false, true) => return Err(incomplete("the rest of the list")),
            }
        }
    }
}
