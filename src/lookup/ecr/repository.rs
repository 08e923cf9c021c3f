//! What encrypts a repository.

use serde::{Deserialize, Serialize};

use super::{REPOSITORY_MISSING, Repository};
use crate::lookup::{Answer, Call, Lookup, Optional, Services, classify};

/// A repository as it was created.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeRepository {
    /// The repository.
    pub repository: Repository,
}

/// How a repository is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The KMS key that encrypts what is in it; none where ECR's own encryption does.
    pub kms_key: Option<String>,
}

impl Lookup for DescribeRepository {
    type Fact = Kept;
    const CALL: Call = Call("ecr:DescribeRepositories");
    const ABSENT: &'static [&'static str] = &[REPOSITORY_MISSING];

    fn what(&self) -> String {
        format!("repository {}", self.repository.place())
    }

    fn resource(&self) -> String {
        self.repository.arn()
    }

    async fn fetch(&self, services: &Services) -> Answer<Kept> {
        let Repository { region, registry, name } = &self.repository;
        let reply = services
            .ecr(region)
            .describe_repositories()
            .registry_id(registry.to_string())
            .repository_names(name)
            .send()
            .await;
        classify::answer(self, reply, |it| {
            let own =
                |it: &aws_sdk_ecr::types::Repository| it.repository_name.as_ref() == Some(name);
            let repository = it.repositories.unwrap_or_default().into_iter().find(own);
            let encryption = repository.ok_or("the repository")?.encryption_configuration;
            Ok(Kept { kms_key: encryption.and_then(|it| it.kms_key) })
        })
    }
}

/// Few repositories have a key of their own, and other accounts' are not described.
impl Optional for DescribeRepository {
    fn assumption(&self) -> String {
        format!("that the key of {}, if it has one, can be used", self.what())
    }
}
