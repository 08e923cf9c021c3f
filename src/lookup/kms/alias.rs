//! The aliases of a key.

use serde::Serialize;

use crate::lookup::{Answer, Call, Lookup, Services, classify};
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

    fn what(&self) -> String {
        format!("aliases of KMS key {}", self.key)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
        let pages = services
            .kms(&self.region)
            .list_aliases()
            .key_id(&self.key)
            .into_paginator()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        classify::answer(self, pages, |pages| {
            let (mut aliases, mut truncated) = (Vec::new(), false);
            for page in pages {
                for alias in page.aliases.ok_or("the list of aliases")? {
                    aliases.push(alias.alias_name.ok_or("the name of an alias")?);
                }
                truncated = page.truncated;
            }
            if truncated { Err("the rest of the list") } else { Ok(aliases) }
        })
    }
}
