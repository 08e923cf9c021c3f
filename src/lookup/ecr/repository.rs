//! The encryption of a repository.

use serde::{Deserialize, Serialize};

use super::{REPOSITORY_MISSING, Repository};
use crate::lookup::{Answer, Call, Lookup, Optional, Services, classify};

/// A repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeRepository {
    /// The repository.
    pub repository: Repository,
}

/// The encryption of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The KMS key that encrypts it; none for the default encryption of ECR.
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

/// Few repositories have a customer managed key, and those of other accounts cannot be described.
impl Optional for DescribeRepository {
    fn assumption(&self) -> String {
        format!("that the KMS key of {}, if it has one, is usable", self.what())
    }
}
