//! Manifests: an index of platforms, an image, or something else.
//!
//! Every format that registries still serve is read into one [`Manifest`], with only the fields that a
//! check needs. The shape decides, not only the media type: registries and builders omit or confuse the
//! type, and ECR returns the bytes without an HTTP header.

use serde::{Deserialize, Serialize};

/// A manifest, as far as it decides whether a task can start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manifest {
    /// An OCI index or a Docker manifest list: one image for each platform.
    Index {
        /// The entries, in the order of the index, which is the runtime's order of preference.
        entries: Vec<PlatformEntry>,
    },
    /// An OCI or Docker image manifest: one image, whose configuration names the platform.
    Image {
        /// The digest of the configuration blob.
        config_digest: String,
        /// The configuration's media type.
        config_media_type: String,
        /// Some layers, but not all, have the zstd type that BuildKit made up for Docker's manifests.
        /// containerd does not count them as layers
        /// (<https://github.com/containerd/containerd/issues/9263>).
        mixed_compression: bool,
        /// At least one layer has this type.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        docker_zstd: bool,
        /// At least one layer has a type of zstd.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        zstd: bool,
        /// Some layers are stored outside the registry, such as old Windows base layers.
        foreign_layers: bool,
        /// Some layers are encrypted (<https://github.com/containerd/imgcrypt>), and no runtime of ECS can be given
        /// the key.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        encrypted_layers: bool,
    },
    /// The format of Docker before 1.10, which current runtimes refuse.
    Schema1 {
        /// Its architecture.
        architecture: Option<String>,
    },
    /// Not a container image: a Helm chart, a signature, an attestation, a build cache.
    Artifact {
        /// The media type.
        kind: String,
    },
}

/// One line of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformEntry {
    /// The digest of the manifest for this platform.
    pub digest: String,
    /// Such as `linux`; `None` where the entry does not state its platform.
    pub os: Option<String>,
    /// Such as `amd64`; `None` where the entry does not state its platform.
    pub architecture: Option<String>,
    /// Such as `v8`.
    pub variant: Option<String>,
    /// The Windows build, such as `10.0.20348.2700`.
    pub os_version: Option<String>,
    /// The media type of the manifest behind the entry.
    pub media_type: String,
    /// It describes another entry (provenance, contents) and is never run.
    pub attestation: bool,
}

/// The platform that the configuration of an image states.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageConfig {
    /// Such as `linux`.
    pub os: Option<String>,
    /// Such as `amd64`.
    pub architecture: Option<String>,
    /// Such as `v8`.
    pub variant: Option<String>,
    /// The Windows build, such as `10.0.20348.2700`.
    pub os_version: Option<String>,
}

/// Why bytes are not a manifest or configuration, to follow "it …".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(String);

impl Manifest {
    /// Reads the bytes of a manifest; `served_as` is the media type that the registry gave them.
    ///
    /// # Errors
    /// If the bytes are not a JSON object, or one that may be two kinds of manifest.
    pub fn read(bytes: &[u8], served_as: Option<&str>) -> Result<Manifest, Unreadable> {
        let document: Document = object(bytes)?;
        let media_type =
            document.media_type.as_deref().or(served_as).map(essence).unwrap_or_default();

        let index_like = document.manifests.is_some() || is_index(media_type);
        let image_like = document.config.is_some() || document.layers.is_some();
        match (document.schema_version, index_like, image_like) {
            // Two runtimes may read such a document differently: CVE-2021-41190.
            (_, true, true) => Err(Unreadable("is both an index and an image".to_owned())),
            (Some(1), false, false) => {
                Ok(Manifest::Schema1 { architecture: stated(document.architecture) })
            }
            (_, true, false) => Ok(Manifest::Index {
                entries: document
                    .manifests
                    .unwrap_or_default()
                    .into_iter()
                    .map(Descriptor::entry)
                    .collect(),
            }),
            (_, false, true) => document.image(),
            // Any server can set a type for JSON: a manifest states its type itself.
            (_, false, false) if document.media_type.is_some() => {
                Ok(Manifest::Artifact { kind: media_type.to_owned() })
            }
            (_, false, false) => Err(Unreadable("is not a known kind of manifest".to_owned())),
        }
    }
}

impl PlatformEntry {
    /// Whether it is an index itself.
    #[must_use]
    pub fn is_index(&self) -> bool {
        is_index(&self.media_type)
    }

    /// Whether its layers may have Docker's media types: builders choose those of a manifest and of its layers
    /// together.
    #[must_use]
    pub fn is_of_docker(&self) -> bool {
        self.media_type == "application/vnd.docker.distribution.manifest.v2+json"
    }

    /// Whether a runtime may choose this entry.
    #[must_use]
    pub fn is_image(&self) -> bool {
        !self.attestation && (self.media_type.is_empty() || is_manifest(&self.media_type))
    }
}

impl ImageConfig {
    /// Reads the platform from the bytes of a configuration blob.
    ///
    /// # Errors
    /// If the bytes are not a JSON object.
    pub fn read(bytes: &[u8]) -> Result<ImageConfig, Unreadable> {
        object::<Platform>(bytes).map(|platform| ImageConfig {
            os: stated(platform.os),
            architecture: stated(platform.architecture),
            variant: stated(platform.variant),
            os_version: stated(platform.os_version),
        })
    }
}

