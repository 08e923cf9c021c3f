//! Amazon ECR: manifests, configurations, rules and policies, over its API.

mod missing;
mod policy;
mod repository;

use aws_sdk_ecr::types::{ImageFailureCode, ImageIdentifier};
use serde::{Deserialize, Serialize};

use super::members::Members;
use super::oci::{self, Anonymous, ImageConfig, MANIFEST_TYPES, Manifest};
use super::pages::Pages;
use super::{Answer, Batch, Call, Lookup, Mend, Missing, Named, Services, classify};
use crate::knowledge::{Absence, Gap, Seen};
use crate::names::{AccountId, Partition, Region};

pub use policy::{
    GetRegistryPolicy, GetRepositoryPolicy, ListRepositoryTags, NO_REPOSITORY_POLICY,
};
pub use repository::{DescribeRepository, Kept};

/// A repository with its registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Repository {
    /// The region of the registry.
    pub region: Region,
    /// The account of the registry.
    pub registry: AccountId,
    /// The repository's name.
    pub name: String,
}

impl Repository {
    /// Its ARN
    /// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html>).
    pub fn arn(&self) -> String {
        let Repository { region, registry, name } = self;
        let partition = Partition::of_region(region.as_str());
        format!("arn:{}:ecr:{region}:{registry}:repository/{name}", partition.id())
    }

    fn place(&self) -> String {
        format!("{} in {}", self.name, self.owner())
    }

    fn owner(&self) -> String {
        format!("registry {} in {}", self.registry, self.region)
    }

    /// The words for an image in it.
    fn image(&self, reference: &Reference) -> String {
        let name = &self.name;
        match reference {
            Reference::Tag(tag) => format!("image {name}:{tag} in {}", self.owner()),
            Reference::Digest(digest) => format!("image {name}@{digest} in {}", self.owner()),
        }
    }
}

/// The reference to a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reference {
    /// By a tag.
    Tag(String),
    /// By its digest.
    Digest(String),
}

impl Reference {
    /// The tag or the digest.
    pub fn text(&self) -> &str {
        let (Reference::Tag(text) | Reference::Digest(text)) = self;
        text
    }

    fn identifier(&self) -> ImageIdentifier {
        match self {
            Reference::Tag(tag) => ImageIdentifier::builder().image_tag(tag).build(),
            Reference::Digest(digest) => ImageIdentifier::builder().image_digest(digest).build(),
        }
    }

    fn names(&self, id: Option<&ImageIdentifier>) -> bool {
        match self {
            Reference::Tag(tag) => id.and_then(ImageIdentifier::image_tag) == Some(tag),
            Reference::Digest(digest) => id.and_then(ImageIdentifier::image_digest) == Some(digest),
        }
    }
}

/// The manifest of a stored image.
///
/// Called only for images that `DescribeImages` has found, in repositories that no pull-through cache rule covers,
/// and for callers who are not allowed to import: otherwise this call might fetch a missing image from upstream,
/// which is not read-only.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct EcrManifest {
    /// The repository.
    pub repository: Repository,
    /// The image in it.
    pub reference: Reference,
}

/// A stored manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredManifest {
    /// Its digest.
    pub digest: String,
    /// Its contents.
    pub manifest: Manifest,
}

/// The error code for a missing repository.
pub const REPOSITORY_MISSING: &str = "RepositoryNotFoundException";

impl Lookup for EcrManifest {
    type Fact = StoredManifest;
    const CALL: Call = Call("ecr:BatchGetImage");
    const ABSENT: &'static [&'static str] = &[REPOSITORY_MISSING];

    fn named(&self) -> Named {
        let Repository { registry, name, .. } = &self.repository;
        Named::by("images/registryId", registry).and("images/repositoryName", name)
    }

    fn what(&self) -> String {
        self.repository.image(&self.reference)
    }

    fn resource(&self) -> String {
        self.repository.arn()
    }

    fn mend(&self, missing: &Missing) -> Mend {
        self.repository.lacks(Some(&self.reference), missing)
    }

    fn batch(&self) -> Option<Batch> {
        Some(Batch::of(100, self.repository.arn()))
    }

    async fn fetch(&self, services: &Services) -> Answer<StoredManifest> {
        let mut answers = Self::fetch_all(std::slice::from_ref(self), services).await;
        answers.pop().unwrap_or_else(|| Err(classify::incomplete(self, "any answer")))
    }

    async fn fetch_all(asked: &[Self], services: &Services) -> Vec<Answer<StoredManifest>> {
        let Some(first) = asked.first() else { return Vec::new() };
        let Repository { region, registry, name } = &first.repository;
        let reply = services
            .ecr(region)
            .batch_get_image()
            .registry_id(registry.to_string())
            .repository_name(name)
            .set_image_ids(Some(asked.iter().map(|one| one.reference.identifier()).collect()))
            .set_accepted_media_types(Some(
                MANIFEST_TYPES.iter().map(ToString::to_string).collect(),
            ))
            .customize()
            .interceptor(Members::of_all(asked))
            .send()
            .await;
        match reply {
            Ok(reply) => asked.iter().map(|one| one.among(&reply)).collect(),
            Err(error) => asked.iter().map(|one| classify::failed(one, &error)).collect(),
        }
    }
}

