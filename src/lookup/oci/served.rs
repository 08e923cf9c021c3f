//! How a registry serves a manifest: what the headers of an answer say of it.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use serde::{Deserialize, Serialize};

use super::answer::Trouble;
use super::challenge::Challenge;
use super::digest;
use super::manifest::Manifest;
use super::repository::Repository;

/// The manifests that the container runtimes of ECS read.
pub const MANIFEST_TYPES: &[&str] = &[
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// The manifest of a reference in a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryManifest {
    /// The digest that the reference currently points to.
    pub digest: String,
    /// The media type that the registry serves it as.
    pub media_type: String,
    /// Its contents, if they were read.
    pub manifest: Option<Manifest>,
    /// The error that HEAD returns, although GET returns the manifest. containerd does not ask by GET after an
    /// error, except after 405 (<https://github.com/containerd/containerd/blob/main/core/remotes/docker/resolver.go>).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_refused: Option<String>,
    /// Only the certificates that this machine has in addition to those of its operating system prove the
    /// registry's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trusted_here: bool,
}

impl RegistryManifest {
    /// Whether a runtime recognizes what it is served as. The type of schema 1 has its own judgement.
    #[must_use]
    pub fn is_served_as_manifest(&self) -> bool {
        MANIFEST_TYPES.contains(&self.media_type.as_str())
            || self.media_type.starts_with("application/vnd.docker.distribution.manifest.v1+")
    }
}

/// The result of a HEAD: only a digest proves that a registry answered.
pub(super) fn describe(
    headers: &HeaderMap,
    at: &Repository,
    reference: &str,
) -> Result<RegistryManifest, Trouble> {
    let digest = promised_digest(headers)
        .ok_or_else(|| at.garbled("a success without a digest, unlike a registry"))?;
    if reference.contains(':') && digest != reference {
        return Err(at.garbled(&format!("another manifest than requested, {digest}")));
    }
    let media_type = media_type(headers);
    // containerd takes the type from a GET if HEAD returns no length.
    if !headers.contains_key(CONTENT_LENGTH) && !MANIFEST_TYPES.contains(&media_type.as_str()) {
        return Err(at.garbled("a success without the type of the manifest"));
    }
    Ok(RegistryManifest {
        digest: digest.to_owned(),
        media_type,
        manifest: None,
        head_refused: None,
        trusted_here: false,
    })
}

/// Whether the registry asks for credentials.
pub(super) fn is_challenge(answer: &reqwest::Response) -> bool {
    answer.status() == StatusCode::UNAUTHORIZED && Challenge::read(answer.headers()).is_some()
}

pub(super) fn promised_digest(headers: &HeaderMap) -> Option<&str> {
    let digest = headers.get("docker-content-digest")?.to_str().ok()?;
    digest::is_well_formed(digest).then_some(digest)
}

pub(super) fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_owned()
}
