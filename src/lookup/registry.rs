//! Image registries other than private ECR: any with the OCI distribution protocol.

use serde::Serialize;

use super::oci::{self, Anonymous, ImageConfig, RegistryManifest, Repository};
use super::{Answer, Call, Lookup, Mend, Missing, Named, Services};

/// The error and the fix for a missing image.
fn missing(image: &str) -> Mend {
    Mend::default()
        .saying("Push the image, or correct its registry, repository, tag or digest")
        .instead_of(format!("CannotPullContainerError: pull image manifest has been retried <n> time(s): failed to resolve ref {image}: not found"))
}

/// Whether a registry has a manifest, by a HEAD request: that is not counted as a pull.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct HeadManifest {
    /// Registry and repository.
    pub repository: Repository,
    /// Tag or digest.
    pub reference: String,
}

impl Lookup for HeadManifest {
    type Fact = Anonymous<RegistryManifest>;
    const CALL: Call = Call("registry:HeadManifest");

    fn named(&self) -> Named {
        Named::Nowhere("a tag does not name itself")
    }

    fn what(&self) -> String {
        format!("image {}", self.repository.reference(&self.reference))
    }

    fn mend(&self, _: &Missing) -> Mend {
        missing(&self.repository.reference(&self.reference))
    }

    async fn fetch(&self, services: &Services) -> Answer<Self::Fact> {
        let answer = services.registries().head(&self.repository, &self.reference).await;
        oci::learn(answer, &self.what())
    }
}

/// The contents of a manifest. On Docker Hub this counts as a pull, so it is requested by digest, once.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetManifest {
    /// Registry and repository.
    pub repository: Repository,
    /// The digest.
    pub digest: String,
}

impl Lookup for GetManifest {
    type Fact = Anonymous<RegistryManifest>;
    const CALL: Call = Call("registry:GetManifest");

    fn named(&self) -> Named {
        Named::Nowhere("the content is compared with its digest")
    }

    fn what(&self) -> String {
        format!("manifest {}", self.repository.reference(&self.digest))
    }

    fn mend(&self, _: &Missing) -> Mend {
        missing(&self.repository.reference(&self.digest))
    }

    async fn fetch(&self, services: &Services) -> Answer<Self::Fact> {
        let answer = services.registries().manifest(&self.repository, &self.digest).await;
        oci::learn(answer, &self.what())
    }
}

/// The configuration of a single-platform image: the only place that states its architecture.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetConfig {
    /// Registry and repository.
    pub repository: Repository,
    /// The digest of the configuration blob.
    pub digest: String,
}

impl Lookup for GetConfig {
    type Fact = Anonymous<ImageConfig>;
    const CALL: Call = Call("registry:GetBlob");

    fn named(&self) -> Named {
        Named::Nowhere("the content is compared with its digest")
    }

    fn what(&self) -> String {
        format!("image configuration {}", self.repository.reference(&self.digest))
    }

    fn mend(&self, _: &Missing) -> Mend {
        missing(&self.repository.reference(&self.digest))
    }

    async fn fetch(&self, services: &Services) -> Answer<Self::Fact> {
        let answer = services.registries().config(&self.repository, &self.digest).await;
        oci::learn(answer, &self.what())
    }
}
