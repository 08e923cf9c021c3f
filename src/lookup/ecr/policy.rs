//! The policies of a repository and of a whole registry, and the tags in policy conditions.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{REPOSITORY_MISSING, Repository};
use crate::knowledge::{Absence, Seen};
use crate::lookup::members::Members;
use crate::lookup::{
    Answer, Call, Lookup, Mend, Missing, Named, Optional, Services, classify, policy_document,
};
use crate::names::Region;

/// The policy of a repository, which is optional: its absence has another code than a missing repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetRepositoryPolicy {
    /// The repository.
    pub repository: Repository,
}

/// The error code for a repository without a policy.
pub const NO_REPOSITORY_POLICY: &str = "RepositoryPolicyNotFoundException";

impl Lookup for GetRepositoryPolicy {
    type Fact = Value;
    const CALL: Call = Call("ecr:GetRepositoryPolicy");
    const ABSENT: &'static [&'static str] = &[NO_REPOSITORY_POLICY, REPOSITORY_MISSING];

    fn named(&self) -> Named {
        let Repository { registry, name, .. } = &self.repository;
        Named::by("registryId", registry).and("repositoryName", name)
    }

    fn what(&self) -> String {
        format!("policy of repository {}", self.repository.place())
    }

    fn resource(&self) -> String {
        self.repository.arn()
    }

    async fn fetch(&self, services: &Services) -> Answer<Value> {
        let Repository { region, registry, name } = &self.repository;
        let reply = services
            .ecr(region)
            .get_repository_policy()
            .registry_id(registry.to_string())
            .repository_name(name)
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        if let Err(error) = &reply
            && classify::code(error) == Some(REPOSITORY_MISSING)
        {
            let sentence = format!("there is no repository {}", self.repository.place());
            return Ok(Seen::Absent(Absence { sentence, said: REPOSITORY_MISSING.to_owned() }));
        }
        classify::answer(self, reply, |it| {
            policy_document::plain(&it.policy_text.ok_or("the policy document")?)
        })
    }
}

/// The policy of the caller's registry in a region: the API returns no other one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetRegistryPolicy {
    /// The region of the registry.
    pub region: Region,
}

impl Lookup for GetRegistryPolicy {
    type Fact = Value;
    const CALL: Call = Call("ecr:GetRegistryPolicy");
    const ABSENT: &'static [&'static str] = &["RegistryPolicyNotFoundException"];

    fn named(&self) -> Named {
        Named::Nowhere("the registry is that of the caller")
    }

    fn what(&self) -> String {
        format!("policy of the account's ECR registry in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Value> {
        let reply = services
            .ecr(&self.region)
            .get_registry_policy()
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        classify::answer(self, reply, |it| {
            policy_document::plain(&it.policy_text.ok_or("the policy document")?)
        })
    }
}

/// Few registries have one, and few callers may read it.
impl Optional for GetRegistryPolicy {
    fn assumption(&self) -> String {
        format!("that no {} applies", self.what())
    }
}

/// The tags of a repository. Read only if a policy has a condition on them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListRepositoryTags {
    /// The repository.
    pub repository: Repository,
}

impl Lookup for ListRepositoryTags {
    type Fact = BTreeMap<String, String>;
    const CALL: Call = Call("ecr:ListTagsForResource");
    const ABSENT: &'static [&'static str] = &[REPOSITORY_MISSING];

    fn named(&self) -> Named {
        Named::Nowhere("tags do not name their repository")
    }

    fn what(&self) -> String {
        format!("tags of repository {}", self.repository.place())
    }

    fn absence(&self) -> String {
        format!("there is no repository {}", self.repository.place())
    }

    fn resource(&self) -> String {
        self.repository.arn()
    }

    fn mend(&self, missing: &Missing) -> Mend {
        self.repository.lacks(None, missing)
    }

    async fn fetch(&self, services: &Services) -> Answer<BTreeMap<String, String>> {
        let client = services.ecr(&self.repository.region);
        let arn = self.repository.arn();
        let reply = client
            .list_tags_for_resource()
            .resource_arn(arn)
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        classify::answer(self, reply, |it| {
            let tags = it.tags.ok_or("the list of tags")?;
            Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
        })
    }
}
