//! The encryption of a repository.

use serde::{Deserialize, Serialize};

use super::{REPOSITORY_MISSING, Repository};
use crate::lookup::members::Members;
use crate::lookup::{Answer, Call, Lookup, Named, Optional, Services, classify};

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

    fn named(&self) -> Named {
        let Repository { registry, name, .. } = &self.repository;
        Named::by("repositories/registryId", registry).and("repositories/repositoryName", name)
    }

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
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        classify::answer(self, reply, |it| {
            let own =
                |it: &aws_sdk_ecr::types::Repository| it.repository_name.as_ref() == Some(name);
            let repository = it.repositories.unwrap_or_default().into_iter().find(own);
            let encryption = repository.ok_or("the repository")?.encryption_configuration;
            let encryption = encryption.ok_or("the encryption")?;
            // `AES256`, `KMS` or `KMS_DSSE`.
            let is_by_key = encryption.encryption_type.as_str().starts_with("KMS");
            match (is_by_key, encryption.kms_key) {
                (true, None) => Err("the KMS key"),
                (_, kms_key) => Ok(Kept { kms_key }),
            }
        })
    }
}

/// Few repositories have a customer managed key, and those of other accounts cannot be described.
impl Optional for DescribeRepository {
    fn assumption(&self) -> String {
        format!("that the KMS key of {}, if it has one, is usable", self.what())
    }
}