impl EcrManifest {
    fn among(
        &self,
        reply: &aws_sdk_ecr::operation::batch_get_image::BatchGetImageOutput,
    ) -> Answer<StoredManifest> {
        let found = reply.images().iter().find(|image| self.reference.names(image.image_id()));
        if let Some(image) = found {
            let digest = image.image_id().and_then(ImageIdentifier::image_digest);
            let (Some(digest), Some(text)) = (digest, image.image_manifest()) else {
                return Err(classify::incomplete(self, "the manifest"));
            };
            let manifest = Manifest::read(text.as_bytes(), image.image_manifest_media_type());
            return match manifest {
                Ok(manifest) => {
                    Ok(Seen::Found(StoredManifest { digest: digest.to_owned(), manifest }))
                }
                Err(why) => Err(Gap::Undecidable {
                    why: format!("the manifest of {} cannot be read: {why}", self.what()),
                }),
            };
        }
        let failure = reply.failures().iter().find(|it| self.reference.names(it.image_id()));
        match failure.and_then(|it| it.failure_code()) {
            Some(ImageFailureCode::ImageNotFound) => classify::absent(self, "ImageNotFound"),
            Some(code) => Err(Gap::Unreachable {
                what: format!("{} ({})", Self::CALL, self.what()),
                why: format!("the registry answered {}", code.as_str()),
            }),
            None => Err(classify::incomplete(self, "this image")),
        }
    }
}

/// The configuration of a single-platform image: the only place that states its architecture.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct EcrConfig {
    /// The repository.
    pub repository: Repository,
    /// The digest of the configuration blob.
    pub digest: String,
}

impl Lookup for EcrConfig {
    type Fact = ImageConfig;
    const CALL: Call = Call("ecr:GetDownloadUrlForLayer");

    fn named(&self) -> Named {
        Named::Nowhere("the content is compared with its digest")
    }

    fn what(&self) -> String {
        format!("image configuration {} in repository {}", self.digest, self.repository.place())
    }

    fn resource(&self) -> String {
        self.repository.arn()
    }

    fn mend(&self, missing: &Missing) -> Mend {
        self.repository.lacks(None, missing)
    }

    async fn fetch(&self, services: &Services) -> Answer<ImageConfig> {
        let Repository { region, registry, name } = &self.repository;
        let reply = services
            .ecr(region)
            .get_download_url_for_layer()
            .registry_id(registry.to_string())
            .repository_name(name)
            .layer_digest(&self.digest)
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        let url = match reply {
            Ok(reply) => reply.download_url.ok_or_else(|| classify::incomplete(self, "the URL"))?,
            // A missing blob of the manifest proves a broken registry, not a wrong architecture.
            Err(error) => {
                return match classify::failed(self, &error) {
                    Err(gap) => Err(gap),
                    Ok(_) => Err(classify::incomplete(self, "the URL")),
                };
            }
        };
        let config = services.registries().config_at(&url, &self.digest).await;
        match oci::learn(config, &self.what())? {
            Seen::Found(Anonymous::Sees(config)) => Ok(Seen::Found(config)),
            _ => Err(classify::incomplete(self, "the blob")),
        }
    }
}

/// Whether an image is stored, and its details without the manifest. It has no effect upstream.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeImage {
    /// The repository.
    pub repository: Repository,
    /// The image in it.
    pub reference: Reference,
}

