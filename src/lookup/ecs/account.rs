//! Account settings that change what ECS requires.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::knowledge::Seen;
use crate::lookup::members::Members;
use crate::lookup::pages::Pages;
use crate::lookup::{Answer, Call, Lookup, Named, Optional, Services, classify};
use crate::names::Region;

/// The effective settings of the caller, including defaults.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListAccountSettings {
    /// The region: settings are regional.
    pub region: Region,
}

impl Lookup for ListAccountSettings {
    type Fact = BTreeMap<String, String>;
    const CALL: Call = Call("ecs:ListAccountSettings");

    fn named(&self) -> Named {
        Named::Nowhere("settings of the caller")
    }

    fn what(&self) -> String {
        format!("account settings of ECS in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<BTreeMap<String, String>> {
        let client = services.ecs(&self.region);
        let (mut found, mut pages) = (BTreeMap::new(), Pages::default());
        loop {
            let page = client
                .list_account_settings()
                .effective_settings(true)
                .set_next_token(pages.token())
                .customize()
                .interceptor(Members::of(self))
                .send()
                .await;
            let page = match page {
                Ok(page) => page,
                Err(error) => return classify::failed(self, &error),
            };
            let list =
                page.settings.ok_or_else(|| classify::incomplete(self, "the list of settings"))?;
            found.extend(
                list.into_iter().filter_map(|setting| {
                    Some((setting.name?.as_str().to_owned(), setting.value?))
                }),
            );
            if !pages.turn(self, page.next_token)? {
                return Ok(Seen::Found(found));
            }
        }
    }
}

impl Optional for ListAccountSettings {
    fn assumption(&self) -> String {
        "that the account settings require no separate permission to set tags".to_owned()
    }
}