/// Every needed field of every kind of manifest.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    schema_version: Option<u64>,
    media_type: Option<String>,
    artifact_type: Option<String>,
    manifests: Option<Vec<Descriptor>>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    architecture: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    #[serde(default)]
    media_type: String,
    #[serde(default)]
    digest: String,
    platform: Option<Platform>,
    annotations: Option<std::collections::BTreeMap<String, String>>,
}

#[derive(Default, Deserialize)]
struct Platform {
    os: Option<String>,
    architecture: Option<String>,
    variant: Option<String>,
    #[serde(rename = "os.version")]
    os_version: Option<String>,
}

/// The type of a zstd layer in a manifest of Docker. The one of OCI is `…vnd.oci.image.layer.v1.tar+zstd`.
const DOCKER_ZSTD: &str = "application/vnd.docker.image.rootfs.diff.tar.zstd";

impl Document {
    fn image(self) -> Result<Manifest, Unreadable> {
        let layers: Vec<String> =
            self.layers.unwrap_or_default().into_iter().map(|layer| layer.media_type).collect();
        let Some(config) = self.config else {
            return Err(Unreadable("has layers, but no configuration".to_owned()));
        };
        if !is_image_config(&config.media_type) {
            let kind = stated(self.artifact_type).unwrap_or(config.media_type);
            return Ok(Manifest::Artifact { kind });
        }
        if let Some(kind) = layers.first().filter(|_| !layers.iter().any(|layer| is_layer(layer))) {
            return Ok(Manifest::Artifact { kind: kind.clone() });
        }
        if config.digest.is_empty() {
            return Err(Unreadable("does not contain the digest of its configuration".to_owned()));
        }
        let any = |found: fn(&str) -> bool| layers.iter().any(|layer| found(layer));
        let docker_zstd = any(|layer| layer == DOCKER_ZSTD);
        Ok(Manifest::Image {
            config_digest: config.digest,
            config_media_type: config.media_type,
            mixed_compression: docker_zstd && any(|layer| layer != DOCKER_ZSTD),
            docker_zstd,
            zstd: docker_zstd || any(|layer| layer.contains("+zstd")),
            foreign_layers: any(|layer| {
                layer.contains(".foreign.") || layer.contains(".nondistributable.")
            }),
            encrypted_layers: any(|layer| layer.ends_with("+encrypted")),
        })
    }
}

impl Descriptor {
    fn entry(self) -> PlatformEntry {
        let platform = self.platform.unwrap_or_default();
        let unknown = |name: &Option<String>| name.as_deref() == Some("unknown");
        let marked = self.annotations.is_some_and(|notes| {
            notes
                .get("vnd.docker.reference.type")
                .is_some_and(|kind| kind == "attestation-manifest")
        });
        PlatformEntry {
            attestation: marked || (unknown(&platform.os) && unknown(&platform.architecture)),
            digest: self.digest,
            os: stated(platform.os),
            architecture: stated(platform.architecture),
            variant: stated(platform.variant),
            os_version: stated(platform.os_version),
            media_type: self.media_type,
        }
    }
}

fn object<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Unreadable> {
    serde_json::from_slice(bytes)
        .map_err(|error| Unreadable(format!("cannot be read as JSON: {error}")))
}

/// Builders write an empty string or `unknown` for unknown values.
fn stated(name: Option<String>) -> Option<String> {
    name.filter(|name| !name.is_empty() && name != "unknown")
}

/// A media type without its parameters.
fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

fn is_index(media_type: &str) -> bool {
    matches!(
        media_type,
        "application/vnd.oci.image.index.v1+json"
            | "application/vnd.docker.distribution.manifest.list.v2+json"
    )
}

fn is_manifest(media_type: &str) -> bool {
    is_index(media_type)
        || matches!(
            media_type,
            "application/vnd.oci.image.manifest.v1+json"
                | "application/vnd.docker.distribution.manifest.v2+json"
                | "application/vnd.docker.distribution.manifest.v1+json"
                | "application/vnd.docker.distribution.manifest.v1+prettyjws"
        )
}

/// The two proper types, and those of old registries, which Docker accepts too.
fn is_image_config(media_type: &str) -> bool {
    matches!(
        media_type,
        "application/vnd.oci.image.config.v1+json"
            | "application/vnd.docker.container.image.v1+json"
            | "application/octet-stream"
            | "application/json"
            | "text/html"
            | ""
    )
}

/// Whether containerd unpacks it: an image without a single such layer has no file system (`IsLayerType` in
/// <https://github.com/containerd/containerd/blob/main/core/images/mediatypes.go>). Old registries and builders
/// state no type.
fn is_layer(media_type: &str) -> bool {
    matches!(media_type, "" | "application/octet-stream")
        || media_type.starts_with("application/vnd.oci.image.layer.")
        || media_type.starts_with("application/vnd.docker.image.rootfs.")
}

#[cfg(test)]
mod tests;