/// The detail of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageDetail {
    /// The digest that the reference currently points to.
    pub digest: String,
    /// Its compressed size in bytes.
    pub size: Option<i64>,
    /// `ACTIVE`, `ARCHIVED` or `ACTIVATING`; only the first can be pulled.
    pub status: Option<String>,
}

impl Lookup for DescribeImage {
    type Fact = ImageDetail;
    const CALL: Call = Call("ecr:DescribeImages");
    const ABSENT: &'static [&'static str] = &["ImageNotFoundException", REPOSITORY_MISSING];

    fn named(&self) -> Named {
        let Repository { registry, name, .. } = &self.repository;
        let named =
            Named::by("imageDetails/registryId", registry).and("imageDetails/repositoryName", name);
        match &self.reference {
            Reference::Tag(tag) => named.and_among("imageDetails/imageTags", tag),
            Reference::Digest(digest) => named.and("imageDetails/imageDigest", digest),
        }
    }

    fn what(&self) -> String {
        self.repository.image(&self.reference)
    }

    fn resource(&self) -> String {
        self.repository.arn()
    }

    /// Only its owner can add a repository to a registry.
    fn mend(&self, missing: &Missing) -> Mend {
        self.repository.lacks(Some(&self.reference), missing)
    }

    async fn fetch(&self, services: &Services) -> Answer<ImageDetail> {
        let Repository { region, registry, name } = &self.repository;
        let reply = services
            .ecr(region)
            .describe_images()
            .registry_id(registry.to_string())
            .repository_name(name)
            .image_ids(self.reference.identifier())
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        if let Err(error) = &reply
            && classify::code(error) == Some(REPOSITORY_MISSING)
        {
            return Ok(Seen::Absent(Absence {
                sentence: format!("there is no repository {}", self.repository.place()),
                said: REPOSITORY_MISSING.to_owned(),
            }));
        }
        classify::answer(self, reply, |it| {
            let details = it.image_details.ok_or("the images")?;
            let detail = details.into_iter().next().ok_or("this image")?;
            Ok(ImageDetail {
                digest: detail.image_digest.ok_or("the digest")?,
                size: detail.image_size_in_bytes,
                status: detail.image_status.map(|status| status.as_str().to_owned()),
            })
        })
    }
}

/// The pull-through cache rules of a registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct PullThroughRules {
    /// The region of the registry.
    pub region: Region,
    /// The account of the registry.
    pub registry: AccountId,
}

/// One rule: images under its prefix are fetched from upstream at the first pull.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullThroughRule {
    /// The prefix of repositories that it covers; `ROOT` for all.
    pub prefix: String,
    /// The host of the upstream registry.
    pub upstream: String,
    /// The prefix of upstream repositories, if it is not the root.
    pub upstream_prefix: Option<String>,
    /// The secret with the upstream's credentials.
    pub credential: Option<String>,
}

impl Lookup for PullThroughRules {
    type Fact = Vec<PullThroughRule>;
    const CALL: Call = Call("ecr:DescribePullThroughCacheRules");

    fn named(&self) -> Named {
        Named::By(Vec::new()).and_if_given("pullThroughCacheRules/registryId", &self.registry)
    }

    fn what(&self) -> String {
        format!("pull-through cache rules of registry {} in {}", self.registry, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<PullThroughRule>> {
        let (mut rules, mut pages) = (Vec::new(), Pages::default());
        loop {
            let page = services
                .ecr(&self.region)
                .describe_pull_through_cache_rules()
                .registry_id(self.registry.to_string())
                .set_next_token(pages.token())
                .customize()
                .interceptor(Members::of(self))
                .send()
                .await;
            let page = match page {
                Ok(page) => page,
                Err(error) => return classify::failed(self, &error),
            };
            let list = page
                .pull_through_cache_rules
                .ok_or_else(|| classify::incomplete(self, "the list of rules"))?;
            rules.extend(list.into_iter().filter_map(|rule| {
                Some(PullThroughRule {
                    prefix: rule.ecr_repository_prefix?,
                    upstream: rule.upstream_registry_url?,
                    upstream_prefix: rule.upstream_repository_prefix,
                    credential: rule.credential_arn,
                })
            }));
            if !pages.turn(self, page.next_token)? {
                return Ok(Seen::Found(rules));
            }
        }
    }
}
